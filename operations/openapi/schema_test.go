package openapi_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// TestSchemas shows what becomes of a schema on its way to JSON Schema 2020-12: as a property of the input and as
// one of the output.
func TestSchemas(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, version, schema, input, output string }{
		{"plain", "3.0.0", `{type: string, title: T, description: D, format: uuid, minLength: 1, maxLength: 9, deprecated: true, default: x}`,
			`{"type":"string","title":"T","description":"D","format":"uuid","minLength":1,"maxLength":9,"deprecated":true,"default":"x"}`, ""},
		{"nullable", "3.0.0", `{type: string, nullable: true, enum: [a, b]}`, `{"type":["string","null"],"enum":["a","b",null]}`, ""},
		{"nullable reference", "3.0.0", `{nullable: true, allOf: [{$ref: '#/components/schemas/Text'}]}`,
			`{"anyOf":[{"allOf":[{"$ref":"#/$defs/Text"}]},{"type":"null"}]}`, ""},
		{"nullable of 3.0 in 3.1", "3.1.0", `{type: string, nullable: true}`, `{"type":["string","null"]}`, ""},
		{"several types", "3.1.0", `{type: [string, 'null', integer]}`, `{"type":["string","null","integer"]}`, ""},
		{"exclusive limits of 3.0", "3.0.0", `{type: number, minimum: 1, exclusiveMinimum: true, maximum: 2, exclusiveMaximum: false}`,
			`{"type":"number","exclusiveMinimum":1,"maximum":2}`, ""},
		{"exclusive limits of 3.1", "3.1.0", `{type: number, exclusiveMinimum: 1}`, `{"type":"number","exclusiveMinimum":1}`, ""},
		{"example of a value", "3.0.0", `{type: integer, example: 7}`, `{"type":"integer","examples":[7]}`, ""},
		{"example of an object is a sample", "3.0.0", `{type: object, example: {a: 1}}`, `{"type":"object"}`, ""},
		{"what only OpenAPI has", "3.0.0", `{type: object, xml: {name: x}, externalDocs: {url: u}, discriminator: {propertyName: t}, x-other: 1}`, `{"type":"object"}`, ""},
		{"types that are none", "3.0.0", `{type: object, properties: {a: {type: file}, b: {type: int}, c: {type: any}, d: {type: float}}}`,
			`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"},"c":{},"d":{"type":"number"}}}`, ""},
		{"a type that no value of the enum has", "3.0.0", `{type: integer, enum: [a]}`, `{"enum":["a"]}`, ""},
		{"read only", "3.0.0", `{type: object, required: [id, name, key], properties: {id: {type: integer, readOnly: true}, name: {}, key: {writeOnly: true}}}`,
			`{"type":"object","required":["name","key"],"properties":{"id":{"type":"integer","readOnly":true},"name":{},"key":{"writeOnly":true}}}`,
			`{"type":"object","required":["id","name"],"properties":{"id":{"type":"integer","readOnly":true},"name":{},"key":{"writeOnly":true}}}`},
		{"hidden", "3.0.0", `{type: object, required: [a], properties: {a: {x-hidden: true}, b: {x-title: Bee}}}`,
			`{"type":"object","properties":{"b":{"title":"Bee"}}}`, `{"type":"object","required":["a"],"properties":{"a":{},"b":{"title":"Bee"}}}`},
		{"array of schemas", "3.1.0", `{items: [{type: string}], additionalProperties: false}`, `{"prefixItems":[{"type":"string"}],"additionalProperties":false}`, ""},
		{"booleans", "3.1.0", `{type: object, properties: {a: true, b: false}, patternProperties: {'^x': {}, '(?=': {}}}`,
			`{"type":"object","properties":{"a":true,"b":false},"patternProperties":{"^x":{}}}`, ""},
		{"required as a boolean", "3.0.0", `{type: string, required: true}`, `{"type":"string"}`, ""},
		{"oneOf without discriminator", "3.0.0", `{oneOf: [{type: string}, {type: integer}]}`, `{"anyOf":[{"type":"string"},{"type":"integer"}]}`, ""},
		{"oneOf with discriminator", "3.0.0", `{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog', description: D}, {type: 'null'}], discriminator: {propertyName: _type, mapping: {pup: '#/components/schemas/Dog', dog: Dog}}}`,
			`{"oneOf":[{"$ref":"#/$defs/Cat","properties":{"_type":{"enum":["Cat"]}},"required":["_type"]},` +
				`{"allOf":[{"$ref":"#/$defs/Dog","description":"D"}],"properties":{"_type":{"enum":["pup","dog"]}},"required":["_type"]},{"type":"null"}]}`, ""},
		{"what beside a reference stands", "3.0.0", `{$ref: '#/components/schemas/Text', description: D}`, `{"$ref":"#/$defs/Text","description":"D"}`, ""},
		{"defaults and constants", "3.1.0", `{const: {a: [1, 2.50, null]}, default: null, examples: [1, x], dependentRequired: {a: [b]}, contentMediaType: image/png}`,
			`{"const":{"a":[1,2.50,null]},"default":null,"examples":[1,"x"],"dependentRequired":{"a":["b"]},"contentMediaType":"image/png"}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := load(t, document(tt.version, `
paths:
  /a:
    post:
      operationId: op
      requestBody: {content: {application/json: {schema: {type: object, properties: {it: `+tt.schema+`}}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {it: `+tt.schema+`}}}}}}
