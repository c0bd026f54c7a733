// Package slack connects Slack. The methods of its Web API are called through slack-go, which knows their names and
// parameters; signing, limits and retries are the hub's. What Slack answers is handed on as it came.
package slack

import (
	"slices"
	"sync"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/rawhttp"
)

const docs = "https://docs.slack.dev/apis/web-api/"

// method is the page of a method of the Web API, by its name: "chat.postMessage".
func method(name string) string { return "https://docs.slack.dev/reference/methods/" + name }

// made are the operations, whose schemas take a while to make and never change.
var made = sync.OnceValue(func() []operations.Operation {
	return slices.Concat(
		messages(), scheduledMessages(), history(), reactions(), pins(), channels(), members(), users(), userGroups(), files(), lists(),
	)
})

// Connector declares the connector: https://docs.slack.dev/apis/web-api/.
func Connector() operations.Connector {
	schemes := auth(scopes(made()))
	return operations.Connector{
		Name:        "slack",
		Title:       "Slack",
		Description: "Team chat: messages and threads, reactions, channels and who is in them, people, user groups and files.",
		Version:     "1.0",
		Docs:        docs,
		Origin:      "https://slack.com",
		BasePath:    "/api",
		Beside:      []string{"https://files.slack.com"}, // the addresses that files.getUploadURLExternal gives
		Auth:        schemes,
		Throttlers:  throttlers(),
		Verify:      "get_identity",
		Operations:  append(slices.Clone(made()), rawRequest(schemes)),
		ReadError:   readError,
		Rejected:    rejected,
	}
}

func auth(scopes []string) []operations.Auth {
	headers := []operations.AuthHeader{{Name: "Authorization", Value: "Bearer {access_token}"}}
	team := operations.AuthField{
		Name: "team_id", Title: "Workspace id",
		Description: "T…, only for a token of a whole Enterprise organization: the workspace that lists and new channels are of",
	}
	return []operations.Auth{
		{
			Name: "bot", Title: "Bot token",
			Description: "The token of your app at api.slack.com, under OAuth & Permissions once the app is installed. It does not run out. " +
				"A user's token (xoxp-…) does as well: then everything is done in that user's name.",
			Fields: []operations.AuthField{
				{Name: "access_token", Title: "Bot user OAuth token", Description: "xoxb-…", Secret: true, Required: true}, team,
			},
			Headers: headers,
		},
		{
			Name: "oauth2", Title: "Slack OAuth with token rotation",
			Description: "An app with token rotation switched on. Access tokens last twelve hours and are renewed by themselves.",
			Fields: []operations.AuthField{
				{Name: "access_token", Title: "Access token", Description: "xoxe.xoxb-…", Secret: true, Required: true},
				{Name: "refresh_token", Title: "Refresh token", Description: "xoxe-…; good for one renewal, which gives the next", Secret: true},
				{Name: "client_id", Title: "Client ID", Secret: true},
				{Name: "client_secret", Title: "Client secret", Secret: true},
				team,
			},
			Headers: headers,
			OAuth2: &operations.OAuth2{
				AuthorizeURL: "https://slack.com/oauth/v2/authorize", TokenURL: "/api/oauth.v2.access", Scopes: scopes,
			},
		},
	}
}

// scopes lists every right that an operation needs, sorted.
func scopes(made []operations.Operation) []string {
	var all []string
	for _, operation := range made {
		all = append(all, operation.Spec().Scopes...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func rawRequest(schemes []operations.Auth) operations.Operation {
	return rawhttp.Request(rawhttp.Options{
		Docs: docs, Auth: schemes,
		Headers: map[string]string{"Accept": "application/json", "Content-Type": "application/json; charset=utf-8"},
		Sample: operations.NewSample(
			`{"method": "GET", "url": {"endpoint": "/auth.test"}}`,
			`{"response": {"status_code": 200, "headers": {"content-type": "application/json; charset=utf-8"},
			  "body": {"ok": true, "url": "https://northwind.slack.example/", "team": "Northwind", "user": "patchbay", "team_id": "T0NORTHWIND", "user_id": "U0PATCHBAY1"}}}`,
		),
	})
}
