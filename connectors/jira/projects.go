package jira

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

func projects() []operations.Operation {
	return []operations.Operation{listProjects(), getProject(), listProjectsDDL(), listIssueTypesDDL(), listComponentsDDL()}
}

const projectDocs = groups + "projects/#api-rest-api-3-project-"

// project is a project as lists have it.
type project struct {
	ID   string `json:"id"`
	Key  string `json:"key"`
	Name string `json:"name"`
	Type string `json:"type,omitempty" doc:"software, business or service_desk."`
	Self string `json:"self,omitempty"`
}

// heldProject is a project as Jira gives it.
type heldProject struct {
	gojira.Project
	ProjectTypeKey string `json:"projectTypeKey"`
}

func (h heldProject) shown() project {
	return project{ID: h.ID, Key: h.Key, Name: h.Name, Type: h.ProjectTypeKey, Self: h.Self}
}

type listProjectsInput struct {
	Query string `json:"query,omitempty" doc:"Only projects whose name or key holds this." maxLength:"200"`
	pageInput
}

type listProjectsOutput struct {
	Projects   []project `json:"projects"`
	NextCursor string    `json:"next_cursor,omitempty" doc:"Gives the next page as cursor; not there at the end."`
	Total      *int      `json:"total,omitempty" doc:"How many there are in all."`
}

func listProjects() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_projects", Title: "List projects", Description: "Lists the projects that the credential sees.",
		Docs: projectDocs + "search-get", Resource: resourceProject, Scopes: []string{scopeRead},
		Kind: operations.KindAction, Effect: operations.EffectRead, Paging: pagingOf("projects"),
		Sample: operations.NewSample(`{}`,
			`{"projects":[{"id":"10000","key":"PROJ","name":"Customer portal","type":"software"}],"total":1}`),
	}, func(ctx context.Context, call *operations.Call, in listProjectsInput) (listProjectsOutput, error) {
		a, err := connect(call)
		if err != nil {
			return listProjectsOutput{}, err
		}
		p, err := a.projects(ctx, in.Query, in.Cursor, in.Limit)
		output := listProjectsOutput{Projects: make([]project, len(p.Values)), NextCursor: p.next(), Total: p.Total}
		for i, held := range p.Values {
			output.Projects[i] = held.shown()
		}
		return output, err
	})
}

// projects reads a page of projects. Data Center gives them all at once, and the page is cut here.
func (a *api) projects(ctx context.Context, query, cursor string, limit int) (page[heldProject], error) {
	if !a.server {
		asked := url.Values{"orderBy": {"key"}}
		if query != "" {
			asked.Set("query", query)
		}
		return readPage[heldProject](ctx, a, a.rest("project", "search"), asked, cursor, limit)
	}
	start, err := startAt(cursor)
	if err != nil {
		return page[heldProject]{}, err
	}
	var all, found []heldProject
	if err := a.get(ctx, a.rest("project"), nil, &all); err != nil {
		return page[heldProject]{}, err
	}
	for _, p := range all {
		if holds(p.Name, query) || holds(p.Key, query) {
			found = append(found, p)
		}
	}
	total := len(found)
	start = min(start, total)
	return page[heldProject]{StartAt: start, Total: &total, Values: found[start:min(start+limit, total)]}, nil
}

func holds(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// projectDetails is a project with what belongs to it.
type projectDetails struct {
	project
	Description string      `json:"description,omitempty"`
	URL         string      `json:"url,omitempty"`
	Lead        *user       `json:"lead,omitempty"`
	IssueTypes  []issueType `json:"issue_types"`
	Components  []component `json:"components"`
	Versions    []version   `json:"versions"`
}

type issueType struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Subtask bool   `json:"subtask"`
}

type component struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

func getProject() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "get_project", Title: "Get project", Description: "Gives one project with its issue types, components and versions.",
		Docs: projectDocs + "projectidorkey-get", Resource: resourceProject, Scopes: []string{scopeRead},
		Kind: operations.KindAction, Effect: operations.EffectRead,
		Sample: operations.NewSample(`{"project_key":"PROJ"}`,
			`{"id":"10000","key":"PROJ","name":"Customer portal","type":"software","issue_types":[{"id":"10002","name":"Task","subtask":false}],`+
				`"components":[{"id":"10251","name":"API"}],"versions":[]}`),
	}, func(ctx context.Context, call *operations.Call, in projectRef) (projectDetails, error) {
		a, err := connect(call)
		if err != nil {
			return projectDetails{}, err
		}
		var held heldProject
		if err := a.get(ctx, a.rest("project", in.ProjectKey), nil, &held); err != nil {
			return projectDetails{}, err
		}
		return a.projectDetails(held), nil
	})
}

