package gateway

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

// line starts requests one after another, each with a name, and tells when they were served.
type line struct {
	limiter *MemoryLimiter
	start   time.Time
	mu      sync.Mutex
	served  []string
	all     sync.WaitGroup
}

func newLine(options MemoryLimiterOptions) *line {
	return &line{limiter: NewMemoryLimiter(options), start: time.Now()}
}

func (l *line) join(ctx context.Context, name string, priority operations.Priority, buckets ...Bucket) {
	l.all.Go(func() {
		_, err := l.limiter.Acquire(ctx, buckets, priority)
		l.mu.Lock()
		defer l.mu.Unlock()
		if err != nil {
			name += " " + string(operations.AsError(err).Code)
		}
		l.served = append(l.served, fmt.Sprintf("%s %s", name, time.Since(l.start)))
	})
	synctest.Wait()
}

func (l *line) check(t *testing.T, want ...string) {
	t.Helper()
	l.all.Wait()
	slices.Sort(want) // at one moment goroutines run in any order
	slices.Sort(l.served)
	if diff := cmp.Diff(want, l.served); diff != "" {
		t.Errorf("served (-want +got):\n%s", diff)
	}
	l.limiter.mu.Lock()
	defer l.limiter.mu.Unlock()
	for key, b := range l.limiter.buckets {
		if b.waits() {
			t.Errorf("somebody is left in the line of %s", key)
		}
	}
	if l.limiter.waiting != 0 {
		t.Errorf("%d are said to wait", l.limiter.waiting)
	}
}

const (
	live = operations.PriorityLive
	ddl  = operations.PriorityDDL
	bulk = operations.PriorityBulk
)

func TestLineIsServedByPriorityThenInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, one := newLine(MemoryLimiterOptions{}), Bucket{Key: "one", Limit: 1, Window: time.Second}
		ctx := t.Context()
		l.join(ctx, "first", live, one)
		l.join(ctx, "bulk a", bulk, one)
		l.join(ctx, "ddl a", ddl, one)
		l.join(ctx, "live a", live, one)
		l.join(ctx, "bulk b", bulk, one)
		l.join(ctx, "live b", live, one)
		l.join(ctx, "ddl b", ddl, one)
		l.check(t, "first 0s", "live a 1s", "live b 2s", "ddl a 3s", "ddl b 4s", "bulk a 5s", "bulk b 6s")
	})
}

func TestOnePauseHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLine(MemoryLimiterOptions{})
		ctx, shared, own := t.Context(), Bucket{Key: "shared", Limit: 2, Window: time.Second}, Bucket{Key: "own", Limit: 9, Window: time.Second}
		l.limiter.Pause(ctx, Pause{Key: own.Key, Until: time.Now().Add(3 * time.Second)})
		l.join(ctx, "paused a", live, shared, own)
		l.join(ctx, "paused b", live, shared, own)
		for _, name := range []string{"a", "b", "c", "d"} {
			l.join(ctx, name, live, shared)
		}
		l.check(t, "a 0s", "b 0s", "c 1s", "d 1s", "paused a 3s", "paused b 3s")
	})
}

// TestBlockedByTurns has a request wait for a bucket that fills up again while it waits for another.
func TestBlockedByTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLine(MemoryLimiterOptions{})
		ctx, x, y := t.Context(), Bucket{Key: "x", Limit: 1, Window: 3 * time.Second}, Bucket{Key: "y", Limit: 1, Window: 2 * time.Second}
		l.join(ctx, "y", live, y)
		l.join(ctx, "both", live, x, y)
		time.Sleep(time.Second)
		l.join(ctx, "x", live, x)
		l.check(t, "y 0s", "x 1s", "both 4s")
	})
}

func TestNewcomersDoNotOvertake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, one := newLine(MemoryLimiterOptions{}), Bucket{Key: "one", Limit: 1, Window: time.Second}
		ctx := t.Context()
		l.join(ctx, "first", live, one)
		l.join(ctx, "second", live, one)
		l.limiter.mu.Lock() // as if its timer were late
		l.limiter.buckets["one"].timer.Stop()
		l.limiter.mu.Unlock()
		time.Sleep(time.Second)
		l.join(ctx, "newcomer", live, one)
		l.check(t, "first 0s", "second 1s", "newcomer 2s")
	})
}

