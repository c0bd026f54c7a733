package server

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/patchbay/patchbay/operations/execute"
)

func TestOperatorRoutes(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	allowed := map[string]string{"Allow": "GET, HEAD"}
	listed := map[string]string{"Allow": "GET, HEAD, POST"}
	for _, sc := range []scenario{
		{name: "health", url: "/healthz", wantStatus: 200, golden: "healthz"},
		{name: "ready", url: "/readyz", wantStatus: 200, golden: "readyz"},
		{name: "head", method: "HEAD", url: "/readyz", wantStatus: 200},
		{name: "nothing there", url: "/v2/none?secret=x", wantStatus: 404, golden: "route_unknown"},
		{name: "root", url: "/", wantStatus: 404},
		{name: "another case", url: "/V1/connectors", wantStatus: 404},
		{name: "dots", url: "/v1/../v1/connectors", wantStatus: 404},
		{name: "another method", method: "PUT", url: "/v1/connectors", wantStatus: 405, golden: "method_unknown", wantHeaders: listed},
		{name: "options", method: "OPTIONS", url: "/healthz", wantStatus: 405, wantHeaders: allowed},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.run(t, h)
		})
	}
}

func TestNotReady(t *testing.T) {
	t.Parallel()
	h := newHub(t, func(o *Options) {
		o.Ready = func(context.Context) error { return errors.New("secret path /var/lib is full") }
	})
	scenario{url: "/readyz", wantStatus: 503, golden: "not_ready", notContains: []string{"/var/lib"}}.run(t, h)
	scenario{url: "/healthz", wantStatus: 200}.run(t, h)
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	for _, url := range []string{"/healthz", "/none", "/core/v1/connectors"} {
		response, err := h.server.Test(scenario{url: url}.request(h))
		if err != nil {
			t.Fatal(err)
		}
		readAllOf(t, response)
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Cache-Control": "no-store", "Server": "",
		} {
			if got := response.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", url, name, got, want)
			}
		}
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	for given, taken := range map[string]bool{
		"": false, "abc-DEF_1.2:3": true, strings.Repeat("a", 64): true, strings.Repeat("a", 65): false,
		"with space": false, "line\nbreak": false, `"quoted"`: false, "ünicode": false,
	} {
		got := requestID([]byte(given), clock)
		if (got == given) != taken || !taken && !strings.HasPrefix(got, "req_") {
			t.Errorf("requestID(%q) is %q", given, got)
		}
	}
}

// TestNewRequestID: it is a ULID of the time given, and another each time.
func TestNewRequestID(t *testing.T) {
	t.Parallel()
	times := []time.Time{time.UnixMilli(0), clock, clock.Add(time.Millisecond), time.UnixMilli(1<<48 - 1)}
	seen := map[string]bool{}
	last := ""
	for _, at := range times {
		for range 100 {
			got := newRequestID(at)
			id, err := ulid.ParseStrict(strings.TrimPrefix(got, "req_"))
			if err != nil || len(got) != len("req_")+ulid.EncodedSize || id.Timestamp().UnixMilli() != at.UnixMilli() || seen[got] {
				t.Fatalf("%s at %s: %v", got, at, err)
			}
			if len(last) > 0 && got[:14] < last[:14] {
				t.Errorf("%s came before %s", last, got)
			}
			seen[got], last = true, got
		}
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	scenario{as: execute.RoleBuilder, url: createURL, body: create(""), wantStatus: 200}.run(t, h)
	scenario{as: execute.RoleBuilder, url: strings.Replace(createURL, "create_thing", "demo:create-thing", 1), body: create("rejected"), wantStatus: 422}.run(t, h)
	scenario{as: execute.RoleBuilder, url: "/v1/connectors/made-up/operations/x/call", body: `{}`, wantStatus: 404}.run(t, h)
	scenario{as: execute.RoleBuilder, url: strings.Replace(createURL, "create_thing", "made-up", 1), body: `{}`, wantStatus: 404}.run(t, h)
	scenario{url: "/metrics", wantStatus: 200, notContains: []string{"made-up"}, contains: []string{
		`patchbay_calls_total{code="ok",connector="demo",operation="create_thing"} 1`,
		`patchbay_calls_total{code="upstream_rejected",connector="demo",operation="create_thing"} 1`,
		`patchbay_calls_total{code="not_found",connector="unknown",operation="unknown"} 2`,
		`patchbay_call_duration_seconds_count{connector="demo"} 2`, "patchbay_http_requests_in_flight 1", "go_goroutines",
	}}.run(t, h)
}

// TestPanic: a fault in a part of the server is a problem, and its text stays in the log.
func TestPanic(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := newHub(t, func(o *Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
		o.Runner = runnerFunc(func(context.Context, execute.Request) (execute.Result, error) { panic("secret detail") })
	})
	scenario{
		as: execute.RoleBuilder, url: createURL, body: create(""), wantStatus: 500,
		contains: []string{`"code":"internal"`, `"request_id":"req_test"`}, notContains: []string{"secret detail"},
	}.run(t, h)
	scenario{url: "/healthz", wantStatus: 200}.run(t, h)
	if !strings.Contains(log.String(), "secret detail") || !strings.Contains(log.String(), "request=req_test") {
		t.Errorf("the log does not say what happened: %s", log.String())
	}
}

func TestTwoCollectorsOfOneName(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	options := h.server.Options
	options.Collectors = append(options.Collectors, h.server.metrics.inFlight)
	if _, err := New(options); err == nil {
		t.Error("a metric that is there already was taken")
	}
}
