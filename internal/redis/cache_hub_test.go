package redis_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/internal/redis"
	"github.com/patchbay/patchbay/internal/redis/redistest"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

type nowhere struct{}

func (nowhere) Client(operations.Target) operations.Doer { return nowhere{} }
func (nowhere) Do(*http.Request) (*http.Response, error) { return nil, http.ErrServerClosed }

// channels is a connector that lists its channels, which takes a while, and makes one.
type channels struct {
	runs, running, atOnce atomic.Int64
	takes                 time.Duration
	refuse                atomic.Bool
}

func (s *channels) connector() operations.Connector {
	list := ddl.Whole(operations.Spec{Name: "list_channels_ddl", Resource: "channel"},
		func(ctx context.Context, _ *operations.Call, _ ddl.Input) ([]ddl.Option, bool, error) {
			s.runs.Add(1)
			if s.running.Add(1) > 1 {
				s.atOnce.Add(1)
			}
			defer s.running.Add(-1)
			select {
			case <-ctx.Done():
			case <-time.After(s.takes):
			}
			if s.refuse.Load() {
				return nil, false, &operations.Error{Code: operations.CodeUpstreamFailed, Detail: "the service is busy", RetryAfter: time.Hour}
			}
			return []ddl.Option{{Text: "general", Value: "C1"}, {Text: "random", Value: "C2"}}, false, ctx.Err()
		})
	object := operations.Schema(`{"type":"object"}`)
	create := operations.Func(operations.Spec{
		Name: "create_channel", Kind: operations.KindAction, Effect: operations.EffectWrite, Resource: "channel", Input: object, Output: object,
	}, func(context.Context, *operations.Call) (json.RawMessage, error) { return json.RawMessage(`{}`), nil })
	return operations.Connector{Name: "acme", Title: "Acme", Version: "1.0", Operations: []operations.Operation{list, create}}
}

// hubs are executors of nodes of their own over one Redis.
func hubs(t *testing.T, url string, service *channels, n int, options redis.CacheOptions) []*execute.Executor {
	t.Helper()
	catalogue, err := operations.NewCatalogue([]operations.Connector{service.connector()})
	if err != nil {
		t.Fatal(err)
	}
	var all []*execute.Executor
	for range n {
		c := cacheNode(t, open(t, url), options)
		listening(t, c)
		all = append(all, execute.New(execute.Options{Catalogue: catalogue, Upstream: nowhere{}, Cache: c}))
	}
	return all
}

func ask(ctx context.Context, x *execute.Executor, operation, input string) (execute.Result, error) {
	return x.Call(ctx, execute.Request{
		Caller: execute.Caller{Workspace: "w", Role: execute.RoleBuilder}, Connector: "acme", Operation: operation, Input: json.RawMessage(input),
	})
}

// askAll asks many at once, all nodes in turn, for lists that differ only in what the hub itself does.
func askAll(t *testing.T, nodes []*execute.Executor, many int) {
	t.Helper()
	tests := []struct{ input, want string }{
		{`{}`, `{"result":[{"text":"general","value":"C1"},{"text":"random","value":"C2"}]}`},
		{`{"search":"rand"}`, `{"result":[{"text":"random","value":"C2"}]}`},
	}
	var callers sync.WaitGroup
	for i := range many {
		callers.Go(func() {
			test := tests[i%2]
			result, err := ask(t.Context(), nodes[i%len(nodes)], "list_channels_ddl", test.input)
			want := test.want
			if result.Meta.Cached == execute.Stale { // and the list says so
				want = strings.TrimSuffix(want, "}") + `,"stale":true}`
			}
			if err != nil || string(result.Output) != want {
				t.Errorf("caller %d: %s (%v), want %s", i, result.Output, err, want)
			}
		})
	}
	callers.Wait()
}

// TestOneRunForAllNodes: a cold list that many ask for on three nodes is got once; and once again after a write.
func TestOneRunForAllNodes(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{"one server": redistest.Start(t).URL(), "cluster": redistest.StartCluster(t).URL()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := &channels{takes: 50 * time.Millisecond}
			options := patientCache
			options.Lease = 20 * time.Second
			nodes := hubs(t, url, service, 3, options)
			for round := range int64(3) {
				askAll(t, nodes, 1000)
				if runs := service.runs.Load(); runs != round+1 {
					t.Errorf("round %d: the list was got %d times", round, runs)
				}
				if _, err := ask(t.Context(), nodes[round], "create_channel", `{}`); err != nil {
					t.Fatal(err)
				}
				await(t, "the write being known to all nodes", func() bool { return missing(t, nodes) })
			}
		})
	}
}

