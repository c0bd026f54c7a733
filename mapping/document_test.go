package mapping

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// withRules is a document of some rules.
func withRules(rules string) string { return `{"version":1,"rules":` + rules + `}` }

func TestParseNamesEveryFault(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		document string
		want     map[string]string // pointer → part of the detail
	}{
		{"nothing", `{}`, map[string]string{"/version": "is required", "/rules": "is required"}},
		{"another version", `{"version":2,"rules":[]}`, map[string]string{"/version": "must be 1"}},
		{"unknown fields", `{"version":1,"rules":[{"target":"a","value":1,"js":"x()"}],"code":""}`, map[string]string{"/rules/0/js": "is not a known field", "/code": "is not a known field"}},
		{"no kind", withRules(`[{"target":"a"}]`), map[string]string{"/rules/0": "needs one of source, value"}},
		{"two kinds", withRules(`[{"target":"a","source":"b","value":null}]`), map[string]string{"/rules/0": "has source and value"}},
		{"each and value", withRules(`[{"target":"a","value":1,"each":{"over":"b","rules":[{"target":"c","value":1}]}}]`), map[string]string{"/rules/0": "has value and each"}},
		{"each with transforms", withRules(`[{"target":"a","transforms":["trim"],"each":{"over":"b","rules":[{"target":"c","value":1}]}}]`), map[string]string{"/rules/0/transforms": "beside each"}},
		{"targets", withRules(`[{"target":"a..b","value":1},{"target":"a[x]","value":1},{"target":"a[].b","value":1},{"target":"a[","value":1},{"target":"a[0]b","value":1},{"target":"#","value":1},{"target":"a\\","value":1},{"target":"[]","value":1}]`),
			map[string]string{"/rules/0/target": "empty name", "/rules/1/target": "not a number", "/rules/2/target": "use each", "/rules/3/target": "[ without ]",
				"/rules/4/target": "needs a dot", "/rules/5/target": "begins with #", "/rules/6/target": "backslash", "/rules/7/target": "empty name"}},
		{"clashes", withRules(`[{"target":"a.b","value":1},{"target":"a","value":1},{"target":"c[]","value":1},{"target":"c","value":1},{"target":"d","value":1},{"target":"d[0]","value":1},{"target":"@this","value":1}]`),
			map[string]string{"/rules/1/target": "clashes with the target of /rules/0", "/rules/3/target": "/rules/2", "/rules/5/target": "/rules/4", "/rules/6/target": "/rules/0"}},
		{"paths", withRules(`[{"target":"a","source":"@pretty"},{"target":"b","source":"{x,y}"},{"target":"c","source":"x..y"},{"target":"d","source":"x.!y"},{"target":"e","source":"x.#(y"},{"target":"f","source":"x.@tostr:1"}]`),
			map[string]string{"/rules/0/source": "@pretty", "/rules/1/source": "begins with {", "/rules/2/source": "empty name", "/rules/3/source": "begins with !", "/rules/4/source": "does not end", "/rules/5/source": "@tostr"}},
		{"deep pointers", withRules(`[
			{"target":"a","first_of":["x.","y",{"concat":{"parts":[{"source":".."},{}]}}]},
			{"target":"b","lookup":{"operation":"x.y_ddl","from":"","input":{"a/b":{"template":"{{"}},"on_miss":"null","default":1}},
			{"target":"c","switch":{"on":{"value":1},"cases":{"A":1,"a":2},"ignore_case":true}},
			{"target":"d","each":{"over":"l.","where":{"source":"x"},"rules":[{"target":"","source":"x","transforms":["trimm",{"truncate":"x"},{"split":{}}]}]}}]`),
			map[string]string{"/rules/1/lookup/from": "minLength", "/rules/3/each/rules/0/target": "minLength", "/rules/3/each/rules/0/transforms/0": "must be one of", "/rules/3/each/rules/0/transforms/1/truncate": "got string", "/rules/3/each/rules/0/transforms/2/split/separator": "is required"}},
		{"deep pointers of ours", withRules(`[
			{"target":"a","first_of":["x.","y",{"concat":{"parts":[{"source":".."},{}]}}]},
			{"target":"b","lookup":{"operation":"x.y_ddl","from":"z","input":{"a/b":{"template":"{{"}},"on_miss":"null","default":1}},
			{"target":"c","switch":{"on":{"value":1},"cases":{"A":1,"a":2},"ignore_case":true}},
			{"target":"d","each":{"over":"l.","where":{"source":"x"},"rules":[{"target":"e.","source":"x","transforms":[{"phone":"XX"},{"date":{"from":"YYYY-QQ"}},{"date":{"to_zone":"Mars/Base"}},{"date":"auto"}]}]}}]`),
			map[string]string{"/rules/0/first_of/0": "empty name", "/rules/0/first_of/2/concat/parts/0": "empty name", "/rules/0/first_of/2/concat/parts/1": "needs one of",
				"/rules/1/lookup/input/a~1b/template": "without }}", "/rules/1/lookup/on_miss": "beside default", "/rules/2/switch/cases/a": "same as another",
				"/rules/3/each/over": "empty name", "/rules/3/each/where": "exactly one", "/rules/3/each/rules/0/target": "empty name",
				"/rules/3/each/rules/0/transforms/0": "no region", "/rules/3/each/rules/0/transforms/1": "Q", "/rules/3/each/rules/0/transforms/2": "not a time zone", "/rules/3/each/rules/0/transforms/3": "auto"}},
		{"conditions", withRules(`[{"target":"a","value":1,"when":{"exists":true}},{"target":"b","value":1,"when":{"source":"x","exists":true,"empty":true}},{"target":"c","value":1,"when":{"source":"x","not":{"source":"y","exists":true}}},{"target":"d","value":1,"when":{"source":"x","equals":{}}}]`),
			map[string]string{"/rules/3/when/equals": "got object"}},
		{"conditions of ours", withRules(`[{"target":"a","value":1,"when":{"exists":true}},{"target":"b","value":1,"when":{"source":"x","exists":true,"empty":true}},{"target":"c","value":1,"when":{"source":"x","not":{"source":"y","exists":true}}}]`),
			map[string]string{"/rules/0/when": "exactly one", "/rules/1/when": "exactly one", "/rules/2/when": "exactly one"}},
		{"templates", withRules(`[{"target":"a","template":"{{x | trimm}}"},{"target":"b","template":"{{{x}}}"},{"target":"c","template":"{{}}"}]`),
			map[string]string{"/rules/0/template": "did you mean trim", "/rules/1/template": `the path "{x"`, "/rules/2/template": "empty path"}},
		{"transforms that need arguments", withRules(`[{"target":"a","template":"{{x | truncate}}"},{"target":"b","source":"x","transforms":[{"boolean":{"true":["no"]}}]}]`),
			map[string]string{"/rules/0/template": "needs length", "/rules/1/transforms/0": "both true and false"}},
		{"each too deep", withRules(`[{"target":"a","each":{"over":"a","rules":[{"target":"a","each":{"over":"a","rules":[{"target":"a","each":{"over":"a","rules":[{"target":"a","each":{"over":"a","rules":[{"target":"a","each":{"over":"a","rules":[{"target":"a","value":1}]}}]}}]}}]}}]}}]`),
			map[string]string{"/rules/0/each/rules/0/each/rules/0/each/rules/0/each/rules/0/each": "too deep"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(test.document))
			e := operations.AsError(err)
			if e == nil || e.Code != operations.CodeInvalidInput {
				t.Fatalf("error %v", err)
			}
			got := map[string]string{}
			for _, fault := range e.Faults {
				got[fault.Pointer] += fault.Detail
			}
			if diff := gocmp.Diff(slices.Sorted(maps.Keys(test.want)), slices.Sorted(maps.Keys(got))); diff != "" {
				t.Errorf("pointers (-want +got):\n%s", diff)
			}
			for pointer, part := range test.want {
				if !strings.Contains(got[pointer], part) {
					t.Errorf("at %s: %q, want %q in it", pointer, got[pointer], part)
				}
			}
		})
	}
}

