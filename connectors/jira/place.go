package jira

import (
	"context"
	"net/url"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// issueRef names an issue.
type issueRef struct {
	IssueKey string `json:"issue_key" doc:"Key of the issue, such as PROJ-123, or its id." maxLength:"255" pattern:"^[A-Za-z0-9_]+(-[0-9]+)?$" example:"PROJ-123"`
}

// projectRef names a project.
type projectRef struct {
	ProjectKey string `json:"project_key" doc:"Key of the project, such as PROJ, or its id." maxLength:"255" pattern:"^[A-Za-z0-9_]+$" lookup:"list_projects_ddl" example:"PROJ"`
}

// place is a project, or an issue in it.
type place struct {
	ProjectKey string `json:"project_key,omitempty" doc:"Key of the project, or its id. This or issue_key is needed." maxLength:"255" pattern:"^[A-Za-z0-9_]+$" lookup:"list_projects_ddl"`
	IssueKey   string `json:"issue_key,omitempty" doc:"Key of an issue, in place of the project's." maxLength:"255" pattern:"^[A-Za-z0-9_]+(-[0-9]+)?$"`
}

func errNoPlace() *operations.Error {
	return invalid("/project_key", "is required, unless issue_key is given")
}

// project is the key of the project meant.
func (a *api) project(ctx context.Context, p place) (string, error) {
	if p.ProjectKey != "" {
		return p.ProjectKey, nil
	}
	if p.IssueKey == "" {
		return "", errNoPlace()
	}
	if at := strings.LastIndexByte(p.IssueKey, '-'); at > 0 {
		return p.IssueKey[:at], nil
	}
	var issue struct {
		Fields struct {
			Project struct {
				Key string `json:"key"`
			} `json:"project"`
		} `json:"fields"`
	}
	if err := a.get(ctx, a.rest("issue", p.IssueKey), url.Values{"fields": {"project"}}, &issue); err != nil {
		return "", err
	}
	return issue.Fields.Project.Key, nil
}
