package jiratest

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// window makes a limit of so many requests in each window of time.
func (s *Sandbox) window(limit int, length time.Duration) *sandbox.RateLimit {
	return &sandbox.RateLimit{Limit: limit, Window: length, Now: s.options.Now}
}

// admit counts a request against the budget of its endpoint, and asks whether the caller may do it at all.
// Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
func (s *Sandbox) admit(header http.Header, method string, found *route, caller who) error {
	state, within := s.burst.Take(caller.tenant + " " + method + " " + found.pattern)
	header.Set("X-RateLimit-Limit", strconv.Itoa(state.Limit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(state.Remaining))
	header.Set("X-RateLimit-Reset", resetTime(state.Reset))
	if state.Remaining*5 < state.Limit {
		header.Set("X-RateLimit-NearLimit", "true")
	}
	if !within {
		return s.overLimit(state, "jira-burst-based")
	}
	return caller.mayWrite(found)
}

// resetTime is a time as the service gives it: to the minute.
func resetTime(at time.Time) string { return at.UTC().Format("2006-01-02T15:04Z") }

func (s *Sandbox) overLimit(state sandbox.LimitState, reason string) *refusal {
	wait := state.Reset.Sub(s.options.Now())
	refused := refuse(http.StatusTooManyRequests, "Rate limit exceeded.")
	refused.header = map[string]string{
		"Retry-After":           strconv.Itoa(max(1, int((wait+time.Second-1)/time.Second))),
		"X-RateLimit-Limit":     strconv.Itoa(state.Limit),
		"X-RateLimit-Remaining": "0",
		"X-RateLimit-Reset":     resetTime(state.Reset),
		"X-RateLimit-NearLimit": "true",
		"RateLimit-Reason":      reason,
	}
	return refused
}

// inFlight knows which issues are being changed.
type inFlight struct {
	mu   sync.Mutex
	busy map[string]bool
}

func (f *inFlight) enter(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.busy[id] {
		return false
	}
	if f.busy == nil {
		f.busy = map[string]bool{}
	}
	f.busy[id] = true
	return true
}

func (f *inFlight) leave(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.busy, id)
}

// enter begins a change of an issue, and takes the time that one takes. leave ends it.
func (s *Sandbox) enter(x *exchange, found *route) (leave func(), err error) {
	id, known := s.issueID(x.params["issue"])
	if !found.ofIssue() || !known {
		return func() {}, nil
	}
	for _, limit := range s.perIssue {
		if state, within := limit.Take(id); !within {
			return nil, s.overLimit(state, "jira-per-issue-on-write")
		}
	}
	if s.options.WriteTime <= 0 {
		return func() {}, nil
	}
	if !s.writing.enter(id) {
		s.conflicts.Add(1)
		return nil, conflict()
	}
	s.options.Sleep(x.request.Context(), s.options.WriteTime)
	return func() { s.writing.leave(id) }, nil
}

func (s *Sandbox) issueID(idOrKey string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.state.issue(idOrKey); i != nil {
		return i.id, true
	}
	return "", false
}
