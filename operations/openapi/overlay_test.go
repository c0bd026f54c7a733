package openapi_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/openapi"
)

const overlayHead = "overlay: 1.0.0\ninfo: {title: Acme, version: '1'}\nactions:\n"

const overlaid = `
paths:
  /things/{id}:
    get:
      operationId: get_thing
      tags: [a]
      description: old
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: part, in: query, schema: {type: integer}}
  /things: {get: {operationId: list_things, parameters: [{name: page, in: query, schema: {type: integer}}], responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {type: object}}}}}}}}
  /old: {get: {operationId: old}, post: {operationId: old_post}}
`

func TestOverlay(t *testing.T) {
	t.Parallel()
	c, report := load(t, document("3.0.0", overlaid), overlayHead+`
  - {target: "$.paths['/things/{id}'].get", update: {description: A new description., tags: [b], x-title: Thing}}
  - {target: "$.paths['/things/{id}'].get.parameters[?@.name == 'id']", update: {x-lookup: {operation: list_things}}}
  - {target: "$.paths['/things/{id}'].get.parameters[?(@.name=='part')]", remove: true}
  - {target: "$.paths['/things/{id}'].get.parameters", update: {name: more, in: query, schema: {type: boolean}}}
  - {target: "$.paths['/things'].get", update: {x-ddl: {text: name, value: id}}}
  - {target: $.paths.*.post, remove: true}
  - {target: "$..[?@.operationId == 'old']", update: {x-name: renamed}}
  - {target: "$.nothing.here", update: {a: 1}}
  - {target: $.paths, remove: false}
  - {target: $.info, update: {x-ddl: {text: a, value: b}, title: Acme Two}}
`)
	equal(t, "operations", names(c), []string{"get_thing", "list_things", "list_things_ddl", "renamed"})
	spec := operation(t, c, "get_thing").Spec()
	if spec.Title != "Thing" || spec.Description != "A new description." || spec.Resource != "a" || c.Title != "Acme Two" {
		t.Errorf("spec %+v", spec)
	}
	want := `{"type":"object","properties":{"id":{"type":"string","x-lookup":{"operation":"list_things_ddl"}},"more":{"type":"boolean"}},"required":["id"],"additionalProperties":false}`
	if string(spec.Input) != want {
		t.Errorf("input %s", spec.Input)
	}
	wantIssue(t, report, "overlay line 12: note: the target $.nothing.here hits nothing")
	wantIssue(t, report, "overlay line 14: note: x-ddl means nothing here")
	if len(report.Issues) != 2 {
		t.Errorf("issues %v", report.Issues)
	}
}

func TestOverlayUpdatesAreCopies(t *testing.T) {
	t.Parallel()
	c, _ := load(t, document("3.0.0", overlaid), overlayHead+`
  - {target: $.paths.*.get, update: {externalDocs: {url: 'https://one.example'}}}
  - {target: "$.paths['/old'].get.externalDocs", update: {url: 'https://two.example'}}
`)
	if docs := operation(t, c, "get_thing").Spec().Docs; docs != "https://one.example" {
		t.Errorf("the change to one target reached another: %s", docs)
	}
	if docs := operation(t, c, "old").Spec().Docs; docs != "https://two.example" {
		t.Errorf("docs %s", docs)
	}
}

func TestOverlayRefused(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("{a: ", 100) + "1" + strings.Repeat("}", 100)
	tests := []struct{ name, overlay, detail string }{
		{"not an overlay", "a: 1", "the overlay does not fit its schema: line 1"},
		{"another version", "overlay: 2.0.0\ninfo: {title: x}\nactions: []", "/overlay"},
		{"broken", "overlay: [", "the overlay cannot be read as YAML"},
		{"bad word", overlayHead + "  - target: $\n    update:\n      x-effect: maybe", "line 6: /actions/0/update/x-effect"},
		{"unknown part of a word", overlayHead + "  - target: $\n    update: {x-cache: {ttl: 1, for: 2}}", "/actions/0/update/x-cache/for is not a known field"},
		{"no path", overlayHead + "  - {target: 'paths[', remove: true}", "overlay line 4: the target \"paths[\" is not"},
		{"everything below everything", overlayHead + "  - {target: '$..*..*', remove: true}", "looks at too much at once"},
		{"everything for everything", overlayHead + "  - {target: '$..[?$..a]', remove: true}", "looks at too much at once"},
		{"too deep", overlayHead + "  - {target: '$.x', update: {}}\n  - {target: $, update: " + deep + "}\n  - {target: '$" + strings.Repeat(".a", 90) + "', update: " + deep + "}", "nests more than"},
		{"50 MB", strings.Repeat(" ", 50<<20), "the overlay is 50 MiB large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := openapi.Load(t.Context(), openapi.Source{Document: []byte(document("3.0.0", overlaid)), Overlay: []byte(tt.overlay)}, openapi.Options{Name: "acme"})
			if code(err) != operations.CodeInvalidInput && code(err) != operations.CodeTooLarge || !strings.Contains(err.Error(), tt.detail) {
				t.Errorf("got %v, want %q", err, tt.detail)
			}
		})
	}
}

