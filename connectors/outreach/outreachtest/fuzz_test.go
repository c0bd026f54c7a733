package outreachtest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
)

// FuzzServe sends anything to a sandbox and expects an answer, JSON or none, that is no failure of the sandbox.
func FuzzServe(f *testing.F) {
	for _, seed := range [][4]string{
		{"GET", "/api/v2/prospects", "page[size]=3&sort=-name,id&filter[createdAt]=2025-01-01..inf&include=account.owner", ""},
		{"GET", "/api/v2/prospects", "newFilterSyntax=true&filter[id][gte]=5&filter[q]=a&fields[prospect]=name&count=true", ""},
		{"GET", "/api/v2/tasks", "page[limit]=2&page[offset]=3&filter[owner][id]=1,__null__", ""},
		{"GET", "/api/v2/complianceRequests/1", "", ""},
		{"POST", "/api/v2/prospects", "", `{"data":{"type":"prospect","attributes":{"emails":["a"],"score":1e400,"tags":null}}}`},
		{"POST", "/api/v2/sequenceStates", "", `{"data":{"type":"sequenceState","relationships":{"prospect":{"data":{"type":"prospect","id":1}}}}}`},
		{"PATCH", "/api/v2/accounts/1", "", `{"data":{"type":"account","id":1,"attributes":{"name":"x","custom1":"y"}}}`},
		{"DELETE", "/api/v2/sequences/1", "", ""},
		{"POST", "/api/v2/tasks/1/actions/snooze", "actionParams[dueAt]=2027-01-01&actionParams[markAsUrgent]=true", ""},
		{"POST", "/api/v2/complianceRequests", "", `{"data":{"attributes":{"requester_email":"a@b","request_type":"Delete"}}}`},
		{"POST", "/oauth/token", "", "grant_type=refresh_token&refresh_token=x"},
		{"POST", "/_sandbox/expire-token", "", ""},
		{"PUT", "/_sandbox/faults", "", `[{"status":429}]`},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		sandbox := outreachtest.New(outreachtest.Options{Sleep: func(context.Context, time.Duration) {}})
		r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
		r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
		r.Header.Set("Authorization", "Bearer "+outreachtest.AccessToken)
		r.Header.Set("Content-Type", "application/vnd.api+json")
		w := httptest.NewRecorder()
		sandbox.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
		isAPI := strings.HasPrefix(path, "/api/v2/")
		if isAPI && w.Code != http.StatusNoContent && !json.Valid(w.Body.Bytes()) {
			t.Errorf("the answer is not JSON: %s", w.Body)
		}
		if isAPI && w.Code >= 400 && !strings.Contains(w.Body.String(), `"errors":[`) {
			t.Errorf("got %d without errors: %s", w.Code, w.Body)
		}
	})
}

func BenchmarkList(b *testing.B) {
	benchmark(b, http.MethodGet, "/api/v2/prospects?page[size]=50&sort=-createdAt&fields[prospect]=name,emails", "")
}

func BenchmarkGet(b *testing.B) { benchmark(b, http.MethodGet, "/api/v2/prospects/1", "") }

func BenchmarkUpdate(b *testing.B) {
	benchmark(b, http.MethodPatch, "/api/v2/prospects/1", `{"data":{"type":"prospect","id":1,"attributes":{"title":"Boss"}}}`)
}

func benchmark(b *testing.B, method, target, body string) {
	sandbox := outreachtest.New(outreachtest.Options{Limit: 1 << 30})
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+outreachtest.AccessToken)
		r.Header.Set("Content-Type", "application/vnd.api+json")
		w := httptest.NewRecorder()
		if sandbox.ServeHTTP(w, r); w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		outreachtest.New(outreachtest.Options{})
	}
}
