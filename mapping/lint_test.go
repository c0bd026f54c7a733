package mapping

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

const lintSource = `{
	"type": "object", "required": ["id", "person"],
	"properties": {
		"id": {"type": "integer"},
		"subject": {"type": ["string", "null"]},
		"state": {"enum": ["open", "closed", "held"]},
		"created": {"type": "string", "format": "date-time"},
		"vip": {"type": "boolean"},
		"person": {"type": "object", "required": ["email"], "properties": {
			"email": {"type": "string", "format": "email", "maxLength": 320}, "phoneNumber": {"type": "string"}, "custom": {"type": "object"}
		}},
		"tags": {"type": "array", "items": {"type": "string"}},
		"lines": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}, "n": {"type": "integer"}}}},
		"extra": {"type": "object", "properties": {"known": {"type": "string"}}, "additionalProperties": {"type": "number"}},
		"loose": {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": true},
		"node": {"$ref": "#/$defs/node"}
	},
	"$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}, "name": {"type": "string"}}}}
}`

const lintTarget = `{
	"type": "object", "additionalProperties": false, "required": ["title", "requester"],
	"properties": {
		"title": {"type": "string", "maxLength": 80},
		"requester": {"type": "object", "additionalProperties": false, "required": ["email"], "properties": {"email": {"type": "string", "maxLength": 400}, "name": {"type": "string"}}},
		"count": {"type": "integer"},
		"private": {"type": "boolean"},
		"status": {"enum": ["new", "done"]},
		"labels": {"type": "array", "items": {"type": "string"}},
		"day": {"type": "string", "format": "date"},
		"owner": {"type": "string", "x-lookup": {"operation": "list_users_ddl"}},
		"rows": {"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["code"], "properties": {"code": {"type": "string"}, "amount": {"type": "number"}}}},
		"more": {"type": "object", "additionalProperties": {"type": "string"}}
	}
}`

// lintBase are rules that fill what the target requires.
const lintBase = `{"target": "title", "value": "x"}, {"target": "requester.email", "source": "person.email", "transforms": [{"default": "none@example.com"}]}`

// someLists are two dynamic lists.
type someLists struct{}

func (someLists) ListInput(operation string) (operations.Schema, error) {
	switch operation {
	case "desk.list_users_ddl":
		return operations.Schema(`{"type":"object","properties":{"search":{"type":"string"}},"additionalProperties":false}`), nil
	case "desk.list_types_ddl":
		return operations.Schema(`{"type":"object","required":["project","search"],"properties":{"search":{},"project":{"type":"string"}},"additionalProperties":false}`), nil
	}
	e := operations.Errorf(operations.CodeNotFound, "there is none")
	e.Suggestion = operations.Nearest(operation, []string{"desk.list_users_ddl", "desk.list_types_ddl"})
	return nil, e
}

