package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// flow is a mapping of prospects to issues.
const flow = `{
  "version": 1,
  "name": "Prospect to issue",
  "source": {"operation": "outreach.list_prospects", "items": "data"},
  "target": {"operation": "jira.create_issue"},
  "rules": [
    {"target": "project_key", "value": "SUP"},
    {"target": "issue_type", "value": "Task"},
    {"target": "summary", "template": "Call {{attributes.firstName}} {{attributes.lastName}}"},
    {"target": "description", "source": "attributes.title", "transforms": [{"default": "No title."}]}
  ]
}`

const ada = `{"attributes":{"firstName":"Ada","lastName":"Byron","title":"Countess"}}` + "\n"

// fileWith writes a file for a command to read.
func fileWith(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMapWithoutAHub: files are mapped and tried out with nothing set up.
func TestMapWithoutAHub(t *testing.T) {
	t.Parallel()
	env := []string{"PATCHBAY_DATA=" + filepath.Join(t.TempDir(), "none")}
	file := fileWith(t, "flow.json", flow)
	const issue = `{"project_key":"SUP","issue_type":"Task","summary":"Call Ada Byron","description":"Countess"}` + "\n"
	for _, args := range [][]string{{"-"}, {}, {fileWith(t, "records.ndjson", ada)}} {
		if got := must(t, env, ada, append([]string{"map", "run", "-m", file}, args...)...); got.out != issue || got.err != "" {
			t.Errorf("%v: prints %s%s", args, got.out, got.err)
		}
	}
	shown := must(t, env, "", "map", "preview", file).out
	contains(t, shown, "Record 1", "/rules/2", `"Call John Doe"`, "Record 2")
	shown = must(t, env, ada, "map", "preview", file, "-").out
	contains(t, shown, `"Countess"`, `"summary": "Call Ada Byron"`)
	document := must(t, env, ada, "map", "preview", file, "-", "--json").out
	if gjson.Get(document, "records.0.steps.#").Int() != 4 {
		t.Errorf("preview prints %s", document)
	}
}

// TestMapGoesOn: a record that cannot be mapped holds up no other, and is told of.
func TestMapGoesOn(t *testing.T) {
	t.Parallel()
	env := []string{"PATCHBAY_DATA=" + filepath.Join(t.TempDir(), "none")}
	file := fileWith(t, "flow.json", flow)
	records := ada + "{\n\n" + `{"attributes":{"firstName":[],"title":{"a":1}}}` + "\n" + ada
	got := try(t, env, records, "map", "run", "-m", file)
	if got.code != exitFailed || strings.Count(got.out, "Call Ada Byron") != 2 || strings.Count(got.out, "\n") != 2 {
		t.Errorf("exit %d, prints %s", got.code, got.out)
	}
	contains(t, got.err, "line 2: ", "line 4: ", "attributes.title", "2 of 4 records cannot be mapped")
	got = try(t, env, records, "map", "run", "-m", file, "--json")
	lines := strings.Split(strings.TrimSpace(got.out), "\n")
	if got.code != exitFailed || len(lines) != 5 || got.err != "" {
		t.Fatalf("exit %d, prints %s%s", got.code, got.out, got.err)
	}
	contains(t, lines[1], `{"line":2,"error":{"code":"malformed_request"`)
	contains(t, lines[4], `{"end":{"lines":5,"mapped":2,"failed":2}}`)
	many := try(t, env, strings.Repeat("{\n", 30), "map", "run", "-m", file)
	contains(t, many.err, "line 20: ", "not told of one by one", "30 of 30")
	if strings.Contains(many.err, "line 21:") {
		t.Errorf("too much is told: %s", many.err)
	}
}

func TestMapStored(t *testing.T) {
	t.Parallel()
	env := []string{"PATCHBAY_DATA=" + t.TempDir()}
	file := fileWith(t, "flow.json", flow)
	contains(t, must(t, env, "", "map", "save", file, "--id", "flow").out, "flow version 1 saved")
	second := strings.Replace(flow, "Call", "Ring", 1)
	contains(t, must(t, env, second, "map", "save", "-", "--id", "flow", "--base", "1").out, "flow version 2 saved")
	if got := try(t, env, "", "map", "save", file, "--id", "flow", "--base", "1"); got.code != exitFailed || !strings.Contains(got.err, "conflict: ") {
		t.Errorf("an old base: exit %d, %s", got.code, got.err)
	}
	contains(t, must(t, env, "", "map", "list").out, "MAPPING", "flow", "outreach.list_prospects", "jira.create_issue", "Prospect to issue")
	if out := must(t, env, "", "map", "list", "--target", "jira.get_issue", "--json").out; gjson.Get(out, "mappings.#").Int() != 0 {
		t.Errorf("list prints %s", out)
	}
	contains(t, must(t, env, "", "map", "versions", "flow").out, "VERSION", "2", "1")
	contains(t, must(t, env, "", "map", "show", "flow").out, `"template": "Ring {{`)
	contains(t, must(t, env, "", "map", "show", "flow", "--version", "1").out, `"template": "Call {{`)
	if out := must(t, env, "", "map", "show", "flow", "--json").out; gjson.Get(out, "version").Int() != 2 {
		t.Errorf("show prints %s", out)
	}
	contains(t, must(t, env, ada, "map", "run", "--mapping", "flow").out, "Ring Ada Byron")
	contains(t, must(t, env, ada, "map", "run", "--mapping", "flow", "--version", "1").out, "Call Ada Byron")
	contains(t, must(t, env, "", "map", "preview", "flow").out, "Ring John Doe")
	contains(t, must(t, env, "", "__complete", "map", "show", "").out, "flow\tProspect to issue")
	contains(t, must(t, env, "", "__complete", "map", "run", "--mapping", "").out, "flow\tProspect to issue")
	contains(t, must(t, env, "", "map", "delete", "flow").out, "flow deleted")
	if got := try(t, env, "", "map", "show", "flow"); got.code != exitFailed || !strings.Contains(got.err, "not_found") {
		t.Errorf("after it was deleted: exit %d, %s", got.code, got.err)
	}
}

// TestMapLooksUp: values are looked up in the drop-downs of a running hub, and in sandboxes of its own.
func TestMapLooksUp(t *testing.T) {
	t.Parallel()
	env := serveSandboxes(t, t.TempDir())
	rules := `{"version":1,"rules":[{"target":"stage","lookup":{"operation":"outreach.list_stages_ddl","from":"stage"}},
		{"target":"user","lookup":{"operation":"outreach.list_users_ddl","credential":"sandbox-outreach","from":"user","on_miss":"missing"}}]}`
	options := must(t, env, "", "call", "outreach.list_stages_ddl", "--credential", "sandbox-outreach").out
	text, value := gjson.Get(options, "result.0.text").String(), gjson.Get(options, "result.0.value").Raw
	record := fmt.Sprintf(`{"stage":%q,"user":"nobody"}`, strings.ToUpper(text)) + "\n"
	file := fileWith(t, "look.json", rules)
	want := fmt.Sprintf(`{"stage":%s}`, value) + "\n"
	if got := must(t, env, record, "map", "run", "-m", file, "--credential", "sandbox-outreach").out; got != want {
		t.Errorf("run prints %s, want %s", got, want)
	}
	if got := must(t, nil, record, "map", "run", "-m", file, "--credential", "sandbox-outreach", "--sandbox").out; got != want {
		t.Errorf("in a sandbox it prints %s, want %s", got, want)
	}
	got := try(t, env, record, "map", "run", "-m", file)
	if got.code != exitFailed || !strings.Contains(got.err, "needs a credential") {
		t.Errorf("without a credential: exit %d, %s", got.code, got.err)
	}
}

func TestMapWrongUsage(t *testing.T) {
	t.Parallel()
	env := []string{"PATCHBAY_DATA=" + filepath.Join(t.TempDir(), "none")}
	file := fileWith(t, "flow.json", flow)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"map", "turn"}, exitUsage, "did you mean run?"},
		{[]string{"map", "run"}, exitUsage, "--mapping is missing"},
		{[]string{"map", "run", "-m", "./none.json"}, exitUsage, "none.json"},
		{[]string{"map", "run", "-m", fileWith(t, "bad.json", "{")}, exitUsage, "the mapping: "},
		{[]string{"map", "run", "-m", file, "none.ndjson"}, exitUsage, "reading the records"},
		{[]string{"map", "run", "-m", "-", "-"}, exitUsage, "stdin"},
		{[]string{"map", "run", "-m", "flow"}, exitUsage, "there is no hub in the folder"},
		{[]string{"map", "run", "-m", fileWith(t, "odd.json", `{"version":1,"rules":[{"target":"a"}]}`)}, exitFailed, "/mapping/rules/0"},
		{[]string{"map", "preview", file, fileWith(t, "bad.ndjson", "{}\n{")}, exitUsage, "line 2 of the records is not JSON"},
		{[]string{"map", "preview", file, fileWith(t, "empty.ndjson", "\n")}, exitUsage, "there are no records"},
		{[]string{"map", "save", "flow"}, exitUsage, "./flow"},
		{[]string{"map", "save", file, "--base", "2"}, exitUsage, "--base needs --id"},
		{[]string{"map", "show"}, exitUsage, "takes it this way"},
		{[]string{"map", "run", "-m", file, "--server", "http://127.0.0.1:1"}, exitUsage, "API key"},
	} {
		got := try(t, env, "{}", c.args...)
		if got.code != c.code || !strings.Contains(got.err, c.says) {
			t.Errorf("%v: exit %d, says %s", c.args, got.code, got.err)
		}
	}
	if got := try(t, append(env, "PATCHBAY_KEY=pb_x"), "{}", "map", "run", "-m", file, "--server", "http://127.0.0.1:1"); got.code != exitUnreachable {
		t.Errorf("no hub at the URL: exit %d, %s", got.code, got.err)
	}
}

