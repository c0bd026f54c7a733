package mapping

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

// TestCoercion is the table of docs/mapping.md, and what lies at its edges.
func TestCoercion(t *testing.T) {
	t.Parallel()
	tests := []struct{ schema, value, want string }{ // want "": not written; "fault: …": a part of the fault
		{`{"type":"string"}`, `"a\u0062"`, `"a\u0062"`},
		{`{"type":"string"}`, `1.50`, `"1.50"`},
		{`{"type":"string"}`, `12345678901234567890`, `"12345678901234567890"`},
		{`{"type":"string"}`, `true`, `"true"`},
		{`{"type":"string"}`, `["a"]`, `fault: is a list, and the target takes a text; join`},
		{`{"type":"string"}`, `{}`, `fault: is an object, and the target takes a text`},
		{`{"type":"string"}`, `null`, ``},
		{`{"type":["string","null"]}`, `null`, `null`},
		{`{}`, `null`, `null`},

		{`{"type":"number"}`, `" -1.5e3 "`, `-1.5e3`},
		{`{"type":"number"}`, `1.50`, `1.50`},
		{`{"type":"number"}`, `"1,5"`, `fault: is a text, and the target takes a number`},
		{`{"type":"number"}`, `"007"`, `fault: is a text`},
		{`{"type":"number"}`, `""`, `fault: is a text`},
		{`{"type":"number"}`, `true`, `fault: is a boolean`},
		{`{"type":"number"}`, `[1]`, `fault: is a list, and the target takes a number`},

		{`{"type":"integer"}`, `"42"`, `42`},
		{`{"type":"integer"}`, `3.0`, `3`},
		{`{"type":"integer"}`, `"1e3"`, `1000`},
		{`{"type":"integer"}`, `-0.5`, `fault: is a number with a fraction, and the target takes an integer`},
		{`{"type":"integer"}`, `1e30`, `fault: too large to be whole`},
		{`{"type":"integer"}`, `123456789012345678901234567890`, `123456789012345678901234567890`},

		{`{"type":"boolean"}`, `" TRUE "`, `true`},
		{`{"type":"boolean"}`, `"false"`, `false`},
		{`{"type":"boolean"}`, `"yes"`, `fault: is a text, and the target takes a boolean`},
		{`{"type":"boolean"}`, `1`, `true`},
		{`{"type":"boolean"}`, `0`, `false`},
		{`{"type":"boolean"}`, `2`, `fault: is a number`},

		{`{"type":"array"}`, `"a"`, `["a"]`},
		{`{"type":"array","items":{"type":"string"}}`, `5`, `["5"]`},
		{`{"type":"array","items":{"type":"string"}}`, `[1, "a", true, null]`, `["1","a","true"]`},
		{`{"type":"array","items":{"type":["string","null"]}}`, `[1,null]`, `["1",null]`},
		{`{"type":"array","items":{"type":"integer"}}`, `[1,"x",[2]]`, `fault: x.1 is a text|x.2 is a list`},
		{`{"type":"array","items":{"type":"array","items":{"type":"string"}}}`, `[[1],2]`, `[["1"],["2"]]`},
		{`{"type":"array","items":{"type":"object"}}`, `{"a": 1}`, `[{"a":1}]`},
		{`{"type":"array"}`, `null`, ``},
		{`{"type":"array"}`, `[]`, `[]`},

		{`{"type":"object"}`, `{"a": [1]}`, `{"a":[1]}`},
		{`{"type":"object"}`, `[1]`, `fault: is a list, and the target takes an object`},
		{`{"type":"object"}`, `"a"`, `fault: is a text`},
		{`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}}}`, `{"\u0061":1,"b":"2","c":null,"d":{}}`, `{"\u0061":"1","b":2,"c":null,"d":{}}`},
		{`{"type":"object","properties":{"a":{"type":"string"}}}`, `{"a":null,"b":1}`, `{"b":1}`},
		{`{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"integer"}}}}}`, `{"a":{"b":"x"}}`, `fault: x.a.b is a text`},
		{`{"type":"object","additionalProperties":{"type":"string"}}`, `{"k":1}`, `{"k":"1"}`},

		{`{"type":["integer","string"]}`, `"5"`, `"5"`},
		{`{"type":["integer","string"]}`, `5`, `5`},
		{`{"type":["integer","string"]}`, `5.5`, `"5.5"`},
		{`{"type":["integer","boolean"]}`, `"true"`, `true`},
		{`{"anyOf":[{"type":"integer"},{"type":"null"}]}`, `"5"`, `5`},
		{`{"oneOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]}`, `[1]`, `["1"]`},
		{`{"anyOf":[{"type":"integer"},{}]}`, `"5"`, `"5"`},
		{`{"allOf":[{"type":"object"},{"properties":{"a":{"type":"string"}}}]}`, `{"a":1}`, `{"a":"1"}`},
		{`{"enum":["a","b"]}`, `1`, `"1"`},
		{`{"const":1}`, `"1"`, `1`},
		{`{"$ref":"#/$defs/s"}`, `1`, `"1"`},
		{`{"$ref":"#/$defs/s","description":"more"}`, `1`, `"1"`},
		{`{"$ref":"#/$defs/tree"}`, `{"v":1,"next":{"v":2,"next":{"v":3}}}`, `{"v":"1","next":{"v":"2","next":{"v":"3"}}}`},
		{`{"$ref":"#/$defs/loop"}`, `1`, `1`},
		{`{"$ref":"https://elsewhere.example/s"}`, `1`, `1`},
		{`true`, `1`, `1`},
	}
	for _, test := range tests {
		t.Run(test.schema+" "+test.value, func(t *testing.T) {
			t.Parallel()
			schema := fmt.Sprintf(`{"type":"object","properties":{"x":%s},"$defs":{"s":{"type":"string"},"loop":{"$ref":"#/$defs/loop"},
				"tree":{"type":"object","properties":{"v":{"type":"string"},"next":{"$ref":"#/$defs/tree"}}}}}`, test.schema)
			out, err := mapped(t, withRules(`[{"target":"x","source":"x"}]`), schema, `{"x":`+test.value+`}`, "")
			if want, failing := strings.CutPrefix(test.want, "fault: "); failing {
				checkFaults(t, err, strings.Split(want, "|"))
				return
			}
			want := `{"x":` + test.want + `}`
			if test.want == "" {
				want = "{}"
			}
			if err != nil || string(out) != want {
				t.Errorf("%s (%v), want %s", out, err, want)
			}
		})
	}
}

