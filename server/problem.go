package server

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/patchbay/patchbay/operations"
)

// problem is an error as a caller sees it: RFC 9457, https://www.rfc-editor.org/rfc/rfc9457.
type problem struct {
	Type        string                  `json:"type"` // urn:patchbay:problem:<code>
	Title       string                  `json:"title"`
	Status      int                     `json:"status"`
	Code        operations.Code         `json:"code"`
	Detail      string                  `json:"detail"`
	Instance    string                  `json:"instance"` // the path asked for
	Errors      []operations.InputFault `json:"errors,omitempty"`
	Reason      string                  `json:"reason,omitempty"`
	Suggestions []string                `json:"suggestions,omitempty"`
	Candidates  []operations.Candidate  `json:"candidates,omitempty"`
	Retryable   bool                    `json:"retryable"`
	RetryAfter  int64                   `json:"retry_after,omitempty"` // seconds
	RequestID   string                  `json:"request_id"`
	Upstream    *upstreamProblem        `json:"upstream,omitempty"`
	Resolve     *operations.Enquiry     `json:"resolve,omitempty"`
}

type upstreamProblem struct {
	Status    int             `json:"status"`
	Code      string          `json:"code,omitempty"`
	RequestID string          `json:"request_id,omitempty"`
	Body      json.RawMessage `json:"body,omitempty"`
}

func newProblem(e *operations.Error, instance, requestID string) problem {
	info := e.Code.Info()
	p := problem{
		Type: "urn:patchbay:problem:" + string(info.Code), Title: title(info.Code), Status: info.Status, Code: info.Code,
		Detail: e.Detail, Instance: instance, Errors: e.Faults, Reason: e.Reason, Suggestions: e.Suggestion, Candidates: e.Candidates,
		Retryable: info.Retryable, RetryAfter: waitSeconds(e.RetryAfter), RequestID: requestID, Resolve: e.Resolve,
	}
	if u := e.Upstream; u != nil {
		p.Upstream = &upstreamProblem{Status: u.Status, Code: u.Code, RequestID: u.RequestID, Body: checked(u.Body)}
	}
	return p
}

// checked gives a service's answer as JSON, whatever an operation made of it: an error must always be sayable.
func checked(body json.RawMessage) json.RawMessage {
	if len(body) == 0 || json.Valid(body) {
		return body
	}
	return encode(string(body))
}

// title makes "Rate limited" of rate_limited.
func title(code operations.Code) string {
	words := strings.ReplaceAll(string(code), "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// waitSeconds rounds up, so that nobody comes back too early.
func waitSeconds(d time.Duration) int64 { return int64(math.Ceil(d.Seconds())) }

// answer is a finished answer. Its body must not be changed any more.
type answer struct {
	status      int
	contentType string
	body        []byte
}

func jsonAnswer(status int, v any) answer {
	return answer{status, fiber.MIMEApplicationJSON, encode(v)}
}

// fail answers with an error, in the shape of the API that was asked.
func (x *exchange) fail(err error) error {
	e := asFault(err)
	if isCompatible(x.path()) {
		x.announce(e)
		return x.send(compatibleProblem(e))
	}
	return x.send(x.problem(e))
}

// announce says of an error what stands outside the body.
func (x *exchange) announce(e *operations.Error) {
	x.code = e.Code
	if e.RetryAfter > 0 {
		x.Set(fiber.HeaderRetryAfter, strconv.FormatInt(waitSeconds(e.RetryAfter), 10))
	}
	if e.Code == operations.CodeUnauthenticated {
		x.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="patchbay"`)
	}
}

func (x *exchange) problem(e *operations.Error) answer {
	x.announce(e)
	p := newProblem(e, x.path(), x.id)
	return answer{p.Status, "application/problem+json", encode(p)}
}

// path is the path asked for, as a valid URI reference, without the query.
func (x *exchange) path() string {
	u := url.URL{Path: strings.ToValidUTF8(string(x.Context().URI().Path()), "\uFFFD")}
	return u.EscapedPath()
}

// asFault finds the hub's error in err; Fiber's own errors become one.
func asFault(err error) *operations.Error {
	var own *fiber.Error
	if !errors.As(err, &own) {
		return operations.AsError(err)
	}
	switch own.Code {
	case http.StatusNotFound:
		return operations.Errorf(operations.CodeNotFound, "there is nothing at this path; /openapi.json lists what there is")
	case http.StatusMethodNotAllowed:
		return operations.Errorf(operations.CodeMethodNotAllowed, "this path does not answer to that method; see the Allow header")
	case http.StatusRequestEntityTooLarge:
		return operations.Errorf(operations.CodeTooLarge, "the body is larger than %d bytes", maxBody)
	case http.StatusRequestHeaderFieldsTooLarge:
		return operations.Errorf(operations.CodeTooLarge, "the headers are larger than %d bytes", maxHeader)
	case http.StatusInternalServerError:
		return operations.AsError(err)
	default:
		return operations.Errorf(operations.CodeMalformedRequest, "the request cannot be read: %s",
			cmp.Or(strings.ToLower(http.StatusText(own.Code)), "bad request"))
	}
}
