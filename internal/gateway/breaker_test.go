package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

func placeOf(t testing.TB, credential string) gateway.Place {
	t.Helper()
	connector := operations.Connector{Name: "acme", Origin: "https://api.acme.example"}
	base, err := operations.NewBase(connector, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return gateway.Place{Connector: "acme", Workspace: "ws1", Credential: credential, Base: base}
}

// report lets requests go, if it does, and tells how they came out.
func report(t *testing.T, b gateway.Breaker, place gateway.Place, verdicts ...gateway.Verdict) {
	t.Helper()
	for i, verdict := range verdicts {
		ticket, err := b.Allow(place)
		if err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
		b.Report(place, ticket, gateway.Outcome{Verdict: verdict, Failure: "it answered 503"})
	}
}

func stateOf(b gateway.Breaker) string {
	states := b.States()
	if len(states) != 1 {
		return fmt.Sprint(len(states), " states")
	}
	return fmt.Sprintf("%s %d", states[0].State, states[0].Failures)
}

func TestBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := gateway.NewMemoryBreaker(gateway.MemoryBreakerOptions{Failures: 3, OpenFor: 10 * time.Second})
		place := placeOf(t, "cr1")
		report(t, b, place, gateway.Answered, gateway.Failed, gateway.Failed, gateway.Unjudged, gateway.Answered)
		if got := stateOf(b); got != "0 states" {
			t.Errorf("after an answer: %s", got)
		}
		report(t, b, place, gateway.Failed, gateway.Failed, gateway.Unjudged)
		if got := stateOf(b); got != "closed 2" {
			t.Errorf("after two failures: %s", got)
		}
		report(t, b, place, gateway.Failed)
		for _, wait := range []time.Duration{0, 6 * time.Second} {
			time.Sleep(wait)
			_, err := b.Allow(place)
			var refusal *operations.Error
			if !errors.As(err, &refusal) || refusal.Code != operations.CodeUpstreamUnreachable || refusal.RetryAfter != 10*time.Second-wait {
				t.Fatalf("got %v, want a refusal with %s", err, 10*time.Second-wait)
			}
			for _, part := range []string{"https://api.acme.example", "3 times", "it answered 503", time.Now().Add(10*time.Second - wait).UTC().Format(time.RFC3339)} {
				if !strings.Contains(refusal.Detail, part) {
					t.Errorf("the refusal %q does not say %q", refusal.Detail, part)
				}
			}
		}
		report(t, b, placeOf(t, "cr2"), gateway.Answered)
		if s := b.States()[0]; s.State != "open" || s.Reason != "it answered 503" || time.Until(s.Until) != 4*time.Second {
			t.Errorf("open: %+v", s)
		}
		time.Sleep(4*time.Second + 1)
		probe, err := b.Allow(place)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Allow(place); err == nil {
			t.Error("two probes at once")
		}
		b.Report(place, probe, gateway.Outcome{Verdict: gateway.Unjudged})
		report(t, b, place, gateway.Failed)
		if got := stateOf(b); got != "open 0" {
			t.Errorf("after a probe that failed: %s", got)
		}
		time.Sleep(10*time.Second + 1)
		report(t, b, place, gateway.Answered)
		if got := stateOf(b); got != "0 states" {
			t.Errorf("after a probe that was answered: %s", got)
		}
	})
}

// TestBreakerWithRequestsUnderWay: those that went before it opened count no more.
func TestBreakerWithRequestsUnderWay(t *testing.T) {
	t.Parallel()
	b := gateway.NewMemoryBreaker(gateway.MemoryBreakerOptions{Failures: 3})
	place := placeOf(t, "cr1")
	var tickets []gateway.Ticket
	for range 10 {
		ticket, err := b.Allow(place)
		if err != nil {
			t.Fatal(err)
		}
		tickets = append(tickets, ticket)
	}
	for i, ticket := range tickets {
		b.Report(place, ticket, gateway.Outcome{Verdict: gateway.Failed})
		if _, err := b.Allow(place); (err != nil) != (i >= 2) {
			t.Errorf("after %d failures: %v", i+1, err)
		}
	}
	b.Report(place, tickets[0], gateway.Outcome{Verdict: gateway.Answered})
	if _, err := b.Allow(place); err == nil {
		t.Error("a late answer closed it")
	}
}

