package gateway_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

func minutely(name, key, match string) operations.Throttler {
	return operations.Throttler{Name: name, Key: key, Match: match, TTL: operations.Seconds(time.Minute), Limit: 50, Enabled: true}
}

func TestWhichLimitsARequestHas(t *testing.T) {
	t.Parallel()
	service := answers(t, http.Header{"Retry-After": {"60"}}, 429)
	const all = "limit:{ws1/cr1/acme}:all:50/1m0s"
	throttlers := []operations.Throttler{
		minutely("all", "", ""),
		minutely("send", "{credential}/{input.channel}", "POST /chat.send"),
		minutely("tier", "{workspace}/{credential}", "/users.list"),
		minutely("issue", "{credential}/{method}", "PUT|DELETE /issue/*"),
		{Name: "uploads", Key: "{credential}", Match: "POST /files/**", Concurrent: 3, Enabled: true},
		{Name: "off", Match: "/users.list", Concurrent: 3},
	}
	for _, test := range []struct {
		name, method, path string
		input              string
		want               []string // keys
		pause              string
	}{
		{"no match", "GET", "/chat.send", "", []string{all}, all},
		{
			"field", "POST", "/chat.send?x=y", `{"channel":"C1/{}:"}`,
			[]string{all, "limit:{cr1/acme}:send:50/1m0s:POST+%2Fchat.send:C1%2F%7B%7D%3A"}, "limit:{cr1/acme}:send:50/1m0s:POST+%2Fchat.send:C1%2F%7B%7D%3A",
		},
		{
			"number", "POST", "/chat.send", `{"channel":12}`,
			[]string{all, "limit:{cr1/acme}:send:50/1m0s:POST+%2Fchat.send:12"}, "limit:{cr1/acme}:send:50/1m0s:POST+%2Fchat.send:12",
		},
		{
			"no field", "POST", "/chat%2Esend", `{"channel":["C1"]}`,
			[]string{all, "limit:{cr1/acme}:send:50/1m0s:POST+%2Fchat.send:-"}, "limit:{cr1/acme}:send:50/1m0s:POST+%2Fchat.send:-",
		},
		{
			"path", "POST", "/users.list/", "",
			[]string{all, "limit:{ws1/cr1/acme}:tier:50/1m0s:%2Fusers.list"}, "limit:{ws1/cr1/acme}:tier:50/1m0s:%2Fusers.list",
		},
		{
			"by method", "PUT", "/issue/A-1", "",
			[]string{all, "limit:{cr1/acme}:issue:50/1m0s:PUT%7CDELETE+%2Fissue%2F%2A:PUT"}, "limit:{cr1/acme}:issue:50/1m0s:PUT%7CDELETE+%2Fissue%2F%2A:PUT",
		},
		{
			"by another method", "DELETE", "/issue/A-1", "",
			[]string{all, "limit:{cr1/acme}:issue:50/1m0s:PUT%7CDELETE+%2Fissue%2F%2A:DELETE"}, "limit:{cr1/acme}:issue:50/1m0s:PUT%7CDELETE+%2Fissue%2F%2A:DELETE",
		},
		{"at once", "POST", "/files/a/b", "", []string{all, "limit:{cr1/acme}:uploads:c3:POST+%2Ffiles%2F%2A%2A"}, "limit:{cr1/acme}:uploads:c3:POST+%2Ffiles%2F%2A%2A"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			limiter := &openLimiter{}
			g, _ := newGateway(t, gateway.Options{Limiter: limiter})
			to := target(t, service.URL)
			to.Connector.Throttlers, to.Input = throttlers, json.RawMessage(test.input)
			for range 2 { // worked out, then remembered
				if _, _, err := do(g.Client(to), newRequest(t, test.method, to.Base.URL(test.path), "")); err != nil {
					t.Fatal(err)
				}
				var keys []string
				for _, b := range limiter.buckets {
					keys = append(keys, b.Key)
				}
				if diff := cmp.Diff(test.want, keys); diff != "" {
					t.Errorf("buckets (-want +got):\n%s", diff)
				}
			}
			if len(limiter.paused) != 1 || limiter.paused[test.pause].IsZero() {
				t.Errorf("paused %v, want %s", limiter.paused, test.pause)
			}
		})
	}
}

// apart is a target with a connector and an operation of its own.
func apart(to operations.Target) operations.Target {
	connector, operation := *to.Connector, *to.Operation
	to.Connector, to.Operation = &connector, &operation
	return to
}

