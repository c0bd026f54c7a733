package gateway_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// upstream is a service below a path prefix that counts what reaches it.
type upstream struct {
	*httptest.Server
	requests atomic.Int64
}

func newUpstream(t testing.TB, handler http.HandlerFunc) *upstream {
	t.Helper()
	u := &upstream{}
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.requests.Add(1)
		handler(w, r)
	}))
	t.Cleanup(u.Close)
	return u
}

// target is a call to a service at an origin the operator has named himself.
func target(t testing.TB, origin string) operations.Target {
	t.Helper()
	connector := operations.Connector{
		Name: "acme", Origin: origin, BasePath: "/hub/v1",
		Auth: []operations.Auth{
			{Name: "token", Headers: []operations.AuthHeader{{Name: "authorization", Value: "Bearer {access_token}"}}},
		},
	}
	base, err := operations.NewBase(connector, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return operations.Target{
		Connector: &connector, Base: base, Trusted: true, Usage: &operations.Usage{},
		Operation: &operations.Spec{Name: "make_thing", Effect: operations.EffectWrite},
		Credential: &operations.Credential{
			ID: "cr1", Workspace: "ws1", Connector: "acme", Secrets: operations.Secrets{"access_token": "secret-token"},
		},
	}
}

// clock is a clock that only sleeping moves.
type clock struct {
	mu    sync.Mutex
	at    time.Time
	slept []time.Duration
}

func newClock() *clock { return &clock{at: time.Now()} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slept = append(c.slept, d)
	c.at = c.at.Add(d)
	return ctx.Err()
}

// openLimiter lets everything through and remembers pauses.
type openLimiter struct {
	mu      sync.Mutex
	buckets []gateway.Bucket
	paused  map[string]time.Time
	lessons []gateway.Lesson
}

func (l *openLimiter) Acquire(_ context.Context, buckets []gateway.Bucket, _ operations.Priority) (gateway.Grant, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buckets = buckets
	return gateway.Grant{}, nil
}

func (l *openLimiter) Pause(_ context.Context, pause gateway.Pause) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.paused == nil {
		l.paused = map[string]time.Time{}
	}
	l.paused[pause.Key] = pause.Until
}

func (l *openLimiter) Learn(_ context.Context, lesson gateway.Lesson) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lessons = append(l.lessons, lesson)
}

func (l *openLimiter) Inspect(_ context.Context, buckets []gateway.Bucket) ([]gateway.BucketState, error) {
	states := make([]gateway.BucketState, len(buckets))
	for i := range buckets {
		states[i].Bucket = buckets[i]
	}
	return states, nil
}

// newGateway makes a gateway that waits in no real time.
func newGateway(t testing.TB, options gateway.Options) (*gateway.Gateway, *clock) {
	t.Helper()
	c := newClock()
	options.Now, options.Sleep = c.Now, c.Sleep
	if options.Limiter == nil {
		options.Limiter = &openLimiter{}
	}
	g := gateway.New(options)
	t.Cleanup(g.Close)
	return g, c
}

func newRequest(t testing.TB, method, url, body string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// do sends a request and reads the answer whole.
func do(doer operations.Doer, request *http.Request) (status int, body string, err error) {
	response, err := doer.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	return response.StatusCode, string(read), err
}

func codeOf(t testing.TB, err error) operations.Code {
	t.Helper()
	var typed *operations.Error
	if err == nil {
		return ""
	}
	if !errors.As(err, &typed) {
		t.Fatalf("error %v (%T) is not an *operations.Error", err, err)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("error %q shows a secret", err)
	}
	return typed.Code
}

func TestGatewaySendsAndCounts(t *testing.T) {
	t.Parallel()
	service := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, r.Method+" "+r.URL.String()+" "+r.UserAgent()+" "+string(body))
	})
	g := gateway.New(gateway.Options{UserAgent: "patchbay/1.2"})
	t.Cleanup(g.Close)
	to := target(t, service.URL)
	request := newRequest(t, "POST", to.Base.URL("/things?a=b"), "hello")
	status, body, err := do(g.Client(to), request)
	if want := "POST /hub/v1/things?a=b patchbay/1.2 hello"; err != nil || status != 200 || body != want {
		t.Errorf("got %d %q, %v; want %q", status, body, err, want)
	}
	if to.Usage.Requests.Load() != 1 || to.Usage.Retries.Load() != 0 || to.Usage.Upstream() <= 0 {
		t.Errorf("usage: %d requests, %d retries, %s upstream", to.Usage.Requests.Load(), to.Usage.Retries.Load(), to.Usage.Upstream())
	}
}

func TestBodyWithoutGetBodyIsSentAgain(t *testing.T) {
	t.Parallel()
	service := newUpstream(t, nil)
	service.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if n := service.requests.Add(1); n < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write(body)
	})
	g, _ := newGateway(t, gateway.Options{})
	to := target(t, service.URL)
	request := newRequest(t, "POST", to.Base.URL("/things"), "")
	request.Body, request.GetBody = io.NopCloser(io.MultiReader(strings.NewReader("he"), strings.NewReader("llo"))), nil
	request.ContentLength = -1
	status, body, err := do(g.Client(to), request)
	if err != nil || status != 200 || body != "hello" || service.requests.Load() != 3 {
		t.Errorf("got %d %q, %v after %d requests", status, body, err, service.requests.Load())
	}
}

func TestFailureKeepsOthersConnections(t *testing.T) {
	t.Parallel()
	addresses := make(chan string, 10)
	service := newUpstream(t, func(w http.ResponseWriter, r *http.Request) { addresses <- r.RemoteAddr })
	g, _ := newGateway(t, gateway.Options{})
	to := target(t, service.URL)
	get := func(origin string) error {
		to := target(t, origin)
		_, _, err := do(g.Client(to), newRequest(t, "GET", to.Base.URL("/things"), ""))
		return err
	}
	if err := get(service.URL); err != nil {
		t.Fatal(err)
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	if code := codeOf(t, get(closed.URL)); code != operations.CodeUpstreamUnreachable {
		t.Errorf("closed port: got %q", code)
	}
	if err := get(to.Base.Origin()); err != nil {
		t.Fatal(err)
	}
	if first, second := <-addresses, <-addresses; first != second {
		t.Errorf("the connection was not kept: %s, then %s", first, second)
	}
}
