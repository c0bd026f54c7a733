package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// mapped is the body of a call with an inline mapping of those rules.
func mapped(rules, source string) string {
	return fmt.Sprintf(`{"credentialId":"acct","mapping":{"version":1,"rules":[%s]},"source":%s}`, rules, source)
}

func TestCallWithMapping(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	stored(t, h, "things", thingMapping)
	const record = `{"title":"Desk","kind":"lamp","author":{"name":"Ada"}}`
	const name = `{"target":"name","source":"title"}`
	byID := func(more string) string { return `{"credentialId":"acct","mappingId":"things"` + more + `}` }
	for _, sc := range []scenario{
		{name: "inline", body: mapped(name, record), wantStatus: 200, contains: []string{`"output":{"id":1,"name":"Desk"}`}, notContains: []string{`"mapping"`}},
		{name: "stored", body: byID(`,"source":` + record), wantStatus: 200, golden: "call_mapped"},
		{name: "a version", body: byID(`,"mappingVersion":1,"source":` + record), wantStatus: 200, contains: []string{`"mapping":{"id":"things","version":1}}}`}},
		{name: "another version", body: byID(`,"mappingVersion":2,"source":` + record), wantStatus: 404},
		{name: "no such mapping", body: `{"credentialId":"acct","mappingId":"thing","source":1}`, wantStatus: 404},

		{name: "input too", body: byID(`,"source":1,"input":{}`), wantStatus: 422, contains: []string{`"pointer":"/input"`}},
		{name: "both mappings", body: byID(`,"source":1,"mapping":{}`), wantStatus: 422, contains: []string{`"pointer":"/mapping"`}},
		{name: "no source", body: byID(``), wantStatus: 422, contains: []string{`"pointer":"/source","detail":"is required"`}},
		{name: "source alone", body: `{"source":1}`, wantStatus: 422, contains: []string{`"pointer":"/source"`}},
		{name: "version alone", body: `{"input":{},"mappingVersion":1}`, wantStatus: 422, contains: []string{`"pointer":"/mappingVersion"`}},
		{name: "wrong types", body: `{"mappingId":"","mapping":1,"mappingVersion":0}`, wantStatus: 422, contains: []string{"/mappingId", `"/mapping"`, "/mappingVersion"}},

		{name: "a rule that is none", body: mapped(`{"target":"name"}`, record), wantStatus: 422, contains: []string{`"pointer":"/mapping/rules/0"`}},
		{name: "a source that does not fit", body: byID(`,"source":{"title":["a"],"kind":"Chair"}`), wantStatus: 422, golden: "call_mapped_faults"},
		{name: "nothing for a required field", body: mapped(name, `{}`), wantStatus: 422, contains: []string{`"pointer":"/mapping/rules/0`, "name"}},
		{name: "no rule for a required field", body: mapped(`{"target":"note","value":"x"}`, `{}`), wantStatus: 422, contains: []string{`"pointer":"/mapping/rules"`}},
		{
			name: "a result that the operation refuses", body: mapped(`{"target":"note","value":"x"},`+name+`,{"target":"parent","value":0}`, record), wantStatus: 422,
			contains: []string{`"pointer":"/mapping/rules/2","detail":"parent `},
		},
		{name: "an unknown field", body: mapped(name+`,{"target":"size","value":0}`, record), wantStatus: 422, contains: []string{`"pointer":"/mapping/rules/1"`, "size "}},
		{
			name: "what the service refuses", body: mapped(`{"target":"fail","value":"rejected"},`+name, record), wantStatus: 422,
			contains: []string{`"pointer":"/mapping/rules/1","detail":"name is taken"`, `"upstream":`},
		},
		{
			name: "a mapping for another operation", body: `{"credentialId":"acct","mapping":{"version":1,"target":{"operation":"demo.list_things"},"rules":[]},"source":1}`,
			wantStatus: 422, contains: []string{`"pointer":"/mapping/target/operation"`},
		},
		{name: "a source too deep", body: mapped(name, strings.Repeat("[", 70)+strings.Repeat("]", 70)), wantStatus: 400, contains: []string{`"pointer":"/source"`}},
		{name: "no credential", body: `{"mappingId":"things","source":{"title":"Desk"}}`, wantStatus: 422, contains: []string{`"pointer":"/credentialId"`}},
		{
			name: "a lookup that is none", body: mapped(name+`,{"target":"parent","lookup":{"operation":"demo.create_thing","from":"title"}}`, record), wantStatus: 422,
			contains: []string{`"pointer":"/mapping/rules/1/lookup"`, "no drop-down"},
		},
		{
			name: "a lookup's credential that is not there", body: mapped(name+`,{"target":"parent","lookup":{"operation":"demo.list_things_ddl","credential":"theirs","from":"kind"}}`, record), wantStatus: 422,
			contains: []string{`"pointer":"/mapping/rules/1/lookup"`, "no such credential"},
		},
		{
			name: "too many lookups", body: mapped(name+`,{"target":"note","lookup":{"operation":"demo.list_things_ddl","from":"kinds"},"transforms":["length"]}`, manyKinds()), wantStatus: 422,
			contains: []string{`"pointer":"/mapping/rules/1/lookup"`, "200 different texts"},
		},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.as, sc.url = execute.RoleBuilder, createURL
			sc.run(t, h)
		})
	}
}

