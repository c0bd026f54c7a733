package server

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

const compatibleURL = "/core/v1/connectors/demo/versions/2.1/call"

func TestCompatible(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	failing := func(how string) string {
		return `{"operation":"create_thing","authId":"acct","input":{"name":"Lamp","fail":"` + how + `"}}`
	}
	for _, sc := range []scenario{
		{name: "connectors", url: "/core/v1/connectors", wantStatus: 200, golden: "compatible_connectors"},
		{name: "operations", url: "/core/v1/connectors/demo/versions/2.1/operations", wantStatus: 200, golden: "compatible_operations", contains: []string{"list_things_ddl"}},
		{name: "operations of the latest", url: "/core/v1/connectors/demo/versions/latest/operations", wantStatus: 200},
		{name: "another version", url: "/core/v1/connectors/demo/versions/2/operations", wantStatus: 404, golden: "compatible_version_unknown"},
		{name: "unknown connector", url: "/core/v1/connectors/dem/versions/2.1/operations", wantStatus: 404, contains: []string{"did you mean demo?", `"code":"not_found"`}},

		{name: "success", url: compatibleURL, body: `{"operation":"list_things_ddl","authId":"acct","input":{},"returnOutputSchema":false}`, wantStatus: 200, golden: "compatible_call"},
		{name: "latest", url: "/core/v1/connectors/demo/versions/latest/call", body: `{"operation":"list_things_ddl","authId":"acct","input":{}}`, wantStatus: 200},
		{name: "unknown members are let through", url: compatibleURL, body: `{"operation":"list_things_ddl","authId":"acct","input":{},"traceId":1}`, wantStatus: 200},
		{name: "no account needed", url: "/core/v1/connectors/open/versions/1.0/call", body: `{"operation":"echo","authId":null,"input":{"a":1}}`, wantStatus: 200, contains: []string{`{"outcome":"success","output":{"a":1}}`}},
		{name: "output schema", url: compatibleURL, body: `{"operation":"create_thing","input":{},"returnOutputSchema":true}`, wantStatus: 200, golden: "compatible_output_schema"},

		{name: "upstream refusal", url: compatibleURL, body: failing("rejected"), wantStatus: 200, golden: "compatible_rejected"},
		{name: "upstream limit", url: compatibleURL, body: failing("limited"), wantStatus: 200, contains: []string{`"statusCode":429`, `"outcome":"error"`}},
		{name: "refusal with a good status", url: compatibleURL, body: failing("odd"), wantStatus: 200, golden: "compatible_odd", notContains: []string{"expects"}},
		{name: "upstream body that is no JSON", url: compatibleURL, body: failing("garbled"), wantStatus: 200, contains: []string{`"body":"<h1>\ufffd"`}},
		{name: "unreachable", url: compatibleURL, body: failing("unreachable"), wantStatus: 200, contains: []string{`{"outcome":"error","output":{"message":"the service cannot be reached"}}`}},
		{name: "outcome unknown", url: compatibleURL, body: failing("unknown"), wantStatus: 200, contains: []string{`"outcome":"error"`}},
		{name: "unknown operation", url: compatibleURL, body: `{"operation":"creat_thing","authId":"acct","input":{}}`, wantStatus: 200, golden: "compatible_operation_unknown"},

		{name: "hub's limit", url: compatibleURL, body: failing("hub_limited"), wantStatus: 429, wantHeaders: map[string]string{"Retry-After": "61"}, contains: []string{`"code":"rate_limited"`}},
		{name: "destination refused", url: compatibleURL, body: failing("refused"), wantStatus: 403},
		{name: "panic", url: compatibleURL, body: failing("panic"), wantStatus: 500},
		{name: "missing fields", url: compatibleURL, body: `{}`, wantStatus: 400, golden: "compatible_missing"},
		{name: "wrong types", url: compatibleURL, body: `{"operation":1,"input":[],"authId":2,"returnOutputSchema":"yes"}`, wantStatus: 400, contains: []string{"[ 4 - #/returnOutputSchema: must be true or false ]"}},
		{name: "invalid input", url: compatibleURL, body: `{"operation":"create_thing","authId":"acct","input":{"parent":"x","odd":1}}`, wantStatus: 400, golden: "compatible_invalid_input"},
		{name: "no account", url: compatibleURL, body: `{"operation":"create_thing","input":{"name":"Lamp"}}`, wantStatus: 400, contains: []string{"required key [authId] not found"}},
		{name: "account of another connector", url: compatibleURL, body: `{"operation":"create_thing","authId":"other","input":{"name":"Lamp"}}`, wantStatus: 403, contains: []string{`"message"`}},
		{name: "account of another workspace", url: compatibleURL, body: `{"operation":"create_thing","authId":"theirs","input":{"name":"Lamp"}}`, wantStatus: 404, contains: []string{"there is no such credential"}},
		{name: "malformed", url: compatibleURL, body: `{`, wantStatus: 400, contains: []string{`"code":"malformed_request"`}},
		{name: "not an object", url: compatibleURL, body: `1`, wantStatus: 400},
		{name: "too large", url: compatibleURL, body: `{"operation":"` + strings.Repeat("x", 9<<20) + `"}`, wantStatus: 413, contains: []string{`"code":"too_large"`}},
		{name: "no such path", url: "/core/v2/connectors", wantStatus: 404, contains: []string{`"message"`}},
		{name: "no such method", method: "DELETE", url: "/core/v1/connectors", wantStatus: 405, wantHeaders: map[string]string{"Allow": "GET, HEAD"}},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.as = execute.RoleBuilder
			sc.run(t, h)
		})
	}
	scenario{url: "/core/v1/connectors", wantStatus: 401, golden: "compatible_unauthorized"}.run(t, h)
	scenario{
		as: execute.RoleEmbed, url: compatibleURL, body: `{"operation":"create_thing","input":{},"returnOutputSchema":true}`, wantStatus: 403,
	}.run(t, h)
	scenario{
		as: execute.RoleEmbed, url: compatibleURL, body: `{"operation":"list_things_ddl","input":{},"returnOutputSchema":true}`, wantStatus: 200,
	}.run(t, h)
}

