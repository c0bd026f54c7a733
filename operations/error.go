package operations

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Code is the class of a failure. The set is closed; each code has one HTTP status.
type Code string

// The codes. Those that begin with "upstream_" are failures of the service behind the connector.
const (
	CodeMalformedRequest     Code = "malformed_request"      // not JSON, too deep, or otherwise unreadable
	CodeInvalidInput         Code = "invalid_input"          // readable, but against the schema
	CodeUnauthenticated      Code = "unauthenticated"        // no key, or a key that is not or no longer valid
	CodeForbidden            Code = "forbidden"              // the key may not do this
	CodeNotFound             Code = "not_found"              // no such connector, operation, credential, …
	CodeMethodNotAllowed     Code = "method_not_allowed"     // the path exists, not with this method
	CodeConflict             Code = "conflict"               // clashes with what is there, or is under way
	CodeTooLarge             Code = "too_large"              // a body above the bound, in or out
	CodeUnsupportedMediaType Code = "unsupported_media_type" // a body that is not application/json
	CodeRateLimited          Code = "rate_limited"           // the hub's or the service's limit; see RetryAfter
	CodeDestinationRefused   Code = "destination_refused"    // the guard: not the connector's origin, or a private address
	CodeNotConfigured        Code = "not_configured"         // a part of the hub that this installation lacks
	CodeCredentialRejected   Code = "credential_rejected"    // the service does not accept the credential
	CodeUpstreamForbidden    Code = "upstream_forbidden"     // the service: the account lacks a right or a scope
	CodeUpstreamNotFound     Code = "upstream_not_found"     // the service: no such record
	CodeUpstreamRejected     Code = "upstream_rejected"      // the service: any other refusal (4xx)
	CodeUpstreamFailed       Code = "upstream_failed"        // the service: 5xx, or an answer that makes no sense
	CodeUpstreamUnreachable  Code = "upstream_unreachable"   // no connection; nothing was done
	CodeUpstreamTimeout      Code = "upstream_timeout"       // a read that took too long; nothing was changed
	CodeOutcomeUnknown       Code = "outcome_unknown"        // a write was sent and no answer came: it may have been done
	CodeCanceled             Code = "canceled"               // the caller went away
	CodeUnavailable          Code = "unavailable"            // the hub is starting, stopping or out of storage
	CodeInternal             Code = "internal"               // a fault of the hub
)

// Codes lists every code with its HTTP status and whether the same call may simply be repeated later.
func Codes() []CodeInfo {
	return []CodeInfo{
		{CodeMalformedRequest, 400, false}, {CodeInvalidInput, 422, false}, {CodeUnauthenticated, 401, false},
		{CodeForbidden, 403, false}, {CodeNotFound, 404, false}, {CodeMethodNotAllowed, 405, false},
		{CodeConflict, 409, false}, {CodeTooLarge, 413, false}, {CodeUnsupportedMediaType, 415, false},
		{CodeRateLimited, 429, true}, {CodeDestinationRefused, 403, false}, {CodeNotConfigured, 501, false},
		{CodeCredentialRejected, 424, false}, {CodeUpstreamForbidden, 403, false}, {CodeUpstreamNotFound, 404, false},
		{CodeUpstreamRejected, 422, false}, {CodeUpstreamFailed, 502, true}, {CodeUpstreamUnreachable, 502, true},
		{CodeUpstreamTimeout, 504, true}, {CodeOutcomeUnknown, 504, false}, {CodeCanceled, 499, false},
		{CodeUnavailable, 503, true}, {CodeInternal, 500, false},
	}
}

// CodeInfo is what is fixed about a code.
type CodeInfo struct {
	Code      Code
	Status    int // HTTP
	Retryable bool
}

// Info looks a code up. A code outside the set counts as internal.
func (c Code) Info() CodeInfo {
	for _, info := range Codes() {
		if info.Code == c {
			return info
		}
	}
	return CodeInfo{CodeInternal, 500, false}
}

// Error is the one error type that leaves an operation. Its text is safe to show: no secret, no stack.
type Error struct {
	Code       Code
	Detail     string        // one sentence for the caller
	Faults     []InputFault  // invalid_input: everything that is wrong, not only the first
	Suggestion []string      // not_found: the nearest names
	RetryAfter time.Duration // rate_limited, unavailable: as the service or the bucket says; zero: not known
	Upstream   *Upstream     // what the service answered, if it did
	Err        error         // the cause, for logs; not shown
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