// checkFaults looks for one fault each that has a part in its detail, or, before " at ", at a pointer.
func checkFaults(t *testing.T, err error, parts []string) {
	t.Helper()
	e := operations.AsError(err)
	if e == nil || e.Code != operations.CodeInvalidInput || len(e.Faults) != len(parts) {
		t.Fatalf("error %+v, want %d faults", e, len(parts))
	}
	for i, part := range parts {
		pointer, detail, both := strings.Cut(part, " at: ")
		if !both {
			pointer, detail = e.Faults[i].Pointer, part
		}
		if e.Faults[i].Pointer != pointer || !strings.Contains(e.Faults[i].Detail, detail) {
			t.Errorf("fault %d is %+v, want %q at %s", i, e.Faults[i], detail, pointer)
		}
	}
}

func TestFaultsNameRuleAndPath(t *testing.T) {
	t.Parallel()
	source := `{"a":"x","l":[{"n":1,"s":[{"y":"u"}]},{"n":"z","s":[{"y":"v"},{"y":[1]}]}],"o":{}}`
	integer := `{"properties":{"x":{"type":"integer"},"r":{"items":{"properties":{"v":{"type":"integer"},"s":{"items":{"type":"integer"}}}}}}}`
	tests := []struct {
		name, rules, schema string
		want                []string
	}{
		{"a source", `[{"target":"x","source":"a"}]`, integer, []string{"/rules/0 at: a is a text"}},
		{"a template", `[{"target":"x","template":"{{a}}"}]`, integer, []string{"/rules/0 at: what template gives is a text"}},
		{"all of them", `[{"target":"a","source":"a","transforms":["number"]},{"target":"x","source":"o"},{"target":"c","source":"a"}]`, integer, []string{"/rules/0/transforms/0 at: a is a text that makes no number", "/rules/1 at: o is an object"}},
		{"within each", `[{"target":"r","each":{"over":"l","rules":[{"target":"v","source":"n"},{"target":"s","each":{"over":"s","rules":[{"target":"@this","source":"y"}]}}]}}]`, integer,
			[]string{"/rules/0/each/rules/1/each/rules/0 at: l.0.s.0.y is a text", "/rules/0/each/rules/0 at: l.1.n is a text", "/rules/0/each/rules/1/each/rules/0 at: l.1.s.0.y is a text", "/rules/0/each/rules/1/each/rules/0 at: l.1.s.1.y is a list"}},
		{"from the document within each", `[{"target":"r","each":{"over":"o","rules":[{"target":"v","source":"$.a"}]}}]`, integer, []string{"/rules/0/each/rules/0 at: $.a is a text"}},
		{"an item of a list", `[{"target":"x","source":"l.#.n","transforms":["integer",{"join":"+"}]}]`, ``, []string{"/rules/0/transforms/0 at: l.#.n is a text"}},
		{"within parts", `[{"target":"x","first_of":["none",{"concat":{"parts":[{"source":"a","transforms":["trim","boolean"]}]}}]}]`, ``, []string{"/rules/0/first_of/1/concat/parts/0/transforms/1 at: a is a text"}},
		{"an object in a template", `[{"target":"x","template":"{{o}}"}]`, ``, []string{"/rules/0/template at: o is an object"}},
		{"a transform in a template", `[{"target":"x","template":"{{none | required}}"}]`, ``, []string{"/rules/0/template at: none is missing, and is required"}},
		{"objects in concat", `[{"target":"x","concat":{"parts":["o"]}}]`, ``, []string{"/rules/0/concat at: what concat gives has an item that is an object"}},
		{"no case", `[{"target":"x","switch":{"on":"a","cases":{"y":1}}}]`, ``, []string{"/rules/0/switch/cases at: a is none of the cases"}},
		{"no case can be", `[{"target":"x","switch":{"on":"o","cases":{"y":1}}}]`, ``, []string{"/rules/0/switch/on at: o is an object"}},
		{"required by the target", `[{"target":"x","source":"none"},{"target":"o.p","source":"a"},{"target":"q.r","source":"none"}]`,
			`{"required":["x","y"],"properties":{"o":{"required":["z"]},"q":{"required":["s"]}}}`,
			[]string{"/rules at: z is required", "/rules/0/target at: x is required by the target, and none is missing", "/rules at: y is required"}},
		{"a list for a text", `[{"target":"x","each":{"over":"l","rules":[{"target":"n","source":"n"}]}}]`, integer, []string{"/rules/0/each at: makes a list"}},
		{"not twice for one place", `[{"target":"x","source":"a"}]`, `{"required":["x"],"properties":{"x":{"type":"integer"}}}`, []string{"/rules/0 at: a is a text"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			out, err := mapped(t, withRules(test.rules), test.schema, source, "")
			if out != nil {
				t.Errorf("gave %s", out)
			}
			checkFaults(t, err, test.want)
		})
	}
}

func TestSourcesThatAreRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		source string
		want   operations.Code
	}{
		"nothing":      {"", operations.CodeMalformedRequest},
		"no JSON":      {`{"a":}`, operations.CodeMalformedRequest},
		"two":          {`{} {}`, operations.CodeMalformedRequest},
		"not UTF-8":    {"{\"a\":\"\xff\"}", operations.CodeMalformedRequest},
		"too deep":     {strings.Repeat("[", operations.MaxDepth+1) + strings.Repeat("]", operations.MaxDepth+1), operations.CodeMalformedRequest},
		"not closed":   {strings.Repeat("[", 1_000_000), operations.CodeMalformedRequest},
		"too large":    {`"` + strings.Repeat("x", MaxSourceBytes) + `"`, operations.CodeTooLarge},
		"control sign": {"\"a\nb\"", operations.CodeMalformedRequest},
	}
	for name, test := range tests {
		if _, err := mapped(t, withRules(`[{"target":"a","source":"a"}]`), "", test.source, ""); err == nil || operations.AsError(err).Code != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	deepest := strings.Repeat("[", operations.MaxDepth) + strings.Repeat("]", operations.MaxDepth)
	if _, err := mapped(t, withRules(`[{"target":"a","source":"a"}]`), "", deepest, ""); err != nil {
		t.Errorf("as deep as may be: %v", err)
	}
}

