package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// FaultHeader is a request header that asks for one fault for this request: a Fault as JSON, of which match, skip and
// times do not count.
const FaultHeader = "X-Sandbox-Fault"

const (
	maxMilliseconds = 60_000
	maxTimes        = 1_000_000
)

// Fault is something that goes wrong on demand.
type Fault struct {
	Match Match `json:"match,omitzero"`
	Skip  int   `json:"skip,omitempty"` // let so many matching requests pass first
	Times int   `json:"times"`          // then hit so many; 0: every one

	LatencyMS  int               `json:"latency_ms,omitempty"` // wait before anything else
	Status     int               `json:"status,omitempty"`     // answer with this instead of applying the request
	Apply      bool              `json:"apply,omitempty"`      // with a status: apply the request all the same
	Headers    map[string]string `json:"headers,omitempty"`    // set on the answer
	RetryAfter HeaderValue       `json:"retry_after,omitempty"`
	Body       json.RawMessage   `json:"body,omitempty"` // of the answer; a JSON string is sent as plain text
	Cut        Cut               `json:"cut,omitempty"`
	Malformed  bool              `json:"malformed,omitempty"`    // send only half of the body, as though it were whole
	SlowBodyMS int               `json:"slow_body_ms,omitempty"` // send the body in pieces over so long

	Hits int `json:"hits"` // how often it struck; set by the sandbox
}

// Match says which requests a fault is for. Empty fields match all.
type Match struct {
	Method string `json:"method,omitempty"`
	// Path is a pattern as of path.Match ("/api/v2/prospects/*"); one that ends in "/" matches all below it.
	Path string `json:"path,omitempty"`
}

// Cut says where a connection breaks.
type Cut string

// Where connections break.
const (
	CutBefore Cut = "before" // before the request is applied
	CutAfter  Cut = "after"  // after it is applied, before anything is answered
	CutBody   Cut = "body"   // in the middle of the answer's body
)

// HeaderValue is a header's value; JSON may give it as a string or as a number.
type HeaderValue string

// UnmarshalJSON reads a string or a number.
func (v *HeaderValue) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*v = HeaderValue(text)
		return nil
	}
	var number json.Number
	if err := json.Unmarshal(data, &number); err != nil {
		return errors.New("must be a string or a number")
	}
	*v = HeaderValue(number)
	return nil
}

func (m Match) matches(r *http.Request) bool {
	if m.Method != "" && !strings.EqualFold(m.Method, r.Method) {
		return false
	}
	if m.Path == "" || strings.HasSuffix(m.Path, "/") && strings.HasPrefix(r.URL.Path, m.Path) {
		return true
	}
	ok, err := path.Match(m.Path, r.URL.Path)
	return ok && err == nil
}

func (f Fault) check() error {
	_, badPath := path.Match(f.Match.Path, "")
	switch {
	case len(f.Match.Path) > 256 || badPath != nil:
		return errors.New("match.path must be a pattern of at most 256 characters")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return errors.New("status must lie between 200 and 599")
	case f.LatencyMS < 0 || f.LatencyMS > maxMilliseconds || f.SlowBodyMS < 0 || f.SlowBodyMS > maxMilliseconds:
		return fmt.Errorf("latency_ms and slow_body_ms must lie between 0 and %d", maxMilliseconds)
	case f.Times < 0 || f.Times > maxTimes || f.Skip < 0 || f.Skip > maxTimes:
		return fmt.Errorf("times and skip must lie between 0 and %d", maxTimes)
	case f.Cut != "" && f.Cut != CutBefore && f.Cut != CutAfter && f.Cut != CutBody:
		return errors.New(`cut must be "before", "after" or "body"`)
	}
	return checkHeaders(f.Headers, f.RetryAfter)
}

func checkHeaders(headers map[string]string, retryAfter HeaderValue) error {
	if len(headers) > 32 {
		return errors.New("headers must be at most 32")
	}
	for name, value := range headers {
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return errors.New("header " + strconv.Quote(name) + " cannot be sent")
		}
	}
	if !httpguts.ValidHeaderFieldValue(string(retryAfter)) {
		return errors.New("retry_after cannot be sent")
	}
	return nil
}
