package jira

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/patchbay/patchbay/operations"
)

func issues() []operations.Operation {
	return []operations.Operation{createIssue(), getIssue(), updateIssue(), assignIssue(), deleteIssue()}
}

const issueDocs = groups + "issues/#api-rest-api-3-issue-"

type createIssueInput struct {
	projectRef
	IssueType   string `json:"issue_type" doc:"Name of the issue type, such as Bug, Task or Story, or its id." minLength:"1" maxLength:"255" lookup:"list_issue_types_ddl project_key=project_key" example:"Task"`
	Summary     string `json:"summary" doc:"Title of the issue, in one line." minLength:"1" maxLength:"255"`
	Description string `json:"description" doc:"What the issue is about, in Markdown; on Data Center in Jira's own markup." maxLength:"32767"`

	Priority       string                     `json:"priority,omitempty" doc:"Name of the priority, or its id." maxLength:"255" lookup:"list_priorities_ddl"`
	Labels         []string                   `json:"labels,omitempty" doc:"Labels, without spaces." minLength:"1" maxLength:"255" pattern:"^\\S+$" maxItems:"200"`
	Assignee       string                     `json:"assignee,omitempty" doc:"Account id of who is to do it; on Data Center the user name. -1 leaves it to the project." maxLength:"128" lookup:"list_assignable_users_ddl project_key=project_key"`
	Reporter       string                     `json:"reporter,omitempty" doc:"Account id of who asks for it; on Data Center the user name." maxLength:"128" lookup:"list_users_ddl"`
	Components     []string                   `json:"components,omitempty" doc:"Names of components, or their ids." minLength:"1" maxLength:"255" maxItems:"200" lookup:"list_components_ddl project_key=project_key"`
	FixVersions    []string                   `json:"fix_versions,omitempty" doc:"Names of the versions it is to be done in, or their ids." minLength:"1" maxLength:"255" maxItems:"200" lookup:"list_versions_ddl project_key=project_key"`
	ParentKey      string                     `json:"parent_key,omitempty" doc:"Key of the issue that this one is a part of: an epic, or the task of a subtask." maxLength:"255" pattern:"^[A-Za-z0-9_]+(-[0-9]+)?$"`
	DueDate        string                     `json:"due_date,omitempty" doc:"Day it is due, as 2026-01-31." format:"date"`
	RichTextFields map[string]string          `json:"rich_text_fields,omitempty" doc:"Further fields that hold text of several lines: field id to text in Markdown."`
	CustomFields   map[string]json.RawMessage `json:"custom_fields,omitempty" doc:"Further fields: field id, such as customfield_10016, to value as Jira takes it. list_fields_ddl lists the ids."`
}

type createIssueOutput struct {
	ID       string      `json:"id" doc:"Id of the new issue."`
	Key      string      `json:"key" doc:"Its key, such as PROJ-123."`
	Self     string      `json:"self" doc:"Where the API has it."`
	Metadata createdMeta `json:"metadata" doc:"What was asked for, and where people see the issue."`
}

type createdMeta struct {
	ProjectKey string `json:"project_key"`
	IssueType  string `json:"issue_type"`
	Summary    string `json:"summary"`
	URL        string `json:"url,omitempty" doc:"Page of the issue; not known with OAuth."`
}

func createIssue() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "create_issue", Title: "Create issue", Description: "Creates a Jira issue.",
		Docs: issueDocs + "post", Resource: resourceIssue, Scopes: []string{scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "delete_issue", Input: map[string]string{"issue_key": "output.key"}},
		Sample: operations.NewSample(
			`{"project_key":"PROJ","issue_type":"Task","summary":"Printer on floor 3 is jammed",`+
				`"description":"It **jams** since Monday:\n\n- paper tray 2\n- only A3"}`,
			`{"id":"20001","key":"PROJ-63","self":"https://northwind.atlassian.net/rest/api/3/issue/20001","metadata":{"project_key":"PROJ",`+
				`"issue_type":"Task","summary":"Printer on floor 3 is jammed","url":"https://northwind.atlassian.net/browse/PROJ-63"}}`),
	}, runCreateIssue)
}