func TestLegacySchema(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"true":             {`true`, `{}`},
		"dialect":          {`{"$schema":"x","$id":"y","$comment":"z","type":"object"}`, `{"type":"object"}`},
		"order is kept":    {`{"properties":{"z":{},"a":{"type":["string","null"]}}}`, `{"properties":{"z":{},"a":{"type":["string","null"]}}}`},
		"lookup":           {`{"properties":{"c":{"x-lookup":{"operation":"o","input":{"a":"{{{a}}}"}},"x-enum-labels":["n"]}}}`, `{"properties":{"c":{"lookup":{"operation":"o","input":{"a":"{{{a}}}"}}}}}`},
		"advanced by flag": {`{"properties":{"a":{"x-advanced":true},"b":{"x-advanced":false},"c":{"x-advanced":true}}}`, `{"properties":{"a":{},"b":{},"c":{}},"advanced":["a","c"]}`},
		"advanced by list": {`{"x-advanced":["a"],"properties":{"b":{"x-advanced":true}}}`, `{"advanced":["a","b"],"properties":{"b":{}}}`},
		"const":            {`{"const":{"a":[1]}}`, `{"enum":[{"a":[1]}]}`},
		"enum":             {`{"enum":["a",null],"default":"a"}`, `{"enum":["a",null],"default":"a"}`},
		"exclusive":        {`{"exclusiveMinimum":0,"exclusiveMaximum":1.5}`, `{"minimum":0,"exclusiveMinimum":true,"maximum":1.5,"exclusiveMaximum":true}`},
		"inclusive":        {`{"minimum":0,"maximum":9}`, `{"minimum":0,"maximum":9}`},
		"tighter minimum":  {`{"minimum":1,"exclusiveMinimum":0}`, `{"minimum":1}`},
		"tighter bound":    {`{"minimum":0,"exclusiveMinimum":0}`, `{"minimum":0,"exclusiveMinimum":true}`},
		"tighter maximum":  {`{"maximum":5,"exclusiveMaximum":3}`, `{"maximum":3,"exclusiveMaximum":true}`},
		"definitions":      {`{"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}}`, `{"allOf":[{"$ref":"#/definitions/a"}],"definitions":{"a":{"type":"string"}}}`},
		"bare reference":   {`{"items":{"$ref":"#/$defs/a"}}`, `{"items":{"$ref":"#/definitions/a"}}`},
		"reference beside": {`{"$ref":"#/x","title":"T","allOf":[{"type":"object"}]}`, `{"allOf":[{"$ref":"#/x"},{"type":"object"}],"title":"T"}`},
		"boolean schemas":  {`{"properties":{"a":true,"b":false},"additionalProperties":false}`, `{"properties":{"a":{},"b":{"not":{}}},"additionalProperties":false}`},
		"open object":      {`{"additionalProperties":{"const":1},"patternProperties":{"^x":{"const":2}}}`, `{"additionalProperties":{"enum":[1]},"patternProperties":{"^x":{"enum":[2]}}}`},
		"tuple":            {`{"prefixItems":[{"const":1}],"items":false}`, `{"items":[{"enum":[1]}],"additionalItems":false}`},
		"alternatives":     {`{"anyOf":[{"const":1},true],"oneOf":[{}],"not":{"const":3}}`, `{"anyOf":[{"enum":[1]},{}],"oneOf":[{}],"not":{"enum":[3]}}`},
		"dependent":        {`{"dependentRequired":{"a":["b"]},"unevaluatedProperties":false,"examples":[1]}`, `{"dependencies":{"a":["b"]}}`},
		"named like keywords": {
			`{"properties":{"const":{"type":"string"},"$ref":{"type":"string"},"x-lookup":{"type":"string"}}}`,
			`{"properties":{"const":{"type":"string"},"$ref":{"type":"string"},"x-lookup":{"type":"string"}}}`,
		},
		"empty": {``, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := legacySchema(operations.Schema(c.in), draft04)
			want := strings.Replace(`{"$schema":"`+draft04+`",`+c.want[1:], ",}", "}", 1)
			if string(got) != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if !json.Valid(got) {
				t.Error("not JSON")
			}
		})
	}
}

func TestServiceIDsAreStable(t *testing.T) {
	t.Parallel()
	one := scenario{as: execute.RoleAdmin, url: "/core/v1/connectors", wantStatus: 200}.run(t, newHub(t))
	two := scenario{as: execute.RoleAdmin, url: "/core/v1/connectors", wantStatus: 200}.run(t, newHub(t))
	if !bytes.Equal(one, two) {
		t.Errorf("two hubs differ:\n%s\n%s", one, two)
	}
}
