package ai

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations"
)

func TestFindObject(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want string }{
		{`{"a":1}`, `{"a":1}`},
		{"\n {\"a\":{\"b\":[1]}} \n", `{"a":{"b":[1]}}`},
		{"```json\n{\"a\":1}\n```", `{"a":1}`},
		{"As {you} asked: {\"a\":1}. Anything {else}?", `{"a":1}`},
		{"<think>{\"a\":1} or {\"a\":2}?</think>{\"a\":3}", `{"a":3}`},
		{"maybe {\"a\":1}</think>{\"a\":3}", `{"a":3}`},
		{`{"a":"he wrote </think>{}"}`, `{"a":"he wrote </think>{}"}`},
		{"The customer wrote {\"a\":1}, so: {\"a\":2}", ""},
		{`{"a":1}{"a":2}`, ""},
		{`[{"a":1},{"a":2}]`, ""},
		{`{"a":1`, ""},
		{"no", ""},
		{"", ""},
		{strings.Repeat("{", 100_000) + `{"a":1}`, ""},
	} {
		if got, fault := findObject(tt.text); string(got) != tt.want || (fault == "") != (tt.want != "") {
			t.Errorf("%.60q: got %s (%s), want %s", tt.text, got, fault, tt.want)
		}
	}
}

// FuzzRead reads anything as an answer: what is found is JSON that fits, and nothing panics.
func FuzzRead(f *testing.F) {
	w, err := newWanted("answer", json.RawMessage(`{"type":"object","required":["n"],"properties":{"n":{"type":"integer","maximum":9}}}`))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		`{"n":1}`, "```json\n{\"n\":2}\n```", "<think>x</think>{\"n\":3}", `{"n":1e999}`, `{"n":10}`, `{{{`, "\xff{\"n\":1}", strings.Repeat(`{"n":`, 200),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		answer, faults := w.read(text)
		if len(faults) > 0 {
			return
		}
		var object struct {
			N *json.Number `json:"n"`
		}
		if err := json.Unmarshal(answer, &object); err != nil || object.N == nil {
			t.Errorf("%q counts as an answer: %v", answer, err)
		}
	})
}

// FuzzReadCompletion reads anything as a server's answer.
func FuzzReadCompletion(f *testing.F) {
	for _, seed := range []string{
		`{"id":"a","choices":[{"message":{"content":"x","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}`,
		`{"choices":[{"message":{"content":[{"text":"x"},{"text":3}]}}],"usage":{"prompt_tokens":-1e99,"completion_tokens":"1"}}`,
		`{"error":{"message":"no","code":null}}`, `[]`, `{"choices":{"0":{"message":{}}}}`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		response := &operations.Response{Status: 200, Header: http.Header{}, Body: body}
		c, err := readCompletion(response)
		if err == nil && (c.promptTokens < 0 || c.completionTokens < 0 || c.totalTokens < 0) {
			t.Errorf("%q counts %+v", body, c)
		}
		problem := readError(400, http.Header{}, body)
		if len([]rune(problem.Detail)) > maxDetail {
			t.Errorf("the detail is %d long", len(problem.Detail))
		}
	})
}