func TestBulkDoesNotStarveLive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, ten := newLine(MemoryLimiterOptions{}), Bucket{Key: "ten", Limit: 10, Window: time.Second}
		for i := range 20 {
			l.join(t.Context(), fmt.Sprint("bulk ", i), bulk, ten)
		}
		for i := range 2 {
			l.join(t.Context(), fmt.Sprint("live ", i), live, ten)
		}
		l.all.Wait()
		if !slices.Contains(l.served, "live 0 0s") || !slices.Contains(l.served, "live 1 0s") {
			t.Errorf("live was not served at once: %v", l.served)
		}
	})
}

func TestWaitsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLine(MemoryLimiterOptions{
			MaxWait: map[operations.Priority]time.Duration{live: 3 * time.Second, ddl: 0}, MaxWaiting: 4,
		})
		ctx, one := t.Context(), Bucket{Key: "one", Limit: 1, Window: time.Second}
		l.join(ctx, "first", live, one)
		l.join(ctx, "ddl", ddl, one)
		for _, name := range []string{"a", "b", "c", "too late"} {
			l.join(ctx, name, live, one)
		}
		l.join(ctx, "bulk", bulk, one)
		l.join(ctx, "too many", bulk, one)
		l.check(t, "first 0s", "ddl rate_limited 0s", "too late rate_limited 0s", "too many rate_limited 0s",
			"a 1s", "b 2s", "c 3s", "bulk 4s")
	})
}

func TestLeavingTheLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, one := newLine(MemoryLimiterOptions{}), Bucket{Key: "one", Limit: 1, Window: 2 * time.Second}
		ctx, cancel := context.WithCancel(t.Context())
		late, cancelLate := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancelLate()
		l.join(t.Context(), "first", live, one)
		l.join(ctx, "leaves", live, one)
		l.join(late, "late", live, one)
		time.Sleep(time.Second)
		l.limiter.Pause(t.Context(), Pause{Key: one.Key, Until: time.Now().Add(6 * time.Second)})
		cancel()
		synctest.Wait()
		l.join(t.Context(), "last", live, one)
		l.check(t, "first 0s", "leaves canceled 1s", "late rate_limited 1s", "last 7s")
	})
}

func TestPauseOfABucketWithoutALimitReachesThoseInLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLine(MemoryLimiterOptions{})
		ctx, one, free := t.Context(), Bucket{Key: "one", Limit: 1, Window: time.Second}, Bucket{Key: "free"}
		l.join(ctx, "first", live, one, free)
		l.join(ctx, "second", live, one, free)
		l.limiter.Pause(ctx, Pause{Key: free.Key, Until: time.Now().Add(4 * time.Second)})
		l.check(t, "first 0s", "second 4s")
	})
}

func TestBucketsAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewMemoryLimiter(MemoryLimiterOptions{MaxBuckets: 50})
		take := func(key string, window time.Duration) {
			if _, err := l.Acquire(t.Context(), []Bucket{{Key: key, Limit: 1, Window: window}}, live); err != nil {
				t.Errorf("%s: %v", key, err)
			}
		}
		for i := range 200 {
			take(fmt.Sprint("busy", i), time.Hour)
		}
		if n := len(l.buckets); n > 50 || n < 40 {
			t.Errorf("%d buckets are remembered, want about 50", n)
		}
		time.Sleep(time.Hour)
		for i := range 100 {
			take(fmt.Sprint("brief", i), time.Nanosecond)
			time.Sleep(time.Microsecond)
		}
		if n := len(l.buckets); n > 5 {
			t.Errorf("%d buckets are remembered, though all but one are idle", n)
		}
	})
}

func TestAChangedLimitCounts(t *testing.T) {
	t.Parallel()
	l := NewMemoryLimiter(MemoryLimiterOptions{})
	for _, limit := range []int{1, 3} {
		for i := range limit + 1 {
			_, err := l.Acquire(t.Context(), []Bucket{{Key: "key", Limit: limit, Window: time.Hour}}, live)
			if refused := err != nil; refused != (i == limit) {
				t.Errorf("limit %d, place %d: %v", limit, i, err)
			}
		}
	}
}

func BenchmarkMemoryLimiter(b *testing.B) {
	l := NewMemoryLimiter(MemoryLimiterOptions{})
	buckets := []Bucket{
		{Key: "{a}:second", Limit: 1 << 40, Window: time.Second}, {Key: "{a}:hour", Limit: 1 << 40, Window: time.Hour},
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.Acquire(b.Context(), buckets, live); err != nil {
			b.Fatal(err)
		}
	}
}