// manyKinds is a record with more texts to look up than one request may.
func manyKinds() string {
	kinds := make([]string, maxLookups+1)
	for i := range kinds {
		kinds[i] = fmt.Sprintf(`"%sLamp"`, strings.Repeat(" ", i)) // each is another text, and all are one option
	}
	return `{"title":"Desk","kinds":[` + strings.Join(kinds, ",") + `]}`
}

// TestMappedCallsAreRecorded: those that fail before they reach the operation too.
func TestMappedCallsAreRecorded(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	scenario{as: execute.RoleBuilder, url: createURL, body: mapped(`{"target":"name","source":"title"}`, `{"title":"Desk"}`), wantStatus: 200}.run(t, h)
	scenario{as: execute.RoleBuilder, url: createURL, body: mapped(`{"target":"name","source":"title"}`, `{"title":[[]]}`), wantStatus: 422}.run(t, h)
	records := h.recorded.all()
	if len(records) != 2 || records[0].Code != "" || records[1].Code != operations.CodeInvalidInput || records[1].Operation != "create_thing" {
		t.Errorf("records: %+v", records)
	}
}

// TestMappedIdempotency: the key stands for all that was asked, not for what came of it.
func TestMappedIdempotency(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	stored(t, h, "things", thingMapping)
	const body = `{"credentialId":"acct","mappingId":"things","source":{"title":"Desk","kind":"Lamp"}}`
	once("k", body).run(t, h)
	scenario{
		as: execute.RoleBuilder, method: "PUT", url: mappingsURL + "/things", wantStatus: 200,
		body: `{"document":{"version":1,"rules":[{"target":"name","value":"Chair"}]}}`,
	}.run(t, h)
	again := once("k", `{"source":{"kind":"Lamp","title":"Desk"},"mappingId":"things", "credentialId":"acct"}`)
	again.wantHeaders, again.contains = map[string]string{"Idempotency-Replayed": "true"}, []string{`"name":"Desk"`, `"mapping":{"id":"things","version":1}`}
	again.run(t, h)
	for _, other := range []string{
		`{"credentialId":"acct","mappingId":"things","source":{"title":"Desk","kind":"lamp"}}`,
		`{"credentialId":"acct","mappingId":"things","mappingVersion":1,"source":{"title":"Desk","kind":"Lamp"}}`,
		`{"credentialId":"acct","mapping":{"version":1,"rules":[]},"source":{"title":"Desk","kind":"Lamp"}}`,
		`{"credentialId":"acct","input":{"name":"Desk","parent":1}}`,
	} {
		sc := once("k", other)
		sc.wantStatus, sc.contains = 422, []string{"was used for another call"}
		sc.run(t, h)
	}
	failing := once("k2", mapped(`{"target":"name","source":"title"}`, `{"title":[[]]}`))
	failing.wantStatus = 422
	failing.run(t, h)
	once("k2", body).run(t, h) // nothing had been done, so the key is free
	if n := h.demo.created.Load(); n != 2 {
		t.Errorf("%d things were made, want 2", n)
	}
}

