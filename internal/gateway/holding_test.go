package gateway_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

func TestLimitsOfACredential(t *testing.T) {
	t.Parallel()
	service := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	g, _ := newGateway(t, gateway.Options{Limiter: gateway.NewMemoryLimiter(gateway.MemoryLimiterOptions{})})
	to := target(t, service.URL)
	own := operations.Spec{Name: "send", Throttlers: []operations.Throttler{
		minutely("per channel", "{credential}/{input.channel}", ""), minutely("send", "", ""),
	}}
	to.Connector.Throttlers = []operations.Throttler{
		minutely("all", "", ""), minutely("tier", "{credential}/{operation}", ""), minutely("write", "{credential}/{method}", "PUT|DELETE /**"),
		{Name: "slots", Concurrent: 4, Enabled: true},
	}
	to.Connector.Operations = []operations.Operation{
		operations.Func(own, nil), operations.Func(operations.Spec{Name: "make_thing"}, nil), operations.Func(operations.Spec{Name: "idle"}, nil),
	}
	if _, _, err := do(g.Client(to), newRequest(t, "DELETE", to.Base.URL("/things"), "")); err != nil {
		t.Fatal(err)
	}
	holding, err := g.Limits(t.Context(), *to.Connector, to.Credential)
	if err != nil {
		t.Fatal(err)
	}
	n := func(n int) *int { return &n }
	want := []gateway.LimitState{
		{Name: "all", Limit: 50, WindowSeconds: operations.Seconds(time.Minute), Left: n(49)},
		{Name: "slots", Concurrent: 4, Left: n(4)},
		{Name: "send", Operation: "send", Limit: 50, WindowSeconds: operations.Seconds(time.Minute), Left: n(50)},
		{Name: "tier", Operation: "make_thing", Limit: 50, WindowSeconds: operations.Seconds(time.Minute), Left: n(49)},
	}
	write := gateway.LimitState{
		Name: "write", Match: "PUT|DELETE /**", Method: "DELETE", Limit: 50, WindowSeconds: operations.Seconds(time.Minute), Left: n(49),
		Reason: "the service has asked for a pause",
	}
	want = append(want[:1:1], append([]gateway.LimitState{write}, want[1:]...)...)
	if diff := cmp.Diff(want, holding.Limits, cmpopts.IgnoreFields(gateway.LimitState{}, "Reset", "PausedUntil")); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	for _, l := range holding.Limits {
		if paused := !l.PausedUntil.IsZero(); paused != (l.Name == "write") || l.Reset.IsZero() != (*l.Left == max(l.Limit, l.Concurrent)) {
			t.Errorf("%s: paused until %s, reset %s", l.Name, l.PausedUntil, l.Reset)
		}
	}
	if text, err := json.Marshal(holding); err != nil || len(holding.Breakers) != 0 {
		t.Errorf("%s, %v", text, err)
	}
}

func TestBreakersOfACredential(t *testing.T) {
	t.Parallel()
	service := answers(t, nil, 503)
	g, _ := newGateway(t, gateway.Options{})
	to := target(t, service.URL)
	_, _, _ = do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things"), ""))
	other := *to.Credential
	other.ID = "cr2"
	for credential, want := range map[*operations.Credential]int{to.Credential: 1, &other: 0, nil: 0} {
		holding, err := g.Limits(t.Context(), *to.Connector, credential)
		if err != nil || len(holding.Breakers) != want || len(holding.Limits) != 0 {
			t.Errorf("%v: %+v, %v", credential, holding, err)
		}
	}
}
