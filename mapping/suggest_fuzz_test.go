package mapping

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// hostileSchemas are schemas that somebody may import: deep, wide, holding themselves.
func hostileSchemas() []string {
	var wide strings.Builder
	for i := range 200 {
		fmt.Fprintf(&wide, `"firstName%d": {"type": "string", "enum": ["a%d"]},`, i, i)
	}
	branches := strings.Repeat(`{"$ref": "#"},`, 30)
	return []string{
		lintSource, lintTarget, "", `true`, `{}`, `[]`, `null`, `{"$ref": "#"}`, `{"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}, "name": {"type": "string"}}}`,
		`{"anyOf": [` + branches + `{"type": "object", "properties": {"email": {"type": "string"}}}]}`,
		`{"properties": {"x": {"oneOf": [` + branches + `{"properties": {"x": {"$ref": "#/properties/x"}}}]}}}`,
		`{"properties": {` + wide.String() + `"z": {}}, "required": ["z", "nope"]}`,
		strings.Repeat(`{"properties": {"a": `, 30) + `{}` + strings.Repeat(`}}`, 30),
		strings.Repeat(`{"type": "array", "items": `, 60) + `{}` + strings.Repeat(`}`, 60),
		`{"properties": {"": {"type": "string"}, "a.b": {"type": ["array", "object"]}, "` + strings.Repeat("x", 2000) + `": {"pattern": "(a+)+$", "maxLength": 1e300}}}`,
		`{"properties": {"lines": {"type": "array", "items": {"$ref": "#"}}, "id": {"x-lookup": {"operation": "list_x_ddl", "input": {"a": "id", "b": 3}}}}}`,
	}
}

// soon fails if what is done takes long. The bound is far above what is needed, for machines that do much else.
func soon(t *testing.T, what string, do func()) {
	t.Helper()
	start := time.Now()
	do()
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("%s took %s", what, took)
	}
}

func FuzzLint(f *testing.F) {
	for i, schema := range hostileSchemas() {
		f.Add(explained, schema, hostileSchemas()[(i+1)%len(hostileSchemas())], `{"a": {"b": [1, {"c": null}]}}`)
	}
	f.Fuzz(func(t *testing.T, document, source, target, sample string) {
		var d Document
		if json.Unmarshal([]byte(document), &d) != nil {
			return
		}
		var found []Finding
		soon(t, "linting", func() {
			found = Lint(d, LintOptions{Source: operations.Schema(source), SourceSample: json.RawMessage(sample), Target: operations.Schema(target), Lists: someLists{}})
		})
		if len(found) > maxFindings {
			t.Errorf("%d findings", len(found))
		}
		for _, one := range found {
			if one.Severity.rank() < 0 || one.Detail == "" || len(one.Nearest) > 3 {
				t.Errorf("finding: %+v", one)
			}
		}
		if lines := Explain(d); len(lines) > maxExplained+1 {
			t.Errorf("%d sentences", len(lines))
		}
	})
}

func FuzzSuggest(f *testing.F) {
	all := hostileSchemas()
	for i := range all {
		f.Add("a.list_tickets", all[i], `{"result": [{"name": "x", "lines": [{"a": 1}]}]}`, "b.create_contact", all[(i+3)%len(all)], `{"email": "a@b.dk"}`)
	}
	f.Fuzz(func(t *testing.T, from, source, sourceSample, to, target, targetSample string) {
		options := SuggestOptions{
			Source: SuggestSide{Operation: from, Schema: operations.Schema(source), Sample: json.RawMessage(sourceSample)},
			Target: SuggestSide{Operation: to, Schema: operations.Schema(target), Sample: json.RawMessage(targetSample)},
		}
		var s Suggestion
		var err error
		soon(t, "suggesting", func() { s, err = Suggest(options) })
		if err != nil {
			return
		}
		if from != "" && to != "" {
			if _, err := Parse([]byte(jsonText(s.Document))); err != nil {
				t.Errorf("the suggestion is no mapping: %v\n%s", err, jsonText(s.Document))
			}
		}
		for _, l := range s.Lines {
			if l.Confidence < 0 || l.Confidence > 1 {
				t.Errorf("line: %+v", l)
			}
		}
	})
}
