package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/patchbay/patchbay/operations"
)

// ClaimState tells what is known of a request by its idempotency key.
type ClaimState string

// The states.
const (
	ClaimNew      ClaimState = "new"       // nobody had the key: do the work, then complete or release the claim
	ClaimInFlight ClaimState = "in_flight" // the first request is being worked on
	ClaimDone     ClaimState = "done"      // Response is the first request's answer
	ClaimMismatch ClaimState = "mismatch"  // the key was used for another request
	ClaimUnknown  ClaimState = "unknown"   // the first request never ended: what it did is not known
)

const (
	claimKept = 24 * time.Hour // how long an idempotency key is remembered, unless the store is told otherwise
	// claimTime is after how long a claim that is not completed counts as left over, even if its process lives: no call
	// takes as long.
	claimTime = 5 * time.Minute
	// inFlightRetry is when to ask again for the answer of a call that is under way.
	inFlightRetry = 2 * time.Second
)

// ShortestIdempotency is the shortest time for which idempotency keys may be kept: as long as a call may be under way.
const ShortestIdempotency = claimTime

// WithIdempotencyRetention sets how long idempotency keys are remembered, at least ShortestIdempotency. The default is
// 24 hours.
func WithIdempotencyRetention(d time.Duration) Option {
	return func(s *Store) { s.claims.kept = max(d, ShortestIdempotency) }
}

// maxIdempotencyKey bounds an idempotency key, in bytes.
const maxIdempotencyKey = 255

// IsIdempotencyKey tells whether a text can be an idempotency key.
func IsIdempotencyKey(key string) bool {
	return key != "" && len(key) <= maxIdempotencyKey && !strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' })
}

// Claim is what ClaimIdempotency found.
type Claim struct {
	State    ClaimState
	Response []byte // of ClaimDone

	workspace, key, id string
}

// ClaimIdempotency takes an idempotency key for a request, or tells what became of the one that has it. requestHash
// stands for everything that makes the request the same. Whoever gets ClaimNew must call CompleteIdempotency or
// ReleaseIdempotency; if that never happens, as after a crash, the key's state is ClaimUnknown until it is freed or
// forgotten. A key that is empty, too long or not visible ASCII is invalid_input.
func (s *Store) ClaimIdempotency(ctx context.Context, workspace, key string, requestHash []byte) (Claim, error) {
	if !IsIdempotencyKey(key) {
		return Claim{}, operations.Errorf(operations.CodeInvalidInput, "an idempotency key must be 1 to %d ASCII characters", maxIdempotencyKey)
	}
	claim := Claim{workspace: workspace, key: key, id: ulid.Make().String()}
	now := s.now()
	beats := s.claims.due(now)
	err := s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		taken, err := s.takeClaim(ctx, tx, claim, requestHash, now)
		if err != nil {
			return err
		}
		if !taken {
			return s.readRival(ctx, tx, &claim, requestHash)
		}
		if claim.State = ClaimNew; beats {
			return s.beat(ctx, tx, now)
		}
		return nil
	})
	if err != nil {
		return Claim{}, fmt.Errorf("claiming an idempotency key: %w", err)
	}
	if claim.State == ClaimNew {
		s.claims.open.Add(1)
		if beats {
			s.claims.beaten.Store(micros(now))
		}
	}
	return claim, nil
}

// readRival tells of the claim that has the key.
func (s *Store) readRival(ctx context.Context, tx *sql.Tx, claim *Claim, requestHash []byte) error {
	row, err := readClaim(ctx, tx, claim.workspace, claim.key)
	if err != nil {
		return err
	}
	claim.State = s.stateOf(row)
	if string(row.request) != string(requestHash) {
		claim.State = ClaimMismatch
	}
	if claim.State == ClaimDone {
		claim.Response = row.response
	}
	return nil
}

// takeClaim takes the key if it is free or forgotten by now.
func (s *Store) takeClaim(ctx context.Context, tx *sql.Tx, claim Claim, requestHash []byte, now time.Time) (bool, error) {
	result, err := tx.ExecContext(ctx, `INSERT INTO idempotency
		(workspace, idempotency_key, request, claim, start, claimed, expires) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (workspace, idempotency_key) DO UPDATE SET request = excluded.request, claim = excluded.claim,
			start = excluded.start, claimed = excluded.claimed, expires = excluded.expires, response = NULL
		WHERE idempotency.expires <= excluded.claimed`,
		claim.workspace, claim.key, requestHash, claim.id, s.start, micros(now), micros(now.Add(s.claims.kept)))
	if err != nil {
		return false, err
	}
	taken, err := result.RowsAffected()
	return taken == 1, err
}

// claimRow is what is stored of a claim.
type claimRow struct {
	id, start         string
	request, response []byte
	claimed, expires  int64
	isDone            bool
	beat              sql.Null[int64] // of the process that has it
}

func readClaim(ctx context.Context, from querier, workspace, key string) (claimRow, error) {
	var row claimRow
	err := from.QueryRowContext(ctx, `SELECT claim, i.start, request, response, response IS NOT NULL, claimed, expires, beat
		FROM idempotency i LEFT JOIN idempotency_owners o ON o.start = i.start WHERE workspace = ? AND idempotency_key = ?`, workspace, key).
		Scan(&row.id, &row.start, &row.request, &row.response, &row.isDone, &row.claimed, &row.expires, &row.beat)
	return row, err
}

func (s *Store) stateOf(row claimRow) ClaimState {
	now := s.now()
	lives := row.start == s.start || row.beat.Valid && now.Sub(moment(row.beat.V)) <= silentFor
	switch {
	case row.isDone:
		return ClaimDone
	case lives && now.Sub(moment(row.claimed)) <= claimTime:
		return ClaimInFlight
	default:
		return ClaimUnknown
	}
}

// CompleteIdempotency stores the answer of the request that had ClaimNew, for all that come again with the key.
func (s *Store) CompleteIdempotency(ctx context.Context, claim Claim, response []byte) error {
	if response == nil {
		response = []byte{}
	}
	return s.endClaim(ctx, claim, `UPDATE idempotency SET response = ? WHERE workspace = ? AND idempotency_key = ? AND claim = ?`, response)
}

// ReleaseIdempotency gives the key of a ClaimNew back. It is for a request that surely did nothing.
func (s *Store) ReleaseIdempotency(ctx context.Context, claim Claim) error {
	return s.endClaim(ctx, claim, `DELETE FROM idempotency WHERE workspace = ? AND idempotency_key = ? AND claim = ?`)
}

func (s *Store) endClaim(ctx context.Context, claim Claim, statement string, args ...any) error {
	if claim.State != ClaimNew {
		return fmt.Errorf("ending a claim on an idempotency key: it is %q, not ours", claim.State)
	}
	s.claims.open.Add(-1)
	err := s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statement, append(args, claim.workspace, claim.key, claim.id)...)
		return err
	})
	if err != nil {
		return fmt.Errorf("ending a claim on an idempotency key: %w", err)
	}
	return nil
}
