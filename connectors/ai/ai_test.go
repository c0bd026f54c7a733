package ai_test

import (
	"encoding/json"
	"testing"

	"github.com/patchbay/patchbay/connectors/ai"
	"github.com/patchbay/patchbay/connectors/ai/aitest"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/conformance"
	"github.com/patchbay/patchbay/operations/execute"
)

func TestDeclared(t *testing.T) {
	t.Parallel()
	conformance.Declared(t, ai.Connector(), conformance.Catalogue(t, "../../testdata/catalogue/ai.json"))
}

func TestRuns(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	conformance.Runs(t, ai.Connector(), conformance.Harness{
		Secrets: []string{aitest.Key},
		Fresh:   func(*testing.T) { h.Reset() },
		Call: func(t *testing.T, operation string, input json.RawMessage) conformance.Answer {
			result, err := h.executor.Call(t.Context(), execute.Request{
				Caller: execute.Caller{Workspace: "w1", Role: execute.RoleBuilder}, Connector: "ai", Operation: operation, Credential: "acc", Input: input,
			})
			answer := conformance.Answer{Output: result.Output, Warnings: result.Meta.Warnings, Whole: result.Output}
			if err != nil {
				e := operations.AsError(err)
				answer.Code, answer.Faults, answer.Whole = e.Code, e.Faults, []byte(e.Detail)
			}
			return answer
		},
	})
}

// TestServerWithoutKey holds that no key is needed where the server wants none, and that one is where it does.
func TestServerWithoutKey(t *testing.T) {
	t.Parallel()
	for _, open := range []bool{true, false} {
		h := newHub(t, aitest.Options{Open: open})
		h.account.Secrets = nil
		if out := h.call(t, "list_models", `{}`); open != (out.err == nil) || !open && out.err.Code != operations.CodeCredentialRejected {
			t.Errorf("open %v: %v", open, out.err)
		}
	}
}

func TestSettingsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ field, value, words string }{
		{"structured_output", "xml", "must be json_schema, json_object or prompt"},
		{"price_per_million_input", "cheap", "must be a price"},
		{"price_per_million_output", "-1", "must be a price"},
		{"price_per_million_output", "NaN", "must be a price"},
		{"model", " ", "/model is required"},
	} {
		h := newHub(t, aitest.Options{}, tt.field, tt.value)
		h.refused(t, "chat_completion", `{"messages":[{"role":"user","content":"Hi"}]}`, operations.CodeInvalidInput, tt.words)
		if len(h.Asked()) > 0 {
			t.Errorf("%s %q: the server was asked all the same", tt.field, tt.value)
		}
	}
}

func TestListModels(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	want := `[{"id":"sandbox-1","owned_by":"sandbox","created":1767225600},{"id":"sandbox-basic","owned_by":"sandbox","created":1767225600},` +
		`{"id":"sandbox-plain","owned_by":"sandbox","created":1767225600},{"id":"sandbox-reasoning","owned_by":"sandbox","created":1767225600}]`
	if got := h.want(t, "list_models", `{}`).Get("models").Raw; got != want {
		t.Errorf("got %s", got)
	}
	if got := h.want(t, "list_models_ddl", `{"search":"REAS"}`).Raw; got != `{"result":[{"text":"sandbox-reasoning","value":"sandbox-reasoning"}]}` {
		t.Errorf("got %s", got)
	}
}
