package operations_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func named(names ...string) []operations.Operation {
	var list []operations.Operation
	for _, name := range names {
		run := func(context.Context, *operations.Call) (json.RawMessage, error) {
			return json.RawMessage(`"` + name + `"`), nil
		}
		list = append(list, operations.Func(operations.Spec{Name: name}, run))
	}
	return list
}

func catalogue(t testing.TB) *operations.Catalogue {
	t.Helper()
	c, err := operations.NewCatalogue([]operations.Connector{
		{Name: "slack", Operations: named("send_message", "list_channels_ddl")},
		{Name: "outreach", Docs: "https://developers.outreach.io", Operations: named("create_prospect", "list_prospects", "list_accounts", "get_account")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestResolve(t *testing.T) {
	t.Parallel()
	tests := []struct {
		full, connector, operation string // want; empty: not found
		suggestion                 []string
	}{
		{full: "outreach.create_prospect", connector: "outreach", operation: "create_prospect"},
		{full: "outreach:create-prospect", connector: "outreach", operation: "create_prospect"},
		{full: "outreach.outreach:create-prospect", connector: "outreach", operation: "create_prospect"},
		{full: "slack:list-channels-ddl", connector: "slack", operation: "list_channels_ddl"},
		{full: "outreach.creat_prospct", suggestion: []string{"create_prospect"}},
		{full: "outreach.CREATE_PROSPECT", suggestion: []string{"create_prospect"}},
		{full: "outreach.prospect", suggestion: []string{"list_prospects", "create_prospect"}},
		{full: "outreach.account", suggestion: []string{"get_account", "list_accounts"}},
		{full: "outreech.create_prospect", suggestion: []string{"outreach"}},
		{full: "outreach:create_prospect", suggestion: []string{"outreach.create_prospect", "outreach.list_prospects"}},
		{full: "outreach:create-prospects", suggestion: []string{"outreach.create_prospect", "outreach.list_prospects"}},
		{full: "outreach.zzzzzzzzzzzzzzzzzzzzzz"},
		{full: "create_prospect", suggestion: []string{"outreach.create_prospect"}},
		{full: "slack.create_prospect"},
		{full: "slack:create-prospect"},
		{full: ""}, {full: "."}, {full: ":"}, {full: strings.Repeat("é", 1_000_000)},
	}
	c := catalogue(t)
	for _, tt := range tests {
		t.Run(tt.full[:min(len(tt.full), 30)], func(t *testing.T) {
			t.Parallel()
			connector, operation, err := c.Resolve(tt.full)
			if tt.operation == "" {
				wantCode(t, err, operations.CodeNotFound)
				e := operations.AsError(err)
				if diff := cmp.Diff(tt.suggestion, e.Suggestion); tt.suggestion != nil && diff != "" {
					t.Errorf("suggestion (-want +got):\n%s", diff)
				}
				if len(e.Detail) > 1000 {
					t.Errorf("a detail of %d bytes", len(e.Detail))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if connector.Name != tt.connector || operation.Spec().Name != tt.operation {
				t.Errorf("got %s.%s", connector.Name, operation.Spec().Name)
			}
			output, err := operation.Run(t.Context(), nil)
			if err != nil || string(output) != `"`+tt.operation+`"` {
				t.Errorf("it runs %s, %v", output, err)
			}
		})
	}
}

func TestCatalogueFillsIn(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	var names []string
	for _, connector := range c.Connectors() {
		names = append(names, connector.Name)
	}
	if diff := cmp.Diff([]string{"outreach", "slack"}, names); diff != "" {
		t.Errorf("connectors (-want +got):\n%s", diff)
	}
	_, operation, err := c.Operation("outreach", "create_prospect")
	if err != nil {
		t.Fatal(err)
	}
	want := operations.Spec{
		Name: "create_prospect", Identifier: "outreach:create-prospect", Version: 1, Source: "Registered App",
		Docs: "https://developers.outreach.io",
	}
	if diff := cmp.Diff(want, operation.Spec()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if listed := c.Connectors()[0].Operations[0].Spec(); listed.Identifier != want.Identifier {
		t.Errorf("a listed operation has the identifier %q", listed.Identifier)
	}
}

func TestNewCatalogueRefuses(t *testing.T) {
	t.Parallel()
	clash := operations.Func(operations.Spec{Name: "b", Identifier: "a"}, nil)
	tests := map[string][]operations.Connector{
		"two connectors of one name":   {{Name: "a"}, {Name: "a"}},
		"two operations of one name":   {{Name: "a", Operations: named("x", "x")}},
		"a name that is an identifier": {{Name: "c", Operations: append(named("a"), clash)}},
		"the same derived identifier":  {{Name: "c", Operations: named("list_x", "list-x")}},
	}
	for name, connectors := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := operations.NewCatalogue(connectors); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"list_prospects", "list_products", "list_projects", "list_propects", "get_user"}
	if diff := cmp.Diff([]string{"list_prospects", "list_propects", "list_projects"}, operations.Nearest("list_prospects", names)); diff != "" {
		t.Errorf("best first, three at most (-want +got):\n%s", diff)
	}
	if got := operations.Nearest("x", nil); len(got) != 0 {
		t.Errorf("nearest of nothing: %v", got)
	}
}

func ExampleCatalogue_Resolve() {
	run := func(context.Context, *operations.Call) (json.RawMessage, error) { return nil, nil }
	catalogue, err := operations.NewCatalogue([]operations.Connector{{
		Name:       "outreach",
		Operations: []operations.Operation{operations.Func(operations.Spec{Name: "create_prospect"}, run)},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, full := range []string{"outreach.create_prospect", "outreach:create-prospect", "outreach.create_prospekt"} {
		_, operation, err := catalogue.Resolve(full)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(operation.Spec().Identifier)
	}
	// Output:
	// outreach:create-prospect
	// outreach:create-prospect
	// not_found: there is no operation of outreach named "create_prospekt"; did you mean create_prospect?
}

func BenchmarkOperation(b *testing.B) {
	c := catalogue(b)
	for b.Loop() {
		if _, _, err := c.Operation("outreach", "create_prospect"); err != nil {
			b.Fatal(err)
		}
	}
}
