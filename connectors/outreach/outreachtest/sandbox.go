// Package outreachtest is a sandbox of Outreach: a look-alike of its JSON:API that keeps state, for trying and testing
// the connector without an account. It knows the kinds of records from the connector's own table and starts with a
// few hundred believable ones, among them every record that the operations' samples name.
//
// Source: https://developers.outreach.io/api
package outreachtest

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// Options set a sandbox up. The zero value will do.
type Options struct {
	// BaseURL is where callers reach the sandbox, e.g. "http://127.0.0.1:1234/outreach"; links in answers begin with
	// it. Empty: the request's own host, and Prefix.
	BaseURL string
	// Prefix is the path that was stripped off before requests came here, e.g. "/outreach".
	Prefix string

	Limit         int           // requests an hour for each token; default 10,000
	TokenLifetime time.Duration // of renewed access tokens; default 2 h
	MintInterval  time.Duration // one token renewal in each, else 429; 0: no limit. The service has 60 s
	UniqueEmails  bool          // refuse a prospect with an address that another one has, as the service does

	Now   func() time.Time                           // default time.Now
	Sleep func(ctx context.Context, d time.Duration) // for faults that take time; default: really
}

// Sandbox is a look-alike of Outreach, an http.Handler for /api/v2/…, /oauth/token and the control endpoints
// /_sandbox/… (those of package sandbox, and POST /_sandbox/expire-token). It is safe for concurrent use.
type Sandbox struct {
	*sandbox.Harness // serves, and is told of faults

	options Options
	surface surface
	tokens  *tokens
	limit   *sandbox.RateLimit

	mu    sync.RWMutex
	store *store
	seed  *store // what reset goes back to; shared and not changed
}

const apiPath = "/api/v2/"

// world is what a sandbox serves and the records it begins with.
type world struct {
	surface surface
	records *store
}

// beginning makes the world that every sandbox begins with. As that takes a while it is made once; it never changes.
var beginning = sync.OnceValue(func() world {
	s := newSurface()
	return world{surface: s, records: newSeed(s)}
})

// New makes a sandbox with its seed in it.
func New(options Options) *Sandbox {
	if options.Limit <= 0 {
		options.Limit = 10_000
	}
	if options.TokenLifetime <= 0 {
		options.TokenLifetime = 2 * time.Hour
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	first := beginning()
	s := &Sandbox{options: options, surface: first.surface, seed: first.records, store: first.records.clone()}
	s.tokens = newTokens(options.Now, options.TokenLifetime, options.MintInterval)
	s.limit = &sandbox.RateLimit{
		Limit: options.Limit, Window: time.Hour, Now: options.Now, Headers: limitHeaders, Refuse: refuse,
	}
	s.Harness = sandbox.New(sandbox.Options{
		API: s.routes(), Limit: s.limit, Reset: s.reset, Answer: s.answerFault,
		IsWrite: isWrite, Now: options.Now, Sleep: options.Sleep,
		Control: map[string]http.HandlerFunc{"POST " + sandbox.Prefix + "expire-token": s.postExpireToken},
	})
	return s
}

// ExpireToken ends every access token but ReadOnlyToken. A new one comes from /oauth/token.
func (s *Sandbox) ExpireToken() { s.tokens.expire() }

func (s *Sandbox) reset() {
	s.tokens.reset()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store = s.seed.clone()
}

func (s *Sandbox) postExpireToken(w http.ResponseWriter, _ *http.Request) {
	s.ExpireToken()
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sandbox) answerFault(w http.ResponseWriter, _ *http.Request, status int) {
	if status < http.StatusBadRequest {
		w.WriteHeader(status)
		return
	}
	byStatus(status, s.options.Now()).write(w)
}

func isWrite(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, apiPath) && r.Method != http.MethodGet && r.Method != http.MethodHead
}

// routes are token endpoint and API. Only who is let in counts against the limit.
func (s *Sandbox) routes() http.Handler {
	limited := s.limit.Wrap(http.HandlerFunc(s.serveAPI))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/oauth/token":
			s.serveToken(w, r)
		case !strings.HasPrefix(r.URL.Path, apiPath):
			noRoute(r.URL.Path).write(w)
		default:
			switch _, state := s.tokens.check(r.Header.Get("Authorization")); state {
			case tokenUnknown:
				unknownToken(w)
			case tokenExpired:
				expiredToken().write(w)
			case tokenGood:
				limited.ServeHTTP(w, r)
			}
		}
	})
}

func limitHeaders(header http.Header, state sandbox.LimitState) {
	header.Set("X-RateLimit-Limit", strconv.Itoa(state.Limit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(state.Remaining))
	header.Set("X-RateLimit-Reset", strconv.FormatInt(state.Reset.Unix(), 10))
}

func refuse(w http.ResponseWriter, _ *http.Request, state sandbox.LimitState) {
	w.Header().Set("Retry-After", strconv.FormatInt(state.Reset.Unix(), 10))
	rateLimited(state.Reset).write(w)
}
