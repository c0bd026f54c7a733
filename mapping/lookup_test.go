package mapping

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

// asked answers lookups by a function, and keeps what was asked.
type asked struct {
	answer func(LookupCall) (json.RawMessage, error)

	mu    sync.Mutex
	calls []LookupCall
}

func (a *asked) Match(_ context.Context, call LookupCall) (json.RawMessage, error) {
	a.mu.Lock()
	a.calls = append(a.calls, call)
	a.mu.Unlock()
	return a.answer(call)
}

// matchError is an error as drop-downs give them.
func matchError(code operations.Code, reason, detail string, suggestion ...string) error {
	return &operations.Error{Code: code, Reason: reason, Detail: detail, Suggestion: suggestion}
}

// stages answers like a small drop-down.
func stages(call LookupCall) (json.RawMessage, error) {
	switch call.Text {
	case "Interested", "1":
		return json.RawMessage(" 1 "), nil
	case "Won":
		return json.RawMessage(`{"id": 2}`), nil
	case "In":
		return nil, matchError(operations.CodeConflict, ReasonAmbiguous, `"In" could be several options`, "Interested", "Inactive")
	case "broken":
		return json.RawMessage(`{`), nil
	case "down":
		return nil, operations.Errorf(operations.CodeUpstreamFailed, "the service failed")
	case "bad":
		return nil, operations.Errorf(operations.CodeInvalidInput, "the text to match is bad")
	}
	return nil, matchError(operations.CodeNotFound, ReasonNoMatch, `no option is called so; did you mean Interested?`)
}

func runLookups(t *testing.T, rules, source string, lookups Lookups) ([]byte, error) {
	t.Helper()
	document, err := Parse([]byte(withRules(rules)))
	if err != nil {
		t.Fatal(err, operations.AsError(err).Faults)
	}
	m, err := Compile(document, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m.Run(t.Context(), []byte(source), lookups)
}

func TestLookups(t *testing.T) {
	t.Parallel()
	const source = `{"s":"Interested","n":1,"l":["Won","Interested","Won",null,""],"nil":null,"e":" ","p":{"k":"K"},"o":{}}`
	tests := []struct{ name, lookup, want string }{
		{"a text", `{"operation":"a.b_ddl","from":"s"}`, `{"x":1}`},
		{"a number", `{"operation":"a.b_ddl","from":"n"}`, `{"x":1}`},
		{"a list", `{"operation":"a.b_ddl","from":"l"}`, `{"x":[{"id":2},1,{"id":2},null]}`},
		{"missing", `{"operation":"a.b_ddl","from":"none"}`, `{}`},
		{"null", `{"operation":"a.b_ddl","from":"nil"}`, `{"x":null}`},
		{"blank", `{"operation":"a.b_ddl","from":"e"}`, `{}`},
		{"default for missing", `{"operation":"a.b_ddl","from":"none","default":[0]}`, `{"x":[0]}`},
		{"default for a miss", `{"operation":"a.b_ddl","from":{"value":"zzz"},"default":0}`, `{"x":0}`},
		{"null for a miss", `{"operation":"a.b_ddl","from":{"value":"zzz"},"on_miss":"null"}`, `{"x":null}`},
		{"missing for a miss", `{"operation":"a.b_ddl","from":{"value":"zzz"},"on_miss":"missing"}`, `{}`},
		{"a miss", `{"operation":"a.b_ddl","from":{"value":"zzz"}}`, `fault: /rules/0/lookup at: the value finds nothing: no option is called so; did you mean Interested?`},
		{"ambiguous in spite of a default", `{"operation":"a.b_ddl","from":{"value":"In"},"default":0}`, `fault: /rules/0/lookup at: is ambiguous: "In" could be several options (Interested, Inactive)`},
		{"a bad text", `{"operation":"a.b_ddl","from":{"value":"bad"},"default":0}`, `fault: /rules/0/lookup at: the text to match is bad`},
		{"an object", `{"operation":"a.b_ddl","from":"o"}`, `fault: /rules/0/lookup/from at: o is an object`},
		{"inputs that fail", `{"operation":"a.b_ddl","from":"s","input":{"k":{"source":"o","transforms":["trim"]}}}`, `fault: /rules/0/lookup/input/k/transforms/0 at: o is an object`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			out, err := runLookups(t, `[{"target":"x","lookup":`+test.lookup+`}]`, source, &asked{answer: stages})
			if want, failing := strings.CutPrefix(test.want, "fault: "); failing {
				checkFaults(t, err, []string{want})
			} else if err != nil || string(out) != test.want {
				t.Errorf("%s (%v), want %s", out, err, test.want)
			}
		})
	}
}

