package openapi_test

import (
	"os"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/openapi"
)

const teams = `
openapi: 3.1.0
info: {title: Teams, version: 1.0.0}
servers: [{url: 'https://teams.example/v1'}]
paths:
  /teams:
    get:
      operationId: listTeams
      parameters: [{name: pageKey, in: query, schema: {type: string}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {data: {type: array, items: {type: object}}}}}}}}
  /teams/{teamId}:
    get:
      operationId: getTeam
      parameters: [{name: teamId, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
    delete:
      operationId: deleteTeam
      parameters: [{name: teamId, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: gone}}
`

// TestThePagesOverlay applies the overlay that the connector authors' page shows.
func TestThePagesOverlay(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/connector-authors.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	overlay, _, _ := strings.Cut(rest, "```")
	connector, report, err := openapi.Load(t.Context(),
		openapi.Source{Document: []byte(teams), Overlay: []byte(overlay)}, openapi.Options{Name: "teams"})
	if err != nil {
		t.Fatal(err)
	}
	for _, issue := range report.Issues {
		if issue.Overlay {
			t.Errorf("the overlay: %s", issue)
		}
	}
	catalogue, err := operations.NewCatalogue([]operations.Connector{connector})
	if err != nil {
		t.Fatal(err)
	}
	for name, holds := range map[string]func(operations.Spec) bool{
		"list_teams_ddl": func(s operations.Spec) bool { return s.Kind == operations.KindDDL },
		"list_teams":     func(s operations.Spec) bool { return s.Paging != nil },
		"get_team":       func(s operations.Spec) bool { return strings.Contains(string(s.Input), `"operation":"list_teams_ddl"`) },
		"delete_team":    func(s operations.Spec) bool { return s.Effect == operations.EffectDestructive },
	} {
		_, operation, err := catalogue.Operation("teams", name)
		if err != nil || !holds(operation.Spec()) {
			t.Errorf("%s is not as the overlay says (%v)", name, err)
		}
	}
	if connector.Verify != "list_teams" || len(connector.Throttlers) != 1 || connector.ReadError == nil {
		t.Errorf("verify %q, %d throttlers", connector.Verify, len(connector.Throttlers))
	}
}
