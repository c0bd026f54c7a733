package server

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// petAPI is an OpenAPI document whose only operation reads; its lines count.
const petAPI = `openapi: 3.0.3
info: {title: Pets, version: '1.0'}
servers: [{url: 'https://pets.test/v1'}]
security: [{key: []}]
components: {securitySchemes: {key: {type: http, scheme: bearer}}}
paths:
  /pets:
    get:
      operationId: listPets
      parameters: [{$ref: 'https://elsewhere.test/p.yaml#/q'}]
      responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {type: object, properties: {id: {type: string}, name: {type: string}}}}}}}}
`

// importOf is the body that imports petAPI as pets, with more members.
func importOf(t testing.TB, more map[string]any) string {
	t.Helper()
	body := map[string]any{"name": "pets", "document": petAPI}
	for name, value := range more {
		body[name] = value
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func TestImport(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	const at = "/v1/connectors"
	admin := func(sc scenario) []byte { sc.as = execute.RoleAdmin; t.Helper(); return sc.run(t, h) }

	admin(scenario{url: at, body: importOf(t, map[string]any{"dryRun": true, "propose": true}), wantStatus: 200, golden: "connector_import_dry_run"})
	admin(scenario{url: at + "/pets", wantStatus: 404})
	admin(scenario{url: at, body: importOf(t, nil), wantStatus: 201, golden: "connector_import", wantHeaders: map[string]string{"Location": "/v1/connectors/pets"}})
	admin(scenario{url: at, wantStatus: 200, contains: []string{`"name":"pets"`, `"source":"import"`, `"source":"built_in"`}})
	admin(scenario{url: at + "/pets", wantStatus: 200, contains: []string{`"source":"import"`}})
	admin(scenario{url: at + "/pets/operations/list_pets", wantStatus: 200, contains: []string{`"connector":"pets"`}})
	admin(scenario{url: "/core/v1/connectors", wantStatus: 200, contains: []string{`"name":"pets"`}})
	admin(scenario{url: "/core/v1/connectors/pets/versions/latest/operations", wantStatus: 200, contains: []string{`"list_pets"`}})
	admin(scenario{url: at, body: importOf(t, nil), wantStatus: 409, golden: "connector_import_taken"})
	admin(scenario{url: at, body: importOf(t, map[string]any{"replace": true, "title": "Zoo"}), wantStatus: 201, contains: []string{`"title":"Zoo"`}})

	admin(scenario{url: "/v1/credentials", body: `{"id":"pet","connector":"pets","secrets":{"token":"t0ken"}}`, wantStatus: 201})
	admin(scenario{method: "DELETE", url: at + "/pets", wantStatus: 409, golden: "connector_in_use"})
	call := at + "/pets/operations/list_pets/call"
	admin(scenario{url: call, body: `{"credentialId":"pet","input":{"x":1}}`, wantStatus: 422, contains: []string{`"/input/x"`}})
	admin(scenario{url: call, body: `{"credentialId":"pet"}`, wantStatus: 502, contains: []string{"tests reach nobody"}})
	admin(scenario{url: "/metrics", wantStatus: 200, notContains: []string{"pets"}, contains: []string{
		`patchbay_calls_total{code="upstream_unreachable",connector="imported",operation="imported"} 1`,
	}})
	admin(scenario{method: "DELETE", url: "/v1/credentials/pet", wantStatus: 204})
	admin(scenario{method: "DELETE", url: at + "/pets", wantStatus: 204})
	admin(scenario{url: at + "/pets", wantStatus: 404})
	admin(scenario{method: "DELETE", url: at + "/pets", wantStatus: 404})
	admin(scenario{method: "DELETE", url: at + "/demo", wantStatus: 409, contains: []string{"built-in"}})
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	overlay := "overlay: 1.0.0\ninfo: {title: x, version: '1'}\nactions:\n  - target: $.paths[*].get\n    update: {x-effect: maybe}\n"
	for _, sc := range []scenario{
		{name: "no JSON", body: `{"name":`, wantStatus: 400},
		{name: "no object", body: `[]`, wantStatus: 422},
		{name: "every fault", body: `{"name":1,"name":"x","overlay":[],"dryRun":"yes","odd":1}`, wantStatus: 422, golden: "connector_import_invalid"},
		{name: "a built-in's name", body: importOf(t, map[string]any{"name": "demo", "replace": true}), wantStatus: 409, contains: []string{"built-in"}},
		{name: "truncated", body: importOf(t, map[string]any{"document": "{\"openapi\": \"3.1.0\",\n \"paths\": {"}), wantStatus: 422, contains: []string{"line 2", `"pointer":"/document"`}},
		{name: "an overlay's faults", body: importOf(t, map[string]any{"overlay": overlay}), wantStatus: 422, golden: "connector_import_overlay"},
		{name: "an overlay as object", body: importOf(t, map[string]any{"overlay": map[string]any{"overlay": "1.0.0", "actions": 1}}), wantStatus: 422, contains: []string{`"pointer":"/overlay/`}},
		{name: "no document of ours", body: importOf(t, map[string]any{"document": map[string]any{"asyncapi": "3.0.0"}}), wantStatus: 422, contains: []string{"neither OpenAPI"}},
		{name: "too large a document", body: importOf(t, map[string]any{"document": strings.Repeat(" ", 21<<20)}), wantStatus: 413, contains: []string{"21 MiB"}},
		{name: "a builder", as: execute.RoleBuilder, body: importOf(t, nil), wantStatus: 403},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.url = "/v1/connectors"
			if sc.as == "" {
				sc.as = execute.RoleAdmin
			}
			sc.run(t, h)
		})
	}
}

