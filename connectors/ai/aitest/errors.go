package aitest

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// refusal is an error as the vendor words one: https://platform.openai.com/docs/guides/error-codes.
type refusal struct {
	status  int
	Message string
	Type    string
	Param   string
	Code    string
}

func (e *refusal) write(w http.ResponseWriter) {
	sandbox.WriteJSON(w, e.status, "application/json", map[string]any{"error": map[string]any{
		"message": e.Message, "type": cmp.Or(e.Type, "invalid_request_error"), "param": orNull(e.Param), "code": orNull(e.Code),
	}})
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// bad is a 400 about one parameter.
func bad(code, param, format string, args ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, Code: code, Param: param, Message: fmt.Sprintf(format, args...)}
}

// byStatus is what the service says where only the status is known.
func byStatus(status int) *refusal {
	e := &refusal{status: status, Message: http.StatusText(status)}
	switch {
	case status == http.StatusUnauthorized:
		e.Code, e.Message = "invalid_api_key", "Incorrect API key provided: sk-s****7a41."
	case status == http.StatusTooManyRequests:
		e.Type, e.Code, e.Message = "requests", "rate_limit_exceeded", "Rate limit reached. Please try again later."
	case status >= http.StatusInternalServerError:
		e.Type, e.Message = "server_error", "The server had an error while processing your request."
	}
	return e
}

// NoQuota is the body of the 429 of an account without money, for a fault.
const NoQuota = `{"error":{"message":"You exceeded your current quota, please check your plan and billing details.",` +
	`"type":"insufficient_quota","param":null,"code":"insufficient_quota"}}`

// head sets what every answer has.
func (s *Sandbox) head(w http.ResponseWriter) {
	s.mu.Lock()
	s.count++
	n := s.count
	s.mu.Unlock()
	w.Header().Set("X-Request-Id", fmt.Sprintf("req_%08x", n))
	w.Header().Set("Openai-Version", "2020-10-01")
	w.Header().Set("Openai-Organization", "sandbox")
	w.Header().Set("Openai-Processing-Ms", "12")
}

func (s *Sandbox) limitHeaders(header http.Header, state sandbox.LimitState) {
	reset := state.Reset.Sub(s.options.Now()).Round(time.Millisecond)
	for budget, share := range map[string]int{"Requests": 1, "Tokens": 1000} {
		header.Set("X-Ratelimit-Limit-"+budget, strconv.Itoa(state.Limit*share))
		header.Set("X-Ratelimit-Remaining-"+budget, strconv.Itoa(state.Remaining*share))
		header.Set("X-Ratelimit-Reset-"+budget, reset.String())
	}
}

// refuse answers what is over the limit.
func (s *Sandbox) refuse(w http.ResponseWriter, _ *http.Request, state sandbox.LimitState) {
	wait := max(state.Reset.Sub(s.options.Now()), time.Millisecond)
	w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	w.Header().Set("Retry-After-Ms", strconv.FormatInt(wait.Milliseconds(), 10))
	(&refusal{
		status: http.StatusTooManyRequests, Type: "requests", Code: "rate_limit_exceeded",
		Message: fmt.Sprintf("Rate limit reached for requests per min (RPM): Limit %d, Used %d, Requested 1. Please try again in %s.",
			state.Limit, state.Limit, strings.TrimSuffix(wait.Round(time.Millisecond).String(), "0s")),
	}).write(w)
}
