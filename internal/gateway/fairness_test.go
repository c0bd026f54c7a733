package gateway

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// turns has requests of some classes always in line for a bucket, n of each, and gives the order they were served in.
func turns(t *testing.T, b Bucket, places int, classes ...operations.Priority) (served []operations.Priority) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		defer all.Wait()
		defer cancel()
		limiter := NewMemoryLimiter(MemoryLimiterOptions{})
		given := make(chan operations.Priority)
		for _, priority := range classes {
			for range 20 {
				all.Go(func() {
					for ctx.Err() == nil {
						if _, err := limiter.Acquire(ctx, []Bucket{b}, priority); err != nil {
							time.Sleep(time.Millisecond)
							continue
						}
						select {
						case given <- priority:
						case <-ctx.Done():
						}
					}
				})
			}
		}
		for range places {
			served = append(served, <-given)
		}
	})
	return served
}

// TestNobodyStarves: under constant load of better classes each class has one of EveryTurn places.
func TestNobodyStarves(t *testing.T) {
	t.Parallel()
	for _, b := range []Bucket{
		{Key: "spaced", Limit: 10, Burst: 1, Window: time.Second}, {Key: "window", Limit: 10, Window: time.Second},
	} {
		for _, classes := range [][]operations.Priority{{live, ddl}, {live, bulk}, {ddl, bulk}, {live, ddl, bulk}} {
			served := turns(t, b, 500, classes...)[100:]
			for _, priority := range classes[1:] {
				n := len(slices.DeleteFunc(slices.Clone(served), func(p operations.Priority) bool { return p != priority }))
				if least, most := 400/EveryTurn-1, 2*400/EveryTurn; n < least || n > most {
					t.Errorf("%s %v: class %d had %d of 400 places, want %d to %d", b.Key, classes, priority, n, least, most)
				}
			}
		}
	}
}

// TestBulkHasItsTurnBesideNewcomers: live requests that need not wait leave bulk its turn too, at once.
func TestBulkHasItsTurnBesideNewcomers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, busy := newLine(MemoryLimiterOptions{}), Bucket{Key: "busy", Limit: 100, Window: 50 * time.Second}
		for range 80 {
			l.join(t.Context(), "before", bulk, busy)
		}
		l.served = nil
		l.join(t.Context(), "bulk", bulk, busy)
		time.Sleep(time.Second)
		for range EveryTurn {
			l.join(t.Context(), "live", live, busy)
		}
		if !slices.Contains(l.served, "bulk 1s") || len(l.served) != EveryTurn+1 {
			t.Errorf("served %v", l.served)
		}
	})
}

// TestALongLineIsNoReasonToRefuseOthers: DDL has its turn within its bound, whatever waits before it.
func TestALongLineIsNoReasonToRefuseOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, ten := newLine(MemoryLimiterOptions{}), Bucket{Key: "ten", Limit: 10, Window: time.Second}
		for range 110 {
			l.join(t.Context(), "live", live, ten)
		}
		l.join(t.Context(), "ddl", ddl, ten)
		l.all.Wait()
		if !slices.Contains(l.served, "ddl 1s") {
			t.Errorf("served %v", l.served)
		}
	})
}

// TestOthersTurnsAreForeseen: who would come too late because others have their turn before is told so at once.
func TestOthersTurnsAreForeseen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLine(MemoryLimiterOptions{MaxWait: map[operations.Priority]time.Duration{live: 15 * time.Second, ddl: time.Minute}})
		ctx, one := t.Context(), Bucket{Key: "one", Limit: 1, Window: time.Second}
		want := []string{"ddl 14s", "bulk 15s", "late rate_limited 0s"}
		for i := range 14 {
			l.join(ctx, fmt.Sprint("live", i), live, one)
			want = append(want, fmt.Sprintf("live%d %ds", i, i))
		}
		l.join(ctx, "ddl", ddl, one)
		l.join(ctx, "bulk", bulk, one)
		l.join(ctx, "late", live, one)
		l.check(t, want...)
	})
}

func TestPlacesGivenBackGoByPriority(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, two := newLine(MemoryLimiterOptions{}), Bucket{Key: "two", Concurrent: 2}
		one, err := l.limiter.Acquire(t.Context(), []Bucket{two}, live)
		if err != nil {
			t.Fatal(err)
		}
		another, err := l.limiter.Acquire(t.Context(), []Bucket{two}, live)
		if err != nil {
			t.Fatal(err)
		}
		l.join(t.Context(), "bulk", bulk, two)
		l.join(t.Context(), "ddl", ddl, two)
		l.join(t.Context(), "live", live, two)
		time.Sleep(time.Second)
		one.Release()
		time.Sleep(time.Second)
		another.Release()
		time.Sleep(2 * time.Second)
		l.limiter.mu.Lock()
		held := l.limiter.buckets["two"].underWay
		l.limiter.mu.Unlock()
		if held != 2 {
			t.Errorf("%d places of two are held", held)
		}
		l.check(t, "live 1s", "ddl 2s", "bulk rate_limited 1m0s")
	})
}

func TestWaitForAPlaceGivenBackIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, one := newLine(MemoryLimiterOptions{}), Bucket{Key: "one", Concurrent: 1}
		l.join(t.Context(), "first", live, one)
		ctx, cancel := context.WithCancel(t.Context())
		l.join(t.Context(), "live", live, one)
		l.join(t.Context(), "ddl", ddl, one)
		l.join(ctx, "leaves", live, one)
		time.Sleep(time.Second)
		cancel()
		l.check(t, "first 0s", "leaves canceled 1s", "ddl rate_limited 5s", "live rate_limited 30s")
	})
}

// TestBucketsInUseAreNotForgotten: a place that is held counts, however many buckets come.
func TestBucketsInUseAreNotForgotten(t *testing.T) {
	t.Parallel()
	l := NewMemoryLimiter(MemoryLimiterOptions{MaxBuckets: 10})
	one := Bucket{Key: "one", Concurrent: 1}
	if _, err := l.Acquire(t.Context(), []Bucket{one}, live); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if _, err := l.Acquire(t.Context(), []Bucket{{Key: fmt.Sprint(i), Limit: 1, Window: time.Hour}}, live); err != nil {
			t.Fatal(err)
		}
	}
	states, err := l.Inspect(t.Context(), []Bucket{one})
	if err != nil || states[0].UnderWay != 1 || states[0].Left != 0 {
		t.Errorf("%+v, %v", states, err)
	}
}

func TestThoseWhomAPauseHeldUpAreSpread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, free := newLine(MemoryLimiterOptions{Spread: time.Second}), Bucket{Key: "free"}
		l.limiter.Pause(t.Context(), Pause{Key: "free", Until: time.Now().Add(2 * time.Second)})
		for i := range 20 {
			l.join(t.Context(), fmt.Sprint(i), live, free)
		}
		l.all.Wait()
		times := map[string]bool{}
		for _, s := range l.served {
			_, at, _ := strings.Cut(s, " ")
			took, err := time.ParseDuration(at)
			if err != nil || took < 2*time.Second || took >= 3*time.Second {
				t.Errorf("served at %s", s)
			}
			times[at] = true
		}
		if len(times) < 10 {
			t.Errorf("20 requests went at %d times", len(times))
		}
	})
}
