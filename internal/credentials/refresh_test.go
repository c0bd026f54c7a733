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
	catalogue, err := v.Catalogue.Of(t.Context(), workspace, credential.Connector)
	if err != nil {
		t.Fatal(err)
	}
	connector, err := catalogue.Connector(credential.Connector)
	if err != nil {
		t.Fatal(err)
	}
	base, err := operations.NewBase(connector, origin, credential.Fields)
	if err != nil {
		t.Fatal(err)
	}
	return operations.Target{Connector: &connector, Credential: credential, Base: base, Trusted: origin != ""}
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
	if diff := cmp.Diff(want, got, exceptKept) + cmp.Diff(want, opened, exceptKept); errors.Join(err, errOpen) != nil || diff != "" {
		t.Errorf("(%v, %v):\n%s", err, errOpen, diff)
	}
	form := []url.Values{{
		"grant_type": {"refresh_token"}, "refresh_token": {"refresh-0"}, "client_id": {"the-client"}, "client_secret": {"hush"},
	}}
	if diff := cmp.Diff(form, server.forms); diff != "" {
		t.Errorf("the request:\n%s", diff)
	}
	stored, err := s.vault(t).Open(t.Context(), workspace, "c")
	if diff := cmp.Diff(want, stored, exceptKept); err != nil || diff != "" {
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
			if diff := cmp.Diff(got, stored, exceptKept) + cmp.Diff(c.want, stored.Secrets) + cmp.Diff(c.fields, stored.Fields); diff != "" {
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
