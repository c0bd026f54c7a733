package gateway_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// answers is a service that answers with each status in turn, and with the last for good.
func answers(t testing.TB, header http.Header, statuses ...int) *upstream {
	t.Helper()
	var service *upstream
	service = newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		n := min(int(service.requests.Load()), len(statuses))
		if statuses[n-1] >= 300 {
			for name, values := range header {
				w.Header()[name] = values
			}
		}
		w.WriteHeader(statuses[n-1])
	})
	return service
}

func TestRetryByStatus(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		method   string
		effect   operations.Effect
		statuses []int
		status   int
		requests int64
	}{
		{"read 200", "GET", operations.EffectRead, []int{200}, 200, 1},
		{"read 503", "GET", operations.EffectRead, []int{503, 503, 200}, 200, 3},
		{"read 503 for good", "GET", operations.EffectRead, []int{503}, 503, 4},
		{"read 502", "HEAD", operations.EffectWrite, []int{502, 200}, 200, 2},
		{"read 504", "OPTIONS", operations.EffectWrite, []int{504, 200}, 200, 2},
		{"read 500 once", "GET", operations.EffectWrite, []int{500, 200}, 200, 2},
		{"read 500 twice", "GET", operations.EffectWrite, []int{500, 500, 200}, 500, 2},
		{"read 500, 503, 500", "GET", operations.EffectWrite, []int{500, 503, 500, 200}, 500, 3},
		{"reading by POST", "POST", operations.EffectRead, []int{504, 200}, 200, 2},
		{"read 429", "GET", operations.EffectRead, []int{429, 200}, 200, 2},
		{"read 404", "GET", operations.EffectRead, []int{404}, 404, 1},
		{"read 501", "GET", operations.EffectRead, []int{501}, 501, 1},
		{"write 429", "POST", operations.EffectWrite, []int{429, 503, 201}, 201, 3},
		{"write 429 for good", "POST", operations.EffectWrite, []int{429}, 429, 4},
		{"write 500", "POST", operations.EffectWrite, []int{500, 201}, 500, 1},
		{"write 502", "PUT", operations.EffectWrite, []int{502, 201}, 502, 1},
		{"write 504", "DELETE", operations.EffectDestructive, []int{504, 201}, 504, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			service := answers(t, nil, test.statuses...)
			g, c := newGateway(t, gateway.Options{})
			to := target(t, service.URL)
			to.Operation.Effect = test.effect
			status, _, err := do(g.Client(to), newRequest(t, test.method, to.Base.URL("/things"), ""))
			if err != nil || status != test.status || service.requests.Load() != test.requests {
				t.Errorf("got %d, %v after %d requests; want %d after %d", status, err, service.requests.Load(), test.status, test.requests)
			}
			if n := to.Usage.Retries.Load(); n != test.requests-1 || to.Usage.Requests.Load() != test.requests {
				t.Errorf("counted %d requests, %d retries", to.Usage.Requests.Load(), n)
			}
			var slept time.Duration
			for i, d := range c.slept {
				slept += d
				if most := 100 * time.Millisecond << i; d <= 0 || d > most {
					t.Errorf("wait %d is %s, want at most %s", i, d, most)
				}
			}
			if slept != to.Usage.Waited() {
				t.Errorf("waited %s, counted %s", slept, to.Usage.Waited())
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	start := time.Now()
	in := start.Add(5 * time.Second).UTC()
	one := func(name, value string) http.Header { return http.Header{name: {value}} }
	for _, test := range []struct {
		name        string
		header      http.Header
		least, most time.Duration // of the wait; most 0: no wait, the answer is handed on
	}{
		{"seconds", one("Retry-After", "2"), 2 * time.Second, 2300 * time.Millisecond},
		{"fraction", one("Retry-After", "0.5"), 500 * time.Millisecond, 650 * time.Millisecond},
		{"zero", one("Retry-After", "0"), 0, 100 * time.Millisecond},
		{"HTTP date", one("Retry-After", in.Format(http.TimeFormat)), 3 * time.Second, 6 * time.Second},
		{"ISO 8601 without a zone", one("Retry-After", in.Format("2006-01-02T15:04:05")), 3 * time.Second, 6 * time.Second},
		{"list", one("Retry-After", "1, 3"), 3 * time.Second, 3400 * time.Millisecond},
		{"reset", http.Header{"X-Ratelimit-Remaining": {"0, 9"}, "X-Ratelimit-Reset": {"4"}}, 4 * time.Second, 4500 * time.Millisecond},
		{"reset, budget left", http.Header{"X-Ratelimit-Remaining": {"7"}, "X-Ratelimit-Reset": {"4"}}, 0, 100 * time.Millisecond},
		{"nonsense", one("Retry-After", "soon"), 0, 100 * time.Millisecond},
		{"at the bound", one("Retry-After", "20"), 20 * time.Second, 22 * time.Second},
		{"too long", one("Retry-After", "21"), 0, 0},
		{"days", one("Retry-After", "864000"), 0, 0},
	} {
		for _, status := range []int{429, 503} {
			t.Run(test.name, func(t *testing.T) {
				service := answers(t, test.header, status, 200)
				g, c := newGateway(t, gateway.Options{})
				c.at = start
				to := target(t, service.URL)
				got, _, err := do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things"), ""))
				if test.most == 0 {
					if err != nil || got != status || len(c.slept) > 0 {
						t.Errorf("got %d, %v after %s; want the answer at once", got, err, c.slept)
					}
					return
				}
				if err != nil || got != 200 || len(c.slept) != 1 {
					t.Fatalf("got %d, %v after %s", got, err, c.slept)
				}
				if d := c.slept[0]; d < test.least || d > test.most {
					t.Errorf("waited %s, want %s to %s", d, test.least, test.most)
				}
			})
		}
	}
}

func TestRetryKeepsToTheDeadline(t *testing.T) {
	t.Parallel()
	service := answers(t, http.Header{"Retry-After": {"15"}}, 429)
	g, c := newGateway(t, gateway.Options{})
	to := target(t, service.URL)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	status, _, err := do(g.Client(to), newRequest(t, "GET", to.Base.URL("/things"), "").WithContext(ctx))
	if err != nil || status != 429 || len(c.slept) > 0 || service.requests.Load() != 1 {
		t.Errorf("got %d, %v after %s and %d requests", status, err, c.slept, service.requests.Load())
	}
}

func TestCanceledBetweenTries(t *testing.T) {
	t.Parallel()
	service := answers(t, nil, 503)
	ctx, cancel := context.WithCancel(t.Context())
	g := gateway.New(gateway.Options{Sleep: func(ctx context.Context, _ time.Duration) error {
		cancel()
		return ctx.Err()
	}})
	t.Cleanup(g.Close)
	to := target(t, service.URL)
	_, _, err := do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things"), "x").WithContext(ctx))
	if code := codeOf(t, err); code != operations.CodeCanceled || service.requests.Load() != 1 {
		t.Errorf("got %v after %d requests", err, service.requests.Load())
	}
}

func TestRefusalPausesTheNarrowestBucket(t *testing.T) {
	t.Parallel()
	service := answers(t, http.Header{"Retry-After": {"60"}}, 429)
	throttler := func(name, key string, enabled bool) operations.Throttler {
		return operations.Throttler{Name: name, Key: key, TTL: operations.Seconds(time.Minute), Limit: 50, Enabled: enabled}
	}
	for _, test := range []struct {
		name       string
		throttlers []operations.Throttler
		operation  []operations.Throttler
		want       string
		buckets    int
	}{
		{"none", nil, nil, "limit:{ws1/cr1/acme}:pause", 1},
		{"disabled", []operations.Throttler{throttler("a", "{credential}", false)}, nil, "limit:{ws1/cr1/acme}:pause", 1},
		{"shared by credentials", []operations.Throttler{throttler("a", "{connector}", true)}, nil, "limit:{ws1/cr1/acme}:pause", 2},
		{"no key", []operations.Throttler{throttler("a", "", true)}, nil, "limit:{ws1/cr1/acme}:a:50/1m0s", 1},
		{
			"operation's", []operations.Throttler{throttler("a", "{workspace}/{credential}", true)},
			[]operations.Throttler{throttler("b", "{credential}/{operation}/{method}", true)},
			"limit:{cr1/acme}:b:50/1m0s:make_thing:POST", 2,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			limiter := &openLimiter{}
			g, c := newGateway(t, gateway.Options{Limiter: limiter})
			to := target(t, service.URL)
			to.Connector.Throttlers, to.Operation.Throttlers = test.throttlers, test.operation
			if _, _, err := do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things"), "")); err != nil {
				t.Fatal(err)
			}
			until, ok := limiter.paused[test.want]
			if !ok || len(limiter.paused) != 1 || until.Sub(c.Now()) != time.Minute {
				t.Errorf("paused %v, want %s for a minute", limiter.paused, test.want)
			}
			if len(limiter.buckets) != test.buckets {
				t.Errorf("buckets %v, want %d", limiter.buckets, test.buckets)
			}
		})
	}
}

