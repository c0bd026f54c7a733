package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations/execute"
)

const mappingsURL = "/v1/mappings"

// thingMapping makes the input of create_thing out of records with a title and a kind.
const thingMapping = `{"version":1,"name":"Things","source":{"operation":"demo.list_things","items":"things"},"target":{"operation":"demo.create_thing"},"rules":[
	{"target":"name","source":"title"},
	{"target":"parent","lookup":{"operation":"demo.list_things_ddl","from":"kind"}},
	{"target":"note","template":"by {{author.name | upper}}"}]}`

// stored stores a mapping and gives the answer.
func stored(t *testing.T, h *hub, id, document string) []byte {
	t.Helper()
	return scenario{as: execute.RoleBuilder, url: mappingsURL, body: fmt.Sprintf(`{"id":%q,"document":%s}`, id, document), wantStatus: 201}.run(t, h)
}

func TestMappings(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	builder := func(sc scenario) []byte { sc.as = execute.RoleBuilder; t.Helper(); return sc.run(t, h) }

	builder(scenario{
		url: mappingsURL, body: `{"id":"things","document":` + thingMapping + `}`, wantStatus: 201, golden: "mapping_create",
		wantHeaders: map[string]string{"Location": "/v1/mappings/things", "Etag": `"1"`},
	})
	made := builder(scenario{url: mappingsURL, body: `{"document":{"version":1,"rules":[]}}`, wantStatus: 201})
	if id := gjson.GetBytes(made, "id").String(); !strings.HasPrefix(id, "map_") {
		t.Errorf("the new id is %q", id)
	}
	builder(scenario{url: mappingsURL, body: `{"id":"things","document":{"version":1,"rules":[]}}`, wantStatus: 409, contains: []string{"already"}})
	builder(scenario{url: mappingsURL + "?target=demo.create_thing", wantStatus: 200, golden: "mappings", notContains: []string{"rules"}})
	page := builder(scenario{url: mappingsURL + "?limit=1", wantStatus: 200, contains: []string{`"next_cursor":"map_`}})
	builder(scenario{url: mappingsURL + "?cursor=" + gjson.GetBytes(page, "next_cursor").String(), wantStatus: 200, contains: []string{`"things"`}, notContains: []string{"next_cursor"}})

	at := mappingsURL + "/things"
	second := `{"version":1,"rules":[{"target":"name","value":"x"}]}`
	put := func(sc scenario) []byte { sc.method, sc.url = "PUT", at; t.Helper(); return builder(sc) }
	put(scenario{body: `{"document":` + second + `}`, headers: map[string]string{"If-Match": `"1"`}, wantStatus: 200, wantHeaders: map[string]string{"Etag": `"2"`}})
	put(scenario{body: `{"document":` + second + `}`, wantStatus: 200, contains: []string{`"version":2`}})
	put(scenario{body: `{"document":` + thingMapping + `}`, headers: map[string]string{"If-Match": `"1"`}, wantStatus: 409, golden: "mapping_conflict"})
	put(scenario{body: `{"document":` + thingMapping + `,"version":1}`, wantStatus: 409, contains: []string{`"reason":"version_conflict"`}})
	put(scenario{body: `{"document":` + thingMapping + `}`, headers: map[string]string{"If-None-Match": `*`}, wantStatus: 409})
	put(scenario{body: `{"document":` + thingMapping + `,"version":2}`, headers: map[string]string{"If-Match": `"1"`}, wantStatus: 422})
	put(scenario{body: `{"document":` + thingMapping + `,"version":2}`, wantStatus: 200, contains: []string{`"version":3`}})

	builder(scenario{url: at, wantStatus: 200, contains: []string{`"version":3,"latest":3,"document":{"version":1,"name":"Things"`}})
	builder(scenario{url: at + "?version=2", wantStatus: 200, contains: []string{`"version":2,"latest":3,"document":` + second}, wantHeaders: map[string]string{"Etag": `"2"`}})
	builder(scenario{url: at + "?version=9", wantStatus: 404})
	builder(scenario{url: at + "?version=x", wantStatus: 422})
	builder(scenario{url: at + "/versions?limit=2", wantStatus: 200, golden: "mapping_versions"})
	builder(scenario{url: at + "/versions?cursor=2", wantStatus: 200, contains: []string{`{"versions":[{"version":1,`}})

	builder(scenario{method: "DELETE", url: at, headers: map[string]string{"If-Match": `"2"`}, wantStatus: 409})
	builder(scenario{method: "DELETE", url: at, wantStatus: 204})
	builder(scenario{method: "DELETE", url: at, wantStatus: 404})
	builder(scenario{url: at, wantStatus: 404})
	builder(scenario{url: at + "/versions", wantStatus: 404})
	builder(scenario{url: mappingsURL + "/schema", wantStatus: 200, contains: []string{`"title": "Mapping"`}})
}