func runCreateIssue(ctx context.Context, call *operations.Call, in createIssueInput) (createIssueOutput, error) {
	a, err := connect(call)
	if err != nil {
		return createIssueOutput{}, err
	}
	f := fields{"project": projectOf(in.ProjectKey), "issuetype": named(in.IssueType), "summary": in.Summary, "description": a.text(in.Description)}
	err = f.add(a, fieldValues{
		Priority: in.Priority, Labels: in.Labels, Assignee: in.Assignee, Reporter: in.Reporter, Components: in.Components,
		FixVersions: in.FixVersions, ParentKey: in.ParentKey, DueDate: in.DueDate, RichText: in.RichTextFields, Custom: in.CustomFields,
	})
	if err != nil {
		return createIssueOutput{}, err
	}
	var created gojira.Issue
	if _, err := a.send(ctx, http.MethodPost, a.rest("issue"), map[string]any{"fields": f}, &created); err != nil {
		return createIssueOutput{}, err
	}
	return createIssueOutput{
		ID: created.ID, Key: created.Key, Self: created.Self,
		Metadata: createdMeta{ProjectKey: in.ProjectKey, IssueType: in.IssueType, Summary: in.Summary, URL: a.page(created.Key)},
	}, nil
}

func projectOf(given string) map[string]string {
	if isID(given) {
		return map[string]string{"id": given}
	}
	return map[string]string{"key": given}
}

// page is where people see an issue. With OAuth the API lies elsewhere than the pages.
func (a *api) page(key string) string {
	if a.call.Field["cloud_id"] != "" || key == "" {
		return ""
	}
	return a.call.Base.Root("/browse/" + url.PathEscape(key))
}

type getIssueInput struct {
	issueRef
	Fields []string `json:"fields,omitempty" doc:"Ids of the fields to give; all, if none is named. A - before an id leaves it out." minLength:"1" maxLength:"255" maxItems:"100" lookup:"list_fields_ddl"`
	Expand []string `json:"expand,omitempty" doc:"What to give beside the fields." enum:"renderedFields,names,schema,transitions,changelog,editmeta" maxItems:"6"`
}

func getIssue() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "get_issue", Title: "Get issue", Description: "Gives one issue with its fields, its description as text among them.",
		Docs: issueDocs + "issueidorkey-get", Resource: resourceIssue, Scopes: []string{scopeRead},
		Kind: operations.KindAction, Effect: operations.EffectRead,
		Sample: operations.NewSample(`{"issue_key":"PROJ-1"}`,
			`{"id":"10101","key":"PROJ-1","self":"https://northwind.atlassian.net/rest/api/3/issue/10101","summary":"Invoices are sent twice when a customer pays in instalments",`+
				`"status":"To Do","issue_type":"Task","description_text":"Two invoices arrive for every instalment.","fields":{"summary":"Invoices are sent twice when a customer pays in instalments"}}`),
	}, func(ctx context.Context, call *operations.Call, in getIssueInput) (issue, error) {
		a, err := connect(call)
		if err != nil {
			return issue{}, err
		}
		query := url.Values{}
		if len(in.Fields) > 0 {
			query.Set("fields", strings.Join(in.Fields, ","))
		}
		if len(in.Expand) > 0 {
			query.Set("expand", strings.Join(in.Expand, ","))
		}
		var found heldIssue
		if err := a.get(ctx, a.rest("issue", in.IssueKey), query, &found); err != nil {
			return issue{}, err
		}
		return a.issue(found), nil
	})
}

