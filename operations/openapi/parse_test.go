package openapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations/openapi"
)

// TestYAML reads what YAML has and JSON has not.
func TestYAML(t *testing.T) {
	t.Parallel()
	c, report := load(t, "\ufeff# a comment\n"+document("3.0.0", `
x-base: &base {description: Shared., x-other: 1}
x-schema: &schema {type: object, properties: {inner: {type: string}}}
paths:
  /a:
    get:
      <<: *base
      operationId: op
      operationId: op_again
      parameters:
        - {name: n, in: query, schema: {type: integer, default: 0x1F, maximum: 1_000, minimum: -.5}}
        - {name: d, in: query, schema: {type: string, default: 2024-01-31, enum: [2024-01-31, yes, no, on, ~, 012, .inf]}}
        - {name: o, in: query, schema: *schema}
        - {name: p, in: query, schema: *schema}
      responses:
        200:
          description: |-
            Several
            lines
`), "")
	spec := operation(t, c, "op_again").Spec()
	if spec.Description != "Shared. (GET /a)" {
		t.Errorf("description %q", spec.Description)
	}
	want := `{"n":{"type":"integer","default":31,"maximum":1000,"minimum":-0.5},` +
		`"d":{"type":"string","default":"2024-01-31","enum":["2024-01-31","yes","no","on",null,10,".inf"]},` +
		`"o":{"type":"object","properties":{"inner":{"type":"string"}}},"p":{"type":"object","properties":{"inner":{"type":"string"}}}}`
	if diff := cmp.Diff(want, gjson.GetBytes(spec.Input, "properties").Raw); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	wantIssue(t, report, `line 13: note: the key "operationId" is there twice`)
	wantIssue(t, report, `".inf" is not a number that JSON has`)
	if report.Format != "OpenAPI 3.0, YAML" {
		t.Errorf("format %s", report.Format)
	}
}

// TestJSONAndYAMLAlike loads one document in both languages.
func TestJSONAndYAMLAlike(t *testing.T) {
	t.Parallel()
	asYAML := document("3.1.0", proposable)
	asJSON := `{
		"openapi": "3.1.0", "info": {"title": "Acme", "version": "1.2"}, "servers": [{"url": "https://api.acme.example/v1"}],
		"paths": {"/a": {"get": {"operationId": "op", "parameters": [
			{"name": "q", "in": "query",
			 "schema": {"$ref": "nowhere.json", "type": "string", "description": "a <b> & é \u2028 \ud83d\ude00", "maximum": 1e2}}]}}}}`
	c, report := load(t, asJSON, "")
	if want := `{"type":"string","description":"a <b> & é \u2028 😀","maximum":1e2}`; !cmp.Equal(gjson.GetBytes(operation(t, c, "op").Spec().Input, "properties.q").Value(), gjson.Parse(want).Value()) {
		t.Errorf("input %s", operation(t, c, "op").Spec().Input)
	}
	wantIssue(t, report, `line 5: skipped: the reference "nowhere.json"`)
	if report.Format != "OpenAPI 3.1, JSON" {
		t.Errorf("format %s", report.Format)
	}
	if c, _ := load(t, asYAML, ""); len(c.Operations) != 8 {
		t.Errorf("operations %v", names(c))
	}
}