// TestObjectKeepsItsLines: what is said of a document that is an object counts the lines as they were sent.
func TestObjectKeepsItsLines(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	body := "{\"name\":\"lines\",\"document\":{\n\"openapi\":\"3.0.0\",\n\"paths\":{\"/a\":{\"get\":{\n\"parameters\":[{\"$ref\":\"x.yaml\"}]}}}}}"
	got := scenario{as: execute.RoleAdmin, url: "/v1/connectors", body: body, wantStatus: 201}.run(t, h)
	if line := gjson.GetBytes(got, `report.issues.#(detail%"*x.yaml*").line`).Int(); line != 4 {
		t.Errorf("line %d, want 4: %s", line, got)
	}
}

// TestImportIsTheWorkspacesOwn: another workspace neither sees nor can call or remove it.
func TestImportIsTheWorkspacesOwn(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	scenario{as: execute.RoleAdmin, url: "/v1/connectors", body: importOf(t, nil), wantStatus: 201}.run(t, h)
	_, secret, err := h.store.CreateKey(t.Context(), "elsewhere", "theirs", execute.RoleAdmin)
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string]string{"Authorization": "Bearer " + secret}
	for _, sc := range []scenario{
		{url: "/v1/connectors", wantStatus: 200, notContains: []string{"pets"}},
		{url: "/v1/connectors/pets", wantStatus: 404},
		{url: "/v1/connectors/pets/operations/list_pets/call", body: `{}`, wantStatus: 404},
		{url: "/v1/credentials", body: `{"connector":"pets","secrets":{"token":"t"}}`, wantStatus: 422},
		{url: "/core/v1/connectors", wantStatus: 200, notContains: []string{"pets"}},
		{url: "/core/v1/connectors/pets/versions/1.0/operations", wantStatus: 404},
		{method: "DELETE", url: "/v1/connectors/pets", wantStatus: 404},
		{url: "/v1/connectors", body: importOf(t, map[string]any{"title": "Theirs"}), wantStatus: 201},
	} {
		sc.headers = theirs
		sc.run(t, h)
	}
	scenario{as: execute.RoleBuilder, url: "/v1/connectors/pets", wantStatus: 200, contains: []string{`"title":"Pets"`}}.run(t, h)
}

func TestHubWithoutImports(t *testing.T) {
	t.Parallel()
	h := newHub(t, func(o *Options) { o.Imports = nil })
	scenario{as: execute.RoleAdmin, url: "/v1/connectors", body: importOf(t, nil), wantStatus: 501}.run(t, h)
	scenario{as: execute.RoleAdmin, method: "DELETE", url: "/v1/connectors/pets", wantStatus: 501}.run(t, h)
}

// TestHugeImport: a body of 50 MB is refused by what its header says, and whoever sends it all the same hears why.
func TestHugeImport(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- h.server.Serve(listener) }()
	t.Cleanup(func() {
		if err := h.server.Shutdown(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
		<-served
	})
	for _, path := range []string{"/v1/connectors", "/v1/credentials"} {
		const size = 50 << 20
		body := io.LimitReader(zeros{}, size)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+listener.Addr().String()+path, body)
		if err != nil {
			t.Fatal(err)
		}
		request.ContentLength = size
		request.Header.Set("Authorization", "Bearer "+h.secrets[execute.RoleAdmin])
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text := string(readAllOf(t, response))
		want := fmt.Sprintf("larger than %d bytes", map[string]int{"/v1/connectors": maxImport, "/v1/credentials": maxBody}[path])
		if response.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s", path, response.StatusCode, text)
		}
	}
	if version, err := h.store.ConnectorsVersion(t.Context(), store.DefaultWorkspace); err != nil || version != 0 {
		t.Errorf("something was stored (%v)", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// FuzzDecodeImport: whatever is sent, it is read or refused by what is wrong, and what is read is what was sent.
func FuzzDecodeImport(f *testing.F) {
	f.Add([]byte(importOf(f, map[string]any{"overlay": map[string]any{"a": 1}, "replace": true})))
	f.Add([]byte(`{"name":1,"name":"x","overlay":[],"dryRun":"yes"}`))
	f.Add([]byte(`{"document":{"a":"\ud800"},"\u006eame":"x"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		draft, err := decodeImport(body)
		if err == nil && (!json.Valid(body) || len(draft.Document) > 3*len(body)) {
			t.Errorf("it was read as %+v", draft)
		}
		if e := operations.AsError(err); err != nil && e.Code != operations.CodeMalformedRequest && len(e.Faults) == 0 {
			t.Errorf("it does not say what is wrong: %v", err)
		}
	})
}
