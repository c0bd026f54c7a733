package ai_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/ai/aitest"
	"github.com/patchbay/patchbay/operations"
)

const (
	plain  = `{"messages":[{"role":"user","content":"The printer works again. Thanks a lot. Bye now. See you."}]}`
	schema = `{"type":"object","additionalProperties":false,"required":["mood","confidence"],"properties":{` +
		`"mood":{"type":"string","enum":["angry","neutral","happy"]},"confidence":{"type":"number","minimum":0,"maximum":1}}}`
	shaped = `{"messages":[{"role":"user","content":"The printer works again, thanks!"}],"schema_name":"mood","json_schema":` + schema + `}`
)

func TestPlainAnswer(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	out := h.want(t, "chat_completion", plain)
	if got := out.Get("text").String(); got != "In short: The printer works again. Thanks a lot." || out.Get("finish_reason").String() != "stop" || out.Get("json").Exists() {
		t.Errorf("got %s", out.Raw)
	}
	_, _, request := h.sent(t, 0)
	for _, field := range []string{"response_format", "max_tokens", "temperature"} {
		if request.Get(field).Exists() {
			t.Errorf("%s was sent, though nobody asked for it", field)
		}
	}
}

// TestStructuredAnswers asks for JSON of every kind of model, which behaves well or badly, in every mode.
func TestStructuredAnswers(t *testing.T) {
	t.Parallel()
	const good = `{"confidence":0.85,"mood":"happy"}`
	tests := []struct {
		name, model, mode string
		script            []aitest.Behaviour
		completions       int64
		warnings          int
		code              operations.Code
		words             string
	}{
		{name: "at once", completions: 1},
		{name: "as an object", mode: "json_object", completions: 1},
		{name: "by prompt", mode: "prompt", completions: 1},
		{name: "in a code fence", mode: "prompt", script: []aitest.Behaviour{aitest.Fenced}, completions: 1},
		{name: "after thinking", mode: "prompt", script: []aitest.Behaviour{aitest.Thinking}, completions: 1},
		{name: "repaired after broken JSON", script: []aitest.Behaviour{aitest.InvalidJSON}, completions: 2},
		{name: "repaired after the wrong form", mode: "prompt", script: []aitest.Behaviour{aitest.WrongForm}, completions: 2},
		{name: "repaired after a percentage", script: []aitest.Behaviour{`{"mood":"happy","confidence":85}`}, completions: 2},
		{name: "no schema known", model: aitest.Basic, completions: 1, warnings: 1},
		{name: "no format known", model: aitest.Plain, completions: 1, warnings: 2},
		{name: "wrong form always", script: []aitest.Behaviour{aitest.WrongForm, aitest.WrongForm}, code: operations.CodeUpstreamFailed, words: "/mood is required"},
		{name: "broken always", script: []aitest.Behaviour{aitest.InvalidJSON, "no"}, code: operations.CodeUpstreamFailed, words: "holds no JSON object"},
		{name: "refusal", script: []aitest.Behaviour{aitest.Refusal}, code: operations.CodeUpstreamRejected, words: "refused to answer: I'm sorry"},
		{name: "refusal to repair", script: []aitest.Behaviour{aitest.WrongForm, aitest.Refusal}, code: operations.CodeUpstreamRejected, words: "refused to answer"},
		{name: "filtered", script: []aitest.Behaviour{aitest.Filtered}, code: operations.CodeUpstreamRejected, words: "content filter"},
		{name: "cut off", script: []aitest.Behaviour{aitest.Cut}, code: operations.CodeUpstreamRejected, words: "larger max_tokens"},
		{name: "nothing", script: []aitest.Behaviour{aitest.Empty}, code: operations.CodeUpstreamFailed, words: "answered nothing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, aitest.Options{}, "structured_output", tt.mode)
			if tt.model != "" {
				h.account.Fields["model"] = tt.model
			}
			h.Script(tt.script...)
			if tt.code != "" {
				h.refused(t, "chat_completion", shaped, tt.code, tt.words)
				return
			}
			out := h.want(t, "chat_completion", shaped)
			if out.Get("json").Raw != good || out.Get("usage.completions").Int() != tt.completions || len(out.warnings) != tt.warnings {
				t.Errorf("got %s, warnings %q", out.Raw, out.warnings)
			}
			if repaired := out.Get("repaired").Bool(); repaired != (tt.completions == 2) {
				t.Errorf("repaired is %v", repaired)
			}
		})
	}
}

// TestRepairSaysWhatIsWrong holds that the model is shown its answer and every fault in it, once.
func TestRepairSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	h.Script(`{"mood":"gloomy","confidence":2}`)
	h.want(t, "chat_completion", shaped)
	_, _, second := h.sent(t, 1)
	var roles []string
	for _, role := range second.Get("messages.#.role").Array() {
		roles = append(roles, role.Str)
	}
	if diff := cmp.Diff([]string{"user", "assistant", "user"}, roles); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	if got := second.Get("messages.1.content").String(); got != `{"mood":"gloomy","confidence":2}` {
		t.Errorf("the model is shown %s", got)
	}
	for _, words := range []string{"- /mood value must be one of", "- /confidence maximum: got 2, want 1"} {
		if !strings.Contains(second.Get("messages.2.content").String(), words) {
			t.Errorf("the model is not told %q: %s", words, second.Get("messages.2.content"))
		}
	}
	if len(h.Asked()) != 2 {
		t.Errorf("the model was asked %d times", len(h.Asked()))
	}
}

