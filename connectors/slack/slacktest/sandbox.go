// Package slacktest is a sandbox of Slack: a look-alike of its Web API that keeps state, for trying and testing the
// connector without an account. It starts with a small workspace, in which everything is that the constants of this
// package name.
//
// What Slack does not document is a guess here: the answers to other methods than GET and POST and to requests that are
// too large, the words of what is wrong with blocks, how much comes at once above a rate, and all bounds of what is kept.
//
// Source: https://docs.slack.dev/apis/web-api and the pages of the methods, https://docs.slack.dev/reference/methods
package slacktest

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// Options set a sandbox up. The zero value will do.
type Options struct {
	// BaseURL is where callers reach the sandbox, e.g. "http://127.0.0.1:1234/slack"; links to files begin with it.
	// Empty: the request's own host, and Prefix.
	BaseURL string
	// Prefix is the path that was stripped off before requests came here, e.g. "/slack".
	Prefix string

	Channels       int  // so many channels more than the seed has; at most 10,000
	NoLimits       bool // no rate limits
	NonMarketplace bool // history and replies once a minute and 15 messages at a time, as for apps outside the Marketplace

	Now   func() time.Time                           // default time.Now
	Sleep func(ctx context.Context, d time.Duration) // for faults that take time; default: really
}

// Sandbox is a look-alike of Slack, an http.Handler for /api/<method>, /oauth/v2/authorize, the URLs of files that it
// gives out, and the control endpoints /_sandbox/… (those of package sandbox, and POST /_sandbox/expire-token). It is
// safe for concurrent use.
type Sandbox struct {
	*sandbox.Harness // is told of faults

	options Options
	methods map[string]method
	limits  *limits
	writes  atomic.Int64 // calls that changed something
	served  atomic.Int64 // calls, for the ids of requests

	mu    sync.Mutex
	state *state
}

const maxExtraChannels = 10_000

// New makes a sandbox with its seed in it.
func New(options Options) *Sandbox {
	if options.Now == nil {
		options.Now = time.Now
	}
	options.Channels = min(max(options.Channels, 0), maxExtraChannels)
	options.Prefix = strings.TrimSuffix(options.Prefix, "/")
	s := &Sandbox{
		options: options, methods: methods(), limits: newLimits(options), state: newState(options.Now(), options.Channels),
	}
	s.Harness = sandbox.New(sandbox.Options{
		API: http.HandlerFunc(s.route), Reset: s.reset, Answer: answerFault, Now: options.Now, Sleep: options.Sleep,
		IsWrite: func(*http.Request) bool { return false }, // the status does not tell what went well; Stats does
		Control: map[string]http.HandlerFunc{"POST " + sandbox.Prefix + "expire-token": s.postExpireToken},
	})
	return s
}

// ServeHTTP shows the statistics itself and hands everything else to the harness.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == sandbox.Prefix+"stats" && r.Method == http.MethodGet {
		sandbox.WriteJSON(w, http.StatusOK, "application/json", s.Stats())
		return
	}
	s.Harness.ServeHTTP(w, r)
}

// Stats gives the counts so far. Writes are the calls that changed something: Slack answers those that it refuses with
// status 200 too. OverLimit are the calls that any of the rate limits refused.
func (s *Sandbox) Stats() sandbox.Stats {
	stats := s.Harness.Stats()
	stats.Writes, stats.OverLimit = s.writes.Load(), s.limits.refused()
	return stats
}

// ExpireToken ends every access token but LimitedToken. A new one comes from oauth.v2.access.
func (s *Sandbox) ExpireToken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.tokens.expire()
}

func (s *Sandbox) postExpireToken(w http.ResponseWriter, _ *http.Request) {
	s.ExpireToken()
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sandbox) reset() {
	s.limits.reset()
	s.writes.Store(0)
	fresh := newState(s.options.Now(), s.options.Channels)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = fresh
}

// answerFault answers in the service's shape where a fault has a status but no body.
func answerFault(w http.ResponseWriter, _ *http.Request, status int) {
	code := "fatal_error"
	switch {
	case status < http.StatusBadRequest:
		w.WriteHeader(status)
		return
	case status == http.StatusTooManyRequests:
		code = "ratelimited"
	case status == http.StatusServiceUnavailable:
		code = "service_unavailable"
	case status >= http.StatusInternalServerError:
		code = "internal_error"
	}
	sandbox.WriteJSON(w, status, mediaType, record{"ok": false, "error": code})
}