func (a *api) projectDetails(held heldProject) projectDetails {
	details := projectDetails{
		project: held.shown(), Description: held.Description, URL: held.URL,
		IssueTypes: []issueType{}, Components: []component{}, Versions: []version{},
	}
	if a.idOf(&held.Lead) != "" {
		details.Lead = a.user(&held.Lead)
	}
	for _, t := range held.IssueTypes {
		details.IssueTypes = append(details.IssueTypes, issueType{ID: t.ID, Name: t.Name, Subtask: t.Subtask})
	}
	for _, c := range held.Components {
		details.Components = append(details.Components, component{ID: c.ID, Name: c.Name, Description: c.Description})
	}
	for _, v := range held.Versions {
		details.Versions = append(details.Versions, shownVersion(v))
	}
	return details
}

type projectOption struct {
	ddl.Option
	ID string `json:"id"`
}

func listProjectsDDL() operations.Operation {
	return ddl.Paged(operations.Spec{
		Name: "list_projects_ddl", Title: "Projects", Description: "The projects that the credential sees, to choose from.",
		Docs: projectDocs + "search-get", Resource: resourceProject, Scopes: []string{scopeRead},
		Sample: operations.NewSample(`{}`, `{"result":[{"text":"Customer portal (PROJ)","value":"PROJ","id":"10000"}]}`),
	}, func(ctx context.Context, call *operations.Call, in wholeInput) (ddl.Page[projectOption], error) {
		a, err := connect(call)
		if err != nil {
			return ddl.Page[projectOption]{}, err
		}
		p, err := a.projects(ctx, in.Search, in.Cursor, min(in.Limit, wholePage))
		found := ddl.Page[projectOption]{NextCursor: p.next()}
		for _, held := range p.Values {
			option := ddl.Option{Text: held.Name + " (" + held.Key + ")", Value: held.Key}
			found.Result = append(found.Result, projectOption{option, held.ID})
		}
		return found, err
	})
}

type listIssueTypesInput struct {
	ddl.Input
	projectRef
}

type issueTypeOption struct {
	ddl.Option
	Subtask bool `json:"subtask" doc:"true: an issue of this type needs a parent."`
}

func listIssueTypesDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_issue_types_ddl", Title: "Issue types", Description: "The types that new issues of a project can have, to choose from.",
		Docs: issueDocs + "createmeta-projectidorkey-issuetypes-get", Resource: resourceProject, Scopes: []string{scopeRead},
		Sample: operations.NewSample(`{"project_key":"PROJ"}`, `{"result":[{"text":"Task","value":"10002","subtask":false}]}`),
	}, func(ctx context.Context, call *operations.Call, in listIssueTypesInput) ([]issueTypeOption, bool, error) {
		a, err := connect(call)
		if err != nil {
			return nil, false, err
		}
		types, truncated, err := readWhole[gojira.IssueType](ctx, a, a.rest("issue", "createmeta", in.ProjectKey, "issuetypes"), nil)
		options := make([]issueTypeOption, len(types))
		for i, t := range types {
			options[i] = issueTypeOption{ddl.Option{Text: t.Name, Value: t.ID}, t.Subtask}
		}
		return options, truncated, err
	})
}

type placeInput struct {
	ddl.Input
	place
}

func listComponentsDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_components_ddl", Title: "Components", Description: "The components of a project, to choose from.",
		Docs: groups + "project-components/#api-rest-api-3-project-projectidorkey-components-get", Resource: resourceProject,
		Scopes: []string{scopeRead},
		Sample: operations.NewSample(`{"project_key":"PROJ"}`, `{"result":[{"text":"API","value":"10251"}]}`),
	}, func(ctx context.Context, call *operations.Call, in placeInput) ([]ddl.Option, bool, error) {
		a, err := connect(call)
		if err != nil {
			return nil, false, err
		}
		key, err := a.project(ctx, in.place)
		if err != nil {
			return nil, false, err
		}
		var components []component
		err = a.get(ctx, a.rest("project", key, "components"), nil, &components)
		options := make([]ddl.Option, len(components))
		for i, c := range components {
			options[i] = ddl.Option{Text: c.Name, Value: c.ID}
		}
		return options, false, err
	})
}

// projectID is a project's id as a number.
func (a *api) projectID(ctx context.Context, key string) (int, error) {
	if !isID(key) {
		var held heldProject
		if err := a.get(ctx, a.rest("project", key), nil, &held); err != nil {
			return 0, err
		}
		key = held.ID
	}
	id, err := strconv.Atoi(key)
	if err != nil {
		return 0, invalid("/project_key", "is a project whose id is no number")
	}
	return id, nil
}
