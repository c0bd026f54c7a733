package jira

import (
	"context"
	"net/http"

	"github.com/patchbay/patchbay/operations"
)

func search() []operations.Operation { return []operations.Operation{searchIssues()} }

type searchIssuesInput struct {
	JQL    string   `json:"jql" doc:"What to look for, in JQL. Jira Cloud wants something that narrows it down, such as a project." minLength:"1" maxLength:"20000" example:"project = PROJ AND statusCategory != Done ORDER BY created DESC"`
	Fields []string `json:"fields,omitempty" doc:"Ids of the fields to give; *all for every one. The usual ones, if none is named." minLength:"1" maxLength:"255" maxItems:"100" lookup:"list_fields_ddl"`
	pageInput
}

type searchIssuesOutput struct {
	Issues     []issue `json:"issues"`
	NextCursor string  `json:"next_cursor,omitempty" doc:"Gives the next page as cursor; not there at the end."`
	Total      *int    `json:"total,omitempty" doc:"How many there are in all; Data Center only."`
}

func searchIssues() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "search_issues", Title: "Search issues", Description: "Finds issues by JQL, Jira's query language.",
		Docs: groups + "issue-search/#api-rest-api-3-search-jql-post", Resource: resourceIssue, Scopes: []string{scopeRead},
		Kind: operations.KindAction, Effect: operations.EffectRead, Paging: pagingOf("issues"),
		Sample: operations.NewSample(`{"jql":"project = PROJ ORDER BY created DESC","limit":10}`,
			`{"issues":[{"id":"10101","key":"PROJ-1","self":"https://northwind.atlassian.net/rest/api/3/issue/10101",`+
				`"summary":"Invoices are sent twice when a customer pays in instalments","status":"To Do","issue_type":"Task","fields":{"labels":["billing"]}}]}`),
	}, runSearchIssues)
}

// foundIssues is a page of a search, in either version.
type foundIssues struct {
	page[heldIssue]
	NextPageToken string `json:"nextPageToken"`
}

func runSearchIssues(ctx context.Context, call *operations.Call, in searchIssuesInput) (searchIssuesOutput, error) {
	a, err := connect(call)
	if err != nil {
		return searchIssuesOutput{}, err
	}
	if in.Fields == nil {
		in.Fields = []string{
			"summary", "status", "issuetype", "priority", "assignee", "reporter", "project", "parent", "labels", "components",
			"fixVersions", "resolution", "created", "updated", "duedate",
		}
	}
	body := map[string]any{"jql": in.JQL, "fields": in.Fields, "maxResults": in.Limit}
	where := a.rest("search", "jql")
	if a.server {
		where = a.rest("search")
		if body["startAt"], err = startAt(in.Cursor); err != nil {
			return searchIssuesOutput{}, err
		}
	} else if in.Cursor != "" {
		body["nextPageToken"] = in.Cursor
	}
	var found foundIssues
	if _, err := a.send(ctx, http.MethodPost, where, body, &found); err != nil {
		return searchIssuesOutput{}, err
	}
	output := searchIssuesOutput{Issues: make([]issue, len(found.Issues)), NextCursor: found.NextPageToken}
	for i, held := range found.Issues {
		output.Issues[i] = a.issue(held)
	}
	if a.server {
		output.NextCursor, output.Total = found.next(), found.Total
	}
	return output, nil
}
