package outreach_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const record = `{"data":{"type":"account","id":1,"attributes":{}}}`

func TestRequests(t *testing.T) {
	t.Parallel()
	page := func(more ...string) map[string]string {
		query := map[string]string{"page[size]": "50", "count": "false"}
		for i := 0; i < len(more); i += 2 {
			query[more[i]] = more[i+1]
		}
		return query
	}
	const empty = `{"data":[]}`
	cases := map[string]struct {
		operation, input, answer string
		want                     sent
		output                   string // of the operation; empty: the answer
	}{
		"create in snake_case": {
			operation: "create_account",
			input:     `{"attributes":{"name":"Acme","natural_name":"A","custom7":null},"relationships":{"owner":"789"}}`,
			want: sent{Method: "POST", Path: "/api/v2/accounts", Body: `{"data":{"type":"account",` +
				`"attributes":{"custom7":null,"name":"Acme","naturalName":"A"},` +
				`"relationships":{"owner":{"data":{"type":"user","id":789}}}}}`},
		},
		"create in camelCase": {
			operation: "create_call",
			input:     `{"attributes":{"userCallType":"voip","to":"+1"},"relationships":{"callPurpose":2,"call_disposition":1}}`,
			want: sent{Method: "POST", Path: "/api/v2/calls", Body: `{"data":{"type":"call",` +
				`"attributes":{"to":"+1","userCallType":"voip"},"relationships":{` +
				`"callDisposition":{"data":{"type":"callDisposition","id":1}},"callPurpose":{"data":{"type":"callPurpose","id":2}}}}}`},
		},
		"create with links only": {
			operation: "create_sequence_state", input: `{"relationships":{"mailbox":123,"prospect":456.0,"sequence":789}}`,
			want: sent{Method: "POST", Path: "/api/v2/sequenceStates", Body: `{"data":{"type":"sequenceState","relationships":{` +
				`"mailbox":{"data":{"type":"mailbox","id":123}},"prospect":{"data":{"type":"prospect","id":456}},` +
				`"sequence":{"data":{"type":"sequence","id":789}}}}}`},
		},
		"create with a link of several types": {
			operation: "create_task", input: `{"attributes":{"action":"call"},"relationships":{"subject":{"type":"opportunity","id":"5"}}}`,
			want: sent{Method: "POST", Path: "/api/v2/tasks", Body: `{"data":{"type":"task","attributes":{"action":"call"},` +
				`"relationships":{"subject":{"data":{"type":"opportunity","id":5}}}}}`},
		},
		"create from flat ids": {
			operation: "add_prospect_to_sequence", input: `{"sequence_id":123,"prospect_id":"456","mailbox_id":789}`,
			want: sent{Method: "POST", Path: "/api/v2/sequenceStates", Body: `{"data":{"type":"sequenceState","relationships":{` +
				`"mailbox":{"data":{"type":"mailbox","id":789}},"prospect":{"data":{"type":"prospect","id":456}},` +
				`"sequence":{"data":{"type":"sequence","id":123}}}}}`},
		},
		"create from flat attributes, whose names stay": {
			operation: "create_compliance_request",
			input:     `{"requester_email":"a@b.example","request_type":"Delete","object_type":"Prospect","request_object_email":"c@d.example"}`,
			answer:    `{"data":{"batch_compliance_request_id":"b1"}}`,
			want: sent{Method: "POST", Path: "/api/v2/complianceRequests", Body: `{"data":{"type":"complianceRequest","attributes":{` +
				`"object_type":"Prospect","request_object_email":"c@d.example","request_type":"Delete","requester_email":"a@b.example"}}}`},
		},
		"update, clearing a link": {
			operation: "update_opportunity", input: `{"opportunity_id":"12","attributes":{"next_step":null},"relationships":{"primary_prospect":null}}`,
			want: sent{Method: "PATCH", Path: "/api/v2/opportunities/12", Body: `{"data":{"type":"opportunity","id":12,` +
				`"attributes":{"nextStep":null},"relationships":{"primaryProspect":{"data":null}}}}`},
		},
		"delete": {
			operation: "delete_stage", input: `{"stage_id":3}`, answer: " ", output: `{"deleted":true}`,
			want: sent{Method: "DELETE", Path: "/api/v2/stages/3"},
		},
		"delete with an id of another name": {
			operation: "delete_opportunity_prospect_role", input: `{"prospect_role_id":12345}`, output: `{"deleted":true}`,
			want: sent{Method: "DELETE", Path: "/api/v2/opportunityProspectRoles/12345"},
		},
		"get": {
			operation: "get_prospect", input: `{"prospect_id":7}`,
			want: sent{Method: "GET", Path: "/api/v2/prospects/7"},
		},
		"get some fields": {
			operation: "get_prospect", input: `{"prospect_id":7,"fields":["firstName","custom150","owner"]}`,
			want: sent{Method: "GET", Path: "/api/v2/prospects/7", Query: map[string]string{"fields[prospect]": "firstName,custom150,owner"}},
		},
		"list": {
			operation: "list_stages", input: `{}`, answer: empty,
			want: sent{Method: "GET", Path: "/api/v2/stages", Query: page()},
		},
		"list with everything": {
			operation: "list_prospects", answer: empty,
			input: `{"page_size":2,"cursor":"c=","count":true,"fields":["emails","account"],"sort":{"sort_by":"created_at","sort_direction":"desc"},
				"filters":[{"field":"first_name","criteria":"Jo"},{"field":"owner","criteria":7},{"field":"account.id","criteria":[1,"2"]},
				{"field":"engagedScore","criteria":{"gte":5}},{"field":"createdAt","criteria":{"gte":"2023-01-01","lte":"2024-01-01"}},
				{"field":"title","criteria":null},{"field":"id","criteria":"5..10"},{"field":"q","criteria":"acme"}]}`,
			want: sent{Method: "GET", Path: "/api/v2/prospects", Query: map[string]string{
				"page[size]": "2", "page[after]": "c=", "count": "true", "fields[prospect]": "emails,account", "sort": "-createdAt",
				"filter[firstName]": "Jo", "filter[owner][id]": "7", "filter[account][id]": "1,2", "filter[engagedScore]": "5..inf",
				"filter[createdAt]": "2023-01-01..2024-01-01", "filter[title]": "__null__", "filter[id]": "5..10", "filter[q]": "acme",
			}},
		},
		"list by a boolean and an open range": {
			operation: "list_accounts", input: `{"filters":[{"field":"named","criteria":false},{"field":"touchedAt","criteria":{"lte":"2023-01-01"}}]}`, answer: empty,
			want: sent{Method: "GET", Path: "/api/v2/accounts", Query: page("filter[named]", "false", "filter[touchedAt]", "neginf..2023-01-01")},
		},
		"action": {
			operation: "set_sequence_state_action", input: `{"sequence_state_id":9,"action":"pause"}`,
			want: sent{Method: "POST", Path: "/api/v2/sequenceStates/9/actions/pause"},
		},
		"action with parameters": {
			operation: "set_task_action", input: `{"task_id":9,"action":"snooze","action_params":{"due_at":"2023-06-15T10:00:00Z","markAsUrgent":true}}`,
			want: sent{Method: "POST", Path: "/api/v2/tasks/9/actions/snooze",
				Query: map[string]string{"actionParams[dueAt]": "2023-06-15T10:00:00Z", "actionParams[markAsUrgent]": "true"}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.answer == "" {
				c.answer = record
			}
			u := newUpstream(t, http.StatusOK, c.answer)
			got := u.call(t, c.operation, c.input)
			if got.err != nil {
				t.Fatalf("%v %v", got.err, got.err.Faults)
			}
			if diff := cmp.Diff([]sent{c.want}, u.requests); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
			if c.output == "" {
				c.output = c.answer
			}
			if string(got.output) != c.output {
				t.Errorf("output %s, want %s", got.output, c.output)
			}
		})
	}
}

