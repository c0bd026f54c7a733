package credentials

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// tokenServer is a token endpoint under a path prefix. Its refresh tokens rotate: each is good once.
type tokenServer struct {
	*httptest.Server
	requests atomic.Int64
	before   func() // runs while a request is under way

	mu      sync.Mutex
	current int // refresh-N is the good refresh token
	forms   []url.Values
}

func newTokenServer(t testing.TB) *tokenServer {
	t.Helper()
	s := &tokenServer{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /some/prefix/oauth/token", s.token)
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *tokenServer) token(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	if s.before != nil {
		s.before()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.forms = append(s.forms, r.PostForm)
	w.Header().Set("Content-Type", "application/json")
	if r.PostForm.Get("refresh_token") != fmt.Sprint("refresh-", s.current) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error":"invalid_grant","error_description":"%s is used up"}`, r.PostForm.Get("refresh_token"))
		return
	}
	s.current++
	fmt.Fprintf(w, `{"access_token":"access-%d","token_type":"bearer","expires_in":7200,"refresh_token":"refresh-%d"}`, s.current, s.current)
}

// target is what the gateway gives with the credential as it was opened before.
func target(t testing.TB, v *Vault, id, origin string) operations.Target {
	t.Helper()
	credential, err := v.Open(t.Context(), workspace, id)
	if err != nil {
		t.Fatal(err)
	}
	connector, err := v.Catalogue.Connector(credential.Connector)
	if err != nil {
		t.Fatal(err)
	}
	base, err := operations.NewBase(connector, origin, credential.Fields)
	if err != nil {
		t.Fatal(err)
	}
	return operations.Target{Connector: connector, Credential: credential, Base: base, Trusted: origin != ""}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	s, server := newSetup(t), newTokenServer(t)
	v := s.vault(t)
	create(t, v, crmDraft("c"))
	got, err := v.Refresh(t.Context(), target(t, v, "c", server.URL+"/some/prefix"), "access-0")
	want := &operations.Credential{
		ID: "c", Workspace: workspace, Connector: "crm", Name: "Sales", Scheme: "oauth2",
		Fields:  map[string]string{"client_id": "the-client", "expires_at": "2026-01-02T05:04:05Z"},
		Secrets: operations.Secrets{"access_token": "access-1", "refresh_token": "refresh-1", "client_secret": "hush"},
	}
	opened, errOpen := v.Open(t.Context(), workspace, "c")
	if diff := cmp.Diff(want, got) + cmp.Diff(want, opened); errors.Join(err, errOpen) != nil || diff != "" {
		t.Errorf("(%v, %v):\n%s", err, errOpen, diff)
	}
	form := []url.Values{{
		"grant_type": {"refresh_token"}, "refresh_token": {"refresh-0"}, "client_id": {"the-client"}, "client_secret": {"hush"},
	}}
	if diff := cmp.Diff(form, server.forms); diff != "" {
		t.Errorf("the request:\n%s", diff)
	}
	stored, err := s.vault(t).Open(t.Context(), workspace, "c")
	if diff := cmp.Diff(want, stored); err != nil || diff != "" {
		t.Errorf("stored (%v):\n%s", err, diff)
	}
}

func TestRefreshOfATokenThatIsNotTheStoredOne(t *testing.T) {
	t.Parallel()
	server := newTokenServer(t)
	v := newSetup(t).vault(t)
	create(t, v, crmDraft("c"))
	old := target(t, v, "c", server.URL+"/some/prefix")
	for range 3 {
		got, err := v.Refresh(t.Context(), old, "access-0")
		if err != nil || got.Secrets["access_token"] != "access-1" {
			t.Errorf("got %v (%v)", got, err)
		}
	}
	if n := server.requests.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// A thousand calls whose token has just expired cost one token request, whether they come all at once or late.
func TestRefreshOfAThousand(t *testing.T) {
	t.Parallel()
	server := newTokenServer(t)
	s := newSetup(t)
	v := s.vault(t)
	create(t, v, crmDraft("c"))
	old := target(t, v, "c", server.URL+"/some/prefix")
	for round := range 3 {
		rejected, want := fmt.Sprint("access-", round), fmt.Sprint("access-", round+1)
		var group sync.WaitGroup
		for range 1000 {
			group.Go(func() {
				got, err := v.Refresh(t.Context(), old, rejected)
				if err != nil || got.Secrets["access_token"] != want {
					t.Errorf("got %v (%v), want %s", got, err, want)
				}
			})
		}
		group.Wait()
		if n := server.requests.Load(); n != int64(round+1) {
			t.Fatalf("%d token requests after round %d, want %d", n, round, round+1)
		}
	}
}

func TestRefreshOutlivesTheCallerWhoStartedIt(t *testing.T) {
	t.Parallel()
	server := newTokenServer(t)
	v := newSetup(t).vault(t)
	create(t, v, crmDraft("c"))
	old := target(t, v, "c", server.URL+"/some/prefix")
	ctx, cancel := context.WithCancel(t.Context())
	underWay, goOn := make(chan struct{}), make(chan struct{})
	server.before = func() { close(underWay); <-goOn }
	var first, second error
	var group sync.WaitGroup
	group.Go(func() { _, first = v.Refresh(ctx, old, "access-0") })
	<-underWay
	cancel()
	group.Wait()
	group.Go(func() { _, second = v.Refresh(t.Context(), old, "access-0") })
	close(goOn)
	group.Wait()
	if !errors.Is(first, context.Canceled) || second != nil || server.requests.Load() != 1 {
		t.Errorf("the first: %v, the second: %v, %d requests", first, second, server.requests.Load())
	}
}

// change alters a stored credential behind the vault's back, as another process does.
func change(t *testing.T, v *Vault, id string, alter func(*store.CredentialRow, operations.Secrets)) {
	row, credential, err := v.read(context.WithoutCancel(t.Context()), reference{workspace, id})
	if err != nil {
		t.Error(err)
		return
	}
	alter(&row, credential.Secrets)
	if err := v.MasterKey.seal(&row, credential.Secrets); err != nil {
		t.Error(err)
	}
	if _, err := v.Store.UpdateCredential(context.WithoutCancel(t.Context()), row); err != nil {
		t.Error(err)
	}
}

func TestRefreshAmongChanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		alter  func(*store.CredentialRow, operations.Secrets)
		fields map[string]string
		want   operations.Secrets
	}{
		{
			"renamed meanwhile: the new tokens are kept",
			func(row *store.CredentialRow, _ operations.Secrets) { row.Name = "Renamed" },
			map[string]string{"client_id": "the-client", "expires_at": "2026-01-02T05:04:05Z"},
			operations.Secrets{"access_token": "access-1", "refresh_token": "refresh-1", "client_secret": "hush"},
		},
		{
			"client secret changed meanwhile: both changes are kept",
			func(_ *store.CredentialRow, secrets operations.Secrets) { secrets["client_secret"] = "changed" },
			map[string]string{"client_id": "the-client", "expires_at": "2026-01-02T05:04:05Z"},
			operations.Secrets{"access_token": "access-1", "refresh_token": "refresh-1", "client_secret": "changed"},
		},
		{
			"connected again meanwhile: the new account's tokens count",
			func(_ *store.CredentialRow, secrets operations.Secrets) {
				secrets["access_token"], secrets["refresh_token"] = "entered", "entered too"
			},
			map[string]string{"client_id": "the-client"},
			operations.Secrets{"access_token": "entered", "refresh_token": "entered too", "client_secret": "hush"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := newTokenServer(t)
			v := newSetup(t).vault(t)
			create(t, v, crmDraft("c"))
			old := target(t, v, "c", server.URL+"/some/prefix")
			server.before = func() { change(t, v, "c", c.alter) }
			got, err := v.Refresh(t.Context(), old, "access-0")
			if err != nil {
				t.Fatal(err)
			}
			_, stored, err := v.read(t.Context(), reference{workspace, "c"})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, stored) + cmp.Diff(c.want, stored.Secrets) + cmp.Diff(c.fields, stored.Fields); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRefreshBeatenByAnotherProcess(t *testing.T) {
	t.Parallel()
	server := newTokenServer(t)
	v := newSetup(t).vault(t)
	create(t, v, crmDraft("c"))
	old := target(t, v, "c", server.URL+"/some/prefix")
	server.before = func() { // the other has used refresh-0 and stored what it got
		server.mu.Lock()
		server.current = 1
		server.mu.Unlock()
		change(t, v, "c", func(_ *store.CredentialRow, secrets operations.Secrets) {
			secrets["access_token"], secrets["refresh_token"] = "access-1", "refresh-1"
		})
	}
	got, err := v.Refresh(t.Context(), old, "access-0")
	if err != nil || got.Secrets["access_token"] != "access-1" {
		t.Errorf("got %v (%v)", got, err)
	}
}

func TestRefreshOfADeletedCredential(t *testing.T) {
	t.Parallel()
	server := newTokenServer(t)
	v := newSetup(t).vault(t)
	create(t, v, crmDraft("before"))
	create(t, v, crmDraft("meanwhile"))
	before, meanwhile := target(t, v, "before", server.URL+"/some/prefix"), target(t, v, "meanwhile", server.URL+"/some/prefix")
	if err := v.Delete(t.Context(), workspace, "before"); err != nil {
		t.Fatal(err)
	}
	_, err := v.Refresh(t.Context(), before, "access-0")
	wantCode(t, err, operations.CodeNotFound)
	if server.requests.Load() != 0 {
		t.Error("a token was asked for")
	}
	server.before = func() {
		if err := v.Delete(context.WithoutCancel(t.Context()), workspace, "meanwhile"); err != nil {
			t.Error(err)
		}
	}
	_, err = v.Refresh(t.Context(), meanwhile, "access-0")
	wantCode(t, err, operations.CodeNotFound)
}

func TestRefreshNeedsARefreshToken(t *testing.T) {
	t.Parallel()
	v := newSetup(t).vault(t)
	create(t, v, Draft{ID: "c", Connector: "crm", Secrets: map[string]string{"access_token": "access-0"}})
	create(t, v, Draft{ID: "d", Connector: "desk", Fields: map[string]string{"site": "a"}, Secrets: map[string]string{"token": "t"}})
	_, err := v.Refresh(t.Context(), target(t, v, "c", ""), "access-0")
	if e := wantCode(t, err, operations.CodeCredentialRejected); !strings.Contains(e.Detail, "no refresh token") {
		t.Errorf("detail %q", e.Detail)
	}
	_, err = v.Refresh(t.Context(), target(t, v, "d", ""), "t")
	wantCode(t, err, operations.CodeCredentialRejected)
	_, err = v.Refresh(t.Context(), operations.Target{}, "t")
	wantCode(t, err, operations.CodeCredentialRejected)
	v.HTTP = nil
	create(t, v, crmDraft("e"))
	_, err = v.Refresh(t.Context(), target(t, v, "e", ""), "access-0")
	wantCode(t, err, operations.CodeNotConfigured)
}

func TestRefreshFailures(t *testing.T) {
	t.Parallel()
	const jsonType = "application/json"
	for _, c := range []struct {
		name        string
		status      int
		contentType string
		body        string
		want        operations.Code
		upstream    string // the service's own code
	}{
		{"used up", 400, jsonType, `{"error":"invalid_grant","error_description":"LEAK"}`, operations.CodeCredentialRejected, "invalid_grant"},
		{"wrong client", 401, jsonType, `{"error":"invalid_client"}`, operations.CodeCredentialRejected, "invalid_client"},
		{"Atlassian's word for used up", 403, jsonType, `{"error":"unauthorized_client"}`, operations.CodeCredentialRejected, "unauthorized_client"},
		{"Slack's way", 200, jsonType, `{"ok":false,"error":"invalid_refresh_token"}`, operations.CodeCredentialRejected, "invalid_refresh_token"},
		{"Slack's limit", 200, jsonType, `{"ok":false,"error":"ratelimited"}`, operations.CodeRateLimited, "ratelimited"},
		{"refused without a word", 401, "text/html", `<p>LEAK</p>`, operations.CodeCredentialRejected, ""},
		{"hostile code", 400, jsonType, `{"error":"LEAK <b>"}`, operations.CodeCredentialRejected, ""},
		{"limit", 429, jsonType, `{"error":"LEAK"}`, operations.CodeRateLimited, "leak"},
		{"busy", 503, jsonType, `{"error":"temporarily_unavailable"}`, operations.CodeUpstreamFailed, "temporarily_unavailable"},
		{"broken", 500, "text/html", `LEAK`, operations.CodeUpstreamFailed, ""},
		{"not there", 404, "text/html", `LEAK`, operations.CodeUpstreamFailed, ""},
		{"redirect", 307, "text/html", ``, operations.CodeUpstreamFailed, ""},
		{"no token", 200, jsonType, `{"LEAK":"LEAK"}`, operations.CodeUpstreamFailed, ""},
		{"no JSON", 200, jsonType, `LEAK`, operations.CodeUpstreamFailed, ""},
		{"bad form", 200, "application/x-www-form-urlencoded", `access_token=LEAK%zz`, operations.CodeUpstreamFailed, ""},
		{"token with a line break", 200, jsonType, `{"access_token":"LEAK\r\nX-Evil: 1"}`, operations.CodeUpstreamFailed, ""},
		{"refresh token with a line break", 200, jsonType, `{"access_token":"a","refresh_token":"LEAK\n"}`, operations.CodeUpstreamFailed, ""},
		{"endless token", 200, jsonType, `{"access_token":"` + strings.Repeat("LEAK", 5000) + `"}`, operations.CodeUpstreamFailed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasSuffix(r.URL.Path, "/oauth/token") {
					t.Errorf("a request to %s", r.URL)
				}
				w.Header().Set("Content-Type", c.contentType)
				w.Header().Set("Location", "/elsewhere")
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			t.Cleanup(server.Close)
			v := newSetup(t).vault(t)
			before := create(t, v, crmDraft("c"))
			_, err := v.Refresh(t.Context(), target(t, v, "c", server.URL), "access-0")
			e := wantCode(t, err, c.want)
			if e.Upstream != nil && (e.Upstream.Status != c.status || e.Upstream.Code != c.upstream) || c.upstream != "" && e.Upstream == nil {
				t.Errorf("upstream %+v", e.Upstream)
			}
			if c.want == operations.CodeRateLimited && e.RetryAfter != 7*time.Second {
				t.Errorf("retry after %v", e.RetryAfter)
			}
			for err := error(e); err != nil; err = errors.Unwrap(err) {
				if s := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(s, "LEAK") || strings.Contains(s, "refresh-0") || strings.Contains(s, "hush") {
					t.Errorf("the error shows %s", s)
				}
			}
			after, err := v.Get(t.Context(), workspace, "c")
			if diff := cmp.Diff(before, after); err != nil || diff != "" {
				t.Errorf("the credential was changed (%v):\n%s", err, diff)
			}
		})
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

func TestRefreshKeepsTheOldRefreshToken(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"access-1"}`)
	}))
	t.Cleanup(server.Close)
	v := newSetup(t).vault(t)
	create(t, v, crmDraft("c"))
	change(t, v, "c", func(row *store.CredentialRow, _ operations.Secrets) { row.Fields[expiresAt] = "2020-01-01T00:00:00Z" })
	got, err := v.Refresh(t.Context(), target(t, v, "c", server.URL), "access-0")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(operations.Secrets{"access_token": "access-1", "refresh_token": "refresh-0", "client_secret": "hush"}, got.Secrets); diff != "" {
		t.Error(diff)
	}
}

func TestNewAccessTokenForgetsTheOldOnesExpiry(t *testing.T) {
	t.Parallel()
	server := newTokenServer(t)
	v := newSetup(t).vault(t)
	create(t, v, crmDraft("c"))
	if _, err := v.Refresh(t.Context(), target(t, v, "c", server.URL+"/some/prefix"), "access-0"); err != nil {
		t.Fatal(err)
	}
	m, err := v.Update(t.Context(), workspace, "c", Patch{Fields: map[string]string{"client_id": "x"}})
	if err != nil || m.Fields[expiresAt] == "" {
		t.Errorf("another change: fields %v (%v)", m.Fields, err)
	}
	m, err = v.Update(t.Context(), workspace, "c", Patch{Secrets: map[string]string{"access_token": "entered"}})
	if err != nil || m.Fields[expiresAt] != "" {
		t.Errorf("a new token: fields %v (%v)", m.Fields, err)
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
			r := operations.Target{Connector: connector, Base: base, Trusted: c.origin != ""}
			got, trusted := tokenURL(r, operations.OAuth2{TokenURL: c.tokenURL}, map[string]string{"tenant": "acme"})
			if got != c.want || trusted != c.trusted {
				t.Errorf("%s, trusted %t; want %s, %t", got, trusted, c.want, c.trusted)
			}
		})
	}
}