// TestCallMapsItsInput: a call takes a mapping and what it is to be made of.
func TestCallMapsItsInput(t *testing.T) {
	t.Parallel()
	env := serveSandboxes(t, t.TempDir())
	file := fileWith(t, "flow.json", strings.Replace(flow, `"SUP"`, `"PROJ"`, 1))
	must(t, env, "", "map", "save", file, "--id", "flow")
	for _, named := range []string{file, "flow"} {
		made := must(t, env, ada, "call", "jira.create_issue", "--mapping", named, "--source", "-", "--credential", "sandbox-jira", "--json").out
		if gjson.Get(made, "output.key").String() == "" || gjson.Get(made, "meta.mapping.version").Exists() != (named == "flow") {
			t.Errorf("by %s: %s", named, made)
		}
	}
	got := try(t, env, `{"attributes":{"title":{"a":1}}}`, "call", "jira.create_issue", "--mapping", "flow", "--source", "-", "--credential", "sandbox-jira")
	if got.code != exitFailed || !strings.Contains(got.err, "/mapping/rules/3") {
		t.Errorf("exit %d, %s", got.code, got.err)
	}
	for says, args := range map[string][]string{
		"go together":    {"--mapping", "flow"},
		"give both":      {"--source", "{}"},
		"are both given": {"--mapping", "flow", "--source", "{}", "--input", "{}"},
		"both come from": {"--mapping", "-", "--source", "-"},
		"--source: ":     {"--mapping", "flow", "--source", "@none.json"},
		"the mapping: ":  {"--mapping", "./none.json", "--source", "{}"},
	} {
		if got := try(t, env, "", append([]string{"call", "jira.create_issue"}, args...)...); got.code != exitUsage || !strings.Contains(got.err, says) {
			t.Errorf("%v: exit %d, %s", args, got.code, got.err)
		}
	}
}
