package aitest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/ai/aitest"
)

func newSandbox(options aitest.Options) *aitest.Sandbox {
	options.Now = func() time.Time { return time.Date(2026, 1, 20, 10, 0, 30, 0, time.UTC) }
	options.Sleep = func(context.Context, time.Duration) {}
	return aitest.New(options)
}

// send sends a request with the sandbox's key.
func send(s *aitest.Sandbox, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
	r.Method, r.URL = method, &url.URL{Path: path}
	r.Header.Set("Authorization", "Bearer "+aitest.Key)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

const hello = `{"model":"sandbox-1","messages":[{"role":"user","content":"Hello. It works."}]}`

func TestCompletionHasTheShapeOfTheProtocol(t *testing.T) {
	t.Parallel()
	s := newSandbox(aitest.Options{})
	for _, path := range []string{"/v1/chat/completions", "/chat/completions"} {
		w := send(s, "POST", path, hello)
		want := `{"choices":[{"finish_reason":"stop","index":0,"logprobs":null,"message":{"annotations":[],"content":"In short: Hello. It works.",` +
			`"refusal":null,"role":"assistant"}}],"created":1768903230,"id":"chatcmpl-`
		if w.Code != 200 || !strings.HasPrefix(w.Body.String(), want) {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
		usage := gjson.GetBytes(w.Body.Bytes(), "usage")
		if usage.Get("prompt_tokens").Int() != 11 || usage.Get("completion_tokens").Int() != 7 || usage.Get("total_tokens").Int() != 18 {
			t.Errorf("usage %s", usage.Raw)
		}
		for name, value := range map[string]string{
			"Content-Type": "application/json", "Openai-Version": "2020-10-01", "X-Ratelimit-Limit-Requests": "500",
			"X-Ratelimit-Limit-Tokens": "500000", "X-Ratelimit-Reset-Requests": "30s",
		} {
			if got := w.Header().Get(name); got != value {
				t.Errorf("%s is %q, want %q", name, got, value)
			}
		}
		if !strings.HasPrefix(w.Header().Get("X-Request-Id"), "req_") {
			t.Errorf("request id %q", w.Header().Get("X-Request-Id"))
		}
	}
}

func TestSameRequestSameAnswer(t *testing.T) {
	t.Parallel()
	const body = `{"model":"sandbox-1","messages":[{"role":"user","content":"It is fixed, thanks."}],"response_format":{"type":"json_schema","json_schema":` +
		`{"name":"n","schema":{"type":"object","properties":{"a":{"enum":["Open","Closed"]},"b":{"enum":["On hold","Done"]},"confidence":{"type":"number"},"keywords":{"type":"array","items":{"type":"string"}}}}}}}`
	first := send(newSandbox(aitest.Options{}), "POST", "/v1/chat/completions", body).Body.String()
	if got := gjson.Get(first, "choices.0.message.content").String(); got != `{"a":"Closed","b":"Done","confidence":0.85,"keywords":["fixed","thanks"]}` {
		t.Errorf("got %s", got)
	}
	for range 20 {
		if again := send(newSandbox(aitest.Options{}), "POST", "/v1/chat/completions", body).Body.String(); again != first {
			t.Fatalf("then %s, first %s", again, first)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := newSandbox(aitest.Options{ContextTokens: 1_000})
	format := func(format string) string {
		return strings.TrimSuffix(hello, "}") + `,"response_format":` + format + `}`
	}
	plus := func(more string) string { return strings.TrimSuffix(hello, "}") + "," + more + `}` }
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		param, code              string
	}{
		{"unknown path", "GET", "/v1/files", "", 404, "", ""},
		{"unknown method", "GET", "/v1/chat/completions", "", 405, "", ""},
		{"unknown model", "GET", "/v1/models/gpt-x", "", 404, "", "model_not_found"},
		{"unknown model asked", "POST", "", strings.Replace(hello, "sandbox-1", "gpt-x", 1), 404, "", "model_not_found"},
		{"not JSON", "POST", "", "{", 400, "", ""},
		{"no model", "POST", "", `{"messages":[]}`, 400, "", ""},
		{"no messages", "POST", "", `{"model":"sandbox-1"}`, 400, "messages", "missing_required_parameter"},
		{"empty messages", "POST", "", `{"model":"sandbox-1","messages":[]}`, 400, "messages", "empty_array"},
		{"messages of another type", "POST", "", `{"model":"sandbox-1","messages":"hi"}`, 400, "messages", "invalid_type"},
		{"unknown role", "POST", "", `{"model":"sandbox-1","messages":[{"role":"boss","content":""}]}`, 400, "messages[0].role", "invalid_value"},
		{"no content", "POST", "", `{"model":"sandbox-1","messages":[{"role":"user"}]}`, 400, "messages[0].content", "invalid_type"},
		{"unknown parameter", "POST", "", plus(`"temprature":1`), 400, "temprature", "unknown_parameter"},
		{"temperature", "POST", "", plus(`"temperature":3`), 400, "temperature", "invalid_value"},
		{"max_tokens", "POST", "", plus(`"max_tokens":0`), 400, "max_tokens", "integer_below_min_value"},
		{"stream", "POST", "", plus(`"stream":true`), 400, "stream", "unsupported_value"},
		{"n", "POST", "", plus(`"n":2`), 400, "n", "unsupported_value"},
		{"max_tokens of a reasoning model", "POST", "", strings.Replace(plus(`"max_tokens":9`), "sandbox-1", "sandbox-reasoning", 1), 400, "max_tokens", "unsupported_parameter"},
		{"temperature of a reasoning model", "POST", "", strings.Replace(plus(`"temperature":0`), "sandbox-1", "sandbox-reasoning", 1), 400, "temperature", "unsupported_value"},
		{"format", "POST", "", format(`{"type":"xml"}`), 400, "response_format.type", "invalid_value"},
		{"no word of JSON", "POST", "", format(`{"type":"json_object"}`), 400, "messages", ""},
		{"no name", "POST", "", format(`{"type":"json_schema","json_schema":{"schema":{"type":"object"}}}`), 400, "response_format.json_schema.name", "missing_required_parameter"},
		{"no object", "POST", "", format(`{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"array"}}}`), 400, "response_format", ""},
		{"open", "POST", "", format(`{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object","properties":{}}}}`), 400, "response_format", ""},
		{"optional", "POST", "", format(`{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object","additionalProperties":false,"properties":{"a":{"type":"null"}}}}}`), 400, "response_format", ""},
		{"bounds", "POST", "", format(`{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object","additionalProperties":false,"required":["a"],"properties":{"a":{"type":"string","minLength":1}}}}}`), 400, "response_format", ""},
		{"an older model", "POST", "", strings.Replace(format(`{"type":"json_schema"}`), "sandbox-1", "sandbox-basic", 1), 400, "response_format", ""},
		{"too long", "POST", "", strings.Replace(hello, "Hello", strings.Repeat("Hello ", 1_000), 1), 400, "messages", "context_length_exceeded"},
	} {
		if tt.path == "" {
			tt.path = "/v1/chat/completions"
		}
		w := send(s, tt.method, tt.path, tt.body)
		e := gjson.GetBytes(w.Body.Bytes(), "error")
		if w.Code != tt.status || e.Get("param").String() != tt.param || e.Get("code").String() != tt.code || e.Get("message").String() == "" || e.Get("type").String() != "invalid_request_error" {
			t.Errorf("%s: got %d %s", tt.name, w.Code, w.Body)
		}
	}
}

func TestKeysAndLimits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		authorization string
		open          bool
		status        int
	}{{"", false, 401}, {"", true, 200}, {"Bearer sk-other", true, 401}, {"Bearer x", false, 401}, {aitest.Key, false, 401}, {"Bearer " + aitest.Key, false, 200}} {
		r := httptest.NewRequest(http.MethodGet, "/v1/models", nil)
		if tt.authorization != "" {
			r.Header.Set("Authorization", tt.authorization)
		}
		w := httptest.NewRecorder()
		if newSandbox(aitest.Options{Open: tt.open}).ServeHTTP(w, r); w.Code != tt.status {
			t.Errorf("%q, open %v: got %d %s", tt.authorization, tt.open, w.Code, w.Body)
		}
	}
	s := newSandbox(aitest.Options{RequestsPerMinute: 1})
	send(s, "GET", "/v1/models", "")
	w := send(s, "GET", "/v1/models", "")
	if w.Code != 429 || w.Header().Get("Retry-After") != "30" || w.Header().Get("Retry-After-Ms") != "30000" ||
		w.Header().Get("X-Ratelimit-Remaining-Requests") != "0" || gjson.GetBytes(w.Body.Bytes(), "error.code").String() != "rate_limit_exceeded" {
		t.Errorf("got %d %s, headers %v", w.Code, w.Body, w.Header())
	}
	s.Reset()
	if w := send(s, "GET", "/v1/models/sandbox-1", ""); w.Code != 200 || gjson.GetBytes(w.Body.Bytes(), "object").String() != "model" {
		t.Errorf("after a reset: %d %s", w.Code, w.Body)
	}
}

func TestScriptByTheControlEndpoint(t *testing.T) {
	t.Parallel()
	s := newSandbox(aitest.Options{})
	if w := send(s, "PUT", "/_sandbox/answers", `["refusal","just this"]`); w.Code != 204 {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	for _, want := range []string{`"content":null,"refusal":"I'm sorry`, `"content":"just this"`, `"content":"In short`} {
		if w := send(s, "POST", "/v1/chat/completions", hello); !strings.Contains(w.Body.String(), want) {
			t.Errorf("want %s: %s", want, w.Body)
		}
	}
	if w := send(s, "GET", "/_sandbox/answers", ""); gjson.ParseBytes(w.Body.Bytes()).Get("#").Int() != 3 {
		t.Errorf("noted %s", w.Body)
	}
	if w := send(s, "PUT", "/_sandbox/answers", `{}`); w.Code != 400 {
		t.Errorf("got %d", w.Code)
	}
}

// FuzzServe sends anything and expects an answer that is JSON and no failure of the sandbox.
func FuzzServe(f *testing.F) {
	f.Add("POST", "/v1/chat/completions", hello)
	f.Add("POST", "/v1/chat/completions", strings.TrimSuffix(hello, "}")+`,"max_tokens":1,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":`+
		`{"type":"object","$defs":{"x":{"$ref":"#/$defs/x"}},"properties":{"a":{"$ref":"#/$defs/x"},"b":{"anyOf":[{"type":["array"]}]},"c":{"enum":[{}]}}}}}}`)
	f.Add("POST", "/v1/chat/completions", `{"model":"sandbox-plain","messages":[{"role":"system","content":"BEGIN DATA A"},{"role":"user","content":"BEGIN DATA A\n{\"ticket\":[]}\nEND DATA A"}]}`)
	f.Add("GET", "/v1/models/", "")
	f.Add("PUT", "/_sandbox/answers", `["cut"]`)
	f.Fuzz(func(t *testing.T, method, path, body string) {
		s := newSandbox(aitest.Options{})
		s.Script(aitest.Behaviour(body[:min(len(body), 9)]))
		w := send(s, method, path, body)
		isAPI := !strings.HasPrefix(path, "/_sandbox/")
		if w.Code >= 500 || isAPI && !json.Valid(w.Body.Bytes()) {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
	})
}

func BenchmarkComplete(b *testing.B) {
	s := newSandbox(aitest.Options{RequestsPerMinute: 1e9})
	for b.Loop() {
		if w := send(s, "POST", "/v1/chat/completions", hello); w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
	}
}