func TestBreakersAreBounded(t *testing.T) {
	t.Parallel()
	b := gateway.NewMemoryBreaker(gateway.MemoryBreakerOptions{Failures: 2, MaxPlaces: 20})
	open := placeOf(t, "open")
	report(t, b, open, gateway.Failed, gateway.Failed)
	for i := range 200 {
		report(t, b, placeOf(t, fmt.Sprint("cr", i)), gateway.Failed)
	}
	if n := len(b.States()); n != 20 {
		t.Errorf("%d places are remembered, want 20", n)
	}
	if _, err := b.Allow(open); err == nil {
		t.Error("the open one was forgotten before the closed ones")
	}
}

func TestWhatCountsAsAFailure(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for _, test := range []struct {
		name   string
		origin string
		status int
		opens  bool
	}{
		{"500", "", 500, true}, {"503", "", 503, true}, {"599", "", 599, true}, {"refused connection", gone.URL, 0, true},
		{"501", "", 501, false}, {"404", "", 404, false}, {"429", "", 429, false}, {"200", "", 200, false}, {"401", "", 401, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			service := answers(t, nil, test.status)
			g, _ := newGateway(t, gateway.Options{MaxTries: 1, Breaker: gateway.NewMemoryBreaker(gateway.MemoryBreakerOptions{Failures: 3})})
			origin := service.URL
			if test.origin != "" {
				origin = test.origin
			}
			to := target(t, origin)
			send := func(to operations.Target) error {
				_, _, err := do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things"), ""))
				return err
			}
			for range 3 {
				_ = send(to)
			}
			before := service.requests.Load()
			err := send(to)
			if held := err != nil && strings.Contains(err.Error(), "held back"); held != test.opens {
				t.Errorf("got %v", err)
			}
			if sent := service.requests.Load() != before; test.opens == sent {
				t.Errorf("sent: %t", sent)
			}
			if states := g.Breakers(); (len(states) == 1 && states[0].State == "open") != test.opens {
				t.Errorf("breakers: %+v", states)
			}
			other := to
			credential := *to.Credential
			credential.ID = "cr2"
			other.Credential = &credential
			if err := send(other); err != nil && strings.Contains(err.Error(), "held back") {
				t.Errorf("another credential: %v", err)
			}
		})
	}
}

// TestACallersHasteIsNoFailure: neither one who leaves nor one who left the service no time speaks against it.
func TestACallersHasteIsNoFailure(t *testing.T) {
	t.Parallel()
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		var ctx atomic.Pointer[ending]
		service := newUpstream(t, func(_ http.ResponseWriter, r *http.Request) {
			ctx.Load().end(end)
			<-r.Context().Done()
		})
		g, _ := newGateway(t, gateway.Options{Breaker: gateway.NewMemoryBreaker(gateway.MemoryBreakerOptions{Failures: 2})})
		to := target(t, service.URL)
		for range 4 {
			e := newEnding(t)
			ctx.Store(&e)
			if _, _, err := do(g.Client(to), newRequest(t, "GET", to.Base.URL("/things"), "").WithContext(e)); err == nil {
				t.Error("no error")
			}
		}
		if states := g.Breakers(); len(states) != 0 || service.requests.Load() != 4 {
			t.Errorf("%v: %+v after %d requests", end, states, service.requests.Load())
		}
	}
}

// TestRefusedAfterARedirect: of a write that was sent and then redirected it is not said that nothing was done.
func TestRefusedAfterARedirect(t *testing.T) {
	t.Parallel()
	service := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/hub/v1/result", http.StatusSeeOther)
	})
	g, _ := newGateway(t, gateway.Options{Limiter: gateway.NewMemoryLimiter(gateway.MemoryLimiterOptions{})})
	to := target(t, service.URL)
	to.Connector.Throttlers = []operations.Throttler{{Name: "one", Limit: 1, TTL: operations.Seconds(time.Hour), Enabled: true}}
	_, _, err := do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things"), "x"))
	if code := codeOf(t, err); code != operations.CodeOutcomeUnknown || service.requests.Load() != 1 {
		t.Errorf("got %v after %d requests", err, service.requests.Load())
	}
}

func BenchmarkBreaker(b *testing.B) {
	breaker := gateway.NewMemoryBreaker(gateway.MemoryBreakerOptions{})
	place, failing := placeOf(b, "cr1"), placeOf(b, "cr2")
	run := func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ticket, err := breaker.Allow(place)
			if err != nil {
				b.Fatal(err)
			}
			breaker.Report(place, ticket, gateway.Outcome{})
		}
	}
	b.Run("nothing fails", run)
	breaker.Report(failing, gateway.Ticket{}, gateway.Outcome{Verdict: gateway.Failed})
	b.Run("another fails", run)
}