func TestMappingRefused(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	for _, sc := range []scenario{
		{name: "no document", body: `{"id":"x"}`, wantStatus: 422, contains: []string{`"pointer":"/document","detail":"is required"`}},
		{name: "no object", body: `{"document":[]}`, wantStatus: 422, contains: []string{`"pointer":"/document"`}},
		{name: "unknown member", body: `{"document":{"version":1,"rules":[]},"name":"x"}`, wantStatus: 422, contains: []string{`"pointer":"/name"`}},
		{name: "id", body: `{"id":"A b","document":{"version":1,"rules":[]}}`, wantStatus: 422, contains: []string{`"pointer":"/id"`}},
		{name: "an id of the API's own", body: `{"id":"schema","document":{"version":1,"rules":[]}}`, wantStatus: 409},
		{name: "a rule", body: `{"document":{"version":1,"rules":[{"target":"name"}]}}`, wantStatus: 422, contains: []string{`"pointer":"/document/rules/0"`}},
		{name: "a path", body: `{"document":{"version":1,"rules":[{"target":"name","source":"a..b"}]}}`, wantStatus: 422, contains: []string{`"pointer":"/document/rules/0/source"`}},
		{
			name: "a target that is not there", body: `{"document":{"version":1,"target":{"operation":"demo.create_things"},"rules":[]}}`, wantStatus: 422,
			contains: []string{`"pointer":"/document/target/operation"`, `"suggestions":["create_thing"]`},
		},
		{name: "a member twice", body: `{"document":{"version":1,"rules":[],"rules":[]}}`, wantStatus: 400},
		{name: "an embed key", as: execute.RoleEmbed, body: `{"document":{"version":1,"rules":[]}}`, wantStatus: 403},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.url = mappingsURL
			if sc.as == "" {
				sc.as = execute.RoleBuilder
			}
			sc.run(t, h)
		})
	}
}

// TestMappingsAreTheWorkspacesOwn: another workspace neither sees them nor can use or change them.
func TestMappingsAreTheWorkspacesOwn(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	stored(t, h, "things", thingMapping)
	_, secret, err := h.store.CreateKey(t.Context(), "elsewhere", "theirs", execute.RoleAdmin)
	if err != nil {
		t.Fatal(err)
	}
	for _, sc := range []scenario{
		{url: mappingsURL, wantStatus: 200, contains: []string{`"mappings":[]`}},
		{url: mappingsURL + "/things", wantStatus: 404},
		{url: mappingsURL + "/things/versions", wantStatus: 404},
		{method: "DELETE", url: mappingsURL + "/things", wantStatus: 404},
		{url: mappingsURL + "/preview", body: `{"mappingId":"things","records":[1]}`, wantStatus: 404},
		{url: createURL, body: `{"mappingId":"things","source":{}}`, wantStatus: 404},
		{method: "PUT", url: mappingsURL + "/things", body: `{"document":{"version":1,"rules":[]}}`, wantStatus: 200, contains: []string{`"version":1`}},
	} {
		sc.headers = map[string]string{"Authorization": "Bearer " + secret}
		sc.run(t, h)
	}
	scenario{as: execute.RoleBuilder, url: mappingsURL + "/things", wantStatus: 200, contains: []string{`"name":"Things"`}}.run(t, h)
}

func TestPreview(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	stored(t, h, "things", thingMapping)
	inline := func(more string) string { return `{"mapping":` + thingMapping + more + `}` }
	for _, sc := range []scenario{
		{
			name: "records", body: inline(`,"credentialId":"acct","records":[{"title":"Desk","kind":"lamp","author":{"name":"Ada"}},{"title":["a"],"kind":"Chair"}]`),
			wantStatus: 200, golden: "mapping_preview",
		},
		{name: "the sample", body: `{"mappingId":"things"}`, wantStatus: 200, contains: []string{`"sample":true`, `"source":{"id":1}`}},
		{
			name: "what the target would not take", body: `{"mapping":{"version":1,"target":{"operation":"demo.create_thing"},"rules":[{"target":"parent","value":0},{"target":"name","value":"x"}]},"records":[1]}`,
			wantStatus: 200, contains: []string{`"inputErrors":[{"pointer":"/parent"`},
		},
		{
			name: "a lookup without a credential", body: inline(`,"records":[{"title":"Desk","kind":"Lamp"}]`), wantStatus: 200,
			contains: []string{`"pointer":"/rules/1/lookup"`, "needs a credential"},
		},
		{name: "no records", body: `{"mapping":{"version":1,"rules":[]}}`, wantStatus: 422, contains: []string{`"pointer":"/records"`}},
		{name: "too many records", body: inline(`,"records":[` + strings.Repeat("1,", 20) + `1]`), wantStatus: 422, contains: []string{`"pointer":"/records"`}},
		{name: "no mapping", body: `{"records":[1]}`, wantStatus: 422, contains: []string{`"pointer":"/mapping"`}},
		{name: "two mappings", body: inline(`,"mappingId":"things"`), wantStatus: 422, contains: []string{`"pointer":"/mapping"`}},
		{name: "a version of nothing", body: inline(`,"version":1`), wantStatus: 422, contains: []string{`"pointer":"/version"`}},
		{name: "another version", body: `{"mappingId":"things","version":2}`, wantStatus: 404},
		{name: "another's credential", body: inline(`,"credentialId":"theirs"`), wantStatus: 404},
		{name: "a fault", body: `{"mapping":{"version":1,"rules":[{}]},"records":[1]}`, wantStatus: 422, contains: []string{`"pointer":"/mapping/rules/0`}},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.as, sc.url = execute.RoleBuilder, mappingsURL+"/preview"
			sc.run(t, h)
		})
	}
}
