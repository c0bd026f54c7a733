// Package outreach connects Outreach, the sales engagement platform. Its API is JSON:API, so operations are not
// written one by one: they follow from a table of resources, one document each below resources/.
package outreach

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

const docs = "https://developers.outreach.io/api/reference/overview"

// Connector declares the connector: https://developers.outreach.io/api.
func Connector() operations.Connector {
	made := makeOperations(Resources())
	login := auth(scopes(made))
	return operations.Connector{
		Name:  "outreach",
		Title: "Outreach",
		Description: "Sales engagement: prospects, accounts and opportunities, the sequences that prospects go through, " +
			"and the mails, calls and tasks these bring about.",
		Version:  "1.0",
		Docs:     docs,
		Origin:   "https://api.outreach.io",
		BasePath: "/api/v2",
		Auth:     []operations.Auth{login},
		Throttlers: []operations.Throttler{{
			Name: "outreach-user-hour", TTL: operations.Seconds(time.Hour), Limit: 10_000,
			Key: "{workspace}/{credential}", Enabled: true,
		}},
		Verify:     "list_users",
		Operations: append(made, rawOperations(login)...),
		ReadError:  readError,
	}
}

func auth(scopes []string) operations.Auth {
	return operations.Auth{
		Name: "oauth2", Title: "Outreach OAuth",
		Description: "An app of yours at developers.outreach.io, authorised by a user of your Outreach. Access tokens last two " +
			"hours; with the three optional fields they are renewed by themselves.",
		Fields: []operations.AuthField{
			{Name: "access_token", Title: "Access token", Secret: true, Required: true},
			{Name: "refresh_token", Title: "Refresh token", Description: "lasts 14 days and changes on every renewal", Secret: true},
			{Name: "client_id", Title: "Application id", Secret: true},
			{Name: "client_secret", Title: "Application secret", Secret: true},
		},
		Headers: []operations.AuthHeader{{Name: "Authorization", Value: "Bearer {access_token}"}},
		OAuth2:  &operations.OAuth2{AuthorizeURL: "/oauth/authorize", TokenURL: "/oauth/token", Scopes: scopes},
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

// Bounds of what is read of one error answer: errors, and bytes of each one's text.
const (
	maxErrors = 20
	maxDetail = 500
)

// readError reads {"errors":[{"id","title","detail","source":{"pointer"}}]}, where some answers say "details", and
// what OAuth says: {"error","error_description"}.
func readError(_ int, _ http.Header, body []byte) operations.UpstreamProblem {
	if !json.Valid(body) {
		return operations.UpstreamProblem{}
	}
	answer := gjson.ParseBytes(body)
	problem := operations.UpstreamProblem{
		Code: answer.Get("error").String(), Detail: answer.Get("error_description").String(),
	}
	var details []string
	for i, e := range answer.Get("errors").Array() {
		if i == maxErrors {
			break
		}
		detail := cmp.Or(e.Get("detail").String(), e.Get("details").String(), e.Get("title").String())
		detail = strings.ToValidUTF8(detail[:min(len(detail), maxDetail)], "")
		details = append(details, detail)
		problem.Code = cmp.Or(problem.Code, e.Get("id").String())
		if pointer := inputPointer(e.Get("source.pointer").String()); pointer != "" {
			problem.Faults = append(problem.Faults, operations.InputFault{Pointer: pointer, Detail: detail})
		}
	}
	problem.Detail = cmp.Or(strings.Join(details, "; "), problem.Detail)
	return problem
}

// inputPointer turns a pointer into the document sent ("/data/attributes/firstName") into one into our input
// ("/attributes/first_name"). It is empty if the pointer leads nowhere there.
func inputPointer(pointer string) string {
	parts := strings.Split(pointer, "/")
	if len(parts) < 4 || parts[1] != "data" || parts[2] != "attributes" && parts[2] != "relationships" || parts[3] == "" {
		return ""
	}
	return "/" + parts[2] + "/" + snake(parts[3])
}