func TestParseBounds(t *testing.T) {
	t.Parallel()
	many := func(n int, one string) string {
		return withRules("[" + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + "]")
	}
	tests := map[string]struct {
		document string
		want     operations.Code
	}{
		"too large":            {withRules(`[{"target":"a","value":"` + strings.Repeat("x", MaxDocumentBytes) + `"}]`), operations.CodeTooLarge},
		"no JSON":              {`{"version":1`, operations.CodeMalformedRequest},
		"a key twice":          {`{"version":1,"version":1,"rules":[]}`, operations.CodeMalformedRequest},
		"too deep":             {withRules(strings.Repeat("[", 70) + strings.Repeat("]", 70)), operations.CodeMalformedRequest},
		"too many rules":       {many(MaxRules+1, `{"target":"a[]","value":1}`), operations.CodeInvalidInput},
		"too many in all":      {many(2, `{"target":"a[]","each":{"over":"x","rules":[`+strings.TrimSuffix(strings.Repeat(`{"target":"a[]","value":1},`, MaxRules-1), ",")+`]}}`), operations.CodeInvalidInput},
		"too many transforms":  {withRules(`[{"target":"a","source":"b","transforms":[` + strings.Repeat(`"trim",`, MaxTransforms) + `"trim"]}]`), operations.CodeInvalidInput},
		"too long a path":      {withRules(`[{"target":"a","source":"` + strings.Repeat("b", MaxPathBytes+1) + `"}]`), operations.CodeInvalidInput},
		"too many names":       {withRules(`[{"target":"a","source":"` + strings.Repeat("b.", maxPathNames) + `b"}]`), operations.CodeInvalidInput},
		"too many wildcards":   {withRules(`[{"target":"a","source":"a*b*c*"}]`), operations.CodeInvalidInput},
		"queries too deep":     {withRules(`[{"target":"a","source":"` + strings.Repeat("a.#(", 6) + strings.Repeat(")", 6) + `"}]`), operations.CodeInvalidInput},
		"parts too deep":       {withRules(`[{"target":"a","first_of":[` + strings.Repeat(`{"first_of":[`, 7) + `"x"` + strings.Repeat(`]}`, 7) + `]}]`), operations.CodeInvalidInput},
		"conditions too deep":  {withRules(`[{"target":"a","value":1,"when":` + strings.Repeat(`{"not":`, 6) + `{"source":"x","exists":true}` + strings.Repeat(`}`, 6) + `}]`), operations.CodeInvalidInput},
		"a target too deep":    {withRules(`[{"target":"` + strings.Repeat("a.", maxTargetSteps) + `a","value":1}]`), operations.CodeInvalidInput},
		"a template too long":  {withRules(`[{"target":"a","template":"` + strings.Repeat("x", MaxTemplateBytes+1) + `"}]`), operations.CodeInvalidInput},
		"too many placeholder": {many(200, `{"target":"a[]","template":"`+strings.Repeat("{{a}}", 11)+`"}`), operations.CodeInvalidInput},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := Parse([]byte(test.document)); err == nil || operations.AsError(err).Code != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}

// TestParseKeepsTheDocument reads a document and writes it again.
func TestParseKeepsTheDocument(t *testing.T) {
	t.Parallel()
	for _, name := range goldenMappings {
		written := readTestdata(t, name+".mapping.json")
		document, err := Parse(written)
		if err != nil {
			t.Fatal(err)
		}
		again, err := operations.Encode(document)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(string(operations.Canonical(written)), string(operations.Canonical(again))); diff != "" {
			t.Errorf("%s (-read +written):\n%s", name, diff)
		}
	}
}

// TestSchemaAndTableAgree holds the transforms of the published schema to those of the code.
func TestSchemaAndTableAgree(t *testing.T) {
	t.Parallel()
	schema := gjson.ParseBytes(DocumentSchema())
	alone := map[string]bool{}
	for _, name := range schema.Get("$defs.transform.then.enum").Array() {
		alone[name.String()] = true
	}
	argued := schema.Get("$defs.transform.else.properties")
	for _, info := range Transforms() {
		needs := slices.ContainsFunc(info.Args, func(arg ArgInfo) bool { return arg.Required })
		if alone[info.Name] == needs {
			t.Errorf("%s: alone %v in the schema, needs arguments %v", info.Name, alone[info.Name], needs)
		}
		delete(alone, info.Name)
		if argued.Get(info.Name).Exists() != (len(info.Args) > 0) {
			t.Errorf("%s: has it arguments or not?", info.Name)
		}
		var names []string
		for _, arg := range info.Args {
			names = append(names, arg.Name)
		}
		known := slices.Sorted(maps.Keys(argued.Get(info.Name + ".properties").Map()))
		if slices.Sort(names); info.Name != "default" && !slices.Equal(names, known) && len(names)+len(known) > 0 {
			t.Errorf("%s: arguments %v, in the schema %v", info.Name, names, known)
		}
	}
	if len(alone) > 0 {
		t.Errorf("only in the schema: %v", alone)
	}
}

// TestPublishedSchemaIsWhole checks documents by the schema as others do, without what Parse checks beside it.
func TestPublishedSchemaIsWhole(t *testing.T) {
	t.Parallel()
	validator, err := DocumentSchema().Compile()
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{
		withRules(`[{"target":"a","source":"b"}]`):                                                     true,
		withRules(`[{"target":"a","first_of":["b",{"value":null}]}]`):                                  true,
		withRules(`[{"target":"a","source":"b","transforms":["trim",{"truncate":3},{"default":{}}]}]`): true,
		withRules(`[{"target":"a"}]`):                                                                  false,
		withRules(`[{"target":"a","source":"b","value":1}]`):                                           false,
		withRules(`[{"target":"a","first_of":["b",{}]}]`):                                              false,
		withRules(`[{"target":"a","source":"b","transforms":["truncate"]}]`):                           false,
		withRules(`[{"target":"a","source":"b","transforms":[{"trim":1}]}]`):                           false,
		withRules(`[{"target":"a","value":1,"when":{"source":"b"}}]`):                                  false,
		withRules(`[{"target":"a","value":1,"when":{"all":[{"source":"b","in":[1]}]}}]`):               true,
	}
	for document, want := range tests {
		decoded, err := operations.Decode([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		if faults := validator.Faults(decoded); (len(faults) == 0) != want {
			t.Errorf("%s: faults %v", document, faults)
		}
	}
}

func TestTransformJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`"trim"`, `{"truncate":80}`, `{"default":{"a":1}}`, `{"default":null}`} {
		var transform Transform
		if err := json.Unmarshal([]byte(text), &transform); err != nil {
			t.Fatal(err)
		}
		if again, err := json.Marshal(transform); err != nil || string(again) != text {
			t.Errorf("%s became %s (%v)", text, again, err)
		}
	}
	for _, text := range []string{`{}`, `{"trim":1,"lower":2}`, `3`} {
		if err := json.Unmarshal([]byte(text), new(Transform)); err == nil {
			t.Errorf("%s was taken for a transform", text)
		}
	}
}

func ExampleMapping_Run() {
	document, err := Parse([]byte(`{"version":1,"rules":[{"target":"summary","template":"Call {{name}}"},{"target":"labels[]","source":"tags"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := Compile(document, Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := m.Run(context.Background(), []byte(`{"name":"Jane","tags":["a","b"]}`), nil)
	fmt.Println(string(out), err)
	// Output: {"summary":"Call Jane","labels":["a","b"]} <nil>
}