// TestModes holds what each mode sends.
func TestModes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ mode, format, firstRole string }{
		{"json_schema", `{"type":"json_schema","json_schema":{"name":"mood","schema":{"type":"object","additionalProperties":false,` +
			`"required":["mood","confidence"],"properties":{"mood":{"type":"string","enum":["angry","neutral","happy"]},` +
			`"confidence":{"type":"number"}}},"strict":true}}`, "user"},
		{"json_object", `{"type":"json_object"}`, "system"},
		{"prompt", ``, "system"},
	} {
		h := newHub(t, aitest.Options{}, "structured_output", tt.mode)
		h.want(t, "chat_completion", shaped)
		_, _, request := h.sent(t, 0)
		if got := request.Get("response_format").Raw; got != tt.format {
			t.Errorf("%s: response_format %s", tt.mode, got)
		}
		first := request.Get("messages.0")
		if first.Get("role").Str != tt.firstRole || tt.firstRole == "system" && !strings.Contains(first.Get("content").Str, schema) {
			t.Errorf("%s: begins with %s", tt.mode, first.Raw)
		}
	}
}

// TestLooseSchema sends a schema that cannot be held word by word as it is, and checks it all the same.
func TestLooseSchema(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	h.Script(`{"n":"many"}`, `{"n":3,"more":true}`)
	out := h.want(t, "chat_completion", `{"messages":[{"role":"user","content":"How many?"}],"json_schema":{"type":"object","properties":{"n":{"type":"integer"}}}}`)
	if out.Get("json").Raw != `{"n":3,"more":true}` || !out.Get("repaired").Bool() {
		t.Errorf("got %s", out.Raw)
	}
	if _, _, request := h.sent(t, 0); request.Get("response_format.json_schema.strict").Bool() {
		t.Error("the schema was sent as strict")
	}
}

func TestParametersThatAModelDoesNotKnow(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	input := `{"messages":[{"role":"user","content":"Hello there."}],"model":"sandbox-reasoning","max_tokens":50,"temperature":0.2}`
	out := h.want(t, "chat_completion", input)
	if diff := cmp.Diff([]string{"the model does not take a temperature; it was left out"}, out.warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	last := gjson.ParseBytes(h.Asked()[len(h.Asked())-1])
	if last.Get("max_completion_tokens").Int() != 50 || last.Get("max_tokens").Exists() || last.Get("temperature").Exists() {
		t.Errorf("sent %s", last.Raw)
	}
}

func TestCutOffText(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	out := h.want(t, "chat_completion", `{"messages":[{"role":"user","content":"One two three four five six seven."}],"max_tokens":4}`)
	if out.Get("finish_reason").String() != "length" || len(out.warnings) != 1 || !strings.Contains(out.warnings[0], "cut off") {
		t.Errorf("got %s, warnings %q", out.Raw, out.warnings)
	}
}

// TestUsageAndCost adds up both completions of a repaired answer.
func TestUsageAndCost(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	h.Script(`{"mood":1}`)
	u := h.want(t, "chat_completion", shaped).Get("usage")
	read, written := u.Get("prompt_tokens").Int(), u.Get("completion_tokens").Int()
	if read < 30 || written < 10 || u.Get("total_tokens").Int() != read+written || u.Get("completions").Int() != 2 {
		t.Errorf("usage %s", u.Raw)
	}
	want := (float64(read)*2.5 + float64(written)*10) / 1e6
	if got := u.Get("cost_usd").Float(); got < want-1e-9 || got > want+1e-9 {
		t.Errorf("cost %v, want %v", got, want)
	}
	h.account.Fields["price_per_million_output"] = ""
	if h.want(t, "chat_completion", shaped).Get("usage.cost_usd").Exists() {
		t.Error("a cost is told, though one of the prices is not known")
	}
}

func TestInputsThatAreRefused(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	many := strings.Repeat("x", 200_000)
	var messages []map[string]string
	for range 6 {
		messages = append(messages, map[string]string{"role": "user", "content": many})
	}
	for name, tt := range map[string]struct{ input, words string }{
		"all too long":   {`{"messages":` + text(t, messages) + `}`, "/messages is longer"},
		"no object":      {`{"messages":[{"role":"user","content":"a"}],"json_schema":{"type":"array"}}`, "/json_schema must be"},
		"no schema":      {`{"messages":[{"role":"user","content":"a"}],"json_schema":{"type":"object","properties":3}}`, "/json_schema is no JSON Schema"},
		"a schema away":  {`{"messages":[{"role":"user","content":"a"}],"json_schema":{"type":"object","$ref":"https://x.example/s"}}`, "/json_schema is no JSON Schema"},
		"a large schema": {`{"messages":[{"role":"user","content":"a"}],"json_schema":{"type":"object","description":"` + many + `"}}`, "/json_schema must be"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h.refused(t, "chat_completion", tt.input, operations.CodeInvalidInput, tt.words)
		})
	}
}
