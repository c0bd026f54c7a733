package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
	"github.com/patchbay/patchbay/operations"
)

type getTeamInput struct {
	Team string `json:"team,omitempty" doc:"id of a workspace; without it, the token's own" maxLength:"64"`
}

type getTeamOutput struct {
	done
	Team team `json:"team"`
}

type team struct {
	original
	ID   string `json:"id"`
	Name string `json:"name" doc:"as people see it"`
}

func getTeam() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "get_team", Title: "Get team", Docs: method("team.info"),
		Description: "Reads a workspace: its name, domain and icon.",
		Resource:    "team", Kind: operations.KindAction, Effect: operations.EffectRead, Scopes: []string{"team:read"},
		Sample: operations.NewSample(`{}`, `{"ok": true, "team": {"id": "T0NORTHWIND", "name": "Northwind"}}`),
	}, func(ctx context.Context, call *operations.Call, in getTeamInput) (getTeamOutput, error) {
		s := dial(call)
		_, err := s.api.GetOtherTeamInfoContext(ctx, in.Team)
		return result[getTeamOutput](s, err)
	})
}

// TestAnOperationIsOneFunction adds an operation with its two structs and its sample, and runs it.
func TestAnOperationIsOneFunction(t *testing.T) {
	t.Parallel()
	service := httptest.NewServer(http.StripPrefix("/slack", slacktest.New(slacktest.Options{Prefix: "/slack"})))
	defer service.Close()
	base, err := operations.NewBase(Connector(), service.URL+"/slack", nil)
	if err != nil {
		t.Fatal(err)
	}
	operation := getTeam()
	output, err := operation.Run(t.Context(), &operations.Call{Input: operation.Spec().Sample.Input, Base: base, HTTP: signed{}})
	if err != nil || gjson.GetBytes(output, "team.name").String() != slacktest.TeamName {
		t.Errorf("%s, %v", output, err)
	}
	want := `{"type":"object","properties":{"team":{"type":"string","description":"id of a workspace; without it, the token's own","maxLength":64}},` +
		`"additionalProperties":false}`
	var got, expected any
	if json.Unmarshal(operation.Spec().Input, &got) != nil || json.Unmarshal([]byte(want), &expected) != nil {
		t.Fatalf("schema %s", operation.Spec().Input)
	}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Errorf("input schema (-want +got):\n%s", diff)
	}
}

// signed puts on the sandbox's token, as the gateway does.
type signed struct{}

func (signed) Do(request *http.Request) (*http.Response, error) {
	request.Header.Set("Authorization", "Bearer "+slacktest.Token)
	return http.DefaultClient.Do(request)
}
