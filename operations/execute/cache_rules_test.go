package execute_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// counting is a read that tells the how manyeth it is, unless failing gives an error.
func counting(s operations.Spec, runs *atomic.Int64, failing func() error) operations.Operation {
	return operations.Func(s, func(context.Context, *operations.Call) (json.RawMessage, error) {
		n := runs.Add(1)
		if failing != nil {
			if err := failing(); err != nil {
				return nil, err
			}
		}
		return json.RawMessage(fmt.Sprintf(`{"n":%d}`, n)), nil
	})
}

func cachedSpec(name string, rule operations.CacheRule) operations.Spec {
	s := spec(name, anything)
	s.Cache = rule
	return s
}

func seconds(n int) operations.Seconds { return operations.Seconds(time.Duration(n) * time.Second) }

func withShelf(o *execute.Options) { o.Cache = newShelf() }

func TestNotFoundIsCached(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs, plain atomic.Int64
		code := operations.CodeUpstreamNotFound
		refuse := func() error {
			return &operations.Error{Code: code, Detail: "no such thing", Upstream: &operations.Upstream{Status: 404}, Err: errors.New("cause")}
		}
		change := spec("change", anything)
		change.Effect = operations.EffectWrite
		h := newHub(t, withShelf,
			counting(cachedSpec("declared", operations.CacheRule{TTL: seconds(60), StaleFor: seconds(60), NotFound: seconds(10)}), &runs, refuse),
			counting(cachedSpec("undeclared", operations.CacheRule{TTL: seconds(60)}), &plain, refuse),
			answering(change, `{}`, nil))
		want := func(step string, n int64, cached execute.Cached) {
			t.Helper()
			result, err := h.call(t.Context(), "declared", `{}`)
			var fault *operations.Error
			if !errors.As(err, &fault) || fault.Code != code || fault.Upstream.Status != 404 || result.Meta.Cached != cached || runs.Load() != n {
				t.Errorf("%s: %v %s after %d runs, want %s after %d", step, err, result.Meta.Cached, runs.Load(), cached, n)
			}
		}
		want("first", 1, execute.Miss)
		time.Sleep(9 * time.Second)
		want("again", 1, execute.Fresh)
		time.Sleep(2 * time.Second)
		want("after its time", 2, execute.Miss)
		if _, err := h.call(t.Context(), "change", `{}`); err != nil {
			t.Fatal(err)
		}
		want("after a write", 3, execute.Miss)
		code = operations.CodeUpstreamForbidden
		time.Sleep(time.Minute)
		want("another refusal", 4, execute.Miss)
		want("another refusal again", 5, execute.Miss)
		for range 2 {
			_, _ = h.call(t.Context(), "undeclared", `{}`)
		}
		if plain.Load() != 2 {
			t.Errorf("without a rule for it, it ran %d times, want 2", plain.Load())
		}
	})
}

func TestVary(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	rule := operations.CacheRule{TTL: seconds(3600), Vary: []string{"project", "a.b"}}
	paged := cachedSpec("paged", rule)
	paged.Paging = &operations.Paging{CursorInput: "cursor", SizeInput: "limit"}
	h := newHub(t, withShelf, counting(cachedSpec("some", rule), &runs, nil), counting(paged, &runs, nil))
	tests := []struct {
		operation, input string
		want             execute.Cached
	}{
		{"some", `{"project":"A","view":1}`, execute.Miss},
		{"some", `{"view":2,"project":"A"}`, execute.Fresh},
		{"some", `{"project":"\u0041"}`, execute.Fresh},
		{"some", `{"project":"A","cursor":"x"}`, execute.Fresh},
		{"some", `{"project":"B"}`, execute.Miss},
		{"some", `{}`, execute.Miss},
		{"some", `{"project":null}`, execute.Miss},
		{"some", `{"a.b":"A"}`, execute.Miss},
		{"some", `{"a":{"b":"A"}}`, execute.Fresh}, // as {}
		{"some", `{"project":{"x":1,"y":2}}`, execute.Miss},
		{"some", `{"project":{"y":2, "x":1}}`, execute.Fresh},
		{"paged", `{"project":"A"}`, execute.Miss},
		{"paged", `{"project":"A","cursor":"x"}`, execute.Miss},
		{"paged", `{"project":"A","limit":5}`, execute.Miss},
		{"paged", `{"project":"A","view":5}`, execute.Fresh},
	}
	for _, test := range tests {
		result, err := h.call(t.Context(), test.operation, test.input)
		if err != nil || result.Meta.Cached != test.want {
			t.Errorf("%s %s: %s (%v), want %s", test.operation, test.input, result.Meta.Cached, err, test.want)
		}
	}
}

