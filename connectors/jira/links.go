package jira

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

func links() []operations.Operation {
	return []operations.Operation{linkIssues(), deleteIssueLink(), listLinkTypes(), listLinkTypesDDL()}
}

const linkDocs = groups + "issue-links/#api-rest-api-3-issuelink-"

type linkIssuesInput struct {
	issueRef
	LinkedIssueKey string `json:"linked_issue_key" doc:"Key of the other issue, or its id." maxLength:"255" pattern:"^[A-Za-z0-9_]+(-[0-9]+)?$"`
	LinkType       string `json:"link_type" doc:"Name of the link type. With Blocks, the first issue blocks the other." minLength:"1" maxLength:"255" lookup:"list_link_types_ddl" example:"Blocks"`
	Comment        string `json:"comment,omitempty" doc:"A comment to add to the first issue, in Markdown." maxLength:"32767"`
}

type linkIssuesOutput struct {
	done
	ID string `json:"id,omitempty" doc:"Id of the link."`
}

func linkIssues() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "link_issues", Title: "Link issues", Description: "Links two issues: the first one blocks, clones, causes … the other.",
		Docs: linkDocs + "post", Resource: resourceLink, Scopes: []string{scopeRead, scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "delete_issue_link", Input: map[string]string{"link_id": "output.id"}},
		Sample: operations.NewSample(`{"issue_key":"PROJ-1","linked_issue_key":"PROJ-3","link_type":"Blocks"}`,
			`{"success":true,"id":"20001"}`),
	}, runLinkIssues)
}

func runLinkIssues(ctx context.Context, call *operations.Call, in linkIssuesInput) (linkIssuesOutput, error) {
	a, err := connect(call)
	if err != nil {
		return linkIssuesOutput{}, err
	}
	body := map[string]any{
		"type": map[string]string{"name": in.LinkType}, "inwardIssue": projectOf(in.IssueKey), "outwardIssue": projectOf(in.LinkedIssueKey),
	}
	if text := a.text(in.Comment); text != nil {
		body["comment"] = map[string]any{"body": text}
	}
	header, err := a.send(ctx, http.MethodPost, a.rest("issueLink"), body, nil)
	if err != nil {
		return linkIssuesOutput{}, err
	}
	if id := path.Base(header.Get("Location")); isID(id) {
		return linkIssuesOutput{done{true}, id}, nil
	}
	id, err := a.linkID(ctx, in)
	if err != nil {
		call.Warn("the issues are linked, but the link's id could not be read: %v", err)
	}
	return linkIssuesOutput{done{true}, id}, nil
}

// linkID finds the link that was made last: Jira does not answer it.
func (a *api) linkID(ctx context.Context, in linkIssuesInput) (string, error) {
	var held struct {
		Fields struct {
			Links []gojira.IssueLink `json:"issuelinks"`
		} `json:"fields"`
	}
	if err := a.get(ctx, a.rest("issue", in.IssueKey), url.Values{"fields": {"issuelinks"}}, &held); err != nil {
		return "", err
	}
	last := 0
	for _, link := range held.Fields.Links {
		other := cmp.Or(link.OutwardIssue, link.InwardIssue)
		id, err := strconv.Atoi(link.ID)
		if err != nil || other == nil || !strings.EqualFold(link.Type.Name, in.LinkType) {
			continue
		}
		if strings.EqualFold(other.Key, in.LinkedIssueKey) || other.ID == in.LinkedIssueKey {
			last = max(last, id)
		}
	}
	if last == 0 {
		return "", nil
	}
	return strconv.Itoa(last), nil
}

type deleteIssueLinkInput struct {
	LinkID string `json:"link_id" doc:"Id of the link." maxLength:"20" pattern:"^[0-9]+$"`
}

func deleteIssueLink() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "delete_issue_link", Title: "Delete issue link", Description: "Takes away a link between two issues.",
		Docs: linkDocs + "linkid-delete", Resource: resourceLink, Scopes: []string{scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectDestructive,
		Sample: operations.NewSample(`{"link_id":"10601"}`, `{"success":true}`),
	}, func(ctx context.Context, call *operations.Call, in deleteIssueLinkInput) (done, error) {
		return remove(ctx, call, nil, "issueLink", in.LinkID)
	})
}

// linkType is a kind of link as answers have it.
type linkType struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Outward string `json:"outward" doc:"What the first issue does to the other, such as blocks."`
	Inward  string `json:"inward" doc:"What is done to the other, such as is blocked by."`
}

func (a *api) linkTypes(ctx context.Context) ([]linkType, error) {
	var answer struct {
		Types []gojira.IssueLinkType `json:"issueLinkTypes"`
	}
	err := a.get(ctx, a.rest("issueLinkType"), nil, &answer)
	types := make([]linkType, len(answer.Types))
	for i, t := range answer.Types {
		types[i] = linkType{ID: t.ID, Name: t.Name, Outward: t.Outward, Inward: t.Inward}
	}
	return types, err
}

type listLinkTypesOutput struct {
	LinkTypes []linkType `json:"link_types"`
}

const linkTypeDocs = groups + "issue-link-types/#api-rest-api-3-issuelinktype-get"

func listLinkTypes() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_link_types", Title: "List link types", Description: "Lists the kinds of links between issues.",
		Docs: linkTypeDocs, Resource: resourceSettings, Scopes: []string{scopeRead},
		Kind: operations.KindAction, Effect: operations.EffectRead,
		Sample: operations.NewSample(`{}`,
			`{"link_types":[{"id":"10000","name":"Blocks","outward":"blocks","inward":"is blocked by"}]}`),
	}, func(ctx context.Context, call *operations.Call, _ struct{}) (listLinkTypesOutput, error) {
		a, err := connect(call)
		if err != nil {
			return listLinkTypesOutput{}, err
		}
		types, err := a.linkTypes(ctx)
		return listLinkTypesOutput{types}, err
	})
}

func listLinkTypesDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_link_types_ddl", Title: "Link types", Description: "The kinds of links between issues, to choose from.",
		Docs: linkTypeDocs, Resource: resourceSettings, Scopes: []string{scopeRead},
		Sample: operations.NewSample(`{}`, `{"result":[{"text":"Blocks (blocks)","value":"Blocks"}]}`),
	}, func(ctx context.Context, call *operations.Call, _ wholeInput) ([]ddl.Option, bool, error) {
		a, err := connect(call)
		if err != nil {
			return nil, false, err
		}
		types, err := a.linkTypes(ctx)
		options := make([]ddl.Option, len(types))
		for i, t := range types {
			options[i] = ddl.Option{Text: t.Name + " (" + t.Outward + ")", Value: t.Name}
		}
		return options, false, err
	})
}

// wholeInput is what a drop-down takes that depends on nothing.
type wholeInput struct{ ddl.Input }
