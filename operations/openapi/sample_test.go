package openapi_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSamples(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, operation, input, output, marked string }{
		{"examples of the document", `
      parameters: [{name: id, in: path, required: true, example: x1, schema: {type: string}}, {name: q, in: query, examples: {one: {value: hi}}, schema: {type: string}}, {name: r, in: query, schema: {type: string}}]
      requestBody: {content: {application/json: {example: {a: 1, b: two}, schema: {type: object, properties: {a: {type: integer}, b: {type: string}}}}}}
      responses: {'200': {description: ok, content: {application/json: {examples: {one: {$ref: '#/components/examples/One'}}, schema: {type: object, properties: {n: {type: integer}}}}}}}`,
			`{"id":"x1","q":"hi","a":1,"b":"two"}`, `{"n":1,"more":[true]}`, ""},
		{"synthesised", `
      parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [mail, kind, size, list, when, code], properties: {mail: {type: string, format: email}, kind: {type: string, enum: [k, l]},
        size: {type: integer, minimum: 5, exclusiveMinimum: true, multipleOf: 4}, list: {type: array, minItems: 2, items: {type: boolean}}, when: {type: string, format: date-time}, code: {type: string, pattern: '^[A-Z]{2}-[0-9]{3}$'}, left: {type: string}}}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {type: object, properties: {name: {type: string, example: Ann}, at: {type: string, format: date}, none: {type: string, nullable: true}}}}}}}}`,
			`{"id":"3f2504e0-4f89-41d3-9a0c-0305e82c3301","mail":"alice@example.com","kind":"k","size":8,"list":[true,true],"when":"2024-01-31T12:00:00Z","code":"AA-111"}`,
			`{"result":[{"name":"Ann","at":"2024-01-31","none":"text"}]}`, "synthesised"},
		{"an example that does not fit is mended", `
      parameters: [{name: id, in: path, required: true, example: a1, schema: {type: integer, maximum: 0}}]
      requestBody: {content: {application/json: {example: {a: x, id: 1, when: yesterday}, schema: {type: object, required: [a, b], properties: {a: {type: integer}, b: {type: string, minLength: 6}, id: {type: integer, readOnly: true}, when: {type: string, format: date-time}}}}}}
      responses: {'200': {description: ok, content: {application/json: {example: [1], schema: {type: object, required: [a], properties: {a: {type: object, required: [b], properties: {b: {type: string, maxLength: 2}}}}}}}}}`,
			`{"id":0,"a":1,"b":"textte","when":"2024-01-31T12:00:00Z"}`, `{"a":{"b":"te"}}`, "synthesised"},
		{"union", `
      parameters: [{name: id, in: path, required: true, example: a1, schema: {type: string}}]
      requestBody: {required: true, content: {application/json: {example: {_type: Dog, bark: true}, schema: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: _type}}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: _type}}}}}}`,
			`{"id":"a1","bark":true,"_type":"Dog"}`, `{"_type":"Cat","lives":1}`, "synthesised"},
		{"what a condition leaves", `
      parameters: [{name: id, in: path, required: true, example: a1, schema: {type: string}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {v: {if: {type: array}, then: {}, else: {type: integer}}}}}}}}`,
			`{"id":"a1"}`, `{"v":1}`, "synthesised"},
		{"given by the overlay's word", `
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      x-sample: {input: {id: mine}, output: {n: 3}}`,
			`{"id":"mine"}`, `{"n":3}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := load(t, document("3.0.0", `
components:
  examples: {One: {value: {n: 1, more: [true]}}}
  schemas:
    Cat: {type: object, required: [lives], properties: {lives: {type: integer}}}
    Dog: {type: object, required: [bark], properties: {bark: {type: boolean}}}
paths:
  /a/{id}:
    post:
      operationId: op`+tt.operation+"\n"), "")
			spec := operation(t, c, "op").Spec()
			if diff := cmp.Diff([]string{tt.input, tt.output, tt.marked}, []string{string(spec.Sample.Input), string(spec.Sample.Output), spec.Metadata["sample"]}); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if len(spec.Sample.Output) > 0 {
				checkSpecs(t, c)
			}
		})
	}
}

func TestLargeExamplesAreNotSamples(t *testing.T) {
	t.Parallel()
	big := ""
	for range 2000 {
		big += "      - {text: " + long + "}\n"
	}
	c, _ := load(t, document("3.0.0", `
x-big: &big
  a:
`+big+`
paths:
  /a:
    get:
      operationId: op
      responses: {'200': {description: ok, content: {application/json: {example: *big, schema: {type: object, required: [a], properties: {a: {type: array, minItems: 1500, items: {type: object}}, b: {type: string}}}}}}}
`), "")
	spec := operation(t, c, "op").Spec()
	if size := len(spec.Sample.Output); size > 64<<10 || spec.Metadata["sample"] != "synthesised" {
		t.Errorf("the sample has %d bytes, %v", size, spec.Metadata)
	}
}