// TestAFailingRefreshIsNotHammered: what is stale is served all the while by both nodes, and the service is left alone
// for some seconds.
func TestAFailingRefreshIsNotHammered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		var broken error
		shared := newShelf()
		var nodes []*hub
		for range 2 {
			nodes = append(nodes, newHub(t, func(o *execute.Options) { o.Cache = shared },
				counting(cachedSpec("count", operations.CacheRule{TTL: seconds(60), StaleFor: seconds(3600)}), &runs, func() error { return broken })))
		}
		stale := func(times int, want int64) {
			t.Helper()
			shared.tries = 0
			for i := range times {
				if result, err := nodes[i%2].call(t.Context(), "count", `{}`); err != nil || result.Meta.Cached != execute.Stale {
					t.Errorf("%s (%v), want what is stale", result.Meta.Cached, err)
				}
				synctest.Wait()
			}
			if runs.Load() != want || shared.tries > 2 {
				t.Errorf("it ran %d times, want %d; refreshing was tried %d times, want once by each node at most", runs.Load(), want, shared.tries)
			}
		}
		if _, err := nodes[0].call(t.Context(), "count", `{}`); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		broken = errors.New("broken")
		stale(100, 2)
		time.Sleep(6 * time.Second)
		stale(100, 3)
		broken = &operations.Error{Code: operations.CodeRateLimited, Detail: "slow down", RetryAfter: 20 * time.Second}
		time.Sleep(6 * time.Second)
		stale(100, 4)
		time.Sleep(15 * time.Second)
		stale(100, 4)
		broken = nil
		time.Sleep(6 * time.Second)
		stale(1, 5)
		if result, err := nodes[1].call(t.Context(), "count", `{}`); err != nil || result.Meta.Cached != execute.Fresh {
			t.Errorf("%s (%v), want what was refreshed", result.Meta.Cached, err)
		}
	})
}

// TestAnotherAddressIsAnotherAnswer: what was read at one origin is not what another one has.
func TestAnotherAddressIsAnotherAnswer(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	shared := newShelf()
	for _, origin := range []string{"", "https://sandbox.example", "https://sandbox.example/prefix"} {
		h := newHub(t, func(o *execute.Options) {
			o.Cache, o.Origins = shared, map[string]string{"acme": origin}
		}, counting(cachedSpec("count", operations.CacheRule{TTL: seconds(60)}), &runs, nil))
		for _, want := range []execute.Cached{execute.Miss, execute.Fresh} {
			if result, err := h.call(t.Context(), "count", `{}`); err != nil || result.Meta.Cached != want {
				t.Errorf("at %q: %s (%v), want %s", origin, result.Meta.Cached, err, want)
			}
		}
	}
}

// TestNoCacheJoinsNobody: who asks for what is true now does not get what was read before.
func TestNoCacheJoinsNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		h := cachingHub(t, &runs) // whose read takes a second
		first := make(chan string)
		go func() {
			result, _ := h.call(t.Context(), "count", `{}`)
			first <- string(result.Output)
		}()
		time.Sleep(time.Second / 2)
		request := execute.Request{
			Caller: execute.Caller{Workspace: "w1", Role: execute.RoleBuilder}, Connector: "acme", Operation: "count", Credential: "c1", NoCache: true,
		}
		result, err := h.Call(t.Context(), request)
		if err != nil || string(result.Output) != `{"n":2}` || result.Meta.Cached != execute.Miss || runs.Load() != 2 {
			t.Errorf("%s %s (%v) after %d runs", result.Output, result.Meta.Cached, err, runs.Load())
		}
		if before := <-first; before != `{"n":1}` {
			t.Errorf("who came first got %s", before)
		}
		if got, _ := h.call(t.Context(), "count", `{}`); got.Meta.Cached != execute.Fresh || string(got.Output) != `{"n":2}` {
			t.Errorf("then: %s %s", got.Output, got.Meta.Cached)
		}
	})
}

