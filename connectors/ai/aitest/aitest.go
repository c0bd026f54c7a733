// Package aitest is a sandbox of a server for language models: it speaks the protocol of OpenAI's chat completions, for
// trying and testing without an account and without a model. What it answers is worked out from the request alone, by
// rules (see answer.go): the same request always has the same answer.
//
// Source: https://platform.openai.com/docs/api-reference/chat
package aitest

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// Key is the API key that a sandbox accepts.
const Key = "sk-sandbox-0f8e5d2b7a41"

// The models that a sandbox has.
const (
	Model     = "sandbox-1"         // does all
	Basic     = "sandbox-basic"     // an older one: knows no response_format json_schema
	Plain     = "sandbox-plain"     // a small local one: knows no response_format, wraps its JSON in words
	Reasoning = "sandbox-reasoning" // wants max_completion_tokens and takes no temperature
)

// Options set a sandbox up. The zero value will do.
type Options struct {
	Open              bool // whoever comes without a key is let in, as by a local server
	RequestsPerMinute int  // for each key; default 500
	ContextTokens     int  // how much a model reads; default 32,000

	Now   func() time.Time                           // default time.Now
	Sleep func(ctx context.Context, d time.Duration) // for faults that take time; default: really
}

// Sandbox is a look-alike of the server, an http.Handler for /v1/… and the control endpoints /_sandbox/… of package
// sandbox. The API also answers without /v1. It is safe for concurrent use.
type Sandbox struct {
	*sandbox.Harness // serves, and is told of faults

	options Options
	limit   *sandbox.RateLimit

	mu     sync.Mutex
	script []Behaviour // what the next completions are
	asked  [][]byte    // the last bodies that asked for a completion
	count  int         // requests so far
}

// New makes a sandbox.
func New(options Options) *Sandbox {
	if options.RequestsPerMinute <= 0 {
		options.RequestsPerMinute = 500
	}
	if options.ContextTokens <= 0 {
		options.ContextTokens = 32_000
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	s := &Sandbox{options: options}
	s.limit = &sandbox.RateLimit{
		Limit: options.RequestsPerMinute, Window: time.Minute, Now: options.Now,
		Headers: s.limitHeaders, Refuse: s.refuse,
	}
	s.Harness = sandbox.New(sandbox.Options{
		API: http.HandlerFunc(s.serve), Limit: s.limit, Reset: s.reset, Now: options.Now, Sleep: options.Sleep,
		IsWrite: func(*http.Request) bool { return false }, // to ask a model changes nothing
		Answer:  func(w http.ResponseWriter, _ *http.Request, status int) { byStatus(status).write(w) },
		Control: map[string]http.HandlerFunc{
			"PUT " + sandbox.Prefix + "answers": s.putScript,
			"GET " + sandbox.Prefix + "answers": s.getAsked,
		},
	})
	return s
}

func (s *Sandbox) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script, s.asked, s.count = nil, nil, 0
}

// serve lets a caller in, counts the request and finds what it is for.
func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request) {
	s.head(w)
	if e := s.admit(r); e != nil {
		e.write(w)
		return
	}
	s.limit.Wrap(http.HandlerFunc(s.route)).ServeHTTP(w, r)
}

func (s *Sandbox) route(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/v1")
	wants := http.MethodGet
	switch id, single := strings.CutPrefix(path, "/models/"); {
	case path == "/chat/completions":
		wants = http.MethodPost
	case path == "/models", single && id != "":
	default:
		(&refusal{status: http.StatusNotFound, Message: "Invalid URL (" + r.Method + " " + r.URL.Path + ")"}).write(w)
		return
	}
	if r.Method != wants {
		(&refusal{status: http.StatusMethodNotAllowed, Message: "Not allowed to " + r.Method + " on " + r.URL.Path + "."}).write(w)
		return
	}
	switch {
	case wants == http.MethodPost:
		s.complete(w, r)
	case path == "/models":
		listModels(w)
	default:
		getModel(w, strings.TrimPrefix(path, "/models/"))
	}
}

// admit refuses whoever has no key, or another.
func (s *Sandbox) admit(r *http.Request) *refusal {
	given := r.Header.Get("Authorization")
	key, isBearer := strings.CutPrefix(given, "Bearer ")
	switch {
	case given == "" && s.options.Open, isBearer && key == Key:
		return nil
	case given == "" || !isBearer:
		return &refusal{status: http.StatusUnauthorized, Message: "You did not provide an API key. Send it in an Authorization header: Bearer YOUR_KEY."}
	}
	shown := key[:min(len(key), 4)] + "****" + key[max(len(key)-4, min(len(key), 4)):]
	return &refusal{status: http.StatusUnauthorized, Code: "invalid_api_key", Message: "Incorrect API key provided: " + shown + "."}
}
