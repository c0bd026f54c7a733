package jira

import (
	"context"
	"net/http"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

func versions() []operations.Operation {
	return []operations.Operation{createVersion(), deleteVersion(), listVersionsDDL()}
}

const versionDocs = groups + "project-versions/#api-rest-api-3-"

// version is a version as answers have it.
type version struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Released    bool   `json:"released"`
	Archived    bool   `json:"archived"`
	StartDate   string `json:"start_date,omitempty"`
	ReleaseDate string `json:"release_date,omitempty"`
	ProjectID   int    `json:"project_id,omitempty"`
	Self        string `json:"self,omitempty"`
}

func shownVersion(held gojira.Version) version {
	return version{
		ID: held.ID, Name: held.Name, Description: held.Description, Released: held.Released != nil && *held.Released,
		Archived: held.Archived != nil && *held.Archived, StartDate: held.StartDate, ReleaseDate: held.ReleaseDate,
		ProjectID: held.ProjectID, Self: held.Self,
	}
}

type createVersionInput struct {
	projectRef
	Name        string `json:"name" doc:"Name of the version, such as 1.2." minLength:"1" maxLength:"255"`
	Description string `json:"description,omitempty" maxLength:"16384"`
	StartDate   string `json:"start_date,omitempty" doc:"Day work on it begins, as 2026-01-31." format:"date"`
	ReleaseDate string `json:"release_date,omitempty" doc:"Day it comes out, as 2026-01-31." format:"date"`
	Released    bool   `json:"released,omitempty" doc:"true: it is out."`
}

func createVersion() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "create_version", Title: "Create version", Description: "Creates a version of a project. It takes the rights of the project's administrator.",
		Docs: versionDocs + "version-post", Resource: resourceVersion, Scopes: []string{scopeRead, scopeManage},
		Kind: operations.KindAction, Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "delete_version", Input: map[string]string{"version_id": "output.id"}},
		Sample: operations.NewSample(`{"project_key":"PROJ","name":"2.0","release_date":"2026-06-01"}`,
			`{"id":"20001","name":"2.0","released":false,"archived":false,"release_date":"2026-06-01","project_id":10000}`),
	}, func(ctx context.Context, call *operations.Call, in createVersionInput) (version, error) {
		a, err := connect(call)
		if err != nil {
			return version{}, err
		}
		id, err := a.projectID(ctx, in.ProjectKey)
		if err != nil {
			return version{}, err
		}
		asked := gojira.Version{
			Name: in.Name, Description: in.Description, StartDate: in.StartDate, ReleaseDate: in.ReleaseDate, Released: &in.Released, ProjectID: id,
		}
		var created gojira.Version
		_, err = a.send(ctx, http.MethodPost, a.rest("version"), asked, &created)
		return shownVersion(created), err
	})
}

type deleteVersionInput struct {
	VersionID string `json:"version_id" doc:"Id of the version." maxLength:"20" pattern:"^[0-9]+$"`
}

func deleteVersion() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "delete_version", Title: "Delete version", Description: "Deletes a version for good; issues lose it.",
		Docs: versionDocs + "version-id-delete", Resource: resourceVersion, Scopes: []string{scopeManage},
		Kind: operations.KindAction, Effect: operations.EffectDestructive,
		Sample: operations.NewSample(`{"version_id":"10202"}`, `{"success":true}`),
	}, func(ctx context.Context, call *operations.Call, in deleteVersionInput) (done, error) {
		return remove(ctx, call, nil, "version", in.VersionID)
	})
}

type versionOption struct {
	ddl.Option
	Released bool `json:"released"`
	Archived bool `json:"archived"`
}

func listVersionsDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_versions_ddl", Title: "Versions", Description: "The versions of a project, to choose from.",
		Docs: versionDocs + "project-projectidorkey-versions-get", Resource: resourceVersion, Scopes: []string{scopeRead},
		Sample: operations.NewSample(`{"project_key":"PROJ"}`,
			`{"result":[{"text":"1.0","value":"10201","released":true,"archived":false}]}`),
	}, func(ctx context.Context, call *operations.Call, in placeInput) ([]versionOption, bool, error) {
		a, err := connect(call)
		if err != nil {
			return nil, false, err
		}
		key, err := a.project(ctx, in.place)
		if err != nil {
			return nil, false, err
		}
		var versions []gojira.Version
		err = a.get(ctx, a.rest("project", key, "versions"), nil, &versions)
		options := make([]versionOption, len(versions))
		for i, held := range versions {
			v := shownVersion(held)
			options[i] = versionOption{ddl.Option{Text: v.Name, Value: v.ID}, v.Released, v.Archived}
		}
		return options, false, err
	})
}