func TestStrictForm(t *testing.T) {
	t.Parallel()
	const closed = `"additionalProperties":false`
	for _, tt := range []struct{ name, schema, want string }{
		{"bounds go", `{"type":"object",` + closed + `,"required":["b","a"],"properties":{"b":{"type":"string","minLength":1},"a":{"type":"array","minItems":1,"items":{"type":"number","maximum":1}}}}`,
			`{"type":"object",` + closed + `,"required":["b","a"],"properties":{"b":{"type":"string"},"a":{"type":"array","items":{"type":"number"}}}}`},
		{"names are no keywords", `{"type":"object",` + closed + `,"required":["title","minimum"],"properties":{"title":{"type":"string"},"minimum":{"type":"null"}}}`,
			`{"type":"object",` + closed + `,"required":["title","minimum"],"properties":{"title":{"type":"string"},"minimum":{"type":"null"}}}`},
		{"references", `{"type":"object",` + closed + `,"required":["a"],"properties":{"a":{"anyOf":[{"$ref":"#/$defs/x"},{"type":"null"}]}},"$defs":{"x":{"enum":[1]}}}`,
			`{"type":"object",` + closed + `,"required":["a"],"properties":{"a":{"anyOf":[{"$ref":"#/$defs/x"},{"type":"null"}]}},"$defs":{"x":{"enum":[1]}}}`},
		{"open", `{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}`, ""},
		{"optional", `{"type":"object",` + closed + `,"properties":{"a":{"type":"string"}}}`, ""},
		{"open within", `{"type":"object",` + closed + `,"required":["a"],"properties":{"a":{"type":["object","null"]}}}`, ""},
		{"untyped", `{"type":"object",` + closed + `,"required":["a"],"properties":{"a":{}}}`, ""},
		{"a boolean", `{"type":"object",` + closed + `,"required":["a"],"properties":{"a":true}}`, ""},
		{"one of", `{"type":"object",` + closed + `,"required":["a"],"properties":{"a":{"type":"string","oneOf":[{"const":"x"}]}}}`, ""},
		{"no properties", `{"type":"object"}`, ""},
	} {
		got, ok := strictForm(json.RawMessage(tt.schema))
		if ok != (tt.want != "") || ok && string(got) != tt.want {
			t.Errorf("%s: got %s, %v", tt.name, got, ok)
		}
	}
}

// FuzzStrictForm holds that what it writes is JSON and a schema, whatever it reads.
func FuzzStrictForm(f *testing.F) {
	f.Add(`{"type":"object","additionalProperties":false,"required":["a"],"properties":{"a":{"type":"string","minLength":1}}}`)
	f.Add(`{"type":"object","properties":3,"items":[{"anyOf":{}}],"$defs":null}`)
	f.Fuzz(func(t *testing.T, schema string) {
		if !json.Valid([]byte(schema)) || operations.Depth([]byte(schema)) > operations.MaxDepth {
			return
		}
		if _, err := operations.Schema(schema).Compile(); err != nil {
			return
		}
		strict, ok := strictForm(json.RawMessage(schema))
		if !ok {
			return
		}
		if _, err := operations.Schema(strict).Compile(); err != nil {
			t.Errorf("%s became %s: %v", schema, strict, err)
		}
	})
}

func TestOwnWait(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		header map[string]string
		want   time.Duration
	}{
		{map[string]string{}, 0},
		{map[string]string{"Retry-After-Ms": "20"}, 20 * time.Millisecond},
		{map[string]string{"Retry-After-Ms": "-1"}, 0},
		{map[string]string{"X-Ratelimit-Remaining-Requests": "0", "X-Ratelimit-Reset-Requests": "8.64s"}, 8640 * time.Millisecond},
		{map[string]string{"X-Ratelimit-Remaining-Requests": "1", "X-Ratelimit-Reset-Requests": "8s"}, 0},
		{map[string]string{"X-Ratelimit-Remaining-Tokens": "0", "X-Ratelimit-Reset-Tokens": "soon"}, 0},
	} {
		header := http.Header{}
		for name, value := range tt.header {
			header.Set(name, value)
		}
		if got := ownWait(header); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.header, got, tt.want)
		}
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		most int
		want string
	}{{"abc", 3, "abc"}, {"åäö", 3, "åäö"}, {"åäö", 2, "åä"}, {"åäö", 0, ""}, {"a\xffb", 2, "a\xff"}} {
		if got := clip(tt.text, tt.most); got != tt.want {
			t.Errorf("clip(%q, %d) = %q", tt.text, tt.most, got)
		}
	}
	if got := clean("a\x00b\tc\nd\u2028e\u0085\xff"); got != "a b\tc\nd e \uFFFD" {
		t.Errorf("clean gave %q", got)
	}
}

func BenchmarkFindObject(b *testing.B) {
	text := "Here you are:\n```json\n{\"a\":\"" + strings.Repeat("x", 2_000) + "\"}\n```"
	b.ReportAllocs()
	for b.Loop() {
		findObject(text)
	}
}