type updateIssueInput struct {
	issueRef
	Summary     string `json:"summary,omitempty" doc:"New title." minLength:"1" maxLength:"255"`
	Description string `json:"description,omitempty" doc:"New description, in Markdown; on Data Center in Jira's own markup." minLength:"1" maxLength:"32767"`

	IssueType      string                     `json:"issue_type,omitempty" doc:"Name of the issue type, or its id." maxLength:"255"`
	Priority       string                     `json:"priority,omitempty" doc:"Name of the priority, or its id." maxLength:"255" lookup:"list_priorities_ddl"`
	Labels         []string                   `json:"labels,omitempty" doc:"All labels, in place of those there are." minLength:"1" maxLength:"255" pattern:"^\\S+$" maxItems:"200"`
	AddLabels      []string                   `json:"add_labels,omitempty" doc:"Labels to add to those there are." minLength:"1" maxLength:"255" pattern:"^\\S+$" maxItems:"200"`
	RemoveLabels   []string                   `json:"remove_labels,omitempty" doc:"Labels to take away." minLength:"1" maxLength:"255" pattern:"^\\S+$" maxItems:"200"`
	Assignee       string                     `json:"assignee,omitempty" doc:"Account id of who is to do it; on Data Center the user name." maxLength:"128" lookup:"list_assignable_users_ddl issue_key=issue_key"`
	Reporter       string                     `json:"reporter,omitempty" doc:"Account id of who asks for it; on Data Center the user name." maxLength:"128" lookup:"list_users_ddl"`
	Components     []string                   `json:"components,omitempty" doc:"Names of all components, or their ids." minLength:"1" maxLength:"255" maxItems:"200" lookup:"list_components_ddl issue_key=issue_key"`
	FixVersions    []string                   `json:"fix_versions,omitempty" doc:"Names of all versions it is to be done in, or their ids." minLength:"1" maxLength:"255" maxItems:"200" lookup:"list_versions_ddl issue_key=issue_key"`
	ParentKey      string                     `json:"parent_key,omitempty" doc:"Key of the issue that this one is a part of." maxLength:"255" pattern:"^[A-Za-z0-9_]+(-[0-9]+)?$"`
	DueDate        string                     `json:"due_date,omitempty" doc:"Day it is due, as 2026-01-31." format:"date"`
	RichTextFields map[string]string          `json:"rich_text_fields,omitempty" doc:"Further fields that hold text of several lines: field id to text in Markdown."`
	CustomFields   map[string]json.RawMessage `json:"custom_fields,omitempty" doc:"Further fields: field id to value as Jira takes it; null empties a field."`
	Clear          []string                   `json:"clear,omitempty" doc:"What to empty." enum:"description,priority,labels,assignee,components,fix_versions,parent_key,due_date" maxItems:"8"`
	Notify         bool                       `json:"notify,omitempty" doc:"false: no mails are sent; only admins may ask for that." default:"true"`
}

type updateIssueOutput struct {
	done
	IssueKey string `json:"issue_key"`
}

