package credentials

import (
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// clock is a clock that tests move by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func bearer(field string) []operations.AuthHeader {
	return []operations.AuthHeader{{Name: "Authorization", Value: "Bearer {" + field + "}"}}
}

// crm renews its tokens by OAuth2; desk has its own address for each customer and three ways to log in; open has none.
func testConnectors() []operations.Connector {
	return []operations.Connector{
		{
			Name: "crm", Title: "CRM", Origin: "https://api.crm.example", BasePath: "/api/v2",
			Auth: []operations.Auth{{
				Name: "oauth2", Title: "OAuth", Headers: bearer("access_token"),
				Fields: []operations.AuthField{
					{Name: "access_token", Secret: true, Required: true}, {Name: "refresh_token", Secret: true},
					{Name: "client_id"}, {Name: "client_secret", Secret: true},
				},
				OAuth2: &operations.OAuth2{TokenURL: "/oauth/token"},
			}},
		},
		{
			Name: "desk", Title: "Desk", Origin: "https://{site}.desk.example", BasePath: "/v1",
			Auth: []operations.Auth{
				{
					Name: "token", Headers: bearer("token"), Fields: []operations.AuthField{
						{Name: "site", Required: true}, {Name: "note"}, {Name: "token", Secret: true, Required: true},
					},
				},
				{
					Name: "basic", Basic: &operations.BasicAuth{User: "email", Password: "password"},
					Fields: []operations.AuthField{
						{Name: "site", Required: true}, {Name: "email", Required: true}, {Name: "password", Secret: true, Required: true},
					},
				},
				{
					Name: "signed", Fields: []operations.AuthField{
						{Name: "site", Required: true}, {Name: "private_key", Secret: true, Required: true},
					},
				},
			},
		},
		{Name: "open", Title: "Open data", Origin: "https://open.example"},
	}
}

type setup struct {
	dir   string
	key   string // the text of the master key
	clock *clock
	http  func(bool) *http.Client
}

func newSetup(t testing.TB) setup {
	t.Helper()
	key, err := GenerateMasterKey()
	if err != nil {
		t.Fatal(err)
	}
	return setup{dir: t.TempDir(), key: key, clock: newClock(), http: func(bool) *http.Client { return http.DefaultClient }}
}

func (s setup) store(t testing.TB) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), s.dir, store.WithLog(slog.New(slog.DiscardHandler)), store.WithClock(s.clock.now))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func (s setup) options(t testing.TB) Options {
	t.Helper()
	catalogue, err := operations.NewCatalogue(testConnectors())
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseMasterKey(s.key)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Store: s.store(t), MasterKey: key, Catalogue: catalogue, HTTP: s.http, Now: s.clock.now}
}

func (s setup) vault(t testing.TB) *Vault {
	t.Helper()
	v, err := New(t.Context(), s.options(t))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const workspace = store.DefaultWorkspace

func wantCode(t *testing.T, err error, code operations.Code) *operations.Error {
	t.Helper()
	var e *operations.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("got error %v, want one with code %s", err, code)
	}
	return e
}

func crmDraft(id string) Draft {
	return Draft{
		ID: id, Connector: "crm", Name: "Sales", Fields: map[string]string{"client_id": "the-client"},
		Secrets: map[string]string{"access_token": "access-0", "refresh_token": "refresh-0", "client_secret": "hush"},
	}
}

func create(t testing.TB, v *Vault, draft Draft) Metadata {
	t.Helper()
	m, err := v.Create(t.Context(), workspace, draft)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