// missing tells whether no node finds the list.
func missing(t *testing.T, nodes []*execute.Executor) bool {
	t.Helper()
	service := &channels{}
	catalogue, err := operations.NewCatalogue([]operations.Connector{service.connector()})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range nodes {
		peek := execute.New(execute.Options{Catalogue: catalogue, Upstream: nowhere{}, Cache: peeking{x.Cache}})
		if _, err := ask(t.Context(), peek, "list_channels_ddl", `{}`); err != nil {
			t.Fatal(err)
		}
	}
	return service.runs.Load() == int64(len(nodes))
}

// peeking is a cache into which nothing is put.
type peeking struct{ execute.Cache }

func (peeking) Lease(context.Context, execute.Slot, execute.Stamp, execute.Ask) (execute.Lease, bool) {
	return execute.Lease{}, true
}
func (peeking) Set(context.Context, execute.Slot, execute.Stamp, execute.Entry) {}

// TestRefreshIsOneForAllNodes: what is stale is served, and got once behind it; while that fails, it is not tried again.
func TestRefreshIsOneForAllNodes(t *testing.T) {
	t.Parallel()
	service := &channels{takes: time.Millisecond}
	var ahead atomic.Int64
	nodes := hubs(t, redistest.Start(t).URL(), service, 3, patientCache)
	for _, x := range nodes {
		x.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	}
	askAll(t, nodes, 3)
	ahead.Store(int64(2 * time.Minute))
	service.refuse.Store(true)
	for range 20 {
		askAll(t, nodes, 30)
	}
	await(t, "the refresh", func() bool { return service.runs.Load() == 2 && service.running.Load() == 0 })
	askAll(t, nodes, 30)
	time.Sleep(20 * time.Millisecond)
	if runs := service.runs.Load(); runs != 2 {
		t.Errorf("the list was got %d times, want once, and once more in vain", runs)
	}
	result, err := ask(t.Context(), nodes[0], "list_channels_ddl", `{}`)
	if err != nil || result.Meta.Cached != execute.Stale || result.Meta.AgeSeconds < 100 {
		t.Errorf("%+v (%v)", result.Meta, err)
	}
}

// TestHolderIsKilled: a node dies while it gets the list, and another one gets it.
func TestHolderIsKilled(t *testing.T) {
	t.Parallel()
	url := redistest.Start(t).URL()
	options := patientCache
	options.Lease = 300 * time.Millisecond
	dead := cacheNode(t, open(t, url), options)
	service := &channels{takes: time.Millisecond}
	nodes := hubs(t, url, service, 2, options)
	var slot execute.Slot
	if _, err := ask(t.Context(), execute.New(execute.Options{
		Catalogue: nodes[0].Catalogue, Upstream: nowhere{}, Cache: spying{peeking{dead}, &slot},
	}), "list_channels_ddl", `{}`); err != nil {
		t.Fatal(err)
	}
	service.runs.Store(0)
	lease, granted := dead.Lease(t.Context(), slot, execute.Stamp{}, execute.AskWait)
	if !granted || lease.Stamp.Fence == 0 {
		t.Fatal("no lease")
	}
	dead.Close() // no more renewals, and nothing is given back
	began := time.Now()
	askAll(t, nodes, 100)
	if took := time.Since(began); took < 100*time.Millisecond {
		t.Errorf("the list was got after %s, while another had the lease", took)
	}
	if runs := service.runs.Load(); runs != 1 {
		t.Errorf("the list was got %d times, want once", runs)
	}
}

// spying is a cache that tells which slot it was asked for.
type spying struct {
	execute.Cache
	slot *execute.Slot
}

func (s spying) Get(ctx context.Context, slot execute.Slot) (execute.Entry, execute.Stamp, bool) {
	*s.slot = slot
	return s.Cache.Get(ctx, slot)
}

// TestALongFetchKeepsItsLease: it lasts for as long as the holder is alive.
func TestALongFetchKeepsItsLease(t *testing.T) {
	t.Parallel()
	service := &channels{takes: 4500 * time.Millisecond}
	options := patientCache
	options.Lease = 3 * time.Second
	askAll(t, hubs(t, redistest.Start(t).URL(), service, 2, options), 10)
	if runs := service.runs.Load(); runs != 1 {
		t.Errorf("the list was got %d times, want once", runs)
	}
}

// TestHubsWithoutRedis: each node gets the list for itself, once.
func TestHubsWithoutRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	service := &channels{takes: 100 * time.Millisecond}
	nodes := hubs(t, server.URL(), service, 3, briskCache)
	server.Kill()
	askAll(t, nodes, 300)
	if runs := service.runs.Load(); runs < 3 || service.atOnce.Load() == 0 {
		t.Errorf("the list was got %d times, want once by each node", runs)
	}
	for range 2 {
		if _, err := ask(t.Context(), nodes[0], "create_channel", `{}`); err != nil {
			t.Fatal(err)
		}
	}
}
