package ai_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/ai/aitest"
	"github.com/patchbay/patchbay/internal/sandbox"
	"github.com/patchbay/patchbay/operations"
)

// TestServerErrors reads what servers answer when they do not answer the question.
func TestServerErrors(t *testing.T) {
	t.Parallel()
	const filter = `{"error":{"message":"The response was filtered","type":null,"param":"prompt","code":"content_filter","status":400}}`
	tests := []struct {
		name   string
		fault  sandbox.Fault
		code   operations.Code
		words  string
		detail string        // Upstream.Code
		wait   time.Duration // RetryAfter
	}{
		{name: "a wrong key", fault: sandbox.Fault{Status: 401}, code: operations.CodeCredentialRejected, words: "[key]", detail: "invalid_api_key"},
		{name: "too many", fault: sandbox.Fault{Status: 429, RetryAfter: "7"}, code: operations.CodeRateLimited, detail: "rate_limit_exceeded", wait: 7 * time.Second},
		{name: "too many, in milliseconds", fault: sandbox.Fault{Status: 429, Headers: map[string]string{"Retry-After-Ms": "1500"}},
			code: operations.CodeRateLimited, wait: 1500 * time.Millisecond, detail: "rate_limit_exceeded"},
		{name: "tokens spent", code: operations.CodeRateLimited, wait: 72 * time.Second, detail: "rate_limit_exceeded",
			fault: sandbox.Fault{Status: 429, Headers: map[string]string{"X-Ratelimit-Remaining-Requests": "9", "X-Ratelimit-Reset-Requests": "2h",
				"X-Ratelimit-Remaining-Tokens": "0", "X-Ratelimit-Reset-Tokens": "1m12s"}}},
		{name: "no time told", fault: sandbox.Fault{Status: 429}, code: operations.CodeRateLimited, detail: "rate_limit_exceeded"},
		{name: "no money", fault: sandbox.Fault{Status: 429, RetryAfter: "7", Body: []byte(aitest.NoQuota)},
			code: operations.CodeUpstreamForbidden, words: "no money or quota", detail: "insufficient_quota"},
		{name: "no credits", fault: sandbox.Fault{Status: 402, Body: []byte(`{"error":{"message":"Insufficient credits","code":402}}`)},
			code: operations.CodeUpstreamForbidden, words: "Insufficient credits", detail: "402"},
		{name: "a filter", fault: sandbox.Fault{Status: 400, Body: []byte(filter)}, code: operations.CodeUpstreamRejected, words: "content filter refused", detail: "content_filter"},
		{name: "vLLM's own", fault: sandbox.Fault{Status: 400, Body: []byte(`{"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","param":null,"code":400}`)},
			code: operations.CodeUpstreamRejected, words: "longer than the model can read", detail: "400"},
		{name: "Ollama's own", fault: sandbox.Fault{Status: 404, Body: []byte(`{"error":"model 'x' not found"}`)}, code: operations.CodeUpstreamNotFound, words: "model 'x' not found; see list_models"},
		{name: "FastAPI's own", fault: sandbox.Fault{Status: 422, Body: []byte(`{"detail":[{"loc":["body"],"msg":"Field required"}]}`)}, code: operations.CodeUpstreamRejected, words: "Field required"},
		{name: "a failure", fault: sandbox.Fault{Status: 500}, code: operations.CodeUpstreamFailed, words: "had an error", detail: "server_error"},
		{name: "a page", fault: sandbox.Fault{Status: 502, Body: []byte(`"<html>Bad gateway</html>"`)}, code: operations.CodeUpstreamFailed, words: "Bad Gateway"},
		{name: "a page, as an answer", fault: sandbox.Fault{Status: 200, Body: []byte(`"<html>Welcome</html>"`)}, code: operations.CodeUpstreamFailed, words: "it is not JSON"},
		{name: "half of it", fault: sandbox.Fault{Malformed: true}, code: operations.CodeUpstreamFailed, words: "it is not JSON"},
		{name: "no choices", fault: sandbox.Fault{Status: 200, Body: []byte(`{"choices":[]}`)}, code: operations.CodeUpstreamFailed, words: "no message"},
		{name: "odd types", fault: sandbox.Fault{Status: 200, Body: []byte(`{"choices":[{"message":{"content":{"a":1}},"finish_reason":7}],"usage":"much"}`)},
			code: operations.CodeUpstreamFailed, words: "answered nothing", detail: "7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, aitest.Options{})
			if err := h.SetFaults(tt.fault); err != nil {
				t.Fatal(err)
			}
			e := h.refused(t, "chat_completion", plain, tt.code, tt.words)
			if e.Upstream == nil || e.Upstream.Code != tt.detail || e.RetryAfter != tt.wait {
				t.Errorf("upstream %+v, retry after %s; want code %q after %s", e.Upstream, e.RetryAfter, tt.detail, tt.wait)
			}
		})
	}
}

// TestAnotherShapeOfAnswer takes a text in parts, as some servers give it, and counts that are missing.
func TestAnotherShapeOfAnswer(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	h.serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"choices":[{"message":{"content":[{"type":"text","text":"Good "},{"type":"text","text":"day"}]}}]}`))
	}))
	out := h.want(t, "chat_completion", plain)
	if out.Get("text").String() != "Good day" || out.Get("model").String() != aitest.Model || out.Get("usage.total_tokens").Int() != 0 {
		t.Errorf("got %s", out.Raw)
	}
}

// TestErrorsOfTheSandboxItself meets the refusals that come without a fault.
func TestErrorsOfTheSandboxItself(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{ContextTokens: 100, RequestsPerMinute: 3})
	long := `{"messages":[{"role":"user","content":"` + strings.Repeat("word ", 200) + `"}]}`
	h.refused(t, "chat_completion", long, operations.CodeUpstreamRejected, "longer than the model can read")
	h.refused(t, "chat_completion", `{"model":"gpt-x","messages":[{"role":"user","content":"Hi"}]}`, operations.CodeUpstreamNotFound, "see list_models")
	h.want(t, "list_models", `{}`)
	e := h.refused(t, "list_models", `{}`, operations.CodeRateLimited, "Rate limit reached")
	if e.RetryAfter != 30*time.Second || e.Upstream.RequestID != "req_00000004" {
		t.Errorf("retry after %s, request %s", e.RetryAfter, e.Upstream.RequestID)
	}
	h.account.Secrets["api_key"] = "sk-some-other-key-12345"
	e = h.refused(t, "list_models", `{}`, operations.CodeCredentialRejected, "Incorrect API key")
	if strings.Contains(text(t, e), "2345") {
		t.Errorf("the error shows a part of the key: %s", text(t, e))
	}
}
