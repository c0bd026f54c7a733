package main

import (
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors"
	"github.com/patchbay/patchbay/connectors/platform"
)

func TestConnectors(t *testing.T) {
	t.Parallel()
	contains(t, must(t, nil, "", "connectors").out, "CONNECTOR", "outreach", "oauth2")
	list := decode[struct{ Connectors []connectorLine }](t, must(t, nil, "", "connectors", "--json").out)
	if len(list.Connectors) != len(connectors.All(platform.Options{})) {
		t.Errorf("%d connectors, want %d", len(list.Connectors), len(connectors.All(platform.Options{})))
	}
}

func TestOperations(t *testing.T) {
	t.Parallel()
	counts := map[string]int{}
	for _, args := range [][]string{{}, {"--kind", "all"}, {"--kind", "ddl"}, {"--query", "create prospect"}} {
		got := must(t, nil, "", append([]string{"operations", "--json"}, args...)...)
		list := decode[struct{ Operations []operationLine }](t, got.out)
		counts[strings.Join(args, " ")] = len(list.Operations)
	}
	if counts[""]+counts["--kind ddl"] != counts["--kind all"] || counts["--kind ddl"] == 0 {
		t.Errorf("the kinds do not add up: %v", counts)
	}
	if n := counts["--query create prospect"]; n == 0 || n > 10 {
		t.Errorf("the query finds %d", n)
	}
	all := must(t, nil, "", "operations", "outreach")
	contains(t, all.out, "outreach.create_prospect")
	contains(t, all.err, "--kind ddl")

	got := try(t, nil, "", "operations", "outrech")
	if got.code != exitFailed {
		t.Errorf("exit %d for a connector that is not there", got.code)
	}
	contains(t, got.err, "not_found", "outreach")
	if got := try(t, nil, "", "operations", "--kind", "odd"); got.code != exitFailed {
		t.Errorf("exit %d for an odd kind", got.code)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	got := must(t, nil, "", "describe", "outreach.create_prospect").out
	contains(t, got, "outreach:create-prospect", "effect      write", "relationships.account", "list_accounts_ddl", "limit ",
		"Sample input", "Sample output", `patchbay call outreach.create_prospect --sandbox --input '{"attributes"`)
	if same := must(t, nil, "", "describe", "outreach:create-prospect").out; same != got {
		t.Error("the unique identifier describes something else")
	}
	whole := decode[map[string]any](t, must(t, nil, "", "describe", "outreach.create_prospect", "--json").out)
	if whole["inputSchema"] == nil || whole["outputSchema"] == nil {
		t.Errorf("the schemas are missing: %v", whole)
	}
	missed := try(t, nil, "", "describe", "outreach.create_prospekt")
	if missed.code != exitFailed || !strings.Contains(missed.err, "create_prospect") {
		t.Errorf("exit %d, stderr %s", missed.code, missed.err)
	}
}

// TestTheCallThatDescribeShowsWorks holds the help to its word.
func TestTheCallThatDescribeShowsWorks(t *testing.T) {
	t.Parallel()
	text := must(t, nil, "", "describe", "outreach.list_accounts").out
	_, line, _ := strings.Cut(text, "patchbay call outreach.list_accounts --sandbox --input '")
	input, _, found := strings.Cut(line, "'")
	if !found {
		t.Fatalf("no call in:\n%s", text)
	}
	must(t, nil, "", "call", "outreach.list_accounts", "--sandbox", "--input", input)
}

func TestSplitName(t *testing.T) {
	t.Parallel()
	for full, want := range map[string][2]string{
		"outreach.list_users": {"outreach", "list_users"},
		"outreach:list-users": {"outreach", "outreach:list-users"},
		"a.b.c":               {"a", "b.c"},
		"":                    {},
		"outreach":            {},
		".x":                  {},
		"x.":                  {},
		":x":                  {},
	} {
		connector, operation, err := splitName(full)
		if got := [2]string{connector, operation}; got != want || (err == nil) != (want[0] != "") {
			t.Errorf("splitName(%q) = %q, %v; want %q", full, got, err, want)
		}
	}
}
