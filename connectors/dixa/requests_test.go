package dixa_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/connectors/dixa"
	"github.com/patchbay/patchbay/operations"
)

func find(t *testing.T, name string) operations.Operation {
	t.Helper()
	catalogue, err := operations.NewCatalogue([]operations.Connector{dixa.Connector()})
	if err != nil {
		t.Fatal(err)
	}
	_, operation, err := catalogue.Operation("dixa", name)
	if err != nil {
		t.Fatal(err)
	}
	return operation
}

func check(t *testing.T, schema operations.Schema, document string) []operations.InputFault {
	t.Helper()
	validator, err := schema.Compile()
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := operations.Decode([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return validator.Faults(decoded)
}

// exchange is what a call sent, and what came of it.
type exchange struct {
	Sent     []string // "METHOD /path?query body"
	Output   string
	Warnings []string
	Detail   string // of the error
}

// call runs an operation against a stand-in below a path prefix, which gives the answers in turn.
func call(t *testing.T, name, input string, status int, answers ...string) exchange {
	t.Helper()
	var got exchange
	server := httptest.NewServer(http.StripPrefix("/proxy", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got.Sent = append(got.Sent, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, answers[min(len(got.Sent), len(answers))-1])
	})))
	t.Cleanup(server.Close)
	operation := find(t, name)
	if faults := check(t, operation.Spec().Input, input); len(faults) > 0 {
		t.Fatalf("input: %v", faults)
	}
	base, err := operations.NewBase(dixa.Connector(), server.URL+"/proxy", nil)
	if err != nil {
		t.Fatal(err)
	}
	usage := &operations.Usage{}
	output, err := operation.Run(t.Context(), &operations.Call{
		Input: json.RawMessage(input), Base: base, HTTP: server.Client(), ReadError: dixa.Connector().ReadError, Usage: usage,
	})
	got.Output, got.Warnings = string(output), usage.Warnings()
	if err != nil {
		got.Detail = operations.AsError(err).Detail
	}
	return got
}

