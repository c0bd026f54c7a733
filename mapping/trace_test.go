package mapping

import (
	"encoding/json"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func TestRunTraced(t *testing.T) {
	t.Parallel()
	document := withRules(`[
		{"target":"a","source":"a","transforms":["upper"]},
		{"target":"a","value":"late"},
		{"target":"b","template":"{{a}} {{none}} {{c}}"},
		{"target":"d","source":"none"},
		{"target":"e","source":"nil"},
		{"target":"f","value":1,"when":{"source":"a","equals":"y"}},
		{"target":"g","source":"a"},
		{"target":"h[]","value":0},
		{"target":"h[]","source":"list"},
		{"target":"i","each":{"over":"items","rules":[{"target":"k","source":"k"},{"target":"a","source":"$.a","when":{"source":"k","exists":true}}]}},
		{"target":"j","switch":{"on":"c","cases":{"3":"three"}}}
	]`)
	parsed, err := Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	m, err := Compile(parsed, Options{TargetSchema: operations.Schema(`{"properties":{"e":{"type":"string"},"g":{"type":"integer"}}}`)})
	if err != nil {
		t.Fatal(err)
	}
	out, steps, err := m.RunTraced(t.Context(), []byte(`{"a":"x","c":3,"nil":null,"list":[1,2],"items":[{"k":1},{}]}`), nil)
	fault := operations.InputFault{Pointer: "/rules/6", Detail: "a is a text, and the target takes an integer"}
	checkFaults(t, err, []string{"/rules/6 at: a is a text, and the target takes an integer"})
	if want := `{"a":"X","b":"x  3","h":[0,1,2],"i":[{"k":1,"a":"x"}],"j":"three"}`; string(out) != want {
		t.Errorf("out %s, want %s", out, want)
	}
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	want := []Step{
		{Rule: "/rules/0", Target: "a", In: raw(`"x"`), Out: raw(`"X"`)},
		{Rule: "/rules/1", Target: "a", Skipped: SkippedWritten},
		{Rule: "/rules/2", Target: "b", In: raw(`{"a":"x","c":3}`), Out: raw(`"x  3"`)},
		{Rule: "/rules/3", Target: "d", Skipped: SkippedMissing},
		{Rule: "/rules/4", Target: "e", In: raw(`null`), Skipped: SkippedNull},
		{Rule: "/rules/5", Target: "f", Skipped: SkippedWhen},
		{Rule: "/rules/6", Target: "g", In: raw(`"x"`), Faults: []operations.InputFault{fault}},
		{Rule: "/rules/7", Target: "h[]", Out: raw(`[0]`)},
		{Rule: "/rules/8", Target: "h[]", In: raw(`[1,2]`), Out: raw(`[1,2]`)},
		{Rule: "/rules/9", Target: "i", In: raw(`[{"k":1},{}]`), Out: raw(`[{"k":1,"a":"x"}]`)},
		{Rule: "/rules/9/each/rules/0", Item: "items.0", Target: "k", In: raw(`1`), Out: raw(`1`)},
		{Rule: "/rules/9/each/rules/1", Item: "items.0", Target: "a", In: raw(`"x"`), Out: raw(`"x"`)},
		{Rule: "/rules/9/each/rules/0", Item: "items.1", Target: "k", Skipped: SkippedMissing},
		{Rule: "/rules/9/each/rules/1", Item: "items.1", Target: "a", Skipped: SkippedWhen},
		{Rule: "/rules/10", Target: "j", In: raw(`3`), Out: raw(`"three"`)},
	}
	if diff := gocmp.Diff(want, steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestTraceIsBounded(t *testing.T) {
	t.Parallel()
	m := compileRules(t, `[{"target":"l","each":{"over":"l","rules":[{"target":"a","source":"$.t"}]}}]`)
	source := `{"t":"` + strings.Repeat("x", 2000) + `","l":[1` + strings.Repeat(",1", 1500) + `]}`
	out, steps, err := m.RunTraced(t.Context(), []byte(source), nil)
	if err != nil || len(steps) != maxTraced {
		t.Fatalf("%d steps (%v)", len(steps), err)
	}
	plain, err := m.Run(t.Context(), []byte(source), nil)
	if err != nil || string(plain) != string(out) {
		t.Errorf("the trace changes the result (%v)", err)
	}
	bytes := 0
	for _, step := range steps {
		bytes += len(step.In) + len(step.Out)
	}
	if bytes > maxTracedBytes {
		t.Errorf("%d bytes are kept", bytes)
	}
}