// TestRunsAreBounded maps sources that would take long or make much.
func TestRunsAreBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20)
	many := "[" + strings.TrimSuffix(strings.Repeat(`{"a":1},`, 9000), ",") + "]"
	tests := []struct{ name, rules, source, want string }{
		{"a result too large", `[{"target":"l","each":{"over":"l","rules":[{"target":"@this","source":"$.t"}]}}]`, `{"t":"` + long + `","l":[1,2,3,4,5,6]}`, "/rules/0/each/rules/0 at: larger than"},
		{"a template too large", `[{"target":"x","template":"` + strings.Repeat("{{t}}", 9) + `"}]`, `{"t":"` + long + `"}`, "/rules/0 at: larger than"},
		{"a text that grows", `[{"target":"x","source":"t","transforms":[{"replace":{"old":"x","new":"` + strings.Repeat("y", 100) + `"}}]}]`, `{"t":"` + long + `"}`, "/rules/0/transforms/0 at: becomes longer than"},
		{"a join that grows", `[{"target":"x","source":"l.#.a","transforms":[{"join":"` + strings.Repeat("y", 100) + `"},{"replace":{"old":"1","new":"` + strings.Repeat("z", 900) + `"}}]}]`, `{"l":` + many + `}`, "/rules/0/transforms/1 at: becomes longer than"},
		{"steps", `[{"target":"l","each":{"over":"l","rules":[{"target":"m","each":{"over":"$.l","rules":[{"target":"@this","source":"no"}]}}]}}]`, `{"l":` + many + `}`, "/rules/0/each/rules/0 at: steps"},
		{"work", `[{"target":"l","each":{"over":"l","rules":[{"target":"m","each":{"over":"$.t","rules":[{"target":"n","source":"*.x"}]}}]}}]`, `{"l":` + many + `,"t":["` + long + `"]}`, "/rules/0/each/rules/0/each/rules/0 at: more work"},
		{"items", `[{"target":"l","each":{"over":"l","rules":[{"target":"m","source":"m"}]}}]`, `{"l":[1` + strings.Repeat(",1", MaxItems) + `]}`, "/rules/0/each/over at: more than 10000 items"},
		{"pieces", `[{"target":"l","source":"t","transforms":[{"split":","}]}]`, `{"t":"1` + strings.Repeat(",1", MaxItems) + `"}`, "/rules/0/transforms/0 at: more than 10000 pieces"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := mapped(t, withRules(test.rules), "", test.source, "")
			checkFaults(t, err, []string{test.want})
		})
	}
}

func TestFaultsAreBounded(t *testing.T) {
	t.Parallel()
	source := `{"l":["x"` + strings.Repeat(`,"x"`, 500) + `]}`
	_, err := mapped(t, withRules(`[{"target":"l","source":"l"}]`), `{"properties":{"l":{"items":{"type":"integer"},"type":"array"}}}`, source, "")
	if faults := operations.AsError(err).Faults; len(faults) != maxFaults {
		t.Errorf("%d faults", len(faults))
	}
}

// TestRunsAreAlike maps the same source many times by one mapping, with others between.
func TestRunsAreAlike(t *testing.T) {
	t.Parallel()
	m := compiled(t, "twenty")
	source := readTestdata(t, "twenty.source.json")
	first, err := m.Run(t.Context(), source, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if _, err := m.Run(t.Context(), []byte(`{"data":{"id":[],"attributes":{"score":{}}}}`), nil); err == nil {
			t.Fatal("nonsense was mapped")
		}
		again, err := m.Run(t.Context(), source, nil)
		if diff := gocmp.Diff(string(first), string(again)); diff != "" || err != nil {
			t.Fatalf("another result (%v):\n%s", err, diff)
		}
	}
}
