package openapi_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/openapi"
)

const anyPath = "paths: {/a: {get: {responses: {'200': {description: ok}}}}}\n"

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	laughs := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 10; i++ {
		laughs += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	many := "paths:\n"
	for i := range 5001 {
		many += fmt.Sprintf("  /p%d: {get: {}}\n", i)
	}
	tests := []struct {
		name, document string
		code           operations.Code
		detail         string
	}{
		{"empty", "", operations.CodeInvalidInput, "it is empty"},
		{"blank", " \n\n", operations.CodeInvalidInput, "it is empty"},
		{"not an object", "[1]", operations.CodeInvalidInput, "not an object"},
		{"a text", "hello", operations.CodeInvalidInput, "not an object"},
		{"truncated JSON", `{"openapi":"3.0.0",` + "\n" + `"paths":{"/a":`, operations.CodeInvalidInput, "line 2: it ends too early"},
		{"broken JSON", "{\n\"openapi\": tru }", operations.CodeInvalidInput, "line 2"},
		{"more after JSON", `{"openapi":"3.0.0"} {}`, operations.CodeInvalidInput, "more after its end"},
		{"broken YAML", "openapi: 3.0.0\npaths:\n  a: [}", operations.CodeInvalidInput, "line 2"},
		{"two YAML documents", "openapi: 3.0.0\n---\na: 1\n", operations.CodeInvalidInput, "more after its end"},
		{"a key that is a list", "? [a, b]\n: c\n", operations.CodeInvalidInput, "a key is not a text"},
		{"not UTF-8", "openapi: 3.0.0\ninfo: \xff\xfe", operations.CodeInvalidInput, "not UTF-8 text (line 2)"},
		{"50 MB", strings.Repeat(" ", 50<<20), operations.CodeTooLarge, "50 MiB large; at most 20 MiB"},
		{"neither OpenAPI nor Swagger", "asyncapi: 3.0.0", operations.CodeInvalidInput, "neither OpenAPI"},
		{"Swagger 1.2", "swagger: '1.2'", operations.CodeInvalidInput, "neither OpenAPI"},
		{"no paths", "openapi: 3.1.0\nwebhooks: {}", operations.CodeInvalidInput, "has no paths"},
		{"no operations", "openapi: 3.1.0\npaths: {/a: {parameters: []}}", operations.CodeInvalidInput, "no operation"},
		{"a billion laughs", laughs + "openapi: 3.0.0\n" + anyPath, operations.CodeTooLarge, "aliases written out"},
		{"an alias that holds itself", "a: &a [*a]\nopenapi: 3.0.0\n" + anyPath, operations.CodeInvalidInput, "holds itself"},
		{"deep JSON", strings.Repeat(`{"a":`, 100_000), operations.CodeInvalidInput, "nests more than 128"},
		{"deep YAML", "a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), operations.CodeInvalidInput, "nests more than 128"},
		{"very many JSON values", `{"a":[` + strings.Repeat("1,", 2_000_000) + "1]}", operations.CodeTooLarge, "more than 1500000 values"},
		{"very many YAML values", "a: [" + strings.Repeat("1,", 3_000_000) + "1]", operations.CodeTooLarge, "more than 1500000 values"},
		{"very many operations", "openapi: 3.0.0\n" + many, operations.CodeTooLarge, "more than 5000 operations"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := openapi.Load(t.Context(), openapi.Source{Document: []byte(tt.document)}, openapi.Options{Name: "acme"})
			if code(err) != tt.code || !strings.Contains(err.Error(), tt.detail) {
				t.Errorf("got %v, want %s with %q", err, tt.code, tt.detail)
			}
		})
	}
}

func TestLoadStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, document := range []string{"openapi: 3.0.0\n" + anyPath, `{"openapi":"3.0.0","a":[` + strings.Repeat("1,", 5000) + `1],"paths":{"/a":{"get":{}}}}`} {
		_, _, err := openapi.Load(ctx, openapi.Source{Document: []byte(document)}, openapi.Options{Name: "acme"})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if _, err := openapi.Propose(ctx, []byte(document)); !errors.Is(err, context.Canceled) {
			t.Errorf("proposing: got %v", err)
		}
	}
}

