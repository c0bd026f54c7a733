package operations

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Code is the class of a failure. The set is closed; each code has one HTTP status.
type Code string

// The codes. Codes tells what each means; those that begin with "upstream_" are failures of the service behind the
// connector.
const (
	CodeMalformedRequest     Code = "malformed_request"
	CodeInvalidInput         Code = "invalid_input"
	CodeUnauthenticated      Code = "unauthenticated"
	CodeForbidden            Code = "forbidden"
	CodeNotFound             Code = "not_found"
	CodeMethodNotAllowed     Code = "method_not_allowed"
	CodeConflict             Code = "conflict"
	CodeTooLarge             Code = "too_large"
	CodeUnsupportedMediaType Code = "unsupported_media_type"
	CodeRateLimited          Code = "rate_limited"
	CodeDestinationRefused   Code = "destination_refused"
	CodeNotConfigured        Code = "not_configured"
	CodeCredentialRejected   Code = "credential_rejected"
	CodeUpstreamForbidden    Code = "upstream_forbidden"
	CodeUpstreamNotFound     Code = "upstream_not_found"
	CodeUpstreamRejected     Code = "upstream_rejected"
	CodeUpstreamFailed       Code = "upstream_failed"
	CodeUpstreamUnreachable  Code = "upstream_unreachable"
	CodeUpstreamTimeout      Code = "upstream_timeout"
	CodeOutcomeUnknown       Code = "outcome_unknown"
	CodeCanceled             Code = "canceled"
	CodeUnavailable          Code = "unavailable"
	CodeInternal             Code = "internal"
)

// Codes lists every code with its HTTP status and whether the same call may simply be repeated later.
func Codes() []CodeInfo {
	return []CodeInfo{
		{CodeMalformedRequest, 400, false, "not JSON, too deep, or otherwise unreadable"},
		{CodeInvalidInput, 422, false, "readable, but against the schema"},
		{CodeUnauthenticated, 401, false, "no key, or a key that is not or no longer valid"},
		{CodeForbidden, 403, false, "the key may not do this"},
		{CodeNotFound, 404, false, "no such connector, operation, credential, …"},
		{CodeMethodNotAllowed, 405, false, "the path exists, not with this method"},
		{CodeConflict, 409, false, "clashes with what is there, or is under way"},
		{CodeTooLarge, 413, false, "a body above the bound, in or out"},
		{CodeUnsupportedMediaType, 415, false, "a body that is not application/json"},
		{CodeRateLimited, 429, true, "the hub's or the service's limit; see retry_after"},
		{CodeDestinationRefused, 403, false, "the guard: not the connector's origin, or a private address"},
		{CodeNotConfigured, 501, false, "a part of the hub that this installation lacks"},
		{CodeCredentialRejected, 424, false, "the service does not accept the credential"},
		{CodeUpstreamForbidden, 403, false, "the service: the account lacks a right or a scope"},
		{CodeUpstreamNotFound, 404, false, "the service: no such record"},
		{CodeUpstreamRejected, 422, false, "the service: any other refusal (4xx)"},
		{CodeUpstreamFailed, 502, true, "the service: 5xx, or an answer that makes no sense"},
		{CodeUpstreamUnreachable, 502, true, "no connection; nothing was done"},
		{CodeUpstreamTimeout, 504, true, "a read that took too long; nothing was changed"},
		{CodeOutcomeUnknown, 504, false, "a write was sent and no answer came: it may have been done"},
		{CodeCanceled, 499, false, "the caller went away"},
		{CodeUnavailable, 503, true, "the hub is starting, stopping or out of storage"},
		{CodeInternal, 500, false, "a fault of the hub"},
	}
}

// CodeInfo is what is fixed about a code.
type CodeInfo struct {
	Code      Code
	Status    int // HTTP
	Retryable bool
	Meaning   string // for a person
}

// Info looks a code up. A code outside the set counts as internal.
func (c Code) Info() CodeInfo {
	for _, info := range Codes() {
		if info.Code == c {
			return info
		}
	}
	return CodeInfo{Code: CodeInternal, Status: 500}
}

// Error is the one error type that leaves an operation. Its text is safe to show: no secret, no stack.
type Error struct {
	Code       Code
	Detail     string        // one sentence for the caller
	Faults     []InputFault  // invalid_input: everything that is wrong, not only the first
	Reason     string        // sets failures of one code apart, for programs: "ambiguous", "token_expired"; usually empty
	Suggestion []string      // not_found: the nearest names
	Candidates []Candidate   // conflict: the options that could be meant
	RetryAfter time.Duration // rate_limited, unavailable: as the service or the bucket says; zero: not known
	Upstream   *Upstream     // what the service answered, if it did
	Resolve    *Enquiry      // outcome_unknown: the call that finds out, if there is one
	Err        error         // the cause, for logs; not shown
}

// Candidate is one of several options of a drop-down that could be meant.
type Candidate struct {
	Text  string          `json:"text"`
	Value json.RawMessage `json:"value"`
}

// InputFault is one thing wrong with an input.
type InputFault struct {
	Pointer string `json:"pointer"` // JSON pointer into the input; "" is the input itself
	Detail  string `json:"detail"`
}

// Upstream is the service's own answer to a failed request.
type Upstream struct {
	Status    int             `json:"status"`
	Code      string          `json:"code,omitempty"`
	RequestID string          `json:"requestId,omitempty"`
	Body      json.RawMessage `json:"body,omitempty"` // trimmed; a JSON string where the service sent no JSON
}

// Errorf makes an Error with a formatted detail. A %w operand becomes the cause.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Detail: err.Error(), Err: errors.Unwrap(err)}
}

// Error gives code and detail.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Detail }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// AsError finds the Error in a chain. Any other error becomes an internal one whose text is not shown.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Code: CodeInternal, Detail: "the hub failed while handling the call; see its log", Err: err}
}
