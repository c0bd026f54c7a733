// Package jiratest is a sandbox of Jira: a look-alike of its REST APIs that keeps state, for trying and testing the
// connector without an account. It is a Cloud site for those who log in with an API token or by OAuth, and a Data Center
// instance for those with a personal access token; both show the same issues.
//
// Sources: https://developer.atlassian.com/cloud/jira/platform/rest/v3/,
// https://developer.atlassian.com/cloud/jira/software/rest/ and
// https://developer.atlassian.com/server/jira/platform/rest/
package jiratest

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// Options set a sandbox up. The zero value will do.
type Options struct {
	// BaseURL is where callers reach the sandbox, e.g. "http://127.0.0.1:1234/jira"; links in answers begin with it.
	// Empty: the request's own host, and Prefix.
	BaseURL string
	// Prefix is the path that was stripped off before requests came here, e.g. "/jira".
	Prefix string

	PerSecond   int // requests a second for each endpoint and method; default 1,000
	IssueWrites int // changes of one issue in 2 s; default 1,000. The service has 20
	IssueMinute int // changes of one issue in 30 s; default 10,000. The service has 100

	// WriteTime is how long a change of an issue takes. A second change of the same issue that comes meanwhile is
	// refused as a conflict. 0: no time, so that there are no conflicts.
	WriteTime     time.Duration
	TokenLifetime time.Duration // of renewed access tokens; default 1 h
	UploadLimit   int           // size of an attachment in bytes; default 1 MiB

	Now   func() time.Time                           // default time.Now
	Sleep func(ctx context.Context, d time.Duration) // for WriteTime and faults that take time; default: really
}

// Sandbox is a look-alike of Jira, an http.Handler for /rest/api/2/…, /rest/api/3/… and /rest/agile/1.0/…, the same
// below /ex/jira/{cloudId}, /oauth/token, /oauth/token/accessible-resources and the control endpoints /_sandbox/… (those
// of package sandbox, and POST /_sandbox/expire-token). It is safe for concurrent use.
type Sandbox struct {
	*sandbox.Harness // serves, and is told of faults

	options   Options
	router    router
	tokens    *tokens
	burst     *sandbox.RateLimit
	perIssue  []*sandbox.RateLimit
	writing   inFlight
	conflicts atomic.Int64

	mu    sync.Mutex
	state *state
}

// New makes a sandbox with its seed in it.
func New(options Options) *Sandbox {
	options = withDefaults(options)
	s := &Sandbox{options: options, router: newRouter(routes()), state: newSeed(options.Now())}
	s.tokens = newTokens(options.Now, options.TokenLifetime)
	s.burst = s.window(options.PerSecond, time.Second)
	s.perIssue = []*sandbox.RateLimit{
		s.window(options.IssueWrites, 2*time.Second), s.window(options.IssueMinute, 30*time.Second),
	}
	s.Harness = sandbox.New(sandbox.Options{
		API: http.HandlerFunc(s.serve), Limit: s.burst, Reset: s.reset, IsWrite: isWrite, Now: options.Now, Sleep: options.Sleep,
		Answer:  func(w http.ResponseWriter, _ *http.Request, status int) { byStatus(status).write(w) },
		Control: map[string]http.HandlerFunc{"POST " + sandbox.Prefix + "expire-token": s.postExpireToken},
	})
	return s
}

func withDefaults(options Options) Options {
	orElse := func(value *int, usual int) {
		if *value <= 0 {
			*value = usual
		}
	}
	orElse(&options.PerSecond, 1_000)
	orElse(&options.IssueWrites, 1_000)
	orElse(&options.IssueMinute, 10_000)
	orElse(&options.UploadLimit, 1<<20)
	if options.TokenLifetime <= 0 {
		options.TokenLifetime = time.Hour
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Sleep == nil {
		options.Sleep = sleep
	}
	return options
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// Conflicts is how many changes were refused because another one of the same issue was under way.
func (s *Sandbox) Conflicts() int64 { return s.conflicts.Load() }

// IssueRefusals is how many changes were over the limit of one issue.
func (s *Sandbox) IssueRefusals() (refused int64) {
	for _, limit := range s.perIssue {
		refused += limit.Refused()
	}
	return refused
}

// ExpireToken ends every access token of OAuth but ReadOnlyAccessToken. A new one comes from /oauth/token.
func (s *Sandbox) ExpireToken() { s.tokens.expire() }

func (s *Sandbox) postExpireToken(w http.ResponseWriter, _ *http.Request) {
	s.ExpireToken()
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sandbox) reset() {
	s.tokens.reset()
	for _, limit := range s.perIssue {
		limit.Reset()
	}
	s.conflicts.Store(0)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = newSeed(s.options.Now())
}
