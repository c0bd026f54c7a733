package rawhttp_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func TestExecuteLink(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, link, body, wantURI, want string }{
		{"whole", vendor + "/api/v2/things?page%5Bafter%5D=abc", `{"data":[1.10]}`, "/api/v2/things?page%5Bafter%5D=abc", `{"data":[1.10]}`},
		{"from the root", "/api/v2/things/", ` {"a":1} `, "/api/v2/things/", ` {"a":1} `},
		{"relative", "things", `{}`, "/api/v2/things", `{}`},
		{"a list", "/things", `[1,2]`, "/api/v2/things", `{"result":[1,2]}`},
		{"a word", "/things", `"x"`, "/api/v2/things", `{"result":"x"}`},
		{"nothing", "/things", ``, "/api/v2/things", `{"result":null}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, tt.body) })
			input, err := json.Marshal(map[string]string{"link": tt.link})
			if err != nil {
				t.Fatal(err)
			}
			result, err := h.call(t, "execute_link", string(input))
			if err != nil {
				t.Fatal(err)
			}
			if string(result.Output) != tt.want {
				t.Errorf("output %s, want %s", result.Output, tt.want)
			}
			got := h.sent()[0]
			if got.Method != http.MethodGet || got.URI != prefix+tt.wantURI || got.Header.Get("Accept") != acmeType || got.Body != "" {
				t.Errorf("sent %+v", got)
			}
		})
	}
}

func TestExecuteLinkRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, input string
		want        operations.Code
		pointers    []string
	}{
		{"no link", `{}`, operations.CodeInvalidInput, []string{"/link"}},
		{"an empty one", `{"link":""}`, operations.CodeInvalidInput, []string{"/link"}},
		{"too long", `{"link":"` + strings.Repeat("x", 4097) + `"}`, operations.CodeInvalidInput, []string{"/link"}},
		{"not text", `{"link":1}`, operations.CodeInvalidInput, []string{"/link"}},
		{"an unknown field", `{"link":"/x","method":"DELETE"}`, operations.CodeInvalidInput, []string{"/method"}},
		{"no URL", `{"link":"/%zz"}`, operations.CodeInvalidInput, []string{"/link"}},
		{"another host", `{"link":"https://api.acme.example.evil.tld/x"}`, operations.CodeDestinationRefused, []string{"/link"}},
		{"a user", `{"link":"https://api.acme.example@evil.tld/x"}`, operations.CodeDestinationRefused, []string{"/link"}},
		{"no scheme", `{"link":"//evil.tld/x"}`, operations.CodeDestinationRefused, []string{"/link"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, ok)
			_, err := h.call(t, "execute_link", tt.input)
			var pointers []string
			for _, fault := range wantCode(t, err, tt.want).Faults {
				pointers = append(pointers, fault.Pointer)
			}
			if diff := cmp.Diff(tt.pointers, pointers); diff != "" || len(h.sent()) > 0 {
				t.Errorf("sent %v; faults (-want +got):\n%s", h.sent(), diff)
			}
		})
	}
}

func TestExecuteLinkFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		body   string
		want   operations.Code
	}{
		{"not there", 404, `{}`, operations.CodeUpstreamNotFound},
		{"a redirect", 302, ``, operations.CodeUpstreamFailed},
		{"a page", 200, `<html>`, operations.CodeUpstreamFailed},
		{"bytes", 200, "\x89PNG", operations.CodeUpstreamFailed},
		{"too deep", 200, strings.Repeat("[", 100) + strings.Repeat("]", 100), operations.CodeUpstreamFailed},
		{"too large", 200, `"` + strings.Repeat("x", 6080<<10) + `"`, operations.CodeTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			_, err := h.call(t, "execute_link", `{"link":"/x"}`)
			wantCode(t, err, tt.want)
		})
	}
}
