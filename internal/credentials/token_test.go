package credentials

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

// badAnswers are answers of token endpoints that bring no token. LEAK stands for what must not be passed on.
func badAnswers() []badAnswer {
	const jsonType = "application/json"
	return []badAnswer{
		{"used up", 400, jsonType, `{"error":"invalid_grant","error_description":"LEAK"}`, operations.CodeCredentialRejected, "invalid_grant"},
		{"wrong client", 401, jsonType, `{"error":"invalid_client"}`, operations.CodeCredentialRejected, "invalid_client"},
		{"Atlassian's word for used up", 403, jsonType, `{"error":"unauthorized_client"}`, operations.CodeCredentialRejected, "unauthorized_client"},
		{"Slack's way", 200, jsonType, `{"ok":false,"error":"invalid_refresh_token"}`, operations.CodeCredentialRejected, "invalid_refresh_token"},
		{"Slack's limit", 200, jsonType, `{"ok":false,"error":"ratelimited"}`, operations.CodeRateLimited, "ratelimited"},
		{"refused without a word", 401, "text/html", `<p>LEAK</p>`, operations.CodeCredentialRejected, ""},
		{"hostile code", 400, jsonType, `{"error":"LEAK <b>"}`, operations.CodeCredentialRejected, ""},
		{"limit", 429, jsonType, `{"error":"LEAK"}`, operations.CodeRateLimited, "leak"},
		{"busy", 503, jsonType, `{"error":"temporarily_unavailable"}`, operations.CodeUpstreamFailed, "temporarily_unavailable"},
		{"Slack in trouble", 200, jsonType, `{"ok":false,"error":"internal_error"}`, operations.CodeUpstreamFailed, "internal_error"},
		{"broken", 500, "text/html", `LEAK`, operations.CodeUpstreamFailed, ""},
		{"not there", 404, "text/html", `LEAK`, operations.CodeUpstreamFailed, ""},
		{"redirect", 307, "text/html", ``, operations.CodeUpstreamFailed, ""},
		{"no token", 200, jsonType, `{"LEAK":"LEAK"}`, operations.CodeUpstreamFailed, ""},
		{"no JSON", 200, jsonType, `LEAK`, operations.CodeUpstreamFailed, ""},
		{"bad form", 200, "application/x-www-form-urlencoded", `access_token=LEAK%zz`, operations.CodeUpstreamFailed, ""},
		{"token with a line break", 200, jsonType, `{"access_token":"LEAK\r\nX-Evil: 1"}`, operations.CodeUpstreamFailed, ""},
		{"refresh token with a line break", 200, jsonType, `{"access_token":"a","refresh_token":"LEAK\n"}`, operations.CodeUpstreamFailed, ""},
		{"endless token", 200, jsonType, `{"access_token":"` + strings.Repeat("LEAK", 5000) + `"}`, operations.CodeUpstreamFailed, ""},
	}
}

type badAnswer struct {
	name        string
	status      int
	contentType string
	body        string
	want        operations.Code
	upstream    string // the service's own code
}

func (a badAnswer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", a.contentType)
	w.Header().Set("Location", "/elsewhere")
	w.Header().Set("Retry-After", "7")
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

func TestRefreshFailures(t *testing.T) {
	t.Parallel()
	for _, c := range badAnswers() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			mux.Handle("POST /some/prefix/oauth/token", c)
			mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") })
			server := httptest.NewServer(mux)
			t.Cleanup(server.Close)
			v := newSetup(t).vault(t)
			before := create(t, v, crmDraft("c"))
			_, err := v.Refresh(t.Context(), target(t, v, "c", server.URL+"/some/prefix"), "access-0")
			e := wantCode(t, err, c.want)
			if e.Upstream != nil && (e.Upstream.Status != c.status || e.Upstream.Code != c.upstream) || c.upstream != "" && e.Upstream == nil {
				t.Errorf("upstream %+v", e.Upstream)
			}
			if c.want == operations.CodeRateLimited && e.RetryAfter != 7*time.Second {
				t.Errorf("retry after %v", e.RetryAfter)
			}
			leaksNothing(t, e)
			after, err := v.Get(t.Context(), workspace, "c")
			if diff := cmp.Diff(before, after); err != nil || diff != "" {
				t.Errorf("the credential was changed (%v):\n%s", err, diff)
			}
		})
	}
}

func leaksNothing(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		shown := fmt.Sprintf("%v %+v %#v", err, err, err)
		for _, secret := range []string{"LEAK", "refresh-0", "hush"} {
			if strings.Contains(shown, secret) {
				t.Errorf("the error shows %s", shown)
			}
		}
	}
}

// roundTrip is a transport that fails.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestRefreshWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		want operations.Code
	}{
		{"no connection", errors.New("connection refused"), operations.CodeUpstreamUnreachable},
		{"too late", context.DeadlineExceeded, operations.CodeUpstreamTimeout},
		{"refused by the guard", operations.Errorf(operations.CodeDestinationRefused, "a private address"), operations.CodeDestinationRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSetup(t)
			s.http = func(bool) *http.Client {
				return &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, c.err })}
			}
			v := s.vault(t)
			create(t, v, crmDraft("c"))
			_, err := v.Refresh(t.Context(), target(t, v, "c", ""), "access-0")
			wantCode(t, err, c.want)
		})
	}
}

func TestTokenURL(t *testing.T) {
	t.Parallel()
	connector := testConnectors()[0]
	for _, c := range []struct {
		name, origin, tokenURL, want string
		trusted                      bool
	}{
		{"relative", "", "/oauth/token", "https://api.crm.example/oauth/token", false},
		{"relative, other origin", "http://127.0.0.1:1/p", "/oauth/token", "http://127.0.0.1:1/p/oauth/token", true},
		{"at the service", "", "https://api.crm.example/oauth/token", "https://api.crm.example/oauth/token", false},
		{"at the service, other origin", "http://127.0.0.1:1/p", "https://api.crm.example/oauth/token", "http://127.0.0.1:1/p/oauth/token", true},
		{"elsewhere", "", "https://login.crm.example/token", "https://login.crm.example/token", false},
		{"elsewhere, other origin", "http://127.0.0.1:1/p", "https://login.crm.example/token", "https://login.crm.example/token", false},
		{"of a tenant", "", "https://{tenant}.login.example/token", "https://acme.login.example/token", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			base, err := operations.NewBase(connector, c.origin, nil)
			if err != nil {
				t.Fatal(err)
			}
			r := operations.Target{Connector: &connector, Base: base, Trusted: c.origin != ""}
			got, trusted := tokenURL(r, operations.OAuth2{TokenURL: c.tokenURL}, map[string]string{"tenant": "acme"})
			if got != c.want || trusted != c.trusted {
				t.Errorf("%s, trusted %t; want %s, %t", got, trusted, c.want, c.trusted)
			}
		})
	}
}
