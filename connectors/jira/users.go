package jira

import (
	"context"
	"net/url"
	"strconv"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

func users() []operations.Operation {
	return []operations.Operation{getUser(), getMyself(), listUsersDDL(), listAssignableUsersDDL()}
}

// user is a person as answers have him.
type user struct {
	AccountID   string `json:"account_id,omitempty" doc:"What names the person; on Data Center the user name."`
	DisplayName string `json:"display_name,omitempty"`
	Email       string `json:"email,omitempty" doc:"If the person shows it."`
	Active      bool   `json:"active"`
	TimeZone    string `json:"time_zone,omitempty"`
	Self        string `json:"self,omitempty"`
}

func (a *api) user(u *gojira.User) *user {
	if u == nil {
		return nil
	}
	return &user{
		AccountID: a.idOf(u), DisplayName: u.DisplayName, Email: u.EmailAddress, Active: u.Active, TimeZone: u.TimeZone, Self: u.Self,
	}
}

// idOf is what names a person to this Jira.
func (a *api) idOf(u *gojira.User) string {
	if a.server {
		return u.Name
	}
	return u.AccountID
}

type getUserInput struct {
	AccountID string `json:"account_id" doc:"Account id of the person; on Data Center the user name." minLength:"1" maxLength:"128" lookup:"list_users_ddl"`
}

func getUser() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "get_user", Title: "Get user", Description: "Gives one person by account id.",
		Docs: groups + "users/#api-rest-api-3-user-get", Resource: resourceUser, Scopes: []string{scopeUser},
		Kind: operations.KindAction, Effect: operations.EffectRead,
		Sample: operations.NewSample(`{"account_id":"5b10a2844c20165700ede21g"}`,
			`{"account_id":"5b10a2844c20165700ede21g","display_name":"Alice Berg","active":true}`),
	}, func(ctx context.Context, call *operations.Call, in getUserInput) (*user, error) {
		a, err := connect(call)
		if err != nil {
			return nil, err
		}
		var found gojira.User
		err = a.get(ctx, a.rest("user"), url.Values{a.personParam(): {in.AccountID}}, &found)
		return a.user(&found), err
	})
}

func getMyself() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "get_myself", Title: "Get myself", Description: "Gives the person whom the credential belongs to.",
		Docs: groups + "myself/#api-rest-api-3-myself-get", Resource: resourceUser, Scopes: []string{scopeUser},
		Kind: operations.KindAction, Effect: operations.EffectRead,
		Sample: operations.NewSample(`{}`,
			`{"account_id":"5b10a2844c20165700ede21g","display_name":"Alice Berg","email":"alice@northwind.example","active":true,"time_zone":"Europe/Copenhagen"}`),
	}, func(ctx context.Context, call *operations.Call, _ struct{}) (*user, error) {
		a, err := connect(call)
		if err != nil {
			return nil, err
		}
		var found gojira.User
		err = a.get(ctx, a.rest("myself"), nil, &found)
		return a.user(&found), err
	})
}

// userOption is a person to choose.
type userOption struct {
	ddl.Option
	Email  string `json:"email,omitempty"`
	Active bool   `json:"active"`
}

type listUsersInput struct{ ddl.Input }

func listUsersDDL() operations.Operation {
	return ddl.Paged(operations.Spec{
		Name: "list_users_ddl", Title: "Users", Description: "The people of the site, to choose from. Jira searches their names and addresses.",
		Docs: groups + "user-search/#api-rest-api-3-user-search-get", Resource: resourceUser, Scopes: []string{scopeUser},
		Sample: operations.NewSample(`{"search":"alice"}`,
			`{"result":[{"text":"Alice Berg","value":"5b10a2844c20165700ede21g","active":true}]}`),
	}, func(ctx context.Context, call *operations.Call, in listUsersInput) (ddl.Page[userOption], error) {
		a, err := connect(call)
		if err != nil {
			return ddl.Page[userOption]{}, err
		}
		return a.people(ctx, a.rest("user", "search"), url.Values{}, in.Input)
	})
}

type listAssignableUsersInput struct {
	ddl.Input
	place
}

func listAssignableUsersDDL() operations.Operation {
	return ddl.Paged(operations.Spec{
		Name: "list_assignable_users_ddl", Title: "Assignable users",
		Description: "The people whom an issue, or new issues of a project, can be assigned to. Jira searches their names and addresses.",
		Docs:        groups + "user-search/#api-rest-api-3-user-assignable-search-get", Resource: resourceUser, Scopes: []string{scopeUser},
		Sample: operations.NewSample(`{"project_key":"PROJ","search":"alice"}`,
			`{"result":[{"text":"Alice Berg","value":"5b10a2844c20165700ede21g","active":true}]}`),
	}, func(ctx context.Context, call *operations.Call, in listAssignableUsersInput) (ddl.Page[userOption], error) {
		a, err := connect(call)
		if err != nil {
			return ddl.Page[userOption]{}, err
		}
		query := url.Values{}
		switch {
		case in.IssueKey != "":
			query.Set("issueKey", in.IssueKey)
		case in.ProjectKey != "":
			query.Set("project", in.ProjectKey)
		default:
			return ddl.Page[userOption]{}, errNoPlace()
		}
		return a.people(ctx, a.rest("user", "assignable", "search"), query, in.Input)
	})
}

// Bounds of a search for people: how far Jira looks, and how many ranges of its people one call looks at.
const (
	maxPeople = 1000
	maxRanges = 10
)

// people reads options until there are as many as asked for. Jira takes out of each range whom the search does not
// mean, so that only an empty range is the end.
func (a *api) people(ctx context.Context, path string, query url.Values, in ddl.Input) (ddl.Page[userOption], error) {
	start, err := startAt(in.Cursor)
	if err != nil {
		return ddl.Page[userOption]{}, err
	}
	a.searchPeople(query, in.Search)
	var found ddl.Page[userOption]
	for range maxRanges {
		size := min(in.Limit-len(found.Result), maxPeople-start)
		if size <= 0 {
			break
		}
		query.Set("startAt", strconv.Itoa(start))
		query.Set("maxResults", strconv.Itoa(size))
		var people []gojira.User
		if err := a.get(ctx, path, query, &people); err != nil {
			return ddl.Page[userOption]{}, err
		}
		if len(people) == 0 {
			return found, nil
		}
		for _, person := range people[:min(len(people), size)] {
			found.Result = append(found.Result, a.userOption(&person))
		}
		start += size
	}
	if found.Truncated = start >= maxPeople; !found.Truncated {
		found.NextCursor = strconv.Itoa(start)
	}
	return found, nil
}

// searchPeople says whom to look for. Data Center wants something to look for where nothing narrows the search down: a
// dot finds everybody.
func (a *api) searchPeople(query url.Values, search string) {
	switch {
	case !a.server:
		query.Set("query", search)
	case search == "" && len(query) == 0:
		query.Set("username", ".")
	default:
		query.Set("username", search)
	}
}

func (a *api) userOption(u *gojira.User) userOption {
	id := a.idOf(u)
	text := u.DisplayName
	if text == "" {
		text = id
	}
	return userOption{Option: ddl.Option{Text: text, Value: id}, Email: u.EmailAddress, Active: u.Active}
}