// TestImportsShareNoBucket: connectors of one name, imported by two workspaces, have nothing to do with one another.
func TestImportsShareNoBucket(t *testing.T) {
	t.Parallel()
	service := answers(t, http.Header{"Retry-After": {"60"}}, 429)
	limiter := &openLimiter{}
	g, _ := newGateway(t, gateway.Options{Limiter: limiter})
	to := target(t, service.URL)
	to.Credential = nil
	for _, workspace := range []string{"ws1", "ws2"} {
		to.Connector.Import = &operations.Import{Workspace: workspace, Version: 1}
		if _, _, err := do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things"), "")); err != nil {
			t.Fatal(err)
		}
		if key := "limit:{-/-/" + workspace + ".acme}:pause"; limiter.paused[key].IsZero() {
			t.Errorf("paused %v, want %s", limiter.paused, key)
		}
	}
}

func TestRefusalWithoutRetryAfterPausesNothing(t *testing.T) {
	t.Parallel()
	service := answers(t, nil, 429, 200)
	limiter := &openLimiter{}
	g, _ := newGateway(t, gateway.Options{Limiter: limiter})
	to := target(t, service.URL)
	if _, _, err := do(g.Client(to), newRequest(t, "GET", to.Base.URL("/things"), "")); err != nil || len(limiter.paused) > 0 {
		t.Errorf("paused %v, %v", limiter.paused, err)
	}
}

func TestLimitIsHeld(t *testing.T) {
	t.Parallel()
	service := answers(t, nil, 200)
	g, _ := newGateway(t, gateway.Options{Limiter: gateway.NewMemoryLimiter(gateway.MemoryLimiterOptions{})})
	to := target(t, service.URL)
	to.Connector.Throttlers = []operations.Throttler{
		{Name: "hourly", Key: "{credential}", TTL: operations.Seconds(time.Hour), Limit: 2, Enabled: true},
	}
	for range 2 {
		if _, _, err := do(g.Client(to), newRequest(t, "GET", to.Base.URL("/things"), "")); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things"), "x"))
	if code := codeOf(t, err); code != operations.CodeRateLimited || service.requests.Load() != 2 {
		t.Errorf("got %v after %d requests", err, service.requests.Load())
	}
	other := to
	credential := *to.Credential
	credential.ID = "cr2"
	other.Credential = &credential
	if _, _, err := do(g.Client(other), newRequest(t, "GET", to.Base.URL("/things"), "")); err != nil {
		t.Errorf("another credential: %v", err)
	}
}
