package sandbox_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// FuzzHarness sends anything to a harness, twice, so that a fault set by the first may strike the second.
func FuzzHarness(f *testing.F) {
	f.Add("PUT", "/_sandbox/faults", "", `[{"status":503,"retry_after":1}]`, `{"cut":"body"}`)
	f.Add("PUT", "/_sandbox/faults", "", `[{"malformed":true,"slow_body_ms":10}]`, "")
	f.Add("POST", "/_sandbox/reset", "", "", "")
	f.Add("GET", "/_sandbox/stats", "a=b", "", "{}")
	f.Add("GET", "/things/12", "token=a", "", `{"headers":{"A":"b"}}`)
	f.Fuzz(func(t *testing.T, method, path, query, body, fault string) {
		harness := sandbox.New(sandbox.Options{API: &things{}, Sleep: func(context.Context, time.Duration) {}})
		for range 2 {
			r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
			r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
			r.Header.Set(sandbox.FaultHeader, fault)
			w := httptest.NewRecorder()
			if !serve(harness, w, r) && (w.Code < 200 || w.Code > 599) {
				t.Errorf("status %d", w.Code)
			}
		}
	})
}

// serve tells whether the handler cut the connection. Any other panic goes on.
func serve(handler http.Handler, w http.ResponseWriter, r *http.Request) (cut bool) {
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			cut = true
		}
	}()
	handler.ServeHTTP(w, r)
	return false
}
