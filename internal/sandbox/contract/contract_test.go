package contract_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/sandbox/contract"
)

const pets = `{
"openapi": "3.0.3",
"paths": {
  "/pets": {
    "get": {"operationId": "list", "parameters": [
      {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}},
      {"name": "alive", "in": "query", "schema": {"type": "boolean"}},
      {"name": "kinds", "in": "query", "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Kind"}}},
      {"name": "ids", "in": "query", "explode": false, "schema": {"type": "array", "items": {"type": "integer"}}},
      {"name": "X-Any", "in": "header", "required": true, "schema": {"type": "string"}}
    ], "responses": {"200": {"$ref": "#/components/responses/Many"}}},
    "post": {"operationId": "create", "requestBody": {"$ref": "#/components/requestBodies/Pet"},
      "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}, "default": {"description": "no"}}}
  },
  "/pets/mine": {"get": {"operationId": "mine", "responses": {"204": {"description": "none"}}}},
  "/pets/{id}": {
    "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}],
    "get": {"operationId": "get", "responses": {"200": {"description": "one"}}},
    "delete": {"operationId": "delete", "requestBody": {"content": {"application/json": {"schema": {"type": "array"}}}}, "responses": {"204": {"description": "gone"}}}
  },
  "/pets/{id}/photo": {"put": {"operationId": "photo", "requestBody": {"required": true, "content": {
    "multipart/form-data": {"schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string"}}}}}},
    "responses": {"200": {"description": "ok"}}}}
},
"components": {
  "requestBodies": {"Pet": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}},
  "responses": {"Many": {"description": "many", "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}}}}},
  "schemas": {
    "Kind": {"type": "string", "enum": ["cat", "dog"]},
    "Pet": {"type": "object", "required": ["name"], "properties": {
      "name": {"type": "string"}, "kind": {"$ref": "#/components/schemas/Kind"}, "born": {"type": "string", "format": "date-time", "nullable": true},
      "weight": {"type": "number", "minimum": 0, "exclusiveMinimum": true}, "mother": {"$ref": "#/components/schemas/Pet"}}}
  }
}}`

func load(t *testing.T) *contract.Contract {
	t.Helper()
	c, err := contract.Load([]byte(pets))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Compile(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMatch(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, tc := range []struct {
		method, path, id string
		params           map[string]string
		allowed          []string
	}{
		{method: "GET", path: "/pets", id: "list", params: map[string]string{}},
		{method: "GET", path: "/pets/mine", id: "mine", params: map[string]string{}},
		{method: "GET", path: "/pets/7", id: "get", params: map[string]string{"id": "7"}},
		{method: "GET", path: "/pets/a%2Fb", id: "get", params: map[string]string{"id": "a/b"}},
		{method: "DELETE", path: "/pets/mine", id: "delete", params: map[string]string{"id": "mine"}},
		{method: "PATCH", path: "/pets", allowed: []string{"GET", "POST"}},
		{method: "GET", path: "/pets/"},
		{method: "GET", path: "/pets/%zz"},
		{method: "GET", path: "/pets/7/name"},
		{method: "GET", path: ""},
	} {
		op, params, allowed := c.Match(tc.method, tc.path)
		id := ""
		if op != nil {
			id = op.ID
		}
		if id != tc.id || !cmp.Equal(params, tc.params) || !cmp.Equal(allowed, tc.allowed) {
			t.Errorf("%s %q: got %q %v %v, want %+v", tc.method, tc.path, id, params, allowed, tc)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	c := load(t)
	for name, tc := range map[string]struct {
		op, query, body string
		params          map[string]string
		want            []string
	}{
		"everything fits":        {op: "list", query: "limit=3&alive=true&kinds=cat&kinds=dog&ids=1,2&other=1"},
		"not a number":           {op: "list", query: "limit=three", want: []string{"query /limit got string, want integer"}},
		"too large":              {op: "list", query: "limit=101", want: []string{"query /limit maximum: got 101, want 100"}},
		"not a boolean":          {op: "list", query: "alive=yes", want: []string{"query /alive got string, want boolean"}},
		"one of a list":          {op: "list", query: "kinds=cat&kinds=cow", want: []string{"query /kinds/1 value must be one of 'cat', 'dog'"}},
		"path":                   {op: "get", params: map[string]string{"id": "x"}, want: []string{"path /id got string, want integer"}},
		"a body that fits":       {op: "create", body: `{"name":"Tom","kind":"cat","born":null,"weight":1,"mother":{"name":"Eva"}}`},
		"a body that is missing": {op: "create", want: []string{"body is required"}},
		"a body that is no JSON": {op: "create", body: "{", want: []string{"body is not JSON"}},
		"deep in the body": {
			op: "create", body: `{"name":"Tom","mother":{"born":"now"}}`, want: []string{"body /mother/born matches none of the forms allowed here: is not a valid date-time; or got string, want null", "body /mother/name is required"},
		},
		"a body that need not be":  {op: "delete", params: map[string]string{"id": "1"}},
		"a body of another type":   {op: "delete", params: map[string]string{"id": "1"}, body: "{}", want: []string{"body got object, want array"}},
		"a form is left to others": {op: "photo", params: map[string]string{"id": "1"}, body: "--x--"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			query, err := url.ParseQuery(tc.query)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, fault := range c.Op(tc.op).Check(tc.params, query, []byte(tc.body)) {
				got = append(got, fault.String())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
	if faults := c.Op("photo").CheckBody(map[string]any{}); len(faults) != 1 || faults[0].Pointer != "/file" {
		t.Errorf("a form without its file: %v", faults)
	}
}

func TestCheckAnswer(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, tc := range []struct {
		op     string
		status int
		body   string
		faults int
	}{
		{"list", 200, `[{"name":"Tom"}]`, 0},
		{"list", 200, `[{}]`, 1},
		{"list", 200, `[`, 1},
		{"list", 404, `{}`, 1},
		{"create", 404, `{}`, 0},
		{"mine", 204, "", 0},
	} {
		if got := c.Op(tc.op).CheckAnswer(tc.status, []byte(tc.body)); len(got) != tc.faults {
			t.Errorf("%s %d %s: got %v, want %d faults", tc.op, tc.status, tc.body, got, tc.faults)
		}
	}
	if got := c.Op("create").Status; got != 201 {
		t.Errorf("success of create: got %d, want 201", got)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"no JSON":     `openapi: 3.1.0`,
		"no id":       `{"paths":{"/a":{"get":{}}}}`,
		"an id taken": `{"paths":{"/a":{"get":{"operationId":"x"}},"/b":{"get":{"operationId":"x"}}}}`,
	} {
		if _, err := contract.Load([]byte(document)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzCheck(f *testing.F) {
	c, err := contract.Load([]byte(pets))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("GET", "/pets", "limit=1&ids=1,2", "")
	f.Add("POST", "/pets", "", `{"name":"Tom","mother":{}}`)
	f.Add("DELETE", "/pets/7", "", "[1]")
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		op, params, allowed := c.Match(method, path)
		if op == nil {
			return
		}
		if len(allowed) > 0 || op.Method != method {
			t.Errorf("got %s with %v", op.ID, allowed)
		}
		values, _ := url.ParseQuery(query)
		op.Check(params, values, []byte(body))
	})
}