// TestFaults gives inputs that must not reach the service, with the place of the fault.
func TestFaults(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, operation, input, pointer string }{
		{"unknown attribute", "create_account", `{"attributes":{"name":"A","colour":"red"}}`, "/attributes/colour"},
		{"read-only attribute", "create_account", `{"attributes":{"created_at":"2023-01-01T00:00:00Z"}}`, "/attributes/created_at"},
		{"both names of an attribute", "create_account", `{"attributes":{"natural_name":"A","naturalName":"B"}}`, "/attributes/natural_name"},
		{"both names of a relationship", "create_call", `{"relationships":{"call_purpose":1,"callPurpose":2}}`, "/relationships/call_purpose"},
		{"custom field too far", "create_account", `{"attributes":{"custom151":"A"}}`, "/attributes/custom151"},
		{"wrong type in camelCase", "create_account", `{"attributes":{"numberOfEmployees":"many"}}`, "/attributes/numberOfEmployees"},
		{"value outside a closed list", "create_task", `{"attributes":{"action":"Call"}}`, "/attributes/action"},
		{"relationship that cannot be written", "create_account", `{"relationships":{"creator":1}}`, "/relationships/creator"},
		{"relationship to many", "create_account", `{"relationships":{"prospects":1}}`, "/relationships/prospects"},
		{"relationship missing", "create_sequence_state", `{"relationships":{"mailbox":1,"prospect":2}}`, "/relationships/sequence"},
		{"subject without a type", "create_task", `{"relationships":{"subject":{"id":1}}}`, "/relationships/subject/type"},
		{"create with nothing", "create_account", `{}`, ""},
		{"update with nothing", "update_account", `{"account_id":1}`, ""},
		{"update with empty attributes", "update_account", `{"account_id":1,"attributes":{}}`, "/attributes"},
		{"id of zero", "get_account", `{"account_id":0}`, "/account_id"},
		{"id that is a path", "get_account", `{"account_id":"1/../2"}`, "/account_id"},
		{"id too large", "get_account", `{"account_id":1e30}`, "/account_id"},
		{"no id", "delete_opportunity_prospect_role", `{}`, "/prospect_role_id"},
		{"page size", "list_accounts", `{"page_size":1001}`, "/page_size"},
		{"filter that is ignored upstream", "list_prospects", `{"filters":[{"field":"company","criteria":"Acme"}]}`, "/filters/0/field"},
		{"filter on a field there is not", "list_prospects", `{"filters":[{"field":"title","criteria":"x"},{"field":"x]","criteria":"Acme"}]}`, "/filters/1/field"},
		{"filter on a relationship without filter", "list_prospects", `{"filters":[{"field":"persona","criteria":1}]}`, "/filters/0/field"},
		{"search where there is none", "list_stages", `{"filters":[{"field":"q","criteria":"x"}]}`, "/filters/0/field"},
		{"filter twice", "list_prospects", `{"filters":[{"field":"title","criteria":"x"},{"field":"title","criteria":"y"}]}`, "/filters/1/field"},
		{"filter with an empty value", "list_prospects", `{"filters":[{"field":"title","criteria":""}]}`, "/filters/0/criteria"},
		{"comma in a list", "list_prospects", `{"filters":[{"field":"title","criteria":["a","b,c"]}]}`, "/filters/0/criteria/1"},
		{"dots in a range", "list_prospects", `{"filters":[{"field":"title","criteria":{"gte":"a..b"}}]}`, "/filters/0/criteria/gte"},
		{"sort by what cannot be sorted", "list_prospects", `{"sort":{"sort_by":"company"}}`, "/sort/sort_by"},
		{"sort by a field that cannot be filtered either", "list_recipients", `{"sort":{"sort_by":"value"}}`, "/sort/sort_by"},
		{"field there is not", "list_prospects", `{"fields":["title","titel"]}`, "/fields/1"},
		{"field there is not in a get", "get_call", `{"call_id":1,"fields":["x"]}`, "/fields/0"},
		{"action there is not", "set_task_action", `{"task_id":1,"action":"destroy"}`, "/action"},
		{"action without its parameter", "set_task_action", `{"task_id":1,"action":"reassignOwner"}`, "/action_params/ownerId"},
		{"parameter of another action", "set_task_action", `{"task_id":1,"action":"deliver","action_params":{"due_at":"2023-06-15T10:00:00Z"}}`, "/action_params/due_at"},
		{"parameter there is not", "set_task_action", `{"task_id":1,"action":"deliver","action_params":{"x":1}}`, "/action_params/x"},
		{"both names of a parameter", "set_task_action", `{"task_id":1,"action":"reassignOwner","action_params":{"ownerId":1,"owner_id":2}}`, "/action_params/owner_id"},
		{"parameters where there are none", "set_sequence_state_action", `{"sequence_state_id":1,"action":"pause","action_params":{}}`, "/action_params"},
		{"no address", "create_compliance_request", `{"requester_email":"x","request_type":"Delete","object_type":"Prospect","request_object_email":"c@d.example"}`, "/requester_email"},
		{"limit of a drop-down", "list_users_ddl", `{"limit":201}`, "/limit"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			u := newUpstream(t, http.StatusOK, record)
			got := u.call(t, c.operation, c.input)
			if got.err == nil || got.err.Code != "invalid_input" || len(got.err.Faults) != 1 || got.err.Faults[0].Pointer != c.pointer {
				t.Errorf("got %+v, want one fault at %q", got.err, c.pointer)
			}
			if len(u.requests) > 0 {
				t.Errorf("the service was asked: %+v", u.requests)
			}
		})
	}
}
