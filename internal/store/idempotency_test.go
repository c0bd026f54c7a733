package store

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations"
)

func claim(t *testing.T, s *Store, workspace, key, hash string, want ClaimState) Claim {
	t.Helper()
	c, err := s.ClaimIdempotency(t.Context(), workspace, key, []byte(hash))
	if err != nil || c.State != want {
		t.Errorf("claiming %s/%s: got %q (%v), want %q", workspace, key, c.State, err, want)
	}
	return c
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	first := claim(t, s, "w", "k", "h", ClaimNew)
	claim(t, s, "w", "k", "h", ClaimInFlight)
	claim(t, s, "w", "k", "other", ClaimMismatch)
	claim(t, s, "w2", "k", "h", ClaimNew)
	claim(t, s, "w", "k2", "h", ClaimNew)
	if err := s.CompleteIdempotency(t.Context(), first, []byte("answer")); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, s, "w", "k", "h", ClaimDone); string(got.Response) != "answer" {
		t.Errorf("answer %q", got.Response)
	}
	claim(t, s, "w", "k", "other", ClaimMismatch)
}

func TestIdempotencyRelease(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	first := claim(t, s, "w", "k", "h", ClaimNew)
	if err := s.ReleaseIdempotency(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	second := claim(t, s, "w", "k", "other request", ClaimNew)
	// The first is not the owner any more: it can neither end nor answer the second's claim.
	if err := s.ReleaseIdempotency(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if err := s.CompleteIdempotency(t.Context(), first, []byte("wrong")); err != nil {
		t.Fatal(err)
	}
	inFlight := claim(t, s, "w", "k", "other request", ClaimInFlight)
	if err := s.CompleteIdempotency(t.Context(), inFlight, nil); err == nil {
		t.Error("a claim that was not ours could be completed")
	}
	if err := s.CompleteIdempotency(t.Context(), second, nil); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, s, "w", "k", "other request", ClaimDone); len(got.Response) != 0 {
		t.Errorf("answer %q, want an empty one", got.Response)
	}
}

func TestIdempotencyAfterACrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	former := openTest(t, dir)
	left := claim(t, former, "w", "k", "h", ClaimNew)
	s := openTest(t, dir)
	claim(t, s, "w", "k", "h", ClaimUnknown)
	claim(t, s, "w", "k", "other", ClaimMismatch)
	// Had it not crashed after all, its answer counts.
	if err := former.CompleteIdempotency(t.Context(), left, []byte("late")); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, s, "w", "k", "h", ClaimDone); string(got.Response) != "late" {
		t.Errorf("answer %q", got.Response)
	}
}

func TestIdempotencyAges(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := openTest(t, t.TempDir(), WithClock(now.now))
	claim(t, s, "w", "k", "h", ClaimNew)
	done := claim(t, s, "w", "done", "h", ClaimNew)
	if err := s.CompleteIdempotency(t.Context(), done, []byte("x")); err != nil {
		t.Fatal(err)
	}
	now.advance(claimTime)
	claim(t, s, "w", "k", "h", ClaimInFlight)
	now.advance(time.Second)
	claim(t, s, "w", "k", "h", ClaimUnknown)
	now.advance(claimKept - claimTime - 2*time.Second)
	claim(t, s, "w", "k", "h", ClaimUnknown)
	claim(t, s, "w", "done", "h", ClaimDone)
	s.maintainOnce()
	claim(t, s, "w", "done", "h", ClaimDone)
	now.advance(time.Second)
	claim(t, s, "w", "k", "another", ClaimNew) // forgotten, though not yet removed
	s.maintainOnce()
	var rows int
	if err := s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM idempotency`).Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d rows (%v), want only the new claim", rows, err)
	}
}

func TestIdempotencyHasOneWinner(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	const rivals = 16
	states := make([]ClaimState, rivals)
	var group sync.WaitGroup
	for i := range rivals {
		group.Go(func() {
			c, err := s.ClaimIdempotency(t.Context(), "w", "k", []byte("h"))
			if err != nil {
				t.Error(err)
			}
			states[i] = c.State
		})
	}
	group.Wait()
	winners := 0
	for _, state := range states {
		switch state {
		case ClaimNew:
			winners++
		case ClaimInFlight:
		default:
			t.Errorf("state %q", state)
		}
	}
	if winners != 1 {
		t.Errorf("%d winners, want 1", winners)
	}
}

func TestIdempotencyKeyBounds(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	for _, key := range []string{"", strings.Repeat("k", 256), "a\nb", "é"} {
		_, err := s.ClaimIdempotency(t.Context(), "w", key, nil)
		wantCode(t, err, operations.CodeInvalidInput)
	}
	claim(t, s, "w", strings.Repeat("k", 255), "h", ClaimNew)
}

func BenchmarkIdempotency(b *testing.B) {
	s := openTest(b, b.TempDir())
	for b.Loop() {
		c, err := s.ClaimIdempotency(b.Context(), "w", newID("k"), []byte("h"))
		if err != nil {
			b.Fatal(err)
		}
		if err := s.CompleteIdempotency(b.Context(), c, []byte("{}")); err != nil {
			b.Fatal(err)
		}
	}
}
