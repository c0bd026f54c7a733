package openapi_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// listDocument is a list of five things in pages of two.
func listDocument(params, schema, paging string) string {
	return document("3.0.0", `
paths:
  /things:
    get:
      operationId: list_things
      parameters: [`+params+`]
      x-paging: `+paging+`
      x-ddl: {items: `+ddlItems(schema)+`, text: name, value: id}
      responses: {'200': {description: ok, content: {application/json: {schema: `+schema+`}}}}
`)
}

func ddlItems(schema string) string {
	if strings.HasPrefix(schema, "{type: array") {
		return "''"
	}
	return "data"
}

const thingsSchema = "{type: object, required: [data], properties: {data: {type: array, items: {type: object}}}}"

func things(from, to int) string {
	var list []string
	for i := from; i < min(to, 5); i++ {
		list = append(list, fmt.Sprintf(`{"id":%d,"name":"Thing %d"}`, i, i))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// pages answers with two things at a time, telling of the next page in every way there is.
func pages(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	from := 0
	for name, per := range map[string]int{"offset": 1, "page": 2, "key": 1} {
		if n, err := strconv.Atoi(q.Get(name)); err == nil {
			from = n * per
			if name == "page" {
				from = (n - 1) * per
			}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	meta := "{}"
	if from+2 < 5 {
		next := fmt.Sprintf("/v1%s?key=%d", r.URL.Path[len("/v1"):], from+2)
		if q.Get("elsewhere") != "" {
			next = fmt.Sprintf("/v1/other/things?key=%d", from+2)
		}
		w.Header().Add("Link", fmt.Sprintf(`<https://api.acme.example/v1/things?key=0>; rel="first", <https://api.acme.example%s&a=b,c>; title="x, y"; rel="next last"`, next))
		meta = fmt.Sprintf(`{"cursor":"%d","next":"%s"}`, from+2, next)
	}
	if q.Get("bare") != "" {
		fmt.Fprint(w, things(from, from+2))
		return
	}
	fmt.Fprintf(w, `{"data": %s, "more":%t, "meta":%s}`+"\n", things(from, from+2), from+2 < 5, meta)
}

func TestPaging(t *testing.T) {
	t.Parallel()
	param := func(name string) string { return "{name: " + name + ", in: query, schema: {type: string}}" }
	number := func(name string) string {
		return "{name: " + name + ", in: query, schema: {type: integer, maximum: 2}}"
	}
	tests := []struct {
		name, params, paging string
		cursor               string // of the second page
		asked                string // for the second page
		beyond               bool   // it takes an empty page to see the end
	}{
		{"cursor", param("key"), "{type: cursor, param: key, next: meta.cursor, items: data}", "2", "GET /v1/things?key=2", false},
		{"first of several paths", param("key"), "{type: cursor, param: key, next: [no, meta.cursor], items: data}", "2", "GET /v1/things?key=2", false},
		{"page", number("page"), "{type: page, param: page, items: data}", "2", "GET /v1/things?page=2", true},
		{"page with a flag", number("page"), "{type: page, param: page, items: data, more: more}", "2", "GET /v1/things?page=2", false},
		{"offset", number("offset"), "{type: offset, param: offset, items: data}", "2", "GET /v1/things?offset=2", true},
		{"link", "", "{type: link, items: data}", "?key=2&a=b,c", "GET /v1/things?key=2&a=b,c", false},
		{"link's parameter", "", "{type: link, items: data, param: key}", "2", "GET /v1/things?key=2", false},
		{"next", "", "{type: next, next: meta.next, items: data}", "?key=2", "GET /v1/things?key=2", false},
		{"next's parameter", param("key"), "{type: next, next: meta.next, items: data, param: key}", "2", "GET /v1/things?key=2", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, report := load(t, listDocument(tt.params, thingsSchema, tt.paging), "")
			if len(report.Issues) > 0 {
				t.Errorf("issues: %v", report.Issues)
			}
			checkSpecs(t, c)
			s := newService(t, pages)
			first := run(t, c, s, "list_things", `{}`, nil)
			if first.err != nil || gjson.Get(first.output, "next_cursor").Str != tt.cursor {
				t.Fatalf("first page: %s %v", first.output, first.err)
			}
			second := run(t, c, s, "list_things", fmt.Sprintf(`{"cursor":%q}`, tt.cursor), nil)
			if second.err != nil || !strings.Contains(second.output, "Thing 2") {
				t.Fatalf("second page: %s %v", second.output, second.err)
			}
			equal(t, "asked", s.asked, []string{"GET /v1/things", tt.asked})
			all := run(t, c, s, "list_things", `{"all_pages":true}`, nil)
			if n := strings.Count(all.output, `"name"`); n != 5 || strings.Contains(all.output, "next_cursor") || len(all.warnings) > 0 {
				t.Errorf("all pages: %s %v %v", all.output, all.warnings, all.err)
			}
			want := 5
			if tt.beyond {
				want = 6
			}
			if len(s.asked) != want {
				t.Errorf("asked %q, want %d requests", s.asked, want)
			}
		})
	}
}

func TestPagingSpec(t *testing.T) {
	t.Parallel()
	c, _ := load(t, listDocument("{name: page, in: query, schema: {type: integer}}, {name: limit, in: query, schema: {type: integer, maximum: 50, default: 2}}",
		thingsSchema, "{type: page, param: page, size: limit, items: data, max_pages: 2, start: 1}"), "")
	want := &operations.Paging{CursorInput: "cursor", SizeInput: "limit", AllInput: "all_pages", CursorOutput: "next_cursor", Items: "data", MaxPages: 2, MaxSize: 50}
	if diff := cmp.Diff(want, operation(t, c, "list_things").Spec().Paging); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	s := newService(t, pages)
	all := run(t, c, s, "list_things", `{"all_pages":true}`, nil)
	if !strings.HasSuffix(all.output, `,"next_cursor":"3"}`) || len(all.warnings) != 1 {
		t.Errorf("bounded: %s %v", all.output, all.warnings)
	}
	last := run(t, c, s, "list_things", `{"cursor":"3"}`, nil)
	if strings.Contains(last.output, "next_cursor") {
		t.Errorf("a page that is shorter than usual is the last: %s", last.output)
	}
}

func TestPagingOfABareArray(t *testing.T) {
	t.Parallel()
	c, _ := load(t, listDocument("{name: bare, in: query, schema: {type: string}}", "{type: array, items: {type: object}}", "{type: link}"), "")
	s := newService(t, pages)
	if got := run(t, c, s, "list_things", `{"bare":"1"}`, nil); got.output != `{"result":`+things(0, 2)+`,"next_cursor":"?key=2\u0026a=b,c"}` {
		t.Errorf("first page %s", got.output)
	}
	got := run(t, c, s, "list_things_ddl", `{}`, nil)
	if got.err != nil {
		t.Fatal(got.err)
	}
	checkSpecs(t, c)
}

func TestPagingIsPinned(t *testing.T) {
	t.Parallel()
	next := "{type: next, next: meta.next, items: data}"
	c, _ := load(t, listDocument("{name: elsewhere, in: query, schema: {type: string}}", thingsSchema, next), "")
	s := newService(t, pages)

	first := run(t, c, s, "list_things", `{"elsewhere":"1"}`, nil)
	if !strings.HasSuffix(first.output, `,"next_cursor":"/v1/other/things?key=2"}`) {
		t.Errorf("a link to another path of the service is kept: %s", first.output)
	}
	if second := run(t, c, s, "list_things", `{"cursor":"/v1/other/things?key=2"}`, nil); second.err != nil || s.asked[1] != "GET /v1/other/things?key=2" {
		t.Errorf("followed: %v %q", second.err, s.asked)
	}
	for _, cursor := range []string{"https://evil.example/v1/things", "//evil.example/x", "http://169.254.169.254/", "https://user@api.acme.example/"} {
		if got := run(t, c, s, "list_things", fmt.Sprintf(`{"cursor":%q}`, cursor), nil); code(got.err) != operations.CodeDestinationRefused {
			t.Errorf("%s: %v", cursor, got.err)
		}
	}
	for _, cursor := range []string{"/v1/other/things?key=2", "https://api.acme.example/v1/things?key=2"} {
		if got := run(t, c, s, "list_things_ddl", fmt.Sprintf(`{"cursor":%q}`, cursor), nil); code(got.err) != operations.CodeInvalidInput {
			t.Errorf("a drop-down followed %s: %v", cursor, got.err)
		}
	}
	if len(s.asked) != 2 {
		t.Errorf("asked %q", s.asked)
	}

	evil := newService(t, answering(`{"data":[{"id":1,"name":"x"}],"meta":{"next":"https://evil.example/"}}`))
	if got := run(t, c, evil, "list_things", `{}`, nil); strings.Contains(got.output, "next_cursor") || len(got.warnings) != 1 {
		t.Errorf("a link away from the service: %s %v", got.output, got.warnings)
	}
	loop := newService(t, answering(`{"data":[{"id":1,"name":"x"}],"meta":{"next":"/v1/things?key=1"}}`))
	if got := run(t, c, loop, "list_things", `{"all_pages":true}`, nil); len(loop.asked) != 2 || len(got.warnings) != 1 {
		t.Errorf("a list that never ends: %d requests, %v", len(loop.asked), got.warnings)
	}
	number, _ := load(t, listDocument("{name: page, in: query, schema: {type: integer}}", thingsSchema, "{type: page, param: page, items: data}"), "")
	if got := run(t, number, s, "list_things", `{"cursor":"-1"}`, nil); code(got.err) != operations.CodeInvalidInput {
		t.Errorf("a cursor that is no number: %v", got.err)
	}
}

func TestDDL(t *testing.T) {
	t.Parallel()
	c, report := load(t, document("3.0.0", `
paths:
  /teams/{team}/agents:
    get:
      operationId: list_agents
      tags: [Agents]
      x-cache: {ttl: 60, stale_for: 600}
      parameters:
        - {name: team, in: path, required: true, schema: {type: string}}
        - {name: q, in: query, schema: {type: string}}
        - {name: limit, in: query, required: true, schema: {type: integer}}
        - {name: role, in: query, schema: {type: string}}
      x-ddl:
        - {items: data, text: ['{first} {last}', nick], value: id, search: q, inputs: [role], input: {limit: 100}, extra: {email: contact.email}}
        - {name: agent_roles_ddl, title: Roles, items: 'data.#.role', text: '', value: ''}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
`), "")
	if len(report.Issues) > 0 || report.DDLs != 2 || report.Operations != 1 {
		t.Errorf("report %+v", report)
	}
	equal(t, "operations", names(c), []string{"list_agents", "list_agents_ddl", "agent_roles_ddl"})
	checkSpecs(t, c)
	spec := operation(t, c, "list_agents_ddl").Spec()
	wantInput := `{"type":"object","properties":{"team":{"type":"string"},"role":{"type":"string"},` +
		`"search":{"type":"string","maxLength":200,"description":"Only options whose text holds this."},` +
		`"cursor":{"type":"string","maxLength":8192,"description":"The next_cursor of an earlier answer."},` +
		`"limit":{"type":"integer","minimum":1,"maximum":1000,"default":100,"description":"Options on a page."},` +
		`"refresh":{"type":"boolean","description":"Read the list anew; one that is some seconds old at most is given as it is."}},` +
		`"required":["team"],"additionalProperties":false}`
	if diff := cmp.Diff(wantInput, string(spec.Input)); diff != "" {
		t.Errorf("input -want +got:\n%s", diff)
	}
	if spec.Kind != operations.KindDDL || spec.Effect != operations.EffectRead || spec.Cache.TTL.Duration().Seconds() != 60 || spec.Resource != "agents" {
		t.Errorf("spec %+v", spec)
	}
	s := newService(t, answering(`{"data":[
		{"id":"a1","first":"Ann","last":"B","role":"admin","contact":{"email":"a@b.c"}},
		{"id":2,"nick":"Zed \"Z\"","role":"agent"},
		{"id":3.5,"role":null}, {"id":null,"nick":"gone"}, {"id":{"no":1}}]}`))
	got := run(t, c, s, "list_agents_ddl", `{"team":"t","search":"An n","role":"x"}`, nil)
	want := `{"result":[{"text":"Ann B","value":"a1","email":"a@b.c"},{"text":"Zed \"Z\"","value":2},{"text":"3.5","value":3.5}]}`
	if got.output != want || got.err != nil {
		t.Errorf("got %s %v\nwant %s", got.output, got.err, want)
	}
	got = run(t, c, s, "agent_roles_ddl", `{"team":"t","limit":5,"search":"AG"}`, nil)
	if got.output != `{"result":[{"text":"agent","value":"agent"}]}` {
		t.Errorf("searched by the hub: %s %v", got.output, got.err)
	}
	equal(t, "asked", s.asked, []string{"GET /v1/teams/t/agents?q=An%20n&limit=100&role=x", "GET /v1/teams/t/agents?limit=5"})
}

func TestDDLSearchesPages(t *testing.T) {
	t.Parallel()
	c, _ := load(t, listDocument("{name: key, in: query, schema: {type: string}}", thingsSchema, "{type: cursor, param: key, next: meta.cursor, items: data}"), "")
	s := newService(t, pages)
	if got := run(t, c, s, "list_things_ddl", `{"search":"thing 4"}`, nil); got.output != `{"result":[{"text":"Thing 4","value":4}]}` || len(s.asked) != 3 {
		t.Errorf("got %s after %q", got.output, s.asked)
	}
	if got := run(t, c, s, "list_things_ddl", `{"cursor":"2"}`, nil); got.output != `{"result":[{"text":"Thing 2","value":2},{"text":"Thing 3","value":3}],"next_cursor":"4"}` {
		t.Errorf("got %s", got.output)
	}
	for cursor, want := range map[string]string{
		"":    `{"result":[{"text":"Thing 0","value":0}],"next_cursor":"1:"}`,
		"1:":  `{"result":[{"text":"Thing 1","value":1}],"next_cursor":"2"}`,
		"1:2": `{"result":[{"text":"Thing 3","value":3}],"next_cursor":"4"}`,
	} {
		if got := run(t, c, s, "list_things_ddl", fmt.Sprintf(`{"cursor":%q,"limit":1}`, cursor), nil); got.output != want {
			t.Errorf("from %q: got %s, want %s", cursor, got.output, want)
		}
	}
	endless := newService(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("key"))
		answering(fmt.Sprintf(`{"data":[{"id":%d,"name":"x"}],"meta":{"cursor":"%d"}}`, n, n+1))(w, r)
	})
	if got := run(t, c, endless, "list_things_ddl", `{"search":"y"}`, nil); got.output != `{"result":[],"next_cursor":"10","truncated":true}` {
		t.Errorf("bounded: %s", got.output)
	}
}