// TestAnImpatientCallerSpoilsNothing: his time is over, the flight that he began goes on for those who joined.
func TestAnImpatientCallerSpoilsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		slow := operations.Func(cachedSpec("count", operations.CacheRule{TTL: seconds(60)}),
			func(ctx context.Context, _ *operations.Call) (json.RawMessage, error) {
				select {
				case <-ctx.Done():
					return nil, ctx.Err()
				case <-time.After(time.Second):
					return json.RawMessage(fmt.Sprintf(`{"n":%d}`, runs.Add(1))), nil
				}
			})
		h := newHub(t, withShelf, slow)
		request := execute.Request{
			Caller: execute.Caller{Workspace: "w1", Role: execute.RoleBuilder}, Connector: "acme", Operation: "count", Credential: "c1",
			Timeout: 10 * time.Millisecond,
		}
		go func() {
			if _, err := h.Call(t.Context(), request); operations.AsError(err) == nil {
				t.Error("he got an answer")
			}
		}()
		time.Sleep(time.Millisecond)
		if result, err := h.call(t.Context(), "count", `{}`); err != nil || string(result.Output) != `{"n":1}` || runs.Load() != 1 {
			t.Errorf("%s (%v) after %d runs", result.Output, err, runs.Load())
		}
	})
}

func TestForget(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	other := cachedSpec("other", operations.CacheRule{TTL: seconds(3600)})
	other.Resource = "other_thing"
	h := newHub(t, withShelf, counting(cachedSpec("count", operations.CacheRule{TTL: seconds(3600)}), &runs, nil), counting(other, &runs, nil))
	tests := []struct {
		name                                       string
		workspace, credential, connector, resource string
		count, other                               execute.Cached
	}{
		{"nothing yet", "w1", "c1", "acme", "", execute.Miss, execute.Miss},
		{"another workspace", "w2", "c1", "acme", "", execute.Fresh, execute.Fresh},
		{"another credential", "w1", "c2", "acme", "", execute.Fresh, execute.Fresh},
		{"another connector", "w1", "c1", "free", "", execute.Fresh, execute.Fresh},
		{"another resource", "w1", "c1", "acme", "no_such", execute.Fresh, execute.Fresh},
		{"a resource", "w1", "c1", "acme", "thing", execute.Miss, execute.Fresh},
		{"all of the credential", "w1", "c1", "acme", "", execute.Miss, execute.Miss},
	}
	for _, test := range tests {
		h.Forget(t.Context(), test.workspace, test.credential, test.connector, test.resource)
		count, _ := h.call(t.Context(), "count", `{}`)
		other, _ := h.call(t.Context(), "other", `{}`)
		if count.Meta.Cached != test.count || other.Meta.Cached != test.other {
			t.Errorf("%s: %s %s, want %s %s", test.name, count.Meta.Cached, other.Meta.Cached, test.count, test.other)
		}
	}
	newHub(t, nil, counting(other, &runs, nil)).Forget(t.Context(), "w1", "c1", "acme", "") // there is no cache
}

// TestWritesThatFail: what may have changed something makes untrue what was read before.
func TestWritesThatFail(t *testing.T) {
	t.Parallel()
	refused := &operations.Error{Code: operations.CodeUpstreamRejected, Detail: "no"}
	tests := []struct {
		name     string
		requests int64
		err      error
		want     execute.Cached
	}{
		{"refused", 1, refused, execute.Fresh},
		{"refused at the second request", 2, refused, execute.Miss},
		{"nothing sent", 0, &operations.Error{Code: operations.CodeRateLimited}, execute.Fresh},
		{"unknown", 1, &operations.Error{Code: operations.CodeOutcomeUnknown}, execute.Miss},
		{"out of time", 1, context.DeadlineExceeded, execute.Miss},
		{"broken", 1, errors.New("broken"), execute.Miss},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var runs atomic.Int64
			write := spec("write", anything)
			write.Effect = operations.EffectWrite
			h := newHub(t, withShelf, counting(cachedSpec("count", operations.CacheRule{TTL: seconds(3600)}), &runs, nil),
				operations.Func(write, func(_ context.Context, call *operations.Call) (json.RawMessage, error) {
					call.Usage.Requests.Add(test.requests)
					return nil, test.err
				}))
			for range 2 {
				_, _ = h.call(t.Context(), "count", `{}`)
			}
			_, _ = h.call(t.Context(), "write", `{}`)
			if result, err := h.call(t.Context(), "count", `{}`); err != nil || result.Meta.Cached != test.want {
				t.Errorf("%s (%v), want %s", result.Meta.Cached, err, test.want)
			}
		})
	}
}
