package gateway_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/internal/gateway"
)

// TestRejectedBySaying: a service that refuses a token by a body of its own is understood, and its answers arrive whole.
func TestRejectedBySaying(t *testing.T) {
	t.Parallel()
	const refusal = `{"ok":false,"error":"token_expired"}`
	large := `{"ok":true,"padding":"` + strings.Repeat("x", 5000) + `"}`
	hook := func(status int, header http.Header, peek []byte) bool {
		return status == 401 || strings.Contains(string(peek), "token_expired") || header.Get("X-Refused") != ""
	}
	for _, test := range []struct {
		name, contentType, refusal string
		status                     int
		header                     string
		hook                       func(int, http.Header, []byte) bool
		plain                      bool // there is nothing to renew
		want                       string
	}{
		{"JSON", "application/json; charset=utf-8", refusal, 200, "", hook, false, large},
		{"JSON, odd", "application/vnd.api+JSON", refusal, 200, "", hook, false, large},
		{"status", "text/plain", "no", 401, "", hook, false, large},
		{"header", "text/plain", "no", 200, "1", hook, false, large},
		{"large JSON", "application/json", refusal + large, 200, "", hook, false, refusal + large},
		{"no JSON", "text/plain", refusal, 200, "", hook, false, refusal},
		{"no hook", "application/json", refusal, 200, "", nil, false, refusal},
		{"no hook, status", "application/json", refusal, 401, "", nil, false, large},
		{"nothing to renew", "application/json", refusal, 200, "", hook, true, refusal},
	} {
		for _, flush := range []bool{false, true} { // with and without a length
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				service := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
					answer, status := large, 200
					if r.Header.Get("Authorization") != "Bearer new" {
						answer, status = test.refusal, test.status
						if test.header != "" {
							w.Header().Set("X-Refused", test.header)
						}
					}
					w.Header().Set("Content-Type", test.contentType)
					w.WriteHeader(status)
					if flush {
						_ = http.NewResponseController(w).Flush()
					}
					_, _ = io.WriteString(w, answer)
				})
				g, _ := newGateway(t, gateway.Options{Refresher: &vault{}})
				to := oauth2Target(t, service.URL, "")
				to.Connector.Rejected = test.hook
				if test.plain {
					to.Connector.Auth[0].OAuth2 = nil
				}
				if _, body, err := do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things"), "x")); err != nil || body != test.want {
					t.Errorf("got %d bytes %.50q, %v; want %d", len(body), body, err, len(test.want))
				}
			})
		}
	}
}

// TestRejectedByABrokenAnswer: the fault of reading comes to light where the answer is read.
func TestRejectedByABrokenAnswer(t *testing.T) {
	t.Parallel()
	service := newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		hijack(t, w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"ok\"")
	})
	g, _ := newGateway(t, gateway.Options{Refresher: &vault{}})
	to := oauth2Target(t, service.URL, "")
	var seen []byte
	to.Connector.Rejected = func(_ int, _ http.Header, peek []byte) bool { seen = peek; return false }
	response, err := g.Client(to).Do(newRequest(t, "GET", to.Base.URL("/things"), ""))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if codeOf(t, err) != "upstream_failed" || string(body) != `{"ok"` || seen != nil {
		t.Errorf("got %q, %v; the hook saw %q", body, err, seen)
	}
}
