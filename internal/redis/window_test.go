package redis

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/internal/redis/redistest"
	"github.com/patchbay/patchbay/operations"
)

// TestNoWindowHoldsMoreThanTheLimit has three nodes take all they can, and looks at when the server gave it out.
func TestNoWindowHoldsMoreThanTheLimit(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	for name, spec := range map[string]gateway.Bucket{
		"all at once": {Key: "{w}:once", Limit: 20, Window: 100 * time.Millisecond},
		"burst":       {Key: "{w}:burst", Limit: 40, Burst: 5, Window: 200 * time.Millisecond},
		"one":         {Key: "{w}:one", Limit: 1, Window: 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			given := giveOut(t, server, spec, max(3*spec.Limit, 25))
			first := 0
			for i, at := range given {
				for given[first] <= at-spec.Window.Microseconds() {
					first++
				}
				if n := i - first + 1; n > spec.Limit {
					t.Fatalf("%d places of %d in %s", n, spec.Limit, spec.Window)
				}
			}
			for i := spec.Burst; spec.Burst > 0 && i < len(given); i++ {
				if spacing := (spec.Window / time.Duration(spec.Limit)).Microseconds(); given[i]-given[i-spec.Burst] < spacing {
					t.Fatalf("%d places within %d us", spec.Burst+1, given[i]-given[i-spec.Burst])
				}
			}
		})
	}
}

// giveOut has nodes take so many places, and tells when they were given out by the server's clock.
func giveOut(t *testing.T, server *redistest.Server, spec gateway.Bucket, places int) []int64 {
	var all sync.WaitGroup
	var nodes []*Limiter
	var wanted atomic.Int64
	for range 3 {
		l := startNode(t, server)
		nodes = append(nodes, l)
		for range 8 {
			all.Go(func() {
				for wanted.Add(1) <= int64(places) {
					if _, err := l.Acquire(t.Context(), []gateway.Bucket{spec}, operations.Priority(rand.IntN(3))); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	all.Wait()
	var given []int64
	forgotten := 0 // since their window is over
	for _, l := range nodes {
		ledger := l.books[spec.Key].given
		forgotten += ledger.dropped
		for _, e := range ledger.entries {
			given = append(given, slices.Repeat([]int64{e.at}, int(e.n))...)
		}
	}
	if slices.Sort(given); forgotten+len(given) != places {
		t.Fatalf("%d places are remembered and %d forgotten, of %d", len(given), forgotten, places)
	}
	return given
}

func startNode(t *testing.T, server *redistest.Server) *Limiter {
	t.Helper()
	return startNodeAt(t, server.URL())
}

func startNodeAt(t *testing.T, url string) *Limiter {
	t.Helper()
	client, err := Open(t.Context(), url, Options{Timeout: 20 * time.Second, DialTimeout: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	l := NewLimiter(client, LimiterOptions{Slow: 20 * time.Second, Nodes: 1})
	t.Cleanup(func() { l.Close(); _ = client.Close() })
	return l
}

// TestAWorsePriorityGivesWay: while one node is known to wait for a place, those of a worse priority on another do not
// take it. When it has come for it they do.
func TestAWorsePriorityGivesWay(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	one, two := startNode(t, server), startNode(t, server)
	one.grace = time.Hour
	b := gateway.Bucket{Key: "{p}:calls", Name: "calls", Concurrent: 1}
	ask := func(l *Limiter, p operations.Priority) (*request, verdict) {
		r := l.open(t.Context(), []gateway.Bucket{b}, p)
		r.settled = true
		return r, l.decide(r)
	}
	first, v := ask(two, operations.PriorityLive)
	if !v.granted {
		t.Fatalf("the first: %+v", v)
	}
	if _, v := ask(one, operations.PriorityDDL); v.granted || v.first.why != tooMany {
		t.Fatalf("a second of one: %+v", v)
	}
	two.release(first.lease)
	two.awaitReleases()
	if _, v := ask(two, operations.PriorityBulk); v.granted || v.first.why != yield {
		t.Errorf("bulk did not give way to DDL: %+v", v)
	}
	waited, v := ask(one, operations.PriorityDDL)
	if !v.granted {
		t.Errorf("who waited: %+v", v)
	}
	one.release(waited.lease)
	one.awaitReleases()
	if _, v := ask(two, operations.PriorityBulk); !v.granted {
		t.Errorf("bulk afterwards: %+v", v)
	}
}
