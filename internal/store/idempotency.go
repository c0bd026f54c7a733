package store

import (
	"context"
	"database/sql"
	"errors"
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

// An idempotency key is remembered for claimKept. A claim that is not completed within claimTime counts as left over.
const (
	claimKept = 24 * time.Hour
	claimTime = 5 * time.Minute
)

// maxIdempotencyKey bounds an idempotency key, in bytes.
const maxIdempotencyKey = 255

// Claim is what ClaimIdempotency found.
type Claim struct {
	State    ClaimState
	Response []byte // of ClaimDone

	workspace, key, id string
}

// ClaimIdempotency takes an idempotency key for a request, or tells what became of the one that has it. requestHash
// stands for everything that makes the request the same. Whoever gets ClaimNew must call CompleteIdempotency or
// ReleaseIdempotency; if that never happens, as after a crash, the key's state is ClaimUnknown until it is
// forgotten after 24 hours. A key that is empty, too long or not visible ASCII is invalid_input.
func (s *Store) ClaimIdempotency(ctx context.Context, workspace, key string, requestHash []byte) (Claim, error) {
	if key == "" || len(key) > maxIdempotencyKey || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return Claim{}, operations.Errorf(operations.CodeInvalidInput, "an idempotency key must be 1 to %d ASCII characters", maxIdempotencyKey)
	}
	const tries = 3 // the one who has the key may give it back between our two looks
	for range tries {
		claim, err := s.takeClaim(ctx, workspace, key, requestHash)
		if err != nil || claim.State == ClaimNew {
			return claim, err
		}
		claim, err = s.readClaim(ctx, claim, requestHash)
		if !errors.Is(err, sql.ErrNoRows) {
			return claim, err
		}
	}
	return Claim{}, operations.Errorf(operations.CodeConflict, "another request with the same idempotency key is under way; try again")
}

// takeClaim takes the key if it is free or forgotten by now; otherwise the claim's state is empty.
func (s *Store) takeClaim(ctx context.Context, workspace, key string, requestHash []byte) (Claim, error) {
	claim := Claim{workspace: workspace, key: key, id: ulid.Make().String()}
	now := s.now()
	result, err := s.write.ExecContext(ctx, `INSERT INTO idempotency
		(workspace, idempotency_key, request, claim, start, claimed, expires) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (workspace, idempotency_key) DO UPDATE SET request = excluded.request, claim = excluded.claim,
			start = excluded.start, claimed = excluded.claimed, expires = excluded.expires, response = NULL
		WHERE idempotency.expires <= excluded.claimed`,
		workspace, key, requestHash, claim.id, s.start, micros(now), micros(now.Add(claimKept)))
	if err != nil {
		return Claim{}, fault("claiming an idempotency key", err)
	}
	taken, err := result.RowsAffected()
	if err != nil {
		return Claim{}, fault("claiming an idempotency key", err)
	}
	if taken == 1 {
		claim.State = ClaimNew
	}
	return claim, nil
}

func (s *Store) readClaim(ctx context.Context, claim Claim, requestHash []byte) (Claim, error) {
	var request, response []byte
	var start string
	var claimed int64
	var isDone bool
	err := s.read.QueryRowContext(ctx,
		`SELECT request, start, claimed, response, response IS NOT NULL FROM idempotency WHERE workspace = ? AND idempotency_key = ?`,
		claim.workspace, claim.key).Scan(&request, &start, &claimed, &response, &isDone)
	if err != nil {
		return Claim{}, fault("reading an idempotency key", err)
	}
	switch {
	case string(request) != string(requestHash):
		return Claim{State: ClaimMismatch}, nil
	case isDone:
		return Claim{State: ClaimDone, Response: response}, nil
	case start != s.start || s.now().Sub(moment(claimed)) > claimTime:
		return Claim{State: ClaimUnknown}, nil
	default:
		return Claim{State: ClaimInFlight}, nil
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
	if _, err := s.write.ExecContext(ctx, statement, append(args, claim.workspace, claim.key, claim.id)...); err != nil {
		return fault("ending a claim on an idempotency key", err)
	}
	return nil
}

func (s *Store) dropExpiredClaims(ctx context.Context) error {
	if _, err := s.write.ExecContext(ctx, `DELETE FROM idempotency WHERE expires <= ?`, micros(s.now())); err != nil {
		return fault("forgetting old idempotency keys", err)
	}
	return nil
}
