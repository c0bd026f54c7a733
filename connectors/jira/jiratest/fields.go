package jiratest

import (
	"slices"
	"strings"
)

// field is something that issues have.
type field struct {
	id, name string
	kind     *kind                               // of what can be set; nil: computed
	computed func(x *exchange, i *issue) any     // where kind is nil
	schema   record                              // the type, as the service tells it
	clauses  []string                            // what JQL calls it
	on       func(p *project, t *issueType) bool // whether the screens have it; nil: wherever kind is not nil
	needed   func(p *project, t *issueType) bool // whether it has to be given; nil: no
	options  []*named                            // of a choice
	apart    bool                                // set by something else than an edit
}

func (f *field) custom() bool { return strings.HasPrefix(f.id, "customfield_") }

// onScreen tells whether the field can be set in issues of a type.
func (f *field) onScreen(p *project, t *issueType) bool {
	return f.kind != nil && !f.apart && (f.on == nil || f.on(p, t))
}

func (f *field) required(p *project, t *issueType) bool { return f.needed != nil && f.needed(p, t) }

// show is the field's value in an issue, nil if it has none.
func (f *field) show(x *exchange, i *issue) any {
	if f.kind == nil {
		return f.computed(x, i)
	}
	return f.kind.showValue(x, i.values[f.id])
}

func isBug(p *project, t *issueType) bool     { return t.name == "Bug" }
func isSubtask(p *project, t *issueType) bool { return t.level < 0 }
func hasSprints(p *project, t *issueType) bool {
	return p.scrum && t.level == 0
}
func always(*project, *issueType) bool { return true }

// system is the schema of a field that the service brings along.
func system(kind, name string) record { return record{"type": kind, "system": name} }

func listOf(items, name string) record {
	return record{"type": "array", "items": items, "system": name}
}

// custom is the schema of a custom field.
func custom(kind, module, id string) record {
	number := strings.TrimPrefix(id, "customfield_")
	schema := record{"type": kind, "custom": module, "customId": atoi(number)}
	if kind == "array" {
		schema["items"] = "option"
		if id == FieldSprint {
			schema["items"] = "json"
		}
	}
	return schema
}

const customTypes = "com.atlassian.jira.plugin.system.customfieldtypes:"

// newFields are the fields of a sandbox.
func newFields() []*field {
	return slices.Concat(settable(), customFields(), computedFields())
}

func settable() []*field {
	subtaskOf := func(p *project, t *issueType) bool { return t.level < 1 }
	return []*field{
		{id: "summary", name: "Summary", kind: lineKind, schema: system("string", "summary"), needed: always},
		{id: "description", name: "Description", kind: richKind, schema: system("string", "description")},
		{id: "issuetype", name: "Issue Type", kind: typeKind, schema: system("issuetype", "issuetype"), clauses: []string{"issuetype", "type"}, needed: always},
		{id: "project", name: "Project", kind: projectKind, schema: system("project", "project"), needed: always},
		{id: "priority", name: "Priority", kind: priorityKind, schema: system("priority", "priority")},
		{id: "assignee", name: "Assignee", kind: assigneeKind, schema: system("user", "assignee")},
		{id: "reporter", name: "Reporter", kind: userKind, schema: system("user", "reporter")},
		{id: "labels", name: "Labels", kind: labelsKind, schema: listOf("string", "labels")},
		{id: "components", name: "Components", kind: componentsKind, schema: listOf("component", "components"), clauses: []string{"component"}},
		{id: "fixVersions", name: "Fix versions", kind: versionsKind, schema: listOf("version", "fixVersions"), clauses: []string{"fixVersion"}},
		{id: "versions", name: "Affects versions", kind: versionsKind, schema: listOf("version", "versions"), clauses: []string{"affectedVersion"}, on: isBug},
		{id: "parent", name: "Parent", kind: parentKind, schema: system("issuelink", "parent"), on: subtaskOf, needed: isSubtask},
		{id: "duedate", name: "Due date", kind: dateKind, schema: system("date", "duedate"), clauses: []string{"due", "duedate"}},
		{id: "environment", name: "Environment", kind: richKind, schema: system("string", "environment"), on: isBug},
		{id: "timetracking", name: "Time tracking", kind: trackingKind, schema: system("timetracking", "timetracking")},
		{id: "resolution", name: "Resolution", kind: resolutionKind, schema: system("resolution", "resolution"), apart: true},
		{id: "status", name: "Status", kind: statusKind, schema: system("status", "status"), apart: true},
	}
}

func customFields() []*field {
	severities := []*named{{id: "10040", name: "Minor"}, {id: "10041", name: "Major"}, {id: "10042", name: "Critical"}}
	teams := []*named{{id: "10050", name: "Support"}, {id: "10051", name: "Finance"}, {id: "10052", name: "Logistics"}}
	severe := func(p *project, t *issueType) bool { return isBug(p, t) && p.key == DevKey }
	estimated := func(p *project, t *issueType) bool { return t.level == 0 }
	return []*field{
		{id: FieldStoryPoints, name: "Story point estimate", kind: numberKind, on: estimated,
			schema: custom("number", "com.pyxis.greenhopper.jira:jsw-story-points", FieldStoryPoints)},
		{id: FieldSprint, name: "Sprint", kind: sprintKind, on: hasSprints,
			schema: custom("array", "com.pyxis.greenhopper.jira:gh-sprint", FieldSprint)},
		{id: FieldSeverity, name: "Severity", kind: optionKind(severities, false), options: severities, on: isBug, needed: severe,
			schema: custom("option", customTypes+"select", FieldSeverity)},
		{id: FieldTeams, name: "Teams concerned", kind: optionKind(teams, true), options: teams,
			schema: custom("array", customTypes+"multiselect", FieldTeams)},
		{id: FieldContact, name: "Customer contact", kind: userKind, schema: custom("user", customTypes+"userpicker", FieldContact)},
		{id: FieldGoLive, name: "Go-live", kind: dateTimeKind, schema: custom("datetime", customTypes+"datetime", FieldGoLive)},
		{id: FieldSteps, name: "Steps to reproduce", kind: richKind, on: isBug, schema: custom("string", customTypes+"textarea", FieldSteps)},
		{id: FieldReference, name: "Customer reference", kind: lineKind, schema: custom("string", customTypes+"textfield", FieldReference)},
	}
}

// showField is what the service tells of a field.
func (x *exchange) showField(f *field) record {
	clauses := append([]string{}, f.clauses...)
	if f.custom() {
		clauses = append(clauses, f.name, "cf["+strings.TrimPrefix(f.id, "customfield_")+"]")
	} else if len(clauses) == 0 {
		clauses = append(clauses, f.id)
	}
	return record{
		"id": f.id, "key": f.id, "name": f.name, "untranslatedName": f.name, "custom": f.custom(), "orderable": f.kind != nil, "navigable": true,
		"searchable": true, "clauseNames": clauses, "schema": f.schema,
	}
}
