package server

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations/execute"
)

func TestLint(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	stored(t, h, "things", thingMapping)
	document := func(rules string) string {
		return `{"mapping":{"version":1,"source":{"operation":"demo.list_things","items":"things"},"target":{"operation":"demo.create_thing"},"rules":[` + rules + `]}}`
	}
	for _, sc := range []scenario{
		{name: "sound", body: document(`{"target":"name","value":"x"}`), wantStatus: 200, contains: []string{`"ok":true`}},
		{name: "stored", body: `{"mappingId":"things"}`, wantStatus: 200, contains: []string{`"ok":`}},
		{
			name: "everything", body: document(`{"target":"nam","value":"x"},{"target":"parent","lookup":{"operation":"demo.list_thing_ddl","from":"id"}}`),
			wantStatus: 200, golden: "mapping_lint",
		},
		{name: "a malformed one", body: document(`{"target":"name"}`), wantStatus: 200, contains: []string{`{"ok":false,"findings":[{"severity":"error","code":"malformed","pointer":"/rules/0"`}},
		{
			name: "operations that are not there", body: `{"mapping":{"version":1,"source":{"operation":"demo.list_thing"},"target":{"operation":"none.x"},"rules":[]}}`, wantStatus: 200,
			contains: []string{`"ok":false`, `"pointer":"/source/operation"`, `"pointer":"/target/operation"`, `"nearest":["list_things"`},
		},
		{name: "neither", body: `{}`, wantStatus: 422, contains: []string{`"pointer":"/mapping"`}},
		{name: "not there", body: `{"mappingId":"none"}`, wantStatus: 404},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.as, sc.url = execute.RoleBuilder, mappingsURL+"/lint"
			sc.run(t, h)
		})
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	stored(t, h, "things", thingMapping)
	for _, sc := range []scenario{
		{name: "stored", body: `{"mappingId":"things"}`, wantStatus: 200, golden: "mapping_explain"},
		{name: "inline", body: `{"mapping":` + thingMapping + `}`, wantStatus: 200, contains: []string{"demo.create_thing"}},
		{name: "a malformed one", body: `{"mapping":{"version":1,"rules":[{}]}}`, wantStatus: 422, contains: []string{`"pointer":"/mapping/rules/0`}},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.as, sc.url = execute.RoleBuilder, mappingsURL+"/explain"
			sc.run(t, h)
		})
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	suggest := func(source, target, more string) scenario {
		return scenario{
			as: execute.RoleBuilder, url: mappingsURL + "/suggest", wantStatus: 200,
			body: fmt.Sprintf(`{"source":{"operation":%q},"target":{"operation":%q}%s}`, source, target, more),
		}
	}
	answer := suggest("demo:list-things", "demo.create_thing", `,"sample":{"name":"Lamp","note":"x"}`).run(t, h)
	document := gjson.GetBytes(answer, "document")
	if document.Get("target.operation").String() != "demo.create_thing" || !document.Get(`rules.#(target=="name")`).Exists() {
		t.Errorf("it suggests %s", answer)
	}
	stored(t, h, "suggested", document.Raw) // what is suggested can be stored
	var lines []struct{ Rule string }
	if err := json.Unmarshal([]byte(gjson.GetBytes(answer, "lines").Raw), &lines); err != nil || len(lines) != len(document.Get("rules").Array()) {
		t.Errorf("lines %s (%v)", gjson.GetBytes(answer, "lines"), err)
	}
	for _, c := range []struct {
		sc      scenario
		pointer string
	}{
		{suggest("demo.list_thing", "demo.create_thing", ""), "/source/operation"},
		{suggest("demo.list_things", "demo.create_thin", ""), "/target/operation"},
		{suggest("demo.list_things", "demo.create_thing", `,"more":1`), "/more"},
	} {
		c.sc.wantStatus, c.sc.contains = 422, []string{`"pointer":"` + c.pointer + `"`}
		c.sc.run(t, h)
	}
}
