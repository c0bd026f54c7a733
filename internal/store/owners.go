package store

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
	"time"
)

// A process that has claims open says every beatEvery that it lives. One that was silent for silentFor counts as dead,
// and its open claims as left over.
const (
	beatEvery = 5 * time.Second
	silentFor = 4 * beatEvery
	ownerKept = time.Hour // a dead process is remembered for so long
)

// claims is what this process knows of its own claims on idempotency keys.
type claims struct {
	kept   time.Duration
	open   atomic.Int64
	beaten atomic.Int64 // when it last said that it lives, microseconds since 1970; 0: never
}

// due tells whether the process should say again that it lives.
func (c *claims) due(now time.Time) bool { return now.Sub(moment(c.beaten.Load())) >= beatEvery/2 }

// beat says that the process lives. It counts once the transaction is committed.
func (s *Store) beat(ctx context.Context, tx *sql.Tx, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO idempotency_owners (start, beat) VALUES (?, ?)
		ON CONFLICT (start) DO UPDATE SET beat = excluded.beat`, s.start, micros(now))
	return err
}

// beats says that the process lives for as long as it has claims open, until the store closes.
func (s *Store) beats() {
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-ticker.C:
			if err := s.beatOnce(); err != nil {
				s.log.Error("saying that claims are still held did not work", "error", err)
			}
		}
	}
}

func (s *Store) beatOnce() error {
	if s.claims.open.Load() <= 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), beatEvery)
	defer cancel()
	now := s.now()
	if err := s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.beat(ctx, tx, now) }); err != nil {
		return err
	}
	s.claims.beaten.Store(micros(now))
	return nil
}

// resign tells that this process has ended, so that nobody waits for the claims that it leaves.
func (s *Store) resign(ctx context.Context) error {
	if s.claims.beaten.Load() == 0 {
		return nil
	}
	if _, err := s.write.ExecContext(ctx, `DELETE FROM idempotency_owners WHERE start = ?`, s.start); err != nil {
		return fault("giving claims up", err)
	}
	return nil
}

// dropExpiredClaims forgets claims whose time is over, and processes that are long dead.
func (s *Store) dropExpiredClaims(ctx context.Context) error {
	now := s.now()
	_, errClaims := s.write.ExecContext(ctx, `DELETE FROM idempotency WHERE expires <= ?`, micros(now))
	_, errOwners := s.write.ExecContext(ctx, `DELETE FROM idempotency_owners WHERE beat <= ?`, micros(now.Add(-ownerKept)))
	if err := errors.Join(errClaims, errOwners); err != nil {
		return fault("forgetting old idempotency keys", err)
	}
	return nil
}
