package jira

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

func sites() []operations.Operation {
	return []operations.Operation{listAccessibleSites(), listSitesDDL()}
}

const siteDocs = "https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/#3-1-get-the-cloudid-for-your-site"

// site is a Jira Cloud that an OAuth credential reaches.
type site struct {
	ID     string   `json:"id" doc:"Its cloud id."`
	Name   string   `json:"name"`
	URL    string   `json:"url"`
	Scopes []string `json:"scopes" doc:"Rights that the credential has there."`
}

// reachable reads the sites. They lie beside the API, not below a site's base path.
func reachable(ctx context.Context, call *operations.Call) ([]site, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, call.Base.Root("/oauth/token/accessible-resources"), nil)
	if err != nil {
		return nil, fmt.Errorf("making a request to Atlassian: %w", err)
	}
	request.Header.Set("Accept", "application/json")
	response, err := call.Send(request)
	if err != nil {
		return nil, err
	}
	found := []site{}
	if err := json.Unmarshal(response.Body, &found); err != nil {
		return nil, operations.Errorf(operations.CodeUpstreamFailed, "Atlassian's answer cannot be read: %w", err)
	}
	for i := range found {
		if found[i].Scopes == nil {
			found[i].Scopes = []string{}
		}
	}
	return found, nil
}

type listSitesOutput struct {
	Sites []site `json:"sites"`
}

func listAccessibleSites() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_accessible_sites", Title: "List accessible sites", Description: "Lists the sites that an OAuth credential reaches, with their cloud ids.",
		Docs: siteDocs, Resource: resourceSite, Auth: []string{OAuth2},
		Kind: operations.KindAction, Effect: operations.EffectRead,
		Sample: operations.NewSample(`{}`,
			`{"sites":[{"id":"11223344-a1b2-3b33-c444-def123456789","name":"northwind","url":"https://northwind.atlassian.net","scopes":["read:jira-work"]}]}`),
	}, func(ctx context.Context, call *operations.Call, _ struct{}) (listSitesOutput, error) {
		found, err := reachable(ctx, call)
		return listSitesOutput{found}, err
	})
}

type siteOption struct {
	ddl.Option
	URL string `json:"url"`
}

func listSitesDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_sites_ddl", Title: "Sites", Description: "The sites that an OAuth credential reaches, to choose from.",
		Docs: siteDocs, Resource: resourceSite, Auth: []string{OAuth2},
		Sample: operations.NewSample(`{}`,
			`{"result":[{"text":"northwind","value":"11223344-a1b2-3b33-c444-def123456789","url":"https://northwind.atlassian.net"}]}`),
	}, func(ctx context.Context, call *operations.Call, _ wholeInput) ([]siteOption, bool, error) {
		found, err := reachable(ctx, call)
		options := make([]siteOption, len(found))
		for i, s := range found {
			options[i] = siteOption{ddl.Option{Text: s.Name, Value: s.ID}, s.URL}
		}
		return options, false, err
	})
}