// TestLimitsOfOtherTargets: what is remembered of one target is not another's.
func TestLimitsOfOtherTargets(t *testing.T) {
	t.Parallel()
	service := answers(t, nil, 200)
	limiter := &openLimiter{}
	g, _ := newGateway(t, gateway.Options{Limiter: limiter})
	one := target(t, service.URL)
	one.Connector.Throttlers = []operations.Throttler{minutely("a", "{credential}/{operation}/{method}", "")}
	credential, operation, connector, throttlers := one, apart(one), apart(one), apart(one)
	other := *one.Credential
	other.ID = "cr2"
	credential.Credential = &other
	operation.Operation.Name = "other"
	connector.Connector.Name = "other"
	throttlers.Connector.Throttlers = []operations.Throttler{minutely("b", "{credential}", "")}
	keys := map[string]bool{}
	for _, to := range []operations.Target{one, credential, operation, connector, throttlers} {
		if _, _, err := do(g.Client(to), newRequest(t, "GET", to.Base.URL("/things"), "")); err != nil {
			t.Fatal(err)
		}
		keys[limiter.buckets[0].Key] = true
	}
	if _, _, err := do(g.Client(one), newRequest(t, "POST", one.Base.URL("/things"), "")); err != nil {
		t.Fatal(err)
	}
	keys[limiter.buckets[0].Key] = true
	if len(keys) != 6 {
		t.Errorf("five targets, one with two methods, have the keys %v", keys)
	}
}

// TestPlacesAreGivenBack: a request is under way until its answer has been read, closed, or the call is over.
func TestPlacesAreGivenBack(t *testing.T) {
	t.Parallel()
	service := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		switch strings.TrimPrefix(r.URL.Path, "/hub/v1/") {
		case "empty":
		case "broken":
			hijack(t, w, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
		case "gone":
			hijack(t, w, "")
		default:
			_, _ = io.WriteString(w, "hello")
		}
	})
	for name, run := range map[string]func(context.Context, func(), operations.Doer, operations.Target) error{
		"read": func(ctx context.Context, _ func(), doer operations.Doer, to operations.Target) error {
			response, err := doer.Do(newRequest(t, "POST", to.Base.URL("/things"), "").WithContext(ctx))
			if err != nil {
				return err
			}
			_, err = io.ReadAll(response.Body) // and not closed
			return err
		},
		"closed": func(ctx context.Context, _ func(), doer operations.Doer, to operations.Target) error {
			response, err := doer.Do(newRequest(t, "POST", to.Base.URL("/things"), "").WithContext(ctx))
			if err != nil {
				return err
			}
			return response.Body.Close()
		},
		"call over": func(ctx context.Context, end func(), doer operations.Doer, to operations.Target) error {
			_, err := doer.Do(newRequest(t, "POST", to.Base.URL("/things"), "").WithContext(ctx))
			end()
			return err
		},
		"empty": func(ctx context.Context, _ func(), doer operations.Doer, to operations.Target) error {
			_, err := doer.Do(newRequest(t, "POST", to.Base.URL("/empty"), "").WithContext(ctx))
			return err
		},
		"broken": func(ctx context.Context, _ func(), doer operations.Doer, to operations.Target) error {
			_, _, _ = do(doer, newRequest(t, "POST", to.Base.URL("/broken"), "").WithContext(ctx))
			return nil
		},
		"gone": func(ctx context.Context, _ func(), doer operations.Doer, to operations.Target) error {
			_, _ = doer.Do(newRequest(t, "GET", to.Base.URL("/gone"), "").WithContext(ctx))
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limiter := gateway.NewMemoryLimiter(gateway.MemoryLimiterOptions{})
			g, _ := newGateway(t, gateway.Options{Limiter: limiter})
			to := target(t, service.URL)
			to.Connector.Throttlers = []operations.Throttler{{Name: "one", Concurrent: 1, Enabled: true}}
			for range 3 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				err := run(ctx, cancel, g.Client(to), to)
				if err != nil {
					t.Fatal(err)
				}
				defer cancel()
			}
			bucket := gateway.Bucket{Key: "limit:{ws1/cr1/acme}:one:c1", Name: "one", Concurrent: 1}
			if name == "call over" { // by another goroutine
				grant, err := limiter.Acquire(t.Context(), []gateway.Bucket{bucket}, operations.PriorityLive)
				if err != nil {
					t.Fatal(err)
				}
				grant.Release()
			}
			states, err := limiter.Inspect(t.Context(), []gateway.Bucket{bucket})
			if err != nil || states[0].UnderWay != 0 {
				t.Errorf("%+v, %v", states, err)
			}
		})
	}
}

// TestAnAnswerBeingReadIsUnderWay: its place is not given to another.
func TestAnAnswerBeingReadIsUnderWay(t *testing.T) {
	t.Parallel()
	service := newUpstream(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	g, _ := newGateway(t, gateway.Options{Limiter: gateway.NewMemoryLimiter(gateway.MemoryLimiterOptions{})})
	to := target(t, service.URL)
	to.Connector.Throttlers = []operations.Throttler{{Name: "one", Concurrent: 1, Enabled: true}}
	first, err := g.Client(to).Do(newRequest(t, "GET", to.Base.URL("/things"), ""))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, _, err = do(g.Client(to), newRequest(t, "GET", to.Base.URL("/things"), "").WithContext(ctx))
	if code := codeOf(t, err); code != operations.CodeRateLimited || service.requests.Load() != 1 {
		t.Errorf("got %v after %d requests", err, service.requests.Load())
	}
	_ = first.Body.Close()
	if _, _, err := do(g.Client(to), newRequest(t, "GET", to.Base.URL("/things"), "")); err != nil {
		t.Error(err)
	}
}
