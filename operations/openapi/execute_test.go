package openapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// accounts are the credentials "user" and "platform", each of the scheme of its name.
type accounts struct{}

func (accounts) Open(_ context.Context, workspace, id string) (*operations.Credential, error) {
	return &operations.Credential{ID: id, Workspace: workspace, Connector: "acme", Scheme: id}, nil
}

type upstream struct{ client *http.Client }

func (u upstream) Client(operations.Target) operations.Doer { return u.client }

// TestExecuted runs loaded operations through the executor: faults are named by pointer, and a credential of a kind
// that an operation does not accept is refused before anything is sent.
func TestExecuted(t *testing.T) {
	t.Parallel()
	c, _ := load(t, document("3.0.0", `
security: [{user: []}, {platform: []}]
components: {securitySchemes: {user: {type: http, scheme: bearer}, platform: {type: http, scheme: bearer}}}
paths:
  /accounts: {post: {operationId: create_account, security: [{platform: []}], requestBody: {required: true, content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}, responses: {'204': {description: ok}}}}
  /me: {get: {operationId: me, responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}}}
`), "")
	catalogue, err := operations.NewCatalogue([]operations.Connector{c})
	if err != nil {
		t.Fatal(err)
	}
	s := newService(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	x := execute.New(execute.Options{
		Catalogue: catalogue, Credentials: accounts{}, Upstream: upstream{s.Client()},
		Origins: map[string]string{"acme": s.URL + "/behind/proxy"},
	})
	tests := []struct {
		name, operation, credential, input string
		code                               operations.Code
		pointer, output                    string
	}{
		{"accepted", "create_account", "platform", `{"name":"n"}`, "", "", `{"done":true}`},
		{"another kind", "create_account", "user", `{"name":"n"}`, operations.CodeInvalidInput, "/credentialId", ""},
		{"any kind", "me", "user", `{}`, "", "", `{"done":true}`},
		{"a field that is not there", "create_account", "platform", `{"name":"n","nam":1}`, operations.CodeInvalidInput, "/nam", ""},
		{"a field that is missing", "create_account", "platform", `{}`, operations.CodeInvalidInput, "/name", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			result, err := x.Call(t.Context(), execute.Request{
				Caller: execute.Caller{Workspace: "w", Role: execute.RoleBuilder}, Connector: "acme", Operation: tt.operation,
				Credential: tt.credential, Input: json.RawMessage(tt.input),
			})
			if code(err) != tt.code || string(result.Output) != tt.output {
				t.Fatalf("got %s %v", result.Output, err)
			}
			if err != nil && operations.AsError(err).Faults[0].Pointer != tt.pointer {
				t.Errorf("faults %v", operations.AsError(err).Faults)
			}
		})
	}
	equal(t, "asked", s.asked, []string{"POST /v1/accounts\n" + `{"name":"n"}`, "GET /v1/me"})
}
