package jira

import (
	"context"
	"net/http"
	"net/url"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/patchbay/patchbay/operations"
)

func watchers() []operations.Operation {
	return []operations.Operation{addWatcher(), removeWatcher(), listWatchers()}
}

const watcherDocs = groups + "issue-watchers/#api-rest-api-3-issue-issueidorkey-watchers-"

type watcherInput struct {
	issueRef
	AccountID string `json:"account_id" doc:"Account id of the person; on Data Center the user name." minLength:"1" maxLength:"128" lookup:"list_users_ddl"`
}

// undoneBy says that another operation on the same watcher takes this one back.
func undoneBy(operation string) *operations.Compensation {
	return &operations.Compensation{Operation: operation, Input: map[string]string{
		"issue_key": "input.issue_key", "account_id": "input.account_id",
	}}
}

func addWatcher() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "add_watcher", Title: "Add watcher", Description: "Lets a person be told of what happens to an issue.",
		Docs: watcherDocs + "post", Resource: resourceWatcher, Scopes: []string{scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectWrite, Compensation: undoneBy("remove_watcher"),
		Sample: operations.NewSample(`{"issue_key":"PROJ-1","account_id":"5b10ac8d82e05b22cc7d4ef5"}`, `{"success":true}`),
	}, func(ctx context.Context, call *operations.Call, in watcherInput) (done, error) {
		a, err := connect(call)
		if err != nil {
			return done{}, err
		}
		_, err = a.send(ctx, http.MethodPost, a.rest("issue", in.IssueKey, "watchers"), in.AccountID, nil)
		return done{true}, err
	})
}

func removeWatcher() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "remove_watcher", Title: "Remove watcher", Description: "Lets a person no longer be told of what happens to an issue.",
		Docs: watcherDocs + "delete", Resource: resourceWatcher, Scopes: []string{scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectWrite, Compensation: undoneBy("add_watcher"),
		Sample: operations.NewSample(`{"issue_key":"PROJ-1","account_id":"5b10a2844c20165700ede21g"}`, `{"success":true}`),
	}, func(ctx context.Context, call *operations.Call, in watcherInput) (done, error) {
		param := "accountId"
		if call.Field[dataCenterField] != "" {
			param = "username"
		}
		return remove(ctx, call, url.Values{param: {in.AccountID}}, "issue", in.IssueKey, "watchers")
	})
}

type listWatchersOutput struct {
	Watchers   []*user `json:"watchers"`
	Count      int     `json:"count" doc:"How many there are, those included that the credential may not see."`
	IsWatching bool    `json:"is_watching" doc:"Whether the credential's person is one of them."`
}

func listWatchers() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_watchers", Title: "List watchers", Description: "Lists who is told of what happens to an issue.",
		Docs: watcherDocs + "get", Resource: resourceWatcher, Scopes: []string{scopeRead},
		Kind: operations.KindAction, Effect: operations.EffectRead,
		Sample: operations.NewSample(`{"issue_key":"PROJ-1"}`,
			`{"watchers":[{"account_id":"5b10a2844c20165700ede21g","display_name":"Alice Berg","active":true}],"count":1,"is_watching":true}`),
	}, func(ctx context.Context, call *operations.Call, in issueRef) (listWatchersOutput, error) {
		a, err := connect(call)
		if err != nil {
			return listWatchersOutput{}, err
		}
		var held struct {
			WatchCount int            `json:"watchCount"`
			IsWatching bool           `json:"isWatching"`
			Watchers   []*gojira.User `json:"watchers"`
		}
		err = a.get(ctx, a.rest("issue", in.IssueKey, "watchers"), nil, &held)
		output := listWatchersOutput{Watchers: []*user{}, Count: held.WatchCount, IsWatching: held.IsWatching}
		for _, watcher := range held.Watchers {
			if watcher != nil {
				output.Watchers = append(output.Watchers, a.user(watcher))
			}
		}
		return output, err
	})
}
