package mapping

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

const explained = `{
	"version": 1,
	"source": {"operation": "platform.list_tickets", "items": "result"},
	"target": {"operation": "jira.create_issue"},
	"rules": [
		{"target": "project_key", "value": "SUP"},
		{"target": "summary", "source": "title", "transforms": ["trim", {"truncate": 255}, {"default": "No subject"}]},
		{"target": "description", "concat": {"parts": [{"source": "text", "transforms": ["html_to_text"]}, "url"], "separator": "\n\n"}},
		{"target": "labels[]", "value": "from-support"},
		{"target": "labels[]", "source": "tags", "transforms": ["trim", "lower", "unique"]},
		{"target": "priority", "switch": {"on": "priority", "cases": {"urgent": "Highest", "low": "Low"}, "ignore_case": true, "default": "Medium"}},
		{"target": "assignee", "lookup": {"operation": "jira.list_assignable_users_ddl", "from": "agent.name", "input": {"project_key": {"value": "SUP"}}, "on_miss": "missing"}, "note": "Names are the same in both."},
		{"target": "reporter", "first_of": ["requester.email", {"source": "creator.email", "transforms": ["email"]}, {"value": null}]},
		{"target": "due_date", "source": "due", "transforms": [{"date": {"from": "DD/MM/YYYY", "to": "date"}}], "when": {"all": [{"source": "due", "empty": false}, {"source": "state", "in": ["new", "open", 3]}]}},
		{"target": "due_date", "value": "2026-12-31", "when": {"not": {"any": [{"source": "vip", "exists": true}, {"all": [{"source": "a", "equals": 1}, {"source": "b", "equals": null}]}]}}},
		{"target": "rows", "each": {"over": "lines", "where": {"source": "paid", "equals": true}, "rules": [
			{"target": "number", "source": "no", "transforms": ["required"]},
			{"target": "who", "source": "$.name", "transforms": [{"slice": {"from": 0, "to": 3}}, {"replace": {"old": "-", "new": " "}}]},
			{"target": "sub", "each": {"over": "parts", "rules": [{"target": "@this", "template": "{{n}} x {{sku}}"}]}}
		]}},
		{"target": "custom.amount", "source": "total", "transforms": [{"number": ","}, {"round": 2}]},
		{"target": "custom.phone", "source": "phones", "transforms": ["first", {"phone": "DK"}]},
		{"target": "custom.all", "source": "phones", "transforms": [{"join": "; "}]},
		{"target": "custom.when", "source": "at", "transforms": [{"date": {"from_zone": "Europe/Copenhagen", "to": "unix"}}]}
	]
}`

func TestExplain(t *testing.T) {
	t.Parallel()
	document, err := Parse([]byte(explained))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "testdata", "mapping", "explain.golden.txt")
	got := ExplainText(document)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got); diff != "" {
		t.Errorf("sentences (-want +got):\n%s", diff)
	}
}

// TestExplainEveryTransform sees that each has words of its own.
func TestExplainEveryTransform(t *testing.T) {
	t.Parallel()
	said := map[string]string{}
	for _, info := range Transforms() {
		text := transforms([]Transform{{Name: info.Name}})
		if strings.Contains(text, "changed by") || text == "" {
			t.Errorf("%s has no words: %q", info.Name, text)
		}
		if other, taken := said[text]; taken {
			t.Errorf("%s and %s have the same words: %q", info.Name, other, text)
		}
		said[text] = info.Name
	}
}

func TestExplainWhatIsMalformed(t *testing.T) {
	t.Parallel()
	deep := Expression{Source: "a"}
	for range 100 {
		deep = Expression{FirstOf: []Part{{deep}}}
	}
	each := []Rule{{Target: "a", Expression: Expression{Source: "a"}}}
	for range 100 {
		each = []Rule{{Target: "a", Each: &Each{Over: "a", Rules: each}}}
	}
	document := Document{Rules: append(each, Rule{Target: "b", Expression: deep}, Rule{Target: "c"}, Rule{Target: strings.Repeat("x", 5000), Expression: Expression{Value: []byte(`{`)}})}
	lines := Explain(document)
	if len(lines) > 20 || !strings.Contains(strings.Join(lines, "\n"), "cannot be told") {
		t.Errorf("sentences: %q", lines)
	}
	for _, line := range lines {
		if len(line) > 1000 {
			t.Errorf("a sentence has %d bytes", len(line))
		}
	}
}
