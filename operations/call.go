package operations

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Call is what an operation is given to run.
type Call struct {
	Input json.RawMessage   // validated
	Base  Base              // where the service's API lies, for this credential
	HTTP  Doer              // signs, limits, retries and guards each request; the operation sees no secret
	Field map[string]string // the credential's fields that are not secret

	Workspace string // the id of the caller's workspace
	Caller    string // the id of the API key that asks

	// Invoke runs another operation of the same connector, with the same credential; or, as "connector.operation", one
	// of a connector that needs none.
	Invoke func(ctx context.Context, operation string, input json.RawMessage) (json.RawMessage, error)
	// Now is the clock.
	Now func() time.Time

	// ReadError is the connector's.
	ReadError func(status int, header http.Header, body []byte) UpstreamProblem
	Usage     *Usage
	Effect    Effect // of the operation: whether its requests may simply be repeated

	// Yield shows options of a whole list that have been found so far, a JSON array; nil: nobody wants to see them. Lists
	// call it by ddl.Yield.
	Yield func(options json.RawMessage)
}

// Doer sends one HTTP request. It satisfies what vendors' client libraries ask for.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Warn adds a remark to the call's meta: something the caller should know though the call went well.
func (c *Call) Warn(format string, args ...any) {
	if c.Usage != nil {
		c.Usage.Warn(fmt.Sprintf(format, args...))
	}
}

// Response is an upstream answer, read whole.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Exchange sends the request and reads the answer whole, whatever its status. How large that may be, and what an
// answer that broke off means, is the Doer's to say.
func (c *Call) Exchange(request *http.Request) (*Response, error) {
	response, err := c.HTTP.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := readAll(response)
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	return &Response{Status: response.StatusCode, Header: response.Header, Body: body}, nil
}

// readAll is io.ReadAll into a buffer of the right size, as far as the service tells it and can be believed.
func readAll(response *http.Response) ([]byte, error) {
	const least, most = 512, 1 << 20
	body := make([]byte, 0, min(max(response.ContentLength, least), most)+1)
	for {
		n, err := response.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if err == io.EOF {
			return body, nil
		}
		if err != nil {
			return nil, err
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
	}
}

// onlyReads tells whether a request changes nothing at the service.
func (c *Call) onlyReads(method string) bool {
	return c.Effect == EffectRead || slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method)
}

// Send is Exchange where any status of 300 or above is an error.
func (c *Call) Send(request *http.Request) (*Response, error) {
	response, err := c.Exchange(request)
	if err != nil {
		return nil, err
	}
	if response.Status >= 300 {
		return nil, c.statusError(request.Method, response)
	}
	return response, nil
}

// Usage counts what a call cost upstream. It is safe for concurrent use.
type Usage struct {
	Requests atomic.Int64 // upstream requests, each try counted
	Retries  atomic.Int64
	waited   atomic.Int64
	upstream atomic.Int64

	mu       sync.Mutex
	warnings []string
	waits    []Wait
}

// Wait is time that a call spent waiting for one limit.
type Wait struct {
	Limit string // the throttler's name, or "retry" for the time between tries
	Time  time.Duration
}

// maxWaitNames bounds how many limits the waits of one call are told apart by.
const maxWaitNames = 10

// AddWaitFor is AddWait, with the name of what was waited for. Beyond ten names they count as "other".
func (u *Usage) AddWaitFor(limit string, d time.Duration) {
	if d <= 0 {
		return
	}
	u.AddWait(d)
	u.mu.Lock()
	defer u.mu.Unlock()
	named := func(w Wait) bool { return w.Limit == limit }
	i := slices.IndexFunc(u.waits, named)
	if i < 0 && len(u.waits) >= maxWaitNames-1 {
		limit = "other"
		i = slices.IndexFunc(u.waits, named)
	}
	if i < 0 {
		u.waits = append(u.waits, Wait{Limit: limit})
		i = len(u.waits) - 1
	}
	u.waits[i].Time += d
}

// Waits are the waits so far, by what they were for.
func (u *Usage) Waits() []Wait {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.waits)
}

// AddWait adds time spent waiting for a limit or between tries.
func (u *Usage) AddWait(d time.Duration) { u.waited.Add(int64(d)) }

// AddUpstream adds time spent on the service itself.
func (u *Usage) AddUpstream(d time.Duration) { u.upstream.Add(int64(d)) }

// Waited is the time spent waiting for limits and between tries.
func (u *Usage) Waited() time.Duration { return time.Duration(u.waited.Load()) }

// Upstream is the time spent on the service itself.
func (u *Usage) Upstream() time.Duration { return time.Duration(u.upstream.Load()) }

// maxWarnings bounds the remarks of one call.
const maxWarnings = 50

// Warn adds a remark, once. Beyond 50 they are left out.
func (u *Usage) Warn(text string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.warnings) >= maxWarnings || slices.Contains(u.warnings, text) {
		return
	}
	if u.warnings = append(u.warnings, text); len(u.warnings) == maxWarnings {
		u.warnings[maxWarnings-1] = "and more remarks, which are left out"
	}
}

// Warnings gives the remarks so far.
func (u *Usage) Warnings() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.warnings)
}

// Credential is an account at a service, opened for use.
type Credential struct {
	ID        string
	Workspace string
	Connector string
	Name      string
	Scheme    string            // the Auth it was made for
	Fields    map[string]string // shown to admins and operations
	Secrets   Secrets           // for signing only
	Kept      *Kept             // what has been worked out of it; nil: nothing is kept
}

// Kept is what has been worked out of an opened credential, for as long as that is in use.
type Kept struct {
	Signature atomic.Value // whoever signs, puts it there
}

// Format shows which credential it is, whatever the verb, and none of what it holds.
func (c Credential) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "credential "+c.ID+" of "+c.Connector)
}

// Secrets are the secret fields of a credential. Printing, logging or encoding them shows only their names.
type Secrets map[string]string

// String shows the names only, in order.
func (s Secrets) String() string {
	names := slices.Sorted(maps.Keys(s))
	for i, name := range names {
		names[i] = name + ":[redacted]"
	}
	return strings.Join(names, " ")
}

// Format shows the names only, whatever the verb.
func (s Secrets) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, s.String()) }

// LogValue shows the names only.
func (s Secrets) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON shows nothing: secrets leave the process encrypted or not at all.
func (s Secrets) MarshalJSON() ([]byte, error) {
	return []byte(`"[redacted]"`), nil
}

// Target is what a client for upstream requests is made for.
type Target struct {
	Connector  *Connector // neither is changed; nil: one of which nothing is known
	Operation  *Spec
	Credential *Credential // nil: the service wants none
	Base       Base
	Trusted    bool // the operator named the origin himself: it may be a private address
	Priority   Priority
	Usage      *Usage
	Input      json.RawMessage // of the operation: a throttler's key may hold a field of it
}

// Priority orders calls that wait for the same limit.
type Priority int

// The priorities, first served first.
const (
	PriorityLive Priority = iota // somebody waits for the answer
	PriorityDDL                  // a drop-down is being filled
	PriorityBulk                 // nobody waits
)