// TestSwagger reads what Swagger 2.0 says in other words.
func TestSwagger(t *testing.T) {
	t.Parallel()
	c, report := load(t, `
swagger: '2.0'
info: {title: Old, version: '1'}
host: api.acme.example
basePath: /v1
consumes: [application/json]
produces: [application/json]
securityDefinitions:
  code: {type: oauth2, flow: accessCode, authorizationUrl: 'https://a.example/auth', tokenUrl: 'https://a.example/token', scopes: {a: ''}}
  basic: {type: basic}
parameters:
  Id: {name: id, in: path, required: true, type: integer, format: int64}
  Data: {name: data, in: body, required: true, schema: {$ref: '#/definitions/Thing'}}
definitions:
  Thing: {type: object, required: [name], properties: {name: {type: string, x-nullable: true}, id: {type: integer, readOnly: true}}}
responses:
  One: {description: ok, schema: {$ref: '#/definitions/Thing'}, examples: {application/json: {name: Ann, id: 1}}}
paths:
  /things/{id}:
    parameters: [{$ref: '#/parameters/Id'}]
    get: {operationId: get, parameters: [{name: tags, in: query, type: array, items: {type: string}, collectionFormat: multi}, {name: kinds, in: query, type: array, items: {type: string}}, {name: pipes, in: query, type: array, items: {type: string}, collectionFormat: pipes}], responses: {200: {$ref: '#/responses/One'}}}
    put: {operationId: put, parameters: [{$ref: '#/parameters/Data'}], responses: {204: {description: ok}}}
    post: {operationId: form, consumes: [application/x-www-form-urlencoded], parameters: [{name: a, in: formData, type: string, required: true}], responses: {200: {description: ok, schema: {type: file}}}}
    patch: {operationId: upload, parameters: [{name: f, in: formData, type: file}], responses: {200: {description: ok, schema: {type: string}}}}
    delete: {operationId: xml, consumes: [application/xml], produces: [application/xml], parameters: [{name: b, in: body, schema: {type: object}}], responses: {200: {description: ok, schema: {type: object}}}}
`, "")
	if len(report.Issues) > 0 || len(c.Auth) != 2 || c.Auth[0].OAuth2.TokenURL != "https://a.example/token" {
		t.Errorf("issues %v, auth %+v", report.Issues, c.Auth)
	}
	checkSpecs(t, c)
	if sample := string(operation(t, c, "get").Spec().Sample.Output); sample != `{"name":"Ann","id":1}` {
		t.Errorf("sample %s", sample)
	}
	s := newService(t, answering(`{"name":null}`), "Content-Type")
	for _, call := range [][2]string{
		{"get", `{"id":1,"tags":["a","b"],"kinds":["c","d"],"pipes":["e","f"]}`}, {"put", `{"id":1,"name":null}`}, {"form", `{"id":1,"a":"x y"}`}, {"xml", `{"id":1,"body":"<b/>"}`},
	} {
		if faults := check(t, operation(t, c, call[0]).Spec().Input, call[1]); len(faults) > 0 {
			t.Errorf("%s: %v", call[0], faults)
		}
		if call[0] == "get" {
			run(t, c, s, call[0], call[1], nil)
		}
	}
	equal(t, "asked", s.asked, []string{"GET /v1/things/1?tags=a&tags=b&kinds=c,d&pipes=e%7Cf"})
	if in := string(operation(t, c, "upload").Spec().Input); !strings.Contains(in, `"f":{"type":"object","description":"A file."`) {
		t.Errorf("upload %s", in)
	}
	if in := string(operation(t, c, "get").Spec().Input); strings.Contains(in, `"in"`) || strings.Contains(in, "collectionFormat") {
		t.Errorf("input %s", in)
	}
}

func TestReportIsBounded(t *testing.T) {
	t.Parallel()
	many := "paths:\n"
	for i := range 1500 {
		many += fmt.Sprintf("  /p%d: {get: {}, trace: {}}\n", i)
	}
	_, report := load(t, document("3.0.0", many), "")
	if len(report.Issues) != 1000 || report.Dropped != 500 {
		t.Errorf("%d issues, %d dropped", len(report.Issues), report.Dropped)
	}
	for _, issue := range []openapi.Issue{{Line: 3, Kind: openapi.Note, Detail: "d"}, {Kind: openapi.Skipped, Operation: "GET /", Detail: "d"}, {Line: 2, Overlay: true, Kind: openapi.Note, Detail: "d"}} {
		if s := issue.String(); s != "line 3: note: d" && s != "GET /: skipped: d" && s != "overlay line 2: note: d" {
			t.Errorf("%q", s)
		}
	}
}
