package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestMapAdvice: files are checked, explained and suggested with nothing set up.
func TestMapAdvice(t *testing.T) {
	t.Parallel()
	env := []string{"PATCHBAY_DATA=" + filepath.Join(t.TempDir(), "none")}
	file := fileWith(t, "flow.json", flow)
	must(t, env, "", "map", "lint", file)
	wrong := fileWith(t, "wrong.json", strings.Replace(flow, `"summary"`, `"sumary"`, 1))
	got := try(t, env, "", "map", "lint", wrong)
	if got.code != exitFailed {
		t.Errorf("exit %d", got.code)
	}
	contains(t, got.out, "SEVERITY", "error", "/rules/2", "summary")
	got = try(t, env, "", "map", "lint", wrong, "--json")
	if got.code != exitFailed || gjson.Get(got.out, "ok").Bool() || !gjson.Get(got.out, "findings.0").Exists() {
		t.Errorf("exit %d, prints %s", got.code, got.out)
	}
	contains(t, must(t, env, "", "map", "explain", file).out, "outreach.list_prospects", "jira.create_issue")

	made := must(t, env, "", "map", "suggest", "outreach.list_prospects", "nimchat.create_contact")
	contains(t, made.err, "SURE", "TARGET", "WHY")
	if gjson.Get(made.out, "target.operation").String() != "nimchat.create_contact" {
		t.Errorf("it suggests %s", made.out)
	}
	contains(t, must(t, env, made.out, "map", "explain", "-").out, "nimchat.create_contact")
	if document := must(t, env, "", "map", "suggest", "outreach.list_prospects", "nimchat.create_contact", "--json").out; !gjson.Get(document, "lines.0.confidence").Exists() {
		t.Errorf("with --json it prints %s", document)
	}
	if got := try(t, env, "", "map", "suggest", "outreach.list_prospect", "jira.create_issue"); got.code != exitFailed || !strings.Contains(got.err, "/source/operation") {
		t.Errorf("exit %d, %s", got.code, got.err)
	}
	contains(t, must(t, env, "", "__complete", "map", "suggest", "outreach.get_prospect", "jira.create_iss").out, "jira.create_issue\t")
}
