package slacktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
)

const mediaType = "application/json; charset=utf-8"

// record is a JSON object.
type record = map[string]any

// call is one call of a method, being answered.
type call struct {
	*state
	arguments

	method  string
	request *http.Request
	grant   *grant // nil where the method needs no token
	now     time.Time
	base    string // what links to the sandbox begin with, without a slash at the end
	strict  bool   // the limits for apps outside the Marketplace hold
}

// refusal is an answer that says no.
type refusal struct {
	code   string
	status int           // 0: 200
	wait   time.Duration // after which it may go better; 0: nobody knows
	more   record        // what the answer has besides
}

// Error gives the code.
func (r *refusal) Error() string { return r.code }

func refuse(code string) error { return &refusal{code: code} }

// refuseWith refuses and says why, the way Slack does where arguments do not fit.
func refuseWith(code string, messages ...string) error {
	marked := make([]string, len(messages))
	for i, message := range messages {
		marked[i] = "[ERROR] " + message
	}
	return &refusal{code: code, more: record{"errors": messages, "response_metadata": record{"messages": marked}}}
}

func (s *Sandbox) route(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if name, found := strings.CutPrefix(path, "/api/"); found {
		s.serveMethod(w, r, name)
		return
	}
	switch {
	case path == "/oauth/v2/authorize":
		s.serveAuthorize(w, r)
	case strings.HasPrefix(path, uploadPath):
		s.serveUpload(w, r)
	case strings.HasPrefix(path, filesPath):
		s.serveFile(w, r)
	case path == signInPath:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!DOCTYPE html><title>Sign in</title>\n")) // a client that left needs no answer
	default:
		http.NotFound(w, r)
	}
}

func (s *Sandbox) serveMethod(w http.ResponseWriter, r *http.Request, name string) {
	w.Header().Set("X-Slack-Req-Id", fmt.Sprintf("%032x", s.served.Add(1)))
	given, err := readArguments(r, s.methods[name].json)
	var answer []byte
	if err == nil {
		c := &call{
			arguments: given, method: name, request: r, now: s.options.Now().UTC(), base: s.base(r),
			strict: s.options.NonMarketplace && !s.options.NoLimits,
		}
		answer, err = s.handle(w.Header(), c)
	}
	var refused *refusal
	switch {
	case err == nil:
		w.Header().Set("Content-Type", mediaType)
		_, _ = w.Write(answer) // a client that left needs no answer
	case errors.As(err, &refused):
		refused.write(w, given.warnings)
	default:
		(&refusal{code: "internal_error", status: http.StatusInternalServerError}).write(w, nil)
	}
}

func (r *refusal) write(w http.ResponseWriter, warnings []string) {
	if r.wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((r.wait+time.Second-1)/time.Second)))
	}
	answer := record{"ok": false, "error": r.code}
	for name, value := range r.more {
		answer[name] = value
	}
	sandbox.WriteJSON(w, max(r.status, http.StatusOK), mediaType, withWarnings(answer, warnings))
}

// withWarnings adds warnings to an answer, besides those that it has.
func withWarnings(answer record, warnings []string) record {
	if len(warnings) == 0 {
		return answer
	}
	if own, _ := answer["warning"].(string); own != "" {
		warnings = slices.Concat([]string{own}, warnings)
	}
	metadata, _ := answer["response_metadata"].(record)
	if metadata == nil {
		metadata = record{}
	}
	metadata["warnings"] = warnings
	answer["warning"], answer["response_metadata"] = strings.Join(warnings, ","), metadata
	return answer
}

// handle lets the caller in and runs the method. The answer is written out before another call may change what is in it.
func (s *Sandbox) handle(header http.Header, c *call) ([]byte, error) {
	m, known := s.methods[c.method]
	if !known {
		return nil, refuse("unknown_method")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.state = s.state
	c.deliver()
	if err := s.admit(header, c, m); err != nil {
		return nil, err
	}
	answer, err := m.run(c)
	if err != nil {
		return nil, err
	}
	if m.writes {
		s.writes.Add(1)
	}
	answer["ok"] = true
	return json.Marshal(withWarnings(answer, c.warnings))
}

// admit checks token, rate and scope, in this order.
func (s *Sandbox) admit(header http.Header, c *call, m method) error {
	whose := "nobody"
	if !m.open {
		var err error
		if c.grant, err = c.tokens.check(c); err != nil {
			return err
		}
		whose = c.grant.token
	}
	if err := s.limits.take(c, m.tier, whose); err != nil || m.open {
		return err
	}
	header.Set("X-OAuth-Scopes", strings.Join(c.grant.scopes, ","))
	if len(m.scopes) > 0 {
		header.Set("X-Accepted-OAuth-Scopes", strings.Join(m.scopes, ","))
	}
	return c.grant.allow(m.scopes...)
}

// base is where the caller reaches the sandbox.
func (s *Sandbox) base(r *http.Request) string {
	if s.options.BaseURL != "" {
		return strings.TrimSuffix(s.options.BaseURL, "/")
	}
	scheme, host := "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if parsed, err := url.Parse(scheme + "://" + host); err != nil || parsed.Host != host || host == "" {
		host = "localhost"
	}
	return scheme + "://" + host + s.options.Prefix
}
