package operations

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxUpstreamBody bounds, in bytes, how much of a service's error body is passed on.
const maxUpstreamBody = 4 << 10

// statusError turns an answer that is not a success into the hub's error.
func (c *Call) statusError(method string, r *Response) *Error {
	problem := UpstreamProblem{}
	if c.ReadError != nil {
		problem = c.ReadError(r.Status, r.Header, r.Body)
	}
	answer := cmp.Or(http.StatusText(r.Status), "status "+strconv.Itoa(r.Status))
	detail := "the service answered " + answer
	if problem.Detail != "" && problem.Detail != answer {
		detail += ": " + problem.Detail
	}
	code := statusCode(r.Status)
	if r.Status >= 500 && r.Status != http.StatusServiceUnavailable && !c.onlyReads(method) {
		code, detail = CodeOutcomeUnknown, detail+"; what was asked may have been done"
	}
	e := &Error{
		Code:   code,
		Detail: detail,
		Faults: problem.Faults,
		Upstream: &Upstream{
			Status: r.Status, Code: problem.Code, RequestID: problem.RequestID, Body: trimBody(r.Body),
		},
	}
	if wait, ok := RetryAfter(r.Header, c.now()); ok {
		e.RetryAfter = wait
	}
	return e
}

func (c *Call) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func statusCode(status int) Code {
	switch {
	case status == http.StatusUnauthorized:
		return CodeCredentialRejected
	case status == http.StatusForbidden:
		return CodeUpstreamForbidden
	case status == http.StatusNotFound || status == http.StatusGone:
		return CodeUpstreamNotFound
	case status == http.StatusTooManyRequests:
		return CodeRateLimited
	case status >= 500 || status < 400:
		return CodeUpstreamFailed
	default:
		return CodeUpstreamRejected
	}
}

// trimBody keeps the body if it is JSON within the bound; otherwise its beginning, as a JSON string.
func trimBody(body []byte) json.RawMessage {
	if len(body) == 0 {
		return nil
	}
	if len(body) <= maxUpstreamBody && Depth(body) <= MaxDepth && json.Valid(body) {
		return body
	}
	text := strings.ToValidUTF8(string(body[:min(len(body), maxUpstreamBody)]), "\uFFFD")
	if len(body) > maxUpstreamBody {
		text += " …"
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return nil
	}
	return quoted
}
