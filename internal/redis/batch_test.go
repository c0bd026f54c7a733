package redis

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/internal/redis/redistest"
	"github.com/patchbay/patchbay/operations"
)

// TestRunsTogether has requests of several buckets and something else travel in one trip: each is decided as if those before
// it had gone alone. The second time Redis has lost the scripts.
func TestRunsTogether(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testing.TB) (url string, servers []*redistest.Server){
		"one server": func(t testing.TB) (string, []*redistest.Server) {
			server := redistest.Start(t)
			return server.URL(), []*redistest.Server{server}
		},
		"cluster": func(t testing.TB) (string, []*redistest.Server) {
			cluster := redistest.StartCluster(t)
			return cluster.URL(), cluster.Servers
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, servers := start(t)
			l := startNodeAt(t, url)
			for _, prefix := range []string{"{first}", "{second}"} {
				for _, server := range servers {
					server.Do(t, "SCRIPT", "FLUSH")
				}
				runTogether(t, l, prefix)
			}
		})
	}
}

func runTogether(t *testing.T, l *Limiter, prefix string) {
	three := gateway.Bucket{Key: prefix + ":three", Name: "three", Limit: 3, Window: time.Hour}
	many := gateway.Bucket{Key: prefix + ":many", Name: "many", Limit: 1 << 30, Window: time.Hour}
	calls := gateway.Bucket{Key: "{elsewhere}:calls" + prefix, Name: "calls", Concurrent: 2}
	free := gateway.Bucket{Key: "{third}:free" + prefix, Name: "free"}
	wanted := [][]gateway.Bucket{{three, many}, {three}, {calls}, {free}, {many, three}, {three}, {calls}, {many}, {calls}, {three, many}}
	want := []cause{none, none, none, none, none, limit, none, none, tooMany, limit}
	var requests []*request
	var runs []*run
	for _, buckets := range wanted {
		r := l.open(t.Context(), buckets, operations.PriorityLive)
		requests, runs = append(requests, r), append(runs, l.encode(r, true, false))
	}
	pause := &run{name: "note", script: l.scripts.note, keys: []any{l.prefix + prefix + ":paused"}, args: []any{"pause", 3600_000_000, "a rest"}}
	l.travel(append(runs[:len(runs):len(runs)], pause)...)
	if pause.err != nil {
		t.Errorf("the pause: %v", pause.err)
	}
	got := make([]cause, len(runs))
	for i, r := range requests {
		v, err := r.read(&r.ask, true, false)
		if err != nil || v.granted != (v.first.why == none) {
			t.Errorf("request %d: %+v, %v", i, v, err)
		}
		got[i] = v.first.why
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what held up each (-want +got):\n%s", diff)
	}
	states, err := l.Inspect(t.Context(), []gateway.Bucket{three, many, calls, {Key: prefix + ":paused"}})
	if err != nil {
		t.Fatal(err)
	}
	if states[0].Left != 0 || states[1].Left != 1<<30-3 || states[2].UnderWay != 2 || states[3].Reason != "a rest" {
		t.Errorf("the buckets afterwards: %+v", states)
	}
}

// TestNobodyIsLeftBehind: when Redis dies, whoever waits for a trip goes on without it.
func TestNobodyIsLeftBehind(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	l := startNode(t, server)
	b := gateway.Bucket{Key: "{b}:hourly", Limit: 1 << 40, Window: time.Hour}
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for !l.health.degraded() {
				if _, err := l.Acquire(t.Context(), []gateway.Bucket{b}, operations.PriorityLive); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for {
		state, err := l.Inspect(t.Context(), []gateway.Bucket{b})
		if err != nil {
			t.Fatal(err)
		}
		if state[0].Left < 1<<40-1000 {
			break
		}
	}
	server.Kill()
	all.Wait()
	l.Close() // its upkeep travels too
	if l.trips.under != 0 || len(l.trips.waiting) != 0 {
		t.Errorf("%d trips are under way, and %d wait", l.trips.under, len(l.trips.waiting))
	}
}