func TestRequests(t *testing.T) {
	t.Parallel()
	const id, other = "9c2a2cce-699f-4a72-89d9-fda5bc8dec8b", "a53b25da-f676-4c52-acac-58c9280aa23d"
	for name, tc := range map[string]struct {
		operation, input string
		status           int
		answers          []string
		want             exchange
	}{
		"a bare array": {
			operation: "patch_agents_in_bulk", input: `{"agents":[{"id":"` + id + `","displayName":"AB"}]}`,
			status: 200, answers: []string{`{"data":[{"data":{"id":"` + id + `"}}]}`},
			want: exchange{
				Sent:   []string{`PATCH /v1/agents [{"id":"` + id + `","displayName":"AB"}]`},
				Output: `{"data":[{"data":{"id":"` + id + `"}}]}`,
			},
		},
		"a DELETE with a body": {
			operation: "remove_queue_members", input: `{"queueId":"` + id + `","agentIds":["` + other + `"]}`,
			status: 204, answers: []string{""},
			want: exchange{Sent: []string{`DELETE /v1/queues/` + id + `/members {"agentIds":["` + other + `"]}`}, Output: `{"done":true}`},
		},
		"an answer that is an array": {
			operation: "list_agent_presence", input: `{}`, status: 200, answers: []string{`[{"userId":"u"}]`},
			want: exchange{Sent: []string{"GET /v1/agents/presence"}, Output: `{"result":[{"userId":"u"}]}`},
		},
		"a success without a body": {
			operation: "add_team_members", input: `{"teamId":"` + id + `","agentIds":[]}`, status: 200, answers: []string{""},
			want: exchange{Sent: []string{`PATCH /v1/teams/` + id + `/agents {"agentIds":[]}`}, Output: `{"done":true}`},
		},
		"custom attributes by their ids": {
			operation: "patch_conversation_custom_attributes", input: `{"conversationId":7,"customAttributes":{"` + id + `":["a","b"]}}`,
			status: 200, answers: []string{`{"data":[]}`},
			want: exchange{Sent: []string{`PATCH /v1/conversations/7/custom-attributes {"` + id + `":["a","b"]}`}, Output: `{"data":[]}`},
		},
		"an address in the path": {
			operation: "get_contact_endpoint", input: `{"contactEndpointId":"+4570001122"}`, status: 200, answers: []string{`{"data":{}}`},
			want: exchange{Sent: []string{"GET /v1/contact-endpoints/+4570001122"}, Output: `{"data":{}}`},
		},
		"the key of the next page comes out of the link": {
			operation: "list_agents", input: `{"pageLimit":2}`,
			status: 200, answers: []string{`{"data":[{"id":"1"}],"meta":{"next":"/v1/agents/?pageKey=a%2Bb%3D"}}`},
			want: exchange{
				Sent:   []string{"GET /v1/agents?pageLimit=2"},
				Output: `{"data":[{"id":"1"}],"meta":{"next":"/v1/agents/?pageKey=a%2Bb%3D"},"next_cursor":"a+b="}`,
			},
		},
		"all pages": {
			operation: "get_metric_records_data", input: `{"id":"r","timezone":"UTC","periodFilter":{"_type":"Preset","value":"Today"},"all_pages":true}`,
			status: 200, answers: []string{`{"data":[1],"meta":{"next":"/v1/analytics/records?pageKey=k"}}`, `{"data":[2],"meta":{}}`},
			want: exchange{
				Sent: []string{
					`POST /v1/analytics/records {"id":"r","timezone":"UTC","periodFilter":{"_type":"Preset","value":"Today"}}`,
					`POST /v1/analytics/records?pageKey=k {"id":"r","timezone":"UTC","periodFilter":{"_type":"Preset","value":"Today"}}`,
				},
				Output: `{"data":[1,2],"meta":{"next":"/v1/analytics/records?pageKey=k"}}`,
			},
		},
		"a link that leads away": {
			operation: "list_teams_ddl", input: `{}`, status: 200, answers: []string{`{"data":[],"meta":{"next":"https://evil.example/?pageKey=k"}}`},
			want: exchange{Sent: []string{"GET /v1/teams"}, Output: `{"result":[]}`},
		},
		"a next page elsewhere": {
			operation: "list_end_users", input: `{}`, status: 200, answers: []string{`{"data":[],"meta":{"next":"https://evil.example/?pageKey=k"}}`},
			want: exchange{Sent: []string{"GET /v1/endusers"}, Output: `{"data":[],"meta":{"next":"https://evil.example/?pageKey=k"}}`, Warnings: []string{"refused"}},
		},
		"some of many fail": {
			operation: "assign_queue_members", input: `{"queueId":"` + id + `","agentIds":["` + other + `","` + id + `"]}`,
			status: 200, answers: []string{`{"data":[{"data":"` + other + `"},{"error":{"id":"` + id + `","message":"Agent was not found"}}]}`},
			want: exchange{
				Sent:     []string{`PATCH /v1/queues/` + id + `/members {"agentIds":["` + other + `","` + id + `"]}`},
				Output:   `{"data":[{"data":"` + other + `"},{"error":{"id":"` + id + `","message":"Agent was not found"}}]}`,
				Warnings: []string{"1 of 2 failed; the first: Agent was not found"},
			},
		},
		"an error": {
			operation: "get_agent", input: `{"agentId":"` + id + `"}`, status: 404, answers: []string{`{"message":"No such agent"}`},
			want: exchange{Sent: []string{"GET /v1/agents/" + id}, Detail: "the service answered Not Found: No such agent"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := call(t, tc.operation, tc.input, tc.status, tc.answers...)
			if len(tc.want.Warnings) == 1 && tc.want.Warnings[0] == "refused" {
				if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "evil.example is not allowed") {
					t.Errorf("warnings: %v", got.Warnings)
				}
				got.Warnings = tc.want.Warnings
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("exchange (-want +got):\n%s", diff)
			}
		})
	}
}