func TestLookupsAskOnce(t *testing.T) {
	t.Parallel()
	lookups := &asked{answer: stages}
	rules := `[{"target":"x","each":{"over":"l","rules":[{"target":"@this","lookup":{"operation":"a.b_ddl","credential":"cred","from":"@this","input":{"k":"$.k","c":{"value":["y"]},"none":"none"}}}]}}]`
	out, err := runLookups(t, rules, `{"k":"K","l":["Won","Interested","Won","Won"]}`, lookups)
	if err != nil || string(out) != `{"x":[{"id":2},1,{"id":2},{"id":2}]}` {
		t.Fatalf("%s (%v)", out, err)
	}
	input := json.RawMessage(`{"c":["y"],"k":"K"}`)
	want := []LookupCall{{"a.b_ddl", "cred", "Won", input}, {"a.b_ddl", "cred", "Interested", input}}
	if diff := gocmp.Diff(want, lookups.calls); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestLookupsThatEndARun(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		with Lookups
		want operations.Code
	}{
		"the service fails": {"down", &asked{answer: stages}, operations.CodeUpstreamFailed},
		"a broken answer":   {"broken", &asked{answer: stages}, operations.CodeInternal},
		"nobody answers":    {"Won", nil, operations.CodeNotConfigured},
	}
	for name, test := range tests {
		out, err := runLookups(t, `[{"target":"a","value":1},{"target":"x","lookup":{"operation":"a.b_ddl","from":{"value":"`+test.text+`"},"default":0}}]`, `{}`, test.with)
		if out != nil || err == nil || operations.AsError(err).Code != test.want {
			t.Errorf("%s: %s, %v", name, out, err)
		}
	}
	if _, err := runLookups(t, `[{"target":"x","lookup":{"operation":"a.b_ddl","from":"none"}}]`, `{}`, nil); err != nil {
		t.Errorf("nothing to ask: %v", err)
	}
	list := `{"l":["0"` + strings.Repeat(`,"1"`, MaxLookups) + `]}`
	_, err := runLookups(t, `[{"target":"x","lookup":{"operation":"a.b_ddl","from":"l","default":0}}]`, list, &asked{answer: stages})
	checkFaults(t, err, []string{"/rules/0 at: more than 1000 lookups"})
}

// TestMemoTriesFailuresAgain asks twice what fails the first time, and once what is not there.
func TestMemoTriesFailuresAgain(t *testing.T) {
	t.Parallel()
	failing := true
	lookups := &asked{answer: func(call LookupCall) (json.RawMessage, error) {
		if call.Text == "miss" {
			return nil, matchError(operations.CodeNotFound, ReasonNoMatch, "none")
		}
		if failing {
			failing = false
			return nil, errors.New("down")
		}
		return json.RawMessage("1"), nil
	}}
	m := newMemo(lookups)
	for range 2 {
		if _, err := m.Match(t.Context(), LookupCall{Text: "miss"}); err == nil {
			t.Error("a miss was found")
		}
	}
	if _, err := m.Match(t.Context(), LookupCall{Text: "x"}); err == nil {
		t.Error("no failure")
	}
	for range 2 {
		if value, err := m.Match(t.Context(), LookupCall{Text: "x"}); err != nil || string(value) != "1" {
			t.Errorf("%s (%v)", value, err)
		}
	}
	if len(lookups.calls) != 3 {
		t.Errorf("asked %d times", len(lookups.calls))
	}
	for i := range maxRemembered + 10 {
		if _, err := m.Match(t.Context(), LookupCall{Text: "x", Credential: strings.Repeat("c", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.answers) > maxRemembered {
		t.Errorf("%d answers are kept", len(m.answers))
	}
}
