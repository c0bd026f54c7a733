// Package store keeps the hub's state in one SQLite file: workspaces, API keys, credentials (their secrets already
// encrypted), records of calls, and idempotency keys. The tables of the native connector are here too; what is in them
// is that connector's own affair.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/oklog/ulid/v2"
)

// FileName is the name of the database in its directory.
const FileName = "patchbay.db"

// DefaultWorkspace is the id of the workspace that every store has.
const DefaultWorkspace = "default"

// maintainEvery is how often last-used times are written and expired rows removed.
const maintainEvery = time.Minute

// Store is the hub's database. It is safe for concurrent use, also by several processes on one machine.
type Store struct {
	path  string
	write *sql.DB // one connection: SQLite has one writer at a time, and waiting here is fairer than its busy loop
	read  *sql.DB
	now   func() time.Time
	log   *slog.Logger
	start string // names this start of the process, to tell claims of a former one

	clock   otter.Clock // of the cached keys; nil is the machine's
	keys    *otter.Cache[keyHash, *Key]
	loadKey otter.Loader[keyHash, *Key]
	used    lastUsed
	writers writers
	claims  claims

	stop       chan struct{}
	stopOnce   sync.Once
	background sync.WaitGroup
}

// Option changes how a store works.
type Option func(*Store)

// WithLog sets where the store logs what goes wrong in the background. The default is slog.Default.
func WithLog(log *slog.Logger) Option { return func(s *Store) { s.log = log } }

// WithClock sets the clock.
func WithClock(now func() time.Time) Option {
	return func(s *Store) { s.now, s.clock = now, cacheClock{now} }
}

// Open opens dir/patchbay.db, making both if they are missing, and brings its schema up to date. A file written by
// a newer version is ErrNewer; a file that is something else is ErrNotPatchbay.
func Open(ctx context.Context, dir string, options ...Option) (*Store, error) {
	s := &Store{now: time.Now, log: slog.Default(), start: ulid.Make().String(), stop: make(chan struct{})}
	s.claims.kept = claimKept
	for _, option := range options {
		option(s)
	}
	if err := s.open(ctx, dir); err != nil {
		return nil, fmt.Errorf("opening the store in %s: %w", dir, errors.Join(err, s.closePools()))
	}
	s.cacheKeys()
	s.background.Go(s.maintain)
	s.background.Go(s.beats)
	return s, nil
}

func (s *Store) open(ctx context.Context, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("finding the directory: %w", err)
	}
	s.path = filepath.Join(dir, FileName)
	if err := prepareFile(dir, s.path); err != nil {
		return err
	}
	if s.write, err = openWriter(ctx, s.path); err != nil {
		return err
	}
	if err := migrate(ctx, s.write); err != nil {
		return err
	}
	if s.read, err = openReaders(ctx, s.path); err != nil {
		return err
	}
	_, err = s.write.ExecContext(ctx, `INSERT INTO workspaces (id, name, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		DefaultWorkspace, "Default", micros(s.now()))
	if err != nil {
		return fmt.Errorf("making the default workspace: %w", err)
	}
	return nil
}

// Close writes what is pending and closes the database. A Recorder must be closed before.
func (s *Store) Close() error {
	var err error
	s.stopOnce.Do(func() {
		s.refuseWriters()
		close(s.stop)
		s.background.Wait()
		s.keys.StopAllGoroutines()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		err = errors.Join(s.writeLastUsed(ctx), s.resign(ctx), s.closePools())
	})
	if err != nil {
		return fmt.Errorf("closing the store: %w", err)
	}
	return nil
}

func (s *Store) closePools() error {
	var errs []error
	for _, pool := range []*sql.DB{s.read, s.write} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}

// Check tells whether the store can be read and written: nil means yes. It is meant for readiness probes.
func (s *Store) Check(ctx context.Context) error {
	if _, err := os.Stat(s.path); err != nil {
		return fmt.Errorf("looking for the database file: %w", err)
	}
	if _, err := s.Workspace(ctx, DefaultWorkspace); err != nil {
		return err
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fault("taking the write lock", err)
	}
	if err := tx.Rollback(); err != nil {
		return fault("giving the write lock back", err)
	}
	return nil
}

// maintain does the periodic work until the store closes.
func (s *Store) maintain() {
	ticker := time.NewTicker(maintainEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-ticker.C:
			s.maintainOnce()
		}
	}
}

func (s *Store) maintainOnce() {
	ctx, cancel := context.WithTimeout(context.Background(), maintainEvery/2)
	defer cancel()
	if err := errors.Join(s.writeLastUsed(ctx), s.dropExpiredClaims(ctx), s.dropOldEmbedTokens(ctx)); err != nil {
		s.log.ErrorContext(ctx, "maintaining the store did not work", "error", err)
	}
}