func updateIssue() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "update_issue", Title: "Update issue", Description: "Changes the fields of an issue that are given, and leaves all others.",
		Docs: issueDocs + "issueidorkey-put", Resource: resourceIssue, Scopes: []string{scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"issue_key":"PROJ-1","summary":"Invoices are sent twice when a customer pays in instalments","add_labels":["billing"]}`,
			`{"success":true,"issue_key":"PROJ-1"}`),
	}, runUpdateIssue)
}

func runUpdateIssue(ctx context.Context, call *operations.Call, in updateIssueInput) (updateIssueOutput, error) {
	a, err := connect(call)
	if err != nil {
		return updateIssueOutput{}, err
	}
	f, err := a.changed(in)
	if err != nil {
		return updateIssueOutput{}, err
	}
	body := map[string]any{}
	if len(f) > 0 {
		body["fields"] = f
	}
	if labels := labelChanges(in.AddLabels, in.RemoveLabels); len(labels) > 0 {
		body["update"] = map[string]any{"labels": labels}
	}
	if len(body) == 0 {
		return updateIssueOutput{}, invalid("", "names nothing to change")
	}
	query := url.Values{}
	if !in.Notify {
		query.Set("notifyUsers", "false")
	}
	_, err = a.send(ctx, http.MethodPut, withQuery(a.rest("issue", in.IssueKey), query), body, nil)
	return updateIssueOutput{done: done{true}, IssueKey: in.IssueKey}, err
}

// changed are the fields to set.
func (a *api) changed(in updateIssueInput) (fields, error) {
	f := fields{}
	if in.Summary != "" {
		f["summary"] = in.Summary
	}
	if in.Description != "" {
		f["description"] = a.text(in.Description)
	}
	if in.IssueType != "" {
		f["issuetype"] = named(in.IssueType)
	}
	err := f.add(a, fieldValues{
		Priority: in.Priority, Labels: in.Labels, Assignee: in.Assignee, Reporter: in.Reporter, Components: in.Components,
		FixVersions: in.FixVersions, ParentKey: in.ParentKey, DueDate: in.DueDate, RichText: in.RichTextFields, Custom: in.CustomFields,
	})
	if err != nil {
		return nil, err
	}
	return f, f.empty(in.Clear)
}

func labelChanges(add, remove []string) []map[string]string {
	var changes []map[string]string
	for _, label := range add {
		changes = append(changes, map[string]string{"add": label})
	}
	for _, label := range remove {
		changes = append(changes, map[string]string{"remove": label})
	}
	return changes
}

type assignIssueInput struct {
	issueRef
	AccountID *string `json:"account_id" doc:"Account id of who is to do it; on Data Center the user name. null: nobody. -1: whom the project says." nullable:"true" maxLength:"128" lookup:"list_assignable_users_ddl issue_key=issue_key"`
}

func assignIssue() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "assign_issue", Title: "Assign issue", Description: "Assigns an issue to somebody, or takes it from whoever has it.",
		Docs: issueDocs + "issueidorkey-assignee-put", Resource: resourceIssue, Scopes: []string{scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"issue_key":"PROJ-1","account_id":"5b10a2844c20165700ede21g"}`, `{"success":true}`),
	}, func(ctx context.Context, call *operations.Call, in assignIssueInput) (done, error) {
		a, err := connect(call)
		if err != nil {
			return done{}, err
		}
		assignee := map[string]*string{"accountId": in.AccountID}
		if a.server {
			assignee = map[string]*string{"name": in.AccountID}
		}
		_, err = a.send(ctx, http.MethodPut, a.rest("issue", in.IssueKey, "assignee"), assignee, nil)
		return done{true}, err
	})
}

type deleteIssueInput struct {
	issueRef
	DeleteSubtasks bool `json:"delete_subtasks,omitempty" doc:"true: its subtasks go too. Without it, an issue with subtasks is not deleted."`
}

func deleteIssue() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "delete_issue", Title: "Delete issue", Description: "Deletes an issue for good.",
		Docs: issueDocs + "issueidorkey-delete", Resource: resourceIssue, Scopes: []string{scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectDestructive,
		Sample: operations.NewSample(`{"issue_key":"PROJ-4"}`, `{"success":true}`),
	}, func(ctx context.Context, call *operations.Call, in deleteIssueInput) (done, error) {
		query := url.Values{}
		if in.DeleteSubtasks {
			query.Set("deleteSubtasks", "true")
		}
		return remove(ctx, call, query, "issue", in.IssueKey)
	})
}

// remove deletes what lies at a path.
func remove(ctx context.Context, call *operations.Call, query url.Values, segments ...string) (done, error) {
	a, err := connect(call)
	if err != nil {
		return done{}, err
	}
	_, err = a.send(ctx, http.MethodDelete, withQuery(a.rest(segments...), query), nil, nil)
	return done{true}, err
}
