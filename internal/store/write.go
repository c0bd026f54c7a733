package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// Bounds of one group of writers that are committed together.
const (
	maxGroup     = 128
	groupTimeout = 30 * time.Second
)

// Reader gives the connections that read. They see what is committed, and cannot write.
func (s *Store) Reader() *sql.DB { return s.read }

// Write runs work in a transaction and returns once it is safely on disk. Writers that come at the same time share one
// transaction and its one sync: work runs after the others' in a savepoint of its own, so that an error it returns, or
// a panic, undoes what it has done and nothing else. It must be short, run its statements with the ctx it is given,
// which does not end with the caller's, and neither commit nor keep the transaction.
//
// Errors: work's own; unavailable if the storage fails or the store is closed; ctx's if it ends before work has begun.
func (s *Store) Write(ctx context.Context, work func(ctx context.Context, tx *sql.Tx) error) error {
	w := &writer{work: work, done: make(chan struct{})}
	if err := s.enqueue(w); err != nil {
		return err
	}
	select {
	case <-w.done:
		return w.err
	case <-ctx.Done():
		if w.begun.CompareAndSwap(false, true) {
			return fmt.Errorf("waiting to write: %w", ctx.Err())
		}
		<-w.done
		return w.err
	}
}

// writers are those that wait for the next group.
type writers struct {
	mu      sync.Mutex
	waiting []*writer
	busy    bool // a goroutine is committing groups and will look again
	closed  bool
}

// writer is one piece of work on its way.
type writer struct {
	work  func(context.Context, *sql.Tx) error
	begun atomic.Bool // whoever sets it decides: the group runs the work, or the caller leaves
	err   error       // once done is closed
	done  chan struct{}
}

func (s *Store) enqueue(w *writer) error {
	s.writers.mu.Lock()
	defer s.writers.mu.Unlock()
	if s.writers.closed {
		return operations.Errorf(operations.CodeUnavailable, "the hub is stopping; try again later")
	}
	s.writers.waiting = append(s.writers.waiting, w)
	if !s.writers.busy {
		s.writers.busy = true
		s.background.Go(s.commitGroups)
	}
	return nil
}

// refuseWriters lets no further writer in. Those that wait are still served.
func (s *Store) refuseWriters() {
	s.writers.mu.Lock()
	defer s.writers.mu.Unlock()
	s.writers.closed = true
}

// commitGroups commits one group after the other until nobody waits.
func (s *Store) commitGroups() {
	for {
		group := s.nextGroup()
		if len(group) == 0 {
			return
		}
		s.commitGroup(group)
	}
}

func (s *Store) nextGroup() []*writer {
	s.writers.mu.Lock()
	defer s.writers.mu.Unlock()
	n := min(len(s.writers.waiting), maxGroup)
	group := s.writers.waiting[:n:n]
	if s.writers.waiting = s.writers.waiting[n:]; n == 0 {
		s.writers.waiting, s.writers.busy = nil, false
	}
	return group
}

// commitGroup runs a group. If the transaction as a whole comes to nothing, whoever had succeeded in it is told so.
func (s *Store) commitGroup(group []*writer) {
	ctx, cancel := context.WithTimeout(context.Background(), groupTimeout)
	defer cancel()
	begun := make([]*writer, 0, len(group))
	err := inTransaction(ctx, s.write, func(tx *sql.Tx) error {
		for _, w := range group {
			if !w.begun.CompareAndSwap(false, true) {
				continue
			}
			begun = append(begun, w)
			if err := w.run(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		err = fault("writing", err)
		begun = append(begun, leftOf(group)...)
	}
	for _, w := range begun {
		if w.err == nil {
			w.err = err
		}
		close(w.done)
	}
}

// leftOf takes those of a failed group that had not begun.
func leftOf(group []*writer) []*writer {
	var left []*writer
	for _, w := range group {
		if w.begun.CompareAndSwap(false, true) {
			left = append(left, w)
		}
	}
	return left
}

// run does the work in a savepoint and keeps its error; the error returned is that of the transaction.
func (w *writer) run(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, `SAVEPOINT writer`); err != nil {
		return fmt.Errorf("setting a savepoint: %w", err)
	}
	end := `RELEASE writer`
	if w.err = guarded(ctx, tx, w.work); w.err != nil {
		end = `ROLLBACK TO writer; RELEASE writer`
	}
	if _, err := tx.ExecContext(ctx, end); err != nil {
		return errors.Join(fmt.Errorf("ending a savepoint: %w", err), w.err)
	}
	w.err = asFault(w.err)
	return nil
}

func guarded(ctx context.Context, tx *sql.Tx, work func(context.Context, *sql.Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("writing: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return work(ctx, tx)
}

// asFault leaves a typed error as it is; one of the storage tells the caller that it may try again.
func asFault(err error) error {
	var own *operations.Error
	if err == nil || errors.As(err, &own) {
		return err
	}
	return fault("writing", err)
}
