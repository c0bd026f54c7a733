package ai

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// maxDetail bounds, in characters, what is told of a server's own words.
const maxDetail = 500

// keyLike matches what looks like a key: servers show a part of the one they refuse.
var keyLike = regexp.MustCompile(`\b(sk|pk|key|gsk|xai)[-_][A-Za-z0-9_*.-]{4,}`)

// readError reads {"error":{"message","type","param","code"}}, and what other servers make of it: "error" as a text,
// the members at the top, or {"detail"}: https://platform.openai.com/docs/guides/error-codes.
func readError(_ int, header http.Header, body []byte) operations.UpstreamProblem {
	problem := operations.UpstreamProblem{RequestID: clip(header.Get("X-Request-Id"), 100)}
	if !json.Valid(body) {
		return problem
	}
	answer := gjson.ParseBytes(body)
	at := answer
	if nested := answer.Get("error"); nested.IsObject() {
		at = nested
	}
	problem.Code = clip(cmp.Or(text(at.Get("code")), text(at.Get("type"))), 100)
	detail := cmp.Or(text(at.Get("message")), text(answer.Get("error")), text(answer.Get("detail")), text(answer.Get("detail.0.msg")))
	problem.Detail = clip(keyLike.ReplaceAllString(clean(detail), "[key]"), maxDetail)
	return problem
}

// text is a JSON string's content, a number's digits, and nothing of all else.
func text(value gjson.Result) string {
	if value.Type == gjson.String || value.Type == gjson.Number {
		return value.String()
	}
	return ""
}

// refine says what an error of the server means here. Errors of the hub pass.
func refine(err error) error {
	var known *operations.Error
	if !errors.As(err, &known) || known.Upstream == nil {
		return err
	}
	e := *known
	switch code, status := e.Upstream.Code, e.Upstream.Status; {
	case code == "insufficient_quota", code == "billing_hard_limit_reached", status == http.StatusPaymentRequired:
		e.Code, e.RetryAfter = operations.CodeUpstreamForbidden, 0
		e.Detail = "the account at the service has no money or quota left; add some there. " + e.Detail
	case isTooLong(e):
		e.Detail = "the text is longer than the model can read; give less, or name a model that reads more. " + e.Detail
	case code == "content_filter", code == "content_policy_violation":
		e.Detail = "the service's content filter refused the text. " + e.Detail
	case status == http.StatusNotFound:
		e.Detail += "; see list_models for the models there are, and check the base URL"
	case status == http.StatusUnauthorized:
		known := *e.Upstream
		known.Body = nil // it may show a part of the key
		e.Upstream = &known
	}
	return &e
}

func isTooLong(e operations.Error) bool {
	refused := e.Code == operations.CodeUpstreamRejected
	return e.Upstream.Code == "context_length_exceeded" || refused && strings.Contains(strings.ToLower(e.Detail), "context length")
}

// waiter is a Doer that writes how long a server wants to be left alone as the hub reads it, where it says so in its
// own headers only: https://platform.openai.com/docs/guides/rate-limits.
type waiter struct{ operations.Doer }

// Do sends the request.
func (w waiter) Do(request *http.Request) (*http.Response, error) {
	response, err := w.Doer.Do(request)
	if err != nil || response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") != "" {
		return response, err
	}
	if wait := ownWait(response.Header); wait > 0 {
		response.Header.Set("Retry-After", strconv.FormatFloat(wait.Seconds(), 'f', 3, 64))
	}
	return response, nil
}

// ownWait reads retry-after-ms, or when the spent one of the budgets for requests and tokens is full again ("6m0s").
func ownWait(header http.Header) time.Duration {
	if ms, err := strconv.Atoi(header.Get("Retry-After-Ms")); err == nil && ms > 0 {
		return time.Duration(min(ms, 1<<31)) * time.Millisecond
	}
	var wait time.Duration
	for _, budget := range []string{"requests", "tokens"} {
		if strings.TrimSpace(header.Get("X-Ratelimit-Remaining-"+budget)) != "0" {
			continue
		}
		if reset, err := time.ParseDuration(header.Get("X-Ratelimit-Reset-" + budget)); err == nil {
			wait = max(wait, reset)
		}
	}
	return wait
}
