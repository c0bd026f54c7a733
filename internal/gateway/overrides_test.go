package gateway_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// set holds overrides by workspace, connector and credential, as a test sets them.
type set struct {
	mu    sync.Mutex
	names map[[3]string]*gateway.OverrideSet
}

func (s *set) Of(workspace, connector, credential string) *gateway.OverrideSet {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.names[[3]string{workspace, connector, credential}]
}

func (s *set) put(credential string, overrides map[gateway.Throttled]operations.Override) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names[[3]string{"ws1", "acme", credential}] = gateway.NewOverrideSet(overrides)
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	service := answers(t, nil, 200)
	limiter := &openLimiter{}
	overrides := &set{names: map[[3]string]*gateway.OverrideSet{}}
	g, _ := newGateway(t, gateway.Options{Limiter: limiter, Overrides: overrides})
	to := target(t, service.URL)
	to.Connector.Throttlers = []operations.Throttler{
		minutely("all", "", ""),
		{Name: "history", Match: "/history", TTL: operations.Seconds(time.Minute), Limit: 1}, // declared, and off
	}
	to.Operation.Throttlers = []operations.Throttler{minutely("all", "", "/other")}
	limits := func(credential *operations.Credential) map[string]int {
		t.Helper()
		to.Credential = credential
		if _, _, err := do(g.Client(to), newRequest(t, "GET", to.Base.URL("/history"), "")); err != nil {
			t.Fatal(err)
		}
		found := map[string]int{}
		for _, b := range limiter.buckets {
			found[b.Name] = b.Limit
		}
		return found
	}
	check := func(step string, credential *operations.Credential, want map[string]int) {
		t.Helper()
		if diff := cmp.Diff(want, limits(credential)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step, diff)
		}
	}
	one, other := *to.Credential, *to.Credential
	other.ID = "cr2"
	check("as declared", &one, map[string]int{"all": 50})
	overrides.put("cr1", map[gateway.Throttled]operations.Override{
		{Throttler: "all"}: {Limit: new(20)}, {Throttler: "history"}: {Enabled: new(true)},
		{Operation: "elsewhere", Throttler: "all"}: {Limit: new(7)},
	})
	check("lowered, and one switched on", &one, map[string]int{"all": 20, "history": 1})
	check("another credential", &other, map[string]int{"all": 50})
	overrides.put("cr1", map[gateway.Throttled]operations.Override{{Throttler: "all"}: {Enabled: new(false)}})
	check("switched off", &one, map[string]int{"pause": 0})
	overrides.put("cr1", nil)
	check("as declared again", &one, map[string]int{"all": 50})
	check("no credential", nil, map[string]int{"all": 50})
}

func TestOverridesOfAnOperation(t *testing.T) {
	t.Parallel()
	g := gateway.New(gateway.Options{Overrides: &set{names: map[[3]string]*gateway.OverrideSet{
		{"ws1", "acme", "cr1"}: gateway.NewOverrideSet(map[gateway.Throttled]operations.Override{
			{Operation: "send", Throttler: "own"}: {Limit: new(3), Burst: new(2)},
		}),
	}}})
	t.Cleanup(g.Close)
	connector := operations.Connector{Name: "acme", Throttlers: []operations.Throttler{minutely("own", "", "")}}
	for _, name := range []string{"send", "read"} {
		connector.Operations = append(connector.Operations, operations.Func(operations.Spec{
			Name: name, Throttlers: []operations.Throttler{minutely("own", "{credential}/"+"{operation}", "")},
		}, nil))
	}
	holding, err := g.Limits(t.Context(), connector, &operations.Credential{ID: "cr1", Workspace: "ws1"})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][3]int{}
	for _, l := range holding.Limits {
		mark := 0
		if l.Overridden {
			mark = 1
		}
		found[l.Operation+"."+l.Name] = [3]int{l.Limit, l.Burst, mark}
	}
	want := map[string][3]int{".own": {50, 0, 0}, "send.own": {3, 2, 1}, "read.own": {50, 0, 0}}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
}

// BenchmarkOverrides measures what a call pays for overrides that are there, beside one without any.
func BenchmarkOverrides(b *testing.B) {
	connector := operations.Connector{Name: "acme", Throttlers: []operations.Throttler{minutely("all", "", "")}}
	credential := &operations.Credential{ID: "cr1", Workspace: "ws1"}
	for name, overrides := range map[string]gateway.Overrides{
		"none": nil,
		"some": &set{names: map[[3]string]*gateway.OverrideSet{
			{"ws1", "acme", "cr1"}: gateway.NewOverrideSet(map[gateway.Throttled]operations.Override{{Throttler: "all"}: {Limit: new(3)}}),
		}},
	} {
		b.Run(name, func(b *testing.B) {
			g := gateway.New(gateway.Options{Overrides: overrides})
			b.Cleanup(g.Close)
			b.ReportAllocs()
			for b.Loop() {
				g.Client(operations.Target{Connector: &connector, Credential: credential, Usage: &operations.Usage{}})
			}
		})
	}
}