components:
  schemas:
    Text: {type: string}
    Cat: {type: object, properties: {lives: {type: integer}}}
    Dog: {type: object, properties: {bark: {type: boolean}}}
`), "")
			spec := operation(t, c, "op").Spec()
			if tt.output == "" {
				tt.output = tt.input
			}
			for _, side := range []struct {
				schema operations.Schema
				want   string
			}{{spec.Input, tt.input}, {spec.Output, tt.output}} {
				check(t, side.schema, `{}`)
				if diff := cmp.Diff(side.want, gjson.GetBytes(side.schema, "properties.it").Raw); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			}
		})
	}
}

// TestBodies shows how bodies are laid open.
func TestBodies(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, want, valid, invalid string }{
		{"allOf", `required: true, content: {application/json: {schema: {allOf: [{$ref: '#/components/schemas/Base'}, {required: [n], properties: {n: {type: integer}}}]}}}`,
			`{"type":"object","properties":{"name":{"type":"string"},"n":{"type":"integer"}},"required":["name","n"],"additionalProperties":false}`,
			`{"name":"a","n":1}`, `{"name":"a"}`},
		{"optional body", `required: false, content: {application/json: {schema: {$ref: '#/components/schemas/Base'}}}`,
			`{"type":"object","properties":{"name":{"type":"string"}},"additionalProperties":false}`, `{}`, `{"id":1}`},
		{"body that does not say whether it is required", `content: {application/json: {schema: {$ref: '#/components/schemas/Base'}}}`,
			`{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}`, `{"name":"x"}`, `{}`},
		{"union with discriminator", `required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}`,
			`{"type":"object","properties":{"name":{"anyOf":[{"type":"string"},{"type":"integer"}]},"lives":{"type":"integer"},"bark":{"type":"boolean"},` +
				`"_type":{"type":"string","enum":["Cat","Dog"]}},"required":["_type"],"additionalProperties":false,` +
				`"oneOf":[{"title":"Cat","properties":{"_type":{"enum":["Cat"]}},"required":["_type","lives"]},` +
				`{"title":"Dog","properties":{"_type":{"enum":["Dog"]}},"required":["_type","name"]}]}`,
			`{"_type":"Cat","lives":9}`, `{"_type":"Dog","lives":9}`},
		{"union without discriminator", `required: true, content: {application/json: {schema: {type: object, properties: {a: {}, b: {}}, anyOf: [{required: [a]}, {required: [b]}]}}}`,
			`{"type":"object","properties":{"a":{},"b":{}},"additionalProperties":false,"anyOf":[{"required":["a"]},{"required":["b"]}]}`, `{"a":1}`, `{}`},
		{"union with a text", `required: true, content: {application/json: {schema: {oneOf: [{type: string}, {$ref: '#/components/schemas/Base'}]}}}`,
			`{"type":"object","properties":{"body":{"anyOf":[{"type":"string"},{"$ref":"#/$defs/Base"}]}},"required":["body"],"additionalProperties":false,` +
				`"$defs":{"Base":{"type":"object","required":["name"],"properties":{"id":{"type":"integer","readOnly":true},"name":{"type":"string"}}}}}`,
			`{"body":"x"}`, `{"body":1}`},
		{"list", `x-other: 1, content: {application/json: {schema: {type: array, items: {type: string}}}}`,
			`{"type":"object","properties":{"body":{"type":"array","items":{"type":"string"}}},"additionalProperties":false}`, `{"body":["a"]}`, `{"body":[1]}`},
		{"open object", `content: {application/json: {schema: {type: object, properties: {a: {}}, additionalProperties: {type: string}}}}`,
			`{"type":"object","properties":{"a":{},"additional_fields":{"type":"object","description":"Further fields of the body, by their names.","additionalProperties":{"type":"string"}}},"additionalProperties":false}`,
			`{"additional_fields":{"x":"y"}}`, `{"x":"y"}`},
		{"names of its own", `content: {application/json: {schema: {type: object, properties: {a: {x-name: alpha}, 'b c$': {}, _type: {}}}}}`,
			`{"type":"object","properties":{"alpha":{},"b_c":{},"_type":{}},"additionalProperties":false}`, `{"alpha":1}`, `{"a":1}`},
		{"XML", `content: {application/xml: {schema: {type: object}}}`,
			`{"type":"object","properties":{"body":{"type":"string"}},"additionalProperties":false}`, `{"body":"<a/>"}`, `{"body":{}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := load(t, document("3.1.0", `
paths: {/a: {post: {operationId: op, requestBody: {`+tt.body+`}}}}
components:
  schemas:
    Base: {type: object, required: [id, name], properties: {id: {type: integer, readOnly: true}, name: {type: string}}}
    Cat: {type: object, required: [lives], properties: {name: {type: string}, lives: {type: integer}}}
    Dog: {type: object, required: [name], properties: {name: {type: integer}, bark: {type: boolean}}}
    Pet: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: _type}}
`), "")
			schema := operation(t, c, "op").Spec().Input
			if diff := cmp.Diff(tt.want, string(schema)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if faults := check(t, schema, tt.valid); len(faults) > 0 {
				t.Errorf("%s: %v", tt.valid, faults)
			}
			if faults := check(t, schema, tt.invalid); len(faults) == 0 {
				t.Errorf("%s should not be valid", tt.invalid)
			}
			checkSpecs(t, c)
		})
	}
}

func TestRecursiveSchemasStayReferences(t *testing.T) {
	t.Parallel()
	c, _ := load(t, document("3.0.0", `
paths: {/a: {get: {operationId: op, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Node'}}}}}}}}
components:
  schemas:
    Node: {type: object, properties: {name: {type: string}, children: {type: array, items: {$ref: '#/components/schemas/Node'}}}}
`), "")
	spec := operation(t, c, "op").Spec()
	node := `"properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/$defs/Node"}}}`
	want := `{"type":"object",` + node + `,"$defs":{"Node":{"type":"object",` + node + `}}}`
	if diff := cmp.Diff(want, string(spec.Output)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if faults := check(t, spec.Output, `{"children":[{"children":[{"name":1}]}]}`); len(faults) != 1 || faults[0].Pointer != "/children/0/children/0/name" {
		t.Errorf("faults %v", faults)
	}
	checkSpecs(t, c)
}
