package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestExampleAppLetsNobodyElseIn asks the app of the examples for tokens as its own page, as another page would, and under
// a name that somebody else has made lead to it.
func TestExampleAppLetsNobodyElseIn(t *testing.T) {
	t.Parallel()
	hub := openSandboxes(t, t.TempDir(), "127.0.0.1:0")
	origin, stop, err := serveExamples(hub)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("closing the examples: %v", err)
		}
	})
	tests := []struct {
		name, method, path, host, origin string
		status                           int
	}{
		{"its own page", "POST", "/token", "", origin, 200},
		{"a page without scripts", "GET", "/", "", "", 200},
		{"schemas", "GET", "/schemas?source=platform.get_ticket&target=jira.create_issue", "", "", 200},
		{"another page", "POST", "/token", "", "https://evil.example", 403},
		{"a sandboxed page", "POST", "/token", "", "null", 403},
		{"another name", "POST", "/token", "evil.example", "", 403},
		{"no such page", "GET", "/none.html", "", "", 404},
		{"a page above", "GET", "/../examples.go", "", "", 404},
		{"no such operation", "GET", "/schemas?source=platform.get_ticket&target=jira.nothing", "", "", 502},
		{"the wrong method", "GET", "/token", "", "", 404},
	}
	for _, test := range tests {
		request, err := http.NewRequestWithContext(t.Context(), test.method, origin+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = test.host
		if test.origin != "" {
			request.Header.Set("Origin", test.origin)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != test.status || strings.Contains(string(body), testKey) {
			t.Errorf("%s: %s %.200s", test.name, response.Status, body)
		}
		if test.path == "/token" && test.status == 200 && gjson.GetBytes(body, "origins.0").String() != origin {
			t.Errorf("%s: %s", test.name, body)
		}
	}
}