// TestMappedAccess: nobody gets by a mapping what he could not get himself.
func TestMappedAccess(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	stored(t, h, "things", thingMapping)
	stored(t, h, "pairs", `{"version":1,"rules":[{"target":"name","value":"x"},{"target":"parent","lookup":{"operation":"demo.list_things_ddl","credential":"acct","from":"kind"}}]}`)
	page := func(operations ...string) map[string]string {
		token := h.embed(t, map[string]any{"operations": operations, "credentials": []string{"acct"}})
		return map[string]string{"Authorization": "Bearer " + token, "Origin": pageOrigin}
	}
	const body = `{"credentialId":"acct","mappingId":"things","source":{"title":"Desk","kind":"Lamp"}}`
	for _, sc := range []scenario{
		{name: "an embed key calls no action", as: execute.RoleEmbed, body: body, wantStatus: 403},
		{name: "a page calls what it may", headers: page("demo.create_thing", "*_ddl"), body: body, wantStatus: 200, contains: []string{`"version":1}`}},
		{name: "and nothing else", headers: page("demo.list_things", "*_ddl"), body: body, wantStatus: 403, contains: []string{execute.ReasonOperation}},
		{name: "no list that it may not read", headers: page("demo.create_thing"), body: body, wantStatus: 403, contains: []string{execute.ReasonOperation}},
		{name: "no mapping of its own", headers: page("demo.create_thing", "*_ddl"), body: mapped(`{"target":"name","value":"x"}`, `1`), wantStatus: 403, contains: []string{"stored mapping only"}},
		{
			name: "no credential but its own", headers: map[string]string{"Authorization": "Bearer " + h.embed(t, map[string]any{"operations": []string{"open.echo", "*_ddl"}, "credentials": []string{}}), "Origin": pageOrigin},
			body: `{"mappingId":"pairs","source":{"kind":"Lamp"}}`, wantStatus: 403, contains: []string{execute.ReasonCredential},
		},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.url = createURL
			if strings.Contains(sc.body, "pairs") {
				sc.url = "/v1/connectors/open/operations/echo/call"
			}
			sc.run(t, h)
		})
	}
	scenario{name: "embed keys may call lists", as: execute.RoleEmbed, url: ddlURL, body: mapped(``, `1`), wantStatus: 403, contains: []string{"stored mapping only"}}.run(t, h)
	stored(t, h, "empty", `{"version":1,"rules":[]}`)
	scenario{as: execute.RoleEmbed, url: ddlURL, body: `{"credentialId":"acct","mappingId":"empty","source":1}`, wantStatus: 200, contains: []string{`"id":"empty"`}}.run(t, h)
}

// TestRuleOf finds the rule that made a part of an input.
func TestRuleOf(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	document := `{"version":1,"rules":[{"target":"a","source":"none"},{"target":"a","value":1},{"target":"b.c","value":1},{"target":"b.d[0].e","value":1},
		{"target":"list[]","value":1},{"target":"items","each":{"over":"x","rules":[{"target":"n","value":1}]}}]}`
	compiled, err := h.server.Mappings.Compile(t.Context(), store.DefaultWorkspace, []byte(document), "")
	if err != nil {
		t.Fatal(err)
	}
	_, steps, err := compiled.RunTraced(t.Context(), []byte(`{"x":[1,2]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for pointer, want := range map[string]string{
		"/a": "/rules/1", "/a/x": "/rules/1", "/b/c": "/rules/2", "/b/d/0/e": "/rules/3", "/b/d": "/rules/3", "/b": "/rules/2", "/list/0": "/rules/4",
		"/items/1/n": "/rules/5", "/other": "/rules", "": "/rules",
	} {
		if got := ruleOf(pointer, steps); got != want {
			t.Errorf("%s was written by %s, want %s", pointer, got, want)
		}
	}
}
