package openapi_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations/openapi"
)

const proposable = `
paths:
  /teams:
    get:
      operationId: listTeams
      parameters: [{name: limit, in: query, schema: {type: integer}}, {name: page_token, in: query, schema: {type: string}}, {name: q, in: query, schema: {type: string}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {items: {type: array, items: {$ref: '#/components/schemas/Team'}}, nextPageToken: {type: string}}}}}}}
    post:
      operationId: createTeam
      requestBody: {content: {application/json: {schema: {type: object, properties: {parent_team_id: {type: string}, team_id: {type: string}}}}}}
  /teams/{teamId}: {get: {operationId: getTeam, parameters: [{$ref: '#/components/parameters/TeamId'}]}}
  /teams/{teamId}/agents:
    get:
      operationId: listAgents
      parameters: [{$ref: '#/components/parameters/TeamId'}, {name: offset, in: query, schema: {type: integer}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {data: {type: object, properties: {payload: {type: array, items: {$ref: '#/components/schemas/Agent'}}}}}}}}}}
  /teams/{teamId}/agents/{key}:
    parameters: [{$ref: '#/components/parameters/TeamId'}]
    get: {operationId: getAgent, parameters: [{name: key, in: path, required: true, schema: {type: string}}]}
  /links: {get: {operationId: listLinks, responses: {'200': {description: ok, headers: {Link: {}}, content: {application/json: {schema: {type: array, items: {type: object, properties: {value: {type: string}}}}}}}}}}
  /nexts: {get: {operationId: listNexts, parameters: [{name: pageKey, in: query, schema: {type: string}}], responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {data: {type: array, items: {type: object}}, meta: {type: object, properties: {next: {type: string}}}}}}}}}}}
  /stats: {get: {operationId: stats, responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {count: {type: integer}}}}}}}}}
components:
  parameters: {TeamId: {name: teamId, in: path, required: true, schema: {type: string}}}
  schemas:
    Team: {type: object, properties: {id: {type: string}, name: {type: string}}}
    Agent: {allOf: [{type: object, properties: {key: {type: string}}}, {type: object, properties: {email: {type: string}}}]}
`

const proposed = `overlay: 1.0.0
info:
  title: 'Acme: proposed by names, to be read before use'
  version: 0.1.0
actions:
  - target: $['paths']['/teams']['get']
    update:
      x-ddl:
        items: items
        search: q
        text: name
        value: id
      x-paging:
        items: items
        next: nextPageToken
        param: page_token
        size: limit
        type: cursor
  - target: $['paths']['/teams']['post']['requestBody']['content']['application/json']['schema']['properties']['team_id']
    update:
      x-lookup:
        operation: list_teams_ddl
  - target: $['paths']['/teams/{teamId}/agents']['get']
    update:
      x-ddl:
        items: data.payload
        text: email
        value: key
      x-paging:
        items: data.payload
        param: offset
        type: offset
  - target: $['paths']['/teams/{teamId}/agents/{key}']['get']['parameters'][?@.name == 'key' && @.in == 'path']
    update:
      x-lookup:
        input:
          teamId: teamId
        operation: list_agents_ddl
  - target: $['paths']['/links']['get']
    update:
      x-paging:
        items: ""
        type: link
  - target: $['paths']['/nexts']['get']
    update:
      x-paging:
        items: data
        next: meta.next
        param: pageKey
        type: next
  - target: $['components']['parameters']['TeamId']
    update:
      x-lookup:
        operation: list_teams_ddl
`

func TestPropose(t *testing.T) {
	t.Parallel()
	source := document("3.0.0", proposable)
	overlay, err := openapi.Propose(t.Context(), []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(proposed, string(overlay)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	c, report := load(t, source, string(overlay))
	if len(report.Issues) > 0 {
		t.Errorf("issues %v", report.Issues)
	}
	checkSpecs(t, c)
	lookup := gjson.GetBytes(operation(t, c, "get_agent").Spec().Input, "properties.key.x-lookup").Raw
	if lookup != `{"operation":"list_agents_ddl","input":{"teamId":"teamId"}}` {
		t.Errorf("look-up %s", lookup)
	}
}

// TestChatwoot loads a document that somebody else wrote: Chatwoot's, of 2024-01-31.
func TestChatwoot(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/chatwoot.json")
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := openapi.Propose(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	c, report := load(t, string(data), string(overlay))
	if report.Operations != 117 || report.DDLs != 11 || report.Format != "Swagger 2.0, JSON" || len(c.Auth) != 3 || c.Verify == "" {
		t.Errorf("report %+v, verify %q", report, c.Verify)
	}
	for _, issue := range report.Issues {
		if issue.Kind == openapi.Skipped {
			t.Errorf("%s", issue)
		}
	}
	checkSpecs(t, c)
	all := names(c)
	for _, name := range []string{"contact_list", "list_all_inboxes_ddl", "delete_agent_in_inbox", "new_conversation"} {
		if !slices.Contains(all, name) {
			t.Errorf("%s is missing", name)
		}
	}
	s := newService(t, answering(`[{"id":1,"name":"Ann"}]`), "Content-Type")
	if got := run(t, c, s, "get_account_agents_ddl", `{"account_id":3,"search":"a"}`, nil); got.output != `{"result":[{"text":"Ann","value":1}]}` {
		t.Errorf("agents %s %v", got.output, got.err)
	}
	if got := run(t, c, s, "delete_agent_in_team", `{"account_id":3,"team_id":4,"user_ids":[5]}`, nil); got.err != nil {
		t.Error(got.err)
	}
	if got := run(t, c, s, "create_a_new_message_in_a_conversation", `{"account_id":3,"conversation_id":4,"content":"hi"}`, nil); got.err != nil {
		t.Error(got.err)
	}
	equal(t, "asked", s.asked, []string{
		"GET /api/v1/accounts/3/agents",
		"DELETE /api/v1/accounts/3/teams/4/team_members\nContent-Type: application/json\n" + `{"user_ids":[5]}`,
		"POST /api/v1/accounts/3/conversations/4/messages\nContent-Type: application/json\n" + `{"content":"hi"}`,
	})
	if auth := operation(t, c, "create_an_account").Spec().Auth; !slices.Equal(auth, []string{"platform_app_api_key"}) {
		t.Errorf("auth %v", auth)
	}
	if spec := operation(t, c, "create_a_contact").Spec(); spec.Auth != nil || !strings.Contains(string(spec.Input), "inbox_identifier") {
		t.Errorf("public operation %+v", spec)
	}
}