func TestNameOfTheConnector(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Acme", "acme-2", "../x", "a b"} {
		_, _, err := openapi.Load(t.Context(), openapi.Source{Document: []byte("openapi: 3.0.0\n" + anyPath)}, openapi.Options{Name: name})
		if code(err) != operations.CodeInvalidInput {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

// TestHostileSchemas loads documents whose schemas are made to hurt; what comes out must compile and be finite.
func TestHostileSchemas(t *testing.T) {
	t.Parallel()
	chain := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "    S%d: "+format+"\n", i, i+1)
		}
		fmt.Fprintf(&b, "    S%d: {type: object, properties: {end: {type: string}}}\n", n)
		return b.String()
	}
	doubling := ""
	for i := range 40 {
		doubling += fmt.Sprintf("    S%d: {type: object, required: [l, r], properties: {l: {$ref: '#/components/schemas/S%d'}, r: {$ref: '#/components/schemas/S%d'}}}\n", i, i+1, i+1)
	}
	doubling += "    S40: {type: string}\n"
	wide := ""
	for i := range 60 {
		wide += fmt.Sprintf("    S%d: {oneOf: [%s]}\n", i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("{$ref: '#/components/schemas/S%d'}, ", i+1), 60), ", "))
	}
	wide += "    S60: {type: object, properties: {a: {}}}\n"
	tests := []struct{ name, schemas, issue string }{
		{"a long chain", chain(3000, "{$ref: '#/components/schemas/S%d'}"), "makes the schema endless"},
		{"deep allOf", chain(200, "{allOf: [{$ref: '#/components/schemas/S%d'}, {properties: {a: {type: string}}}]}"), ""},
		{"doubling references", doubling, ""},
		{"wide unions of unions", wide, ""},
		{"a reference to itself", "    S0: {$ref: '#/components/schemas/S0'}\n", "makes the schema endless"},
		{"a circle", "    S0: {$ref: '#/components/schemas/S1'}\n    S1: {allOf: [{$ref: '#/components/schemas/S0'}]}\n", "makes the schema endless"},
		{"a circle through not", "    S0: {not: {anyOf: [{$ref: '#/components/schemas/S0'}]}}\n", "makes the schema endless"},
		{"oneOf of itself", "    S0: {oneOf: [{$ref: '#/components/schemas/S0'}], discriminator: {propertyName: t}}\n", "makes the schema endless"},
		{"recursion that is well", "    S0: {type: object, properties: {next: {$ref: '#/components/schemas/S0'}}}\n", ""},
		{"recursion that never ends", "    S0: {type: object, required: [next], properties: {next: {allOf: [{$ref: '#/components/schemas/S0'}]}}}\n", ""},
		{"odd values", "    S0: {type: [1, thing], properties: [], required: yes, enum: {}, allOf: {}, items: 3, minLength: -1, maximum: high, multipleOf: 0, pattern: [x], additionalProperties: 1, $ref: {}}\n", "has a value that JSON Schema does not know"},
		{"a pattern of Perl", "    S0: {type: object, properties: {a: {type: string, pattern: '^(?!a)b'}}}\n", "is not one of RE2"},
		{"a catastrophic pattern", "    S0: {type: object, properties: {a: {type: string, pattern: '^(a+)+$', example: '" + strings.Repeat("a", 5000) + "!'}}}\n", ""},
		{"a pattern that is huge", "    S0: {type: object, properties: {a: {type: string, pattern: '" + strings.Repeat("(a|b)", 3000) + "'}}}\n", "is not one of RE2"},
		{"a huge number", "    S0: {type: object, properties: {a: {type: number, minimum: 1e999999, multipleOf: 1e-300}}}\n", "the keyword \"minimum\" has a value"},
		{"long texts wanted", "    S0: {type: object, required: [a], properties: {a: {type: array, minItems: 99999999, items: {type: string, minLength: 99999999}}}}\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			c, report := load(t, document("3.0.0", `
paths:
  /a:
    post:
      operationId: op
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/S0'}}}}}}
components:
  schemas:
`+tt.schemas), "")
			spec := operation(t, c, "op").Spec()
			for _, schema := range []operations.Schema{spec.Input, spec.Output} {
				check(t, schema, `{"result":[{"next":{"next":{}}}]}`)
			}
			if tt.issue != "" && len(issues(report, tt.issue)) == 0 {
				t.Errorf("want an issue with %q, got %v", tt.issue, report.Issues)
			}
			if tt.issue == "" && len(report.Issues) > 0 {
				t.Errorf("issues: %v", report.Issues)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestLargeSchemasAreBounded(t *testing.T) {
	t.Parallel()
	big := "    Big: {type: object, description: x, properties: {"
	for i := range 900 {
		big += fmt.Sprintf("p%d: {type: string, description: '%s'},", i, strings.Repeat("x", 4000))
	}
	c, report := load(t, document("3.0.0", `
paths:
  /a:
    get: {operationId: reads, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Big'}}}}}}
    post: {operationId: writes, requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Big'}}}}}
components:
  schemas:
`+big+"}}\n"), "")
	equal(t, "operations", names(c), []string{"reads"})
	wantIssue(t, report, "the schema of its answer is too large")
	wantIssue(t, report, "the schema of its input is too large")
}

func TestReferencesOutOfTheDocument(t *testing.T) {
	t.Parallel()
	c, report := load(t, document("3.0.0", `
paths:
  /a:
    get:
      operationId: op
      parameters:
        - $ref: 'https://evil.example/p.yaml#/x'
        - {name: q, in: query, schema: {$ref: 'file:///etc/passwd'}}
        - {name: r, in: query, schema: {$ref: 'other.yaml#/S'}}
        - {name: s, in: query, schema: {$ref: '#/components/schemas/None'}}
        - {name: t, in: query, schema: {$ref: '#/components/schemas/A~1b%20c'}}
  /b: {$ref: 'b.yaml'}
components:
  schemas:
    A/b c: {type: integer}
`), "")
	wantIssue(t, report, `line 10: skipped: the reference "https://evil.example/p.yaml#/x" leads out of the document; it is not fetched`)
	wantIssue(t, report, `line 11: skipped: the reference "file:///etc/passwd" leads out of the document; it is not fetched`)
	wantIssue(t, report, `"other.yaml#/S" leads out`)
	wantIssue(t, report, `line 13: skipped: the reference "#/components/schemas/None" leads to nothing`)
	wantIssue(t, report, `line 15: skipped: the reference "b.yaml"`)
	spec := operation(t, c, "op").Spec()
	if faults := check(t, spec.Input, `{"q":1,"r":2,"s":3,"t":"x"}`); len(faults) != 1 || faults[0].Pointer != "/t" {
		t.Errorf("faults %v", faults)
	}
}