func lintDocument(t testing.TB, rules string) Document {
	t.Helper()
	var d Document
	if err := json.Unmarshal([]byte(`{"version": 1, "target": {"operation": "desk.create_ticket"}, "rules": [`+rules+`]}`), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func shown(f Finding) string {
	s := fmt.Sprintf("%s %s %s: %s", f.Severity, f.Code, f.Pointer, f.Detail)
	if len(f.Nearest) > 0 {
		s += " -> " + strings.Join(f.Nearest, ", ")
	}
	return s
}

func TestLint(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, rules string
		want        []string
	}{
		{"nothing to find", lintBase + `, {"target": "count", "source": "id"}, {"target": "labels[]", "source": "tags"}`, nil},
		{"an unknown path, written nearly right", lintBase + `, {"target": "count", "source": "person.emial"}`, []string{
			`error unknown_path /rules/2/source: The source has nothing at "person.emial": there is no "emial". -> person.email`,
		}},
		{"an unknown path, of which the leaf is elsewhere", lintBase + `, {"target": "owner", "source": "phone_number"}`, []string{
			`error unknown_path /rules/2/source: The source has nothing at "phone_number": there is no "phone_number". -> person.phoneNumber`,
		}},
		{"a list on the way", lintBase + `, {"target": "owner", "source": "lines.sku"}`, []string{
			`error unknown_path /rules/2/source: The source has nothing at "lines.sku": what stands before "sku" is a list. -> lines.0.sku, lines.#.sku`,
		}},
		{"behind a text", lintBase + `, {"target": "owner", "source": "person.email.host"}`, []string{
			`error unknown_path /rules/2/source: The source has nothing at "person.email.host": what stands before "host" is a text.`,
		}},
		{"open objects", lintBase + `, {"target": "owner", "source": "person.custom.city"}, {"target": "count", "source": "extra.points"}, {"target": "more.any", "source": "loose.b"}`, []string{
			`info unknown_path /rules/2/source: The source may have nothing at "person.custom.city": the schema does not list it, and lets others be.`,
			`warning type_clash /rules/3: extra.points is a number, and the target takes an integer: not every value can be made one.`,
			`info unknown_path /rules/3/source: The source may have nothing at "extra.points": the schema does not list it, and lets others be.`,
			`info unknown_path /rules/4/source: The source may have nothing at "loose.b": the schema does not list it, and lets others be. -> loose.a`,
		}},
		{"a schema that holds itself", lintBase + `, {"target": "owner", "source": "node.next.next.next.name"}, {"target": "day", "source": "node.next.next.nxt"}`, []string{
			`error unknown_path /rules/3/source: The source has nothing at "node.next.next.nxt": there is no "nxt". -> node.next.next.next`,
		}},
		{"in parts, templates, conditions and inputs", lintBase + `,
			{"target": "owner", "first_of": ["nope", {"template": "{{neither}}"}], "when": {"any": [{"source": "nor", "exists": true}, {"source": "vip", "equals": true}]}}`, []string{
			`error unknown_path /rules/2/first_of/0: The source has nothing at "nope": there is no "nope". -> node`,
			`error unknown_path /rules/2/first_of/1/template: The source has nothing at "neither": there is no "neither".`,
			`error unknown_path /rules/2/when/any/0/source: The source has nothing at "nor": there is no "nor". -> node`,
		}},
		{"types that clash", lintBase + `, {"target": "count", "source": "vip"}, {"target": "labels", "source": "person"}, {"target": "owner", "source": "tags"},
			{"target": "private", "source": "id"}, {"target": "day", "source": "lines"}`, []string{
			`error type_clash /rules/2: vip is a boolean, and the target takes an integer.`,
			`error type_clash /rules/3: person is an object, and the target takes a list.`,
			`error type_clash /rules/4: tags is a list, and the target takes a text; join makes a text of a list, first takes one item.`,
			`warning type_clash /rules/5: id is an integer, and the target takes a boolean: not every value can be made one.`,
			`error type_clash /rules/6: lines is a list, and the target takes a text; join makes a text of a list, first takes one item.`,
		}},
		{"types that clash after transforms", lintBase + `, {"target": "count", "source": "subject", "transforms": ["integer"]}, {"target": "labels", "source": "subject", "transforms": [{"split": ","}]},
			{"target": "private", "source": "tags", "transforms": [{"join": ";"}, "hash"]}, {"target": "owner", "source": "vip", "transforms": ["date"]}, {"target": "more.x", "source": "person", "transforms": ["trim"]}`, []string{
			`warning type_clash /rules/4: tags is a text, and the target takes a boolean: not every value can be made one.`,
			`info lossy /rules/4/transforms/1: tags cannot be had back out of its hash.`,
			`error type_clash /rules/5/transforms/0: date makes nothing of a boolean, which vip is.`,
			`error type_clash /rules/6/transforms/0: trim works on single values, and person is an object; name a field of it.`,
		}},
		{"what is required", `{"target": "requester.name", "source": "subject"}, {"target": "rows", "each": {"over": "lines", "rules": [{"target": "amount", "source": "n"}]}}`, []string{
			`error required_not_filled /rules: title is required by the target, and no rule writes it.`,
			`error required_not_filled /rules/0/target: requester.email is required by the target, and no rule writes it.`,
			`error required_not_filled /rules/1/each/rules: code is required by the target, and no rule writes it.`,
		}},
		{"what may be missing", `{"target": "title", "source": "subject", "transforms": [{"truncate": 80}]}, {"target": "requester", "value": {"email": "a@b.dk"}}`, []string{
			`info may_be_missing /rules/0: title is required by the target, and its rule may have no value; the transform default gives one.`,
			`info lossy /rules/0/transforms/0: Of subject, what is longer than 80 characters is cut off.`,
		}},
		{"targets that are not there", lintBase + `, {"target": "requester.nam", "value": "x"}, {"target": "title.main", "value": "x"}, {"target": "count[]", "value": 1}, {"target": "more.any", "value": "x"}`, []string{
			`error unknown_target /rules/2/target: The target has no field "nam". -> requester.name`,
			`error malformed /rules/3/target: clashes with the target of /rules/0: one writes the whole of what the other writes a part of`,
			`error unknown_target /rules/3/target: title is a text, so it has no field "main".`,
			`error type_clash /rules/4/target: count is an integer, so there is no count[] in it.`,
		}},
		{"rules that are never reached", lintBase + `, {"target": "title", "source": "subject"}, {"target": "status", "value": "new", "when": {"source": "state", "equals": "opened"}},
			{"target": "day", "first_of": ["created", {"value": "2026-01-01"}, "subject"]}, {"target": "count", "value": 1, "when": {"source": "vip", "equals": "yes"}},
			{"target": "owner", "source": "subject"}, {"target": "owner", "source": "subject"}`, []string{
			`warning unreachable_rule /rules/2: /rules/0 always has a value for title, so this rule never writes it.`,
			`info too_long /rules/2: The target takes 80 characters at most; truncate cuts what is longer.`,
			`warning unreachable_rule /rules/3/when/equals: This is never so: state is none of the values that it is compared with. -> open`,
			`warning unreachable_rule /rules/4/first_of/2: Part 2 always has a value, so this one is never taken.`,
			`warning unreachable_rule /rules/5/when/equals: This is never so: vip is a boolean, and this is a text.`,
			`warning pointless /rules/7: It does the same as /rules/6.`,
		}},
		{"lookups", lintBase + `, {"target": "owner", "lookup": {"operation": "desk.list_user_ddl", "from": "subject"}}, {"target": "more.a", "lookup": {"operation": "desk.list_types_ddl", "from": "person"}},
			{"target": "more.b", "lookup": {"operation": "desk.list_types_ddl", "from": "tags", "input": {"project": {"value": "P"}, "projekt": "nope"}}},
			{"target": "owner", "lookup": {"operation": "desk.list_types_ddl", "from": "subject", "input": {"project": {"value": "P"}}}}`, []string{
			`error unknown_lookup /rules/2/lookup/operation: There is no dynamic list "desk.list_user_ddl". -> desk.list_users_ddl, desk.list_types_ddl`,
			`info other_lookup /rules/2/lookup/operation: The list that fills owner is desk.list_users_ddl. -> desk.list_users_ddl`,
			`error type_clash /rules/3/lookup/from: person is an object; name a field of it.`,
			`error lookup_input_missing /rules/3/lookup/input: desk.list_types_ddl needs the input "project".`,
			`error lookup_input_unknown /rules/4/lookup/input/projekt: desk.list_types_ddl has no input "projekt". -> project`,
			`error unknown_path /rules/4/lookup/input/projekt: The source has nothing at "nope": there is no "nope". -> node`,
			`info other_lookup /rules/5/lookup/operation: The list that fills owner is desk.list_users_ddl. -> desk.list_users_ddl`,
		}},
		{"tables and constants", lintBase + `, {"target": "status", "switch": {"on": "state", "cases": {"open": "new", "close": "don"}}}, {"target": "private", "switch": {"on": "lines", "cases": {}, "default": true}}`, []string{
			`warning missing_case /rules/2/switch/cases: state may be "closed", for which there is neither a case nor a default.`,
			`warning missing_case /rules/2/switch/cases: state may be "held", for which there is neither a case nor a default.`,
			`error not_allowed /rules/2/switch/cases/close: The target takes none but "new", "done". -> done`,
			`warning pointless /rules/2/switch/cases/close: state is never "close". -> closed`,
			`error type_clash /rules/3: what the table gives is a list, and the target takes a boolean.`,
			`error type_clash /rules/3/switch/on: lines is a list; name a field of it.`,
		}},
		{"what gets lost", lintBase + `, {"target": "day", "source": "created", "transforms": [{"date": "date"}]}, {"target": "owner", "source": "tags", "transforms": ["first"]},
			{"target": "requester.name", "source": "person.email", "transforms": [{"truncate": 400}]}, {"target": "count", "source": "id", "transforms": ["integer"]}`, []string{
			`info lossy /rules/2/transforms/0: The time of day of created is left out.`,
			`info lossy /rules/3/transforms/0: Of the items of tags only the first is kept.`,
			`info pointless /rules/4/transforms/0: person.email never has more than 320 characters.`,
			`info pointless /rules/5/transforms/0: id is an integer already.`,
		}},
		{"items", lintBase + `, {"target": "rows", "each": {"over": "lines", "where": {"source": "m", "exists": true}, "rules": [
				{"target": "code", "source": "$.person.email"}, {"target": "amount", "source": "skew"}]}},
			{"target": "labels[]", "each": {"over": "person", "rules": [{"target": "@this", "source": "phoneNumber"}]}}, {"target": "count", "each": {"over": "lines", "rules": [{"target": "@this", "source": "n"}]}}`, []string{
			`info may_be_missing /rules/2/each/rules/0: code is required by the target, and its rule may have no value; the transform default gives one.`,
			`error unknown_path /rules/2/each/rules/1/source: The source has nothing at "skew": there is no "skew". -> sku`,
			`error unknown_path /rules/2/each/where/source: The source has nothing at "m": there is no "m". -> n`,
			`warning pointless /rules/3/each/over: person is an object, which each takes for a list of one.`,
			`error type_clash /rules/4/each: It makes a list, and the target takes an integer.`,
		}},
		{"a malformed rule hides no other", lintBase + `, {"target": "count", "source": "id", "value": 1}, {"target": "x", "source": "id"}`, []string{
			`error malformed /rules/2: has source and value; exactly one of them may stand here`,
			`error unknown_target /rules/3/target: The target has no field "x".`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			options := LintOptions{Source: operations.Schema(lintSource), Target: operations.Schema(lintTarget), Lists: someLists{}}
			var got []string
			for _, f := range Lint(lintDocument(t, tt.rules), options) {
				got = append(got, shown(f))
			}
			if diff := gocmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLintKnowsLess(t *testing.T) {
	t.Parallel()
	rules := lintBase + `, {"target": "count", "source": "fields.points"}, {"target": "owner", "lookup": {"operation": "desk.list_users_ddl", "from": "x"}}`
	document := lintDocument(t, rules)
	if got := Lint(document, LintOptions{}); len(got) > 0 {
		t.Errorf("without schemas there is nothing to find, but: %v", got)
	}
	sample := LintOptions{SourceSample: json.RawMessage(`{"person": {"email": "a@b.dk"}, "fields": {"points": 3}, "x": "y"}`), Target: operations.Schema(lintTarget)}
	if got := Lint(document, sample); len(got) != 1 || got[0].Code != FindTypeClash {
		t.Errorf("the sample has all paths, and a number where an integer is taken; got %v", got)
	}
	open := LintOptions{Source: operations.Schema(`{"type":"object","properties":{"person":{}}}`), SourceSample: sample.SourceSample}
	if got := Lint(document, open); len(got) != 0 {
		t.Errorf("what the sample has is known, whatever the schema says; got %v", got)
	}
	broken := LintOptions{Source: operations.Schema(`{`), Target: operations.Schema(strings.Repeat(`{"items":`, 100) + `{}` + strings.Repeat(`}`, 100))}
	got := Lint(document, broken)
	if len(got) != 2 || got[0].Code != FindUnreadableSchema || got[1].Code != FindUnreadableSchema {
		t.Errorf("schemas that cannot be read: %v", got)
	}
}

func TestLintIsBounded(t *testing.T) {
	t.Parallel()
	var rules []string
	for i := range MaxRules {
		rules = append(rules, fmt.Sprintf(`{"target": "t%d", "first_of": ["a%d", "b%d"]}`, i, i, i))
	}
	document := lintDocument(t, strings.Join(rules, ","))
	options := LintOptions{Source: operations.Schema(lintSource), Target: operations.Schema(lintTarget)}
	first := Lint(document, options)
	if len(first) != maxFindings {
		t.Errorf("%d findings, want %d", len(first), maxFindings)
	}
	if diff := gocmp.Diff(first, Lint(document, options)); diff != "" {
		t.Errorf("twice the same gives twice the same (-first +second):\n%s", diff)
	}
	if !slices.IsSortedFunc(first, func(a, b Finding) int { return comparePointers(a.Pointer, b.Pointer) }) {
		t.Error("findings stand in the order of the document")
	}
}
