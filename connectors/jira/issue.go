package jira

import (
	"encoding/json"

	gojira "github.com/andygrunwald/go-jira"
)

// issue is an issue as answers have it: what most callers want first, and all of it in fields.
type issue struct {
	ID              string                     `json:"id"`
	Key             string                     `json:"key"`
	Self            string                     `json:"self"`
	URL             string                     `json:"url,omitempty" doc:"Page of the issue; not known with OAuth."`
	Summary         string                     `json:"summary,omitempty"`
	Status          string                     `json:"status,omitempty"`
	IssueType       string                     `json:"issue_type,omitempty"`
	Priority        string                     `json:"priority,omitempty"`
	Assignee        *user                      `json:"assignee,omitempty"`
	Reporter        *user                      `json:"reporter,omitempty"`
	DescriptionText string                     `json:"description_text,omitempty" doc:"The description in Markdown; on Data Center as it is."`
	Fields          map[string]json.RawMessage `json:"fields" doc:"The fields as Jira gives them: field id to value."`
	RenderedFields  map[string]json.RawMessage `json:"rendered_fields,omitempty" doc:"The fields in HTML, if asked for."`
	Names           map[string]string          `json:"names,omitempty" doc:"Field id to name, if asked for."`
	Schema          json.RawMessage            `json:"schema,omitempty"`
	Transitions     json.RawMessage            `json:"transitions,omitempty"`
	Changelog       json.RawMessage            `json:"changelog,omitempty"`
	EditMeta        json.RawMessage            `json:"editmeta,omitempty"`
}

// heldIssue is an issue as Jira gives it. go-jira's type takes descriptions without structure only.
type heldIssue struct {
	ID             string                     `json:"id"`
	Key            string                     `json:"key"`
	Self           string                     `json:"self"`
	Fields         map[string]json.RawMessage `json:"fields"`
	RenderedFields map[string]json.RawMessage `json:"renderedFields"`
	Names          map[string]string          `json:"names"`
	Schema         json.RawMessage            `json:"schema"`
	Transitions    json.RawMessage            `json:"transitions"`
	Changelog      json.RawMessage            `json:"changelog"`
	EditMeta       json.RawMessage            `json:"editmeta"`
}

func (a *api) issue(held heldIssue) issue {
	i := issue{
		ID: held.ID, Key: held.Key, Self: held.Self, URL: a.page(held.Key),
		DescriptionText: plain(held.Fields["description"]), Fields: held.Fields, RenderedFields: held.RenderedFields, Names: held.Names,
		Schema: held.Schema, Transitions: held.Transitions, Changelog: held.Changelog, EditMeta: held.EditMeta,
	}
	if i.Fields == nil {
		i.Fields = map[string]json.RawMessage{}
	}
	i.Summary, _ = read[string](held, "summary")
	status, _ := read[gojira.Status](held, "status")
	kind, _ := read[gojira.IssueType](held, "issuetype")
	priority, _ := read[gojira.Priority](held, "priority")
	i.Status, i.IssueType, i.Priority = status.Name, kind.Name, priority.Name
	if assignee, ok := read[gojira.User](held, "assignee"); ok {
		i.Assignee = a.user(&assignee)
	}
	if reporter, ok := read[gojira.User](held, "reporter"); ok {
		i.Reporter = a.user(&reporter)
	}
	return i
}

// read reads a field. ok: it holds one.
func read[T any](held heldIssue, field string) (value T, ok bool) {
	raw := held.Fields[field]
	if len(raw) == 0 || string(raw) == "null" {
		return value, false
	}
	err := json.Unmarshal(raw, &value)
	return value, err == nil
}
