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

// TestIdempotencyOfAnotherProcess: its claims are its own for as long as it lives, and left over once it is dead.
func TestIdempotencyOfAnotherProcess(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), newClock()
	former := openTest(t, dir, WithClock(now.now))
	s := openTest(t, dir, WithClock(now.now))
	left := claim(t, former, "w", "k", "h", ClaimNew)
	claim(t, s, "w", "k", "h", ClaimInFlight)
	for range 5 { // far longer than a dead process would be waited for
		now.advance(silentFor - time.Second)
		if err := former.beatOnce(); err != nil {
			t.Fatal(err)
		}
		claim(t, s, "w", "k", "h", ClaimInFlight)
	}
	now.advance(silentFor)
	claim(t, s, "w", "k", "h", ClaimInFlight)
	now.advance(time.Second) // it has crashed, or the machine stood still
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

// TestIdempotencyAfterAStop: a process that stops in order leaves nobody waiting.
func TestIdempotencyAfterAStop(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	former, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	claim(t, former, "w", "k", "h", ClaimNew)
	s := openTest(t, dir)
	claim(t, s, "w", "k", "h", ClaimInFlight)
	if err := former.Close(); err != nil {
		t.Fatal(err)
	}
	claim(t, s, "w", "k", "h", ClaimUnknown)
}

// TestIdleProcessesWriteNothing: only who holds claims says that it lives.
func TestIdleProcessesWriteNothing(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := openTest(t, t.TempDir(), WithClock(now.now))
	owners := func(want int) {
		t.Helper()
		var rows int
		if err := s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM idempotency_owners`).Scan(&rows); err != nil || rows != want {
			t.Errorf("%d owners (%v), want %d", rows, err, want)
		}
	}
	beat := func() {
		t.Helper()
		if err := s.beatOnce(); err != nil {
			t.Fatal(err)
		}
	}
	beat()
	owners(0)
	held := claim(t, s, "w", "k", "h", ClaimNew)
	owners(1)
	if err := s.ReleaseIdempotency(t.Context(), held); err != nil {
		t.Fatal(err)
	}
	now.advance(ownerKept)
	beat()
	s.maintainOnce()
	owners(0)
	claim(t, s, "w", "k", "h", ClaimNew)
	owners(1)
}

func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := openTest(t, t.TempDir(), WithClock(now.now), WithIdempotencyRetention(time.Hour))
	free := func(workspace, key string, want operations.Code) {
		t.Helper()
		err := s.FreeIdempotencyKey(t.Context(), workspace, key)
		if want == "" && err != nil {
			t.Fatal(err)
		}
		if want != "" {
			wantCode(t, err, want)
		}
	}
	state := func(key string, want ClaimState) {
		t.Helper()
		found, err := s.IdempotencyKey(t.Context(), "w", key)
		if err != nil || found.State != want || found.Key != key || found.Expires.Sub(found.Claimed) != time.Hour {
			t.Errorf("%s: %+v (%v), want %s", key, found, err, want)
		}
	}
	free("w", "k", operations.CodeNotFound)
	first := claim(t, s, "w", "k", "h", ClaimNew)
	state("k", ClaimInFlight)
	free("w", "k", operations.CodeConflict)
	free("w2", "k", operations.CodeNotFound)
	now.advance(claimTime + time.Second)
	state("k", ClaimUnknown)
	free("w", "k", "")
	second := claim(t, s, "w", "k", "h", ClaimNew)
	if err := s.CompleteIdempotency(t.Context(), first, []byte("of the first")); err != nil {
		t.Fatal(err)
	}
	claim(t, s, "w", "k", "h", ClaimInFlight) // the first has lost the key
	if err := s.CompleteIdempotency(t.Context(), second, []byte("done")); err != nil {
		t.Fatal(err)
	}
	state("k", ClaimDone)
	free("w", "k", "")
	claim(t, s, "w", "k", "another", ClaimNew)
	now.advance(time.Hour)
	free("w", "k", operations.CodeNotFound)
	_, err := s.IdempotencyKey(t.Context(), "w", "k")
	wantCode(t, err, operations.CodeNotFound)
	claim(t, s, "w", "k", "h", ClaimNew)
}

func TestShortestIdempotency(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := openTest(t, t.TempDir(), WithClock(now.now), WithIdempotencyRetention(time.Second))
	claim(t, s, "w", "k", "h", ClaimNew)
	now.advance(ShortestIdempotency - time.Second)
	claim(t, s, "w", "k", "h", ClaimInFlight)
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

func BenchmarkIdempotencyAtOnce(b *testing.B) {
	s := openTest(b, b.TempDir())
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c, err := s.ClaimIdempotency(b.Context(), "w", newID("k"), []byte("h"))
			if err == nil {
				err = s.CompleteIdempotency(b.Context(), c, []byte("{}"))
			}
			if err != nil {
				b.Error(err)
			}
		}
	})
}
