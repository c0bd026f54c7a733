package nimchattest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzServe sends anything to a sandbox and expects an answer, JSON or none, that is no failure of the sandbox.
func FuzzServe(f *testing.F) {
	for _, seed := range [][5]string{
		{"GET", account + "/contacts", "page=2&sort=-last_activity_at", "", ""},
		{"GET", account + "/conversations", "labels[]=bug&status=all&assignee_type=me", "", ""},
		{"POST", account + "/contacts", "", "application/json", `{"inbox_id":2,"custom_attributes":{"a":1e400},"avatar":{"url":"data:,x"}}`},
		{"POST", account + "/contacts", "", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"custom_attributes[a][b]\"\r\n\r\nx\r\n--b--\r\n"},
		{"PUT", account + "/contacts/7", "", "application/x-www-form-urlencoded", "name=a&custom_attributes[b]=c"},
		{"POST", account + "/contacts/filter", "", "application/json", `{"payload":[{"attribute_key":"name","filter_operator":"contains","values":[true],"query_operator":"OR"}]}`},
		{"POST", account + "/inboxes", "", "application/json", `{"name":"x","channel":{"type":"api"}}`},
		{"POST", account + "/custom_attribute_definitions", "", "application/json", `{"attribute_display_name":"X","attribute_key":"x","attribute_display_type":7.0,"attribute_model":"contact_attribute"}`},
		{"POST", account + "/portals/acme-help/articles", "", "application/json", `{"title":"","author_id":1,"status":"draft"}`},
		{"GET", "/api/v2/accounts/1/reports", "metric=avg_resolution_time&type=team&id=1&since=0&until=9223372036854775807", "", ""},
		{"PATCH", "/platform/api/v1/users/5", "", "application/json", `{"custom_attributes":{}}`},
		{"POST", inbox + "/contacts", "", "application/json", `{"email":"maja.lindqvist.1@kundenmail.example","phone_number":"+1"}`},
		{"PUT", "/_sandbox/faults", "", "application/json", `[{"status":429}]`},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	}
	s := newSandbox(nil...)
	f.Fuzz(func(t *testing.T, method, path, query, contentType, body string) {
		s.Reset()
		r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
		r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
		token := user
		if strings.HasPrefix(path, "/platform") {
			token = platform
		}
		r.Header.Set("api_access_token", token)
		r.Header.Set("Content-Type", contentType)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
		if !strings.HasPrefix(path, "/_sandbox") && w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("the answer is not JSON: %s", w.Body)
		}
	})
}

func BenchmarkList(b *testing.B) {
	s := newSandbox()
	for b.Loop() {
		s.Reset()
		if w := ask(s, user, http.MethodGet, account+"/conversations?status=all", ""); w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}