// TestLookups: the ways to say which drop-down fills a field, and of what it depends.
func TestLookups(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, word, want string }{
		{"paths", `x-lookup: {operation: list, input: {team: group.id}}`, `{"operation":"list_ddl","input":{"team":"group.id"}}`},
		{"placeholders", `x-lookup: {operation: list_ddl, input: {team: '{{{ group.id }}}', kind: '{{properties.kind}}'}}`,
			`{"operation":"list_ddl","input":{"kind":"kind","team":"group.id"}}`},
		{"message", `x-lookup: {message: list_ddl}`, `{"operation":"list_ddl"}`},
		{"fixed", `x-lookup: {operation: list, input: {closed: false}, fixed: {team: 7}}`, `{"operation":"list_ddl","fixed":{"closed":false,"team":7}}`},
		{"another hub's", `lookup: {message: list_ddl, input: {team: '{{{group}}}', kind: open, closed: true}}`,
			`{"operation":"list_ddl","input":{"team":"group"},"fixed":{"closed":true,"kind":"open"}}`},
		{"both", `x-lookup: {operation: list}, lookup: {operation: nothing}`, `{"operation":"list_ddl"}`},
		{"a property's own", `lookup: a text`, ``},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, report := load(t, document("3.0.0", `paths:
  /list: {get: {operationId: list, x-ddl: {text: a, value: b, inputs: [team, kind, closed]}, parameters: [
    {name: team, in: query, schema: {}}, {name: kind, in: query, schema: {}}, {name: closed, in: query, schema: {}}]}}
  /a: {get: {operationId: op, parameters: [{name: a, in: query, schema: {}, `+test.word+`}]}}
  /b: {post: {operationId: other, requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string, `+test.word+`}}}}}}}}
`), "")
			for _, name := range []string{"op", "other"} {
				if got := gjson.GetBytes(operation(t, c, name).Spec().Input, "properties.a.x-lookup").Raw; got != test.want {
					t.Errorf("%s: %s, want %s", name, got, test.want)
				}
			}
			if len(report.Issues) > 0 {
				t.Errorf("issues %v", report.Issues)
			}
		})
	}
}

// TestVocabulary shows that an extension which makes no sense is left out and told.
func TestVocabulary(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, operation, issue string }{
		{"lookup that leads nowhere", `parameters: [{name: a, in: query, x-lookup: {operation: no_such}, schema: {}}]`, "x-lookup: there is no DDL operation no_such"},
		{"lookup that gives too much", `parameters: [{name: a, in: query, x-lookup: {operation: op, input: {x: a}}, schema: {}}], x-ddl: {text: a, value: b}`, "x-lookup: op_ddl has no input field x"},
		{"lookup that gives too little", `parameters: [{name: a, in: query, required: true, x-lookup: {operation: op}, schema: {}}], x-ddl: {text: a, value: b}`, "x-lookup: op_ddl needs the input field a"},
		{"lookup that mixes", `parameters: [{name: a, in: query, x-lookup: {operation: op, input: {a: 'x-{{a}}'}}, schema: {}}], x-ddl: {text: a, value: b, inputs: [a]}`, "x-lookup: /input/a mixes a placeholder with text"},
		{"paging by a field that is not there", `x-paging: {type: page, param: page, items: data}`, "x-paging: the operation has no input field page"},
		{"paging of no kind", `x-paging: {type: magic}`, "x-paging: /type value must be one of"},
		{"cursor without a place", `x-paging: {type: cursor, param: a}`, "x-paging: /next is required"},
		{"search by a field that is not there", `x-ddl: {text: a, value: b, search: q}`, "x-ddl: the operation has no input field q"},
		{"DDL without a value", `x-ddl: {text: a}`, "x-ddl: "},
		{"cache that varies by what is not there", `x-cache: {ttl: 1, vary: [q]}`, "the cache rule varies by \"q\", which is not a field of the input"},
		{"cache for a text", `x-cache: long`, "x-cache: got string, want object"},
		{"name that is none", `x-name: 'a b!'`, "x-name: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, report := load(t, document("3.0.0", "paths: {/a: {get: {operationId: op, "+tt.operation+"}}}\n"), "")
			wantIssue(t, report, tt.issue)
			if got := names(c); got[0] != "op" {
				t.Errorf("operations %v", got)
			}
		})
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	paths := `
paths:
  /public: {get: {operationId: public, security: []}}
  /one/{id}: {get: {operationId: one, parameters: [{name: id, in: path, required: true, schema: {type: string}}]}}
  /me: {get: {operationId: me}, put: {operationId: change_me}}
  /other: {get: {operationId: other}}
`
	for words, want := range map[string]string{"": "me", "x-verify: other": "other", "x-verify: change_me": "", "x-verify: none": "", "x-verify: one": "", "x-verify: public": "public"} {
		c, report := load(t, document("3.0.0", paths+words+"\n"), "")
		if c.Verify != want {
			t.Errorf("%q: %q", words, c.Verify)
		}
		if want == "" {
			wantIssue(t, report, "is not an operation that reads and needs no input")
		}
	}
}

func TestOverlaySchema(t *testing.T) {
	t.Parallel()
	if _, err := openapi.OverlaySchema().Compile(); err != nil || !json.Valid(openapi.OverlaySchema()) {
		t.Fatal(err)
	}
}
