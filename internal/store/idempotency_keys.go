package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// IdempotencyKey is what is known of an idempotency key that is in use: in_flight, done or unknown.
type IdempotencyKey struct {
	Key     string     `json:"key"`
	State   ClaimState `json:"state"`
	Claimed time.Time  `json:"claimed"`
	Expires time.Time  `json:"expires"` // when it is forgotten
}

// IdempotencyKey looks an idempotency key up. One that is free is not_found.
func (s *Store) IdempotencyKey(ctx context.Context, workspace, key string) (IdempotencyKey, error) {
	row, err := s.usedKey(ctx, s.read, workspace, key)
	if err != nil {
		return IdempotencyKey{}, err
	}
	return IdempotencyKey{Key: key, State: s.stateOf(row), Claimed: moment(row.claimed), Expires: moment(row.expires)}, nil
}

func (s *Store) usedKey(ctx context.Context, from querier, workspace, key string) (claimRow, error) {
	row, err := readClaim(ctx, from, workspace, key)
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && moment(row.expires).Compare(s.now()) <= 0:
		return claimRow{}, operations.Errorf(operations.CodeNotFound, "there is no such idempotency key; it is free")
	case err != nil:
		return claimRow{}, fault("reading an idempotency key", err)
	}
	return row, nil
}

// FreeIdempotencyKey forgets an idempotency key, so that the next request with it is carried out. Errors: not_found for
// one that is free, conflict while its request is under way.
func (s *Store) FreeIdempotencyKey(ctx context.Context, workspace, key string) error {
	err := s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		row, err := s.usedKey(ctx, tx, workspace, key)
		if err != nil {
			return err
		}
		if s.stateOf(row) == ClaimInFlight {
			return InFlight("the call with this idempotency key is still under way; free the key when it is done")
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM idempotency WHERE workspace = ? AND idempotency_key = ?`, workspace, key)
		return err
	})
	if err != nil {
		return fmt.Errorf("freeing an idempotency key: %w", err)
	}
	return nil
}

// InFlight is the error for what has to wait for the end of a call with the same idempotency key. It says when to ask
// again.
func InFlight(detail string) *operations.Error {
	return &operations.Error{Code: operations.CodeConflict, Detail: detail, RetryAfter: inFlightRetry}
}
