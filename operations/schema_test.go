package operations_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/patchbay/patchbay/operations"
)

const formSchema = `{
	"type": "object", "additionalProperties": false, "required": ["name", "size"],
	"properties": {
		"name": {"type": "string", "minLength": 1, "pattern": "^[a-z]+$", "x-lookup": {"operation": "list_names_ddl"}},
		"size": {"type": "integer", "minimum": 1, "maximum": 100, "multipleOf": 1},
		"when": {"type": "string", "format": "date-time"},
		"kind": {"enum": ["a", "b"]},
		"tags": {"type": "array", "maxItems": 3, "items": {"type": "string"}},
		"a/b~c": {"type": "string"},
		"url": {"oneOf": [
			{"type": "object", "required": ["endpoint"], "properties": {"endpoint": {"type": "string"}}},
			{"type": "object", "required": ["full_url", "why"], "properties": {"full_url": {"type": "string"}}}]},
		"node": {"$ref": "#/$defs/node"}
	},
	"$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "additionalProperties": false}}
}`

func compile(t testing.TB, schema string) *operations.Validator {
	t.Helper()
	validator, err := operations.Schema(schema).Compile()
	if err != nil {
		t.Fatal(err)
	}
	return validator
}

func faults(t *testing.T, validator *operations.Validator, document string) []operations.InputFault {
	t.Helper()
	decoded, err := operations.Decode([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return validator.Faults(decoded)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const fine = `"name":"x","size":3`
	tests := []struct {
		name, document string
		want           []operations.InputFault
	}{
		{"fine", `{` + fine + `,"tags":["a"],"kind":"a","when":"2024-01-31T10:00:00Z","url":{"endpoint":"/x"}}`, nil},
		{"a whole number written with a fraction", `{"name":"x","size":3.0}`, nil},
		{"everything missing, at once", `{}`, []operations.InputFault{{Pointer: "/name", Detail: "is required"}, {Pointer: "/size", Detail: "is required"}}},
		{"many faults, at once", `{"size":1000,"tags":["a",1,null],"kind":"c","oops":1}`, []operations.InputFault{
			{Pointer: "/name", Detail: "is required"},
			{Pointer: "/oops", Detail: "is not a known field"},
			{Pointer: "/size", Detail: "maximum: got 1,000, want 100"},
			{Pointer: "/tags/1", Detail: "got number, want string"},
			{Pointer: "/tags/2", Detail: "got null, want string"},
			{Pointer: "/kind", Detail: "value must be one of 'a', 'b'"},
		}},
		{"unknown fields", `{` + fine + `,"x":1,"a/b":2,"~":3}`, []operations.InputFault{
			{Pointer: "/x", Detail: "is not a known field"}, {Pointer: "/a~1b", Detail: "is not a known field"},
			{Pointer: "/~0", Detail: "is not a known field"},
		}},
		{"a pointer is escaped", `{` + fine + `,"a/b~c":1}`, []operations.InputFault{{Pointer: "/a~1b~0c", Detail: "got number, want string"}}},
		{"the value is not repeated", `{"name":"S3CRET","size":3,"when":"S3CRET"}`, []operations.InputFault{
			{Pointer: "/name", Detail: "does not match pattern '^[a-z]+$'"}, {Pointer: "/when", Detail: "is not a valid date-time"},
		}},
		{"deep inside", `{` + fine + `,"node":{"next":{"next":{"nxt":1}}}}`, []operations.InputFault{
			{Pointer: "/node/next/next/nxt", Detail: "is not a known field"},
		}},
		{"none of the forms", `{` + fine + `,"url":{"endpoint":1}}`, []operations.InputFault{{Pointer: "/url", Detail: "matches none of the forms allowed here: " +
			"/endpoint got number, want string; or /full_url is required and /why is required"}}},
		{"the same fault in each form", `{` + fine + `,"url":"/x"}`, []operations.InputFault{
			{Pointer: "/url", Detail: "matches none of the forms allowed here: got string, want object"}}},
		{"two forms at once", `{` + fine + `,"url":{"endpoint":"/x","full_url":"y","why":""}}`, []operations.InputFault{
			{Pointer: "/url", Detail: "matches more than one of the forms allowed here; give exactly one"}}},
		{"not an object", `[]`, []operations.InputFault{{Pointer: "", Detail: "got array, want object"}}},
	}
	validator := compile(t, formSchema)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			byPointer := cmpopts.SortSlices(func(a, b operations.InputFault) bool { return a.Pointer < b.Pointer })
			if diff := cmp.Diff(tt.want, faults(t, validator, tt.document), byPointer); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFaultsAreBounded(t *testing.T) {
	t.Parallel()
	var document strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&document, `"x%d":1,`, i)
	}
	got := faults(t, compile(t, formSchema), `{`+document.String()+`"tags":[`+strings.TrimSuffix(strings.Repeat("1,", 1000), ",")+`]}`)
	if len(got) != 100 {
		t.Errorf("%d faults, want 100", len(got))
	}
}

func TestCompile(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, schema, want string }{
		{"not JSON", `{`, "reading schema"},
		{"not a schema", `{"type": "objct"}`, "schema"},
		{"a reference over the network", `{"$ref": "https://evil.tld/schema.json"}`, "may only refer to itself"},
		{"a reference to a file", `{"$ref": "file:///etc/passwd"}`, "may only refer to itself"},
		{"a reference to nothing", `{"$ref": "#/$defs/none"}`, "compiling schema"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := operations.Schema(tt.schema).Compile(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
	if got := faults(t, compile(t, ""), `{"a":1}`); got != nil {
		t.Errorf("the empty schema finds fault: %v", got)
	}
}

func TestSchemaJSON(t *testing.T) {
	t.Parallel()
	data := `{"inputSchema":{"type":"object"},"outputSchema":true}`
	var spec operations.Spec
	if err := json.Unmarshal([]byte(data), &spec); err != nil {
		t.Fatal(err)
	}
	spec.Output = nil
	encoded, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(encoded), `"inputSchema":{"type":"object"},"outputSchema":true`) {
		t.Errorf("encoded: %s", encoded)
	}
}

func BenchmarkFaults(b *testing.B) {
	validator := compile(b, formSchema)
	document, err := operations.Decode([]byte(`{"name":"x","size":3,"tags":["a","b"],"kind":"a","url":{"endpoint":"/x"}}`))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if faults := validator.Faults(document); faults != nil {
			b.Fatal(faults)
		}
	}
}
