package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// TestWrongKindOfCredential holds that a credential goes only where its kind belongs: it is refused with the kind that
// is needed, and the service is not asked.
func TestWrongKindOfCredential(t *testing.T) {
	t.Parallel()
	hub, at := openTestHub(t)
	operation := map[string]string{
		"user": "list_teams", "platform": "get_user", "public": "get_client_contact",
	}
	inputs := map[string]string{
		"user": `{}`, "platform": `{"id":5}`, "public": `{"contact_identifier":"b0f1c7d2-app-user-7"}`,
	}
	for _, s := range sandboxesFor("nimchat") {
		for kind, name := range operation {
			body := map[string]any{"credentialId": s.credentialID(), "input": json.RawMessage(inputs[kind])}
			answer, err := at.do(t.Context(), http.MethodPost, "/v1/connectors/nimchat/operations/"+name+"/call", body)
			got := answerOf(t, answer, err)
			want := fmt.Sprintf("needs a credential of the kind %s; the one given is of the kind %s", kind, s.scheme)
			switch {
			case kind == s.scheme && got.Code != "":
				t.Errorf("%s with %s: %s", name, s.credentialID(), got.Whole)
			case kind != s.scheme && (got.Code != operations.CodeInvalidInput || !strings.Contains(string(got.Whole), want)):
				t.Errorf("%s with %s: %s, want %s", name, s.credentialID(), got.Whole, want)
			}
		}
	}
	response, err := http.Get(hub.ground.origins["nimchat"] + "/_sandbox/stats")
	if err != nil {
		t.Fatal(err)
	}
	stats, err := io.ReadAll(response.Body)
	if err != nil || response.Body.Close() != nil {
		t.Fatal(err)
	}
	if n := gjson.GetBytes(stats, "requests").Int(); n != 3 {
		t.Errorf("the service was asked %d times, want 3: %s", n, stats)
	}
}

// TestEveryKindOfCredentialIsTried tries out the credential of each sandbox, of every kind that the service has.
func TestEveryKindOfCredentialIsTried(t *testing.T) {
	t.Parallel()
	_, at := openTestHub(t)
	for _, s := range sandboxes() {
		answer, err := at.do(t.Context(), http.MethodPost, "/v1/credentials/"+s.credentialID()+"/test", nil)
		got := answerOf(t, answer, err)
		want := operations.Code("")
		if s.scheme == "public" {
			want = operations.CodeNotConfigured // nothing can be read with an inbox identifier alone
		}
		if got.Code != want {
			t.Errorf("%s: code %q, want %q: %s", s.credentialID(), got.Code, want, got.Whole)
		}
	}
}
