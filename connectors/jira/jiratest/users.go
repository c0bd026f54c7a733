package jiratest

import (
	"slices"
	"strings"
)

func userRoutes() []route {
	return []route{
		{"GET", "api/user", getUser, 0},
		{"GET", "api/user/search", searchUsers, 0},
		{"GET", "api/users/search", listUsers, cloudOnly},
		{"GET", "api/user/assignable/search", searchAssignable, 0},
		{"GET", "api/myself", getMyself, 0},
	}
}

func getUser(x *exchange) (reply, error) {
	id := x.query.Get("accountId")
	if x.dataCenter {
		id = x.query.Get("username") + strings.TrimPrefix(x.query.Get("key"), "JIRAUSER")
	}
	if id == "" {
		return reply{}, badRequest("%s", x.oneOf(
			"Either the `accountId` query parameter needs to be provided",
			"Either the 'username' or the 'key' query parameters need to be provided"))
	}
	u := x.user(id)
	if u == nil {
		return reply{}, notFound("%s", x.oneOf("Specified user does not exist or you do not have required permissions", "The user named '"+clip(id, 80)+"' does not exist"))
	}
	return ok(x.userRecord(u))
}

// oneOf is how Cloud or Data Center puts it.
func (x *exchange) oneOf(cloud, dataCenter string) string {
	if x.dataCenter {
		return dataCenter
	}
	return cloud
}

// wanted are the people whom the query asks for: by account id, or by part of a name or an address.
func (x *exchange) wanted(from []*user) []*user {
	id, query := x.query.Get("accountId"), strings.ToLower(x.query.Get("query"))
	if x.dataCenter {
		id, query = "", strings.ToLower(x.query.Get("username"))
	}
	if query == "." || query == "%" {
		query = "" // everybody
	}
	return filter(from, func(u *user) bool {
		if id != "" {
			return u.accountID == id
		}
		return slices.ContainsFunc([]string{u.display, u.email, u.name}, func(s string) bool {
			s = strings.ToLower(s)
			return strings.HasPrefix(s, query) || strings.Contains(s, " "+query)
		})
	})
}

// userPage is a part of a list of people. It tells neither how many there are nor whether it is the last.
func (x *exchange) userPage(all []*user) (reply, error) {
	s, err := x.span(50, 1_000)
	if err != nil {
		return reply{}, err
	}
	return ok(each(cut(s, all), x.userRecord))
}

func searchUsers(x *exchange) (reply, error) {
	names := []string{"query", "accountId", "property"}
	if x.dataCenter {
		names = []string{"username"}
	}
	if !slices.ContainsFunc(names, x.query.Has) {
		return reply{}, badRequest("%s", x.oneOf(
			"At least one of the query parameters 'query', 'accountId' or 'property' must be provided.",
			"The username query parameter was not provided"))
	}
	active := filter(x.users, func(u *user) bool { return u.active || x.query.Get("includeInactive") == "true" })
	return x.userPage(x.wanted(active))
}

func listUsers(x *exchange) (reply, error) { return x.userPage(x.users) }

// searchAssignable lists who can be assigned issues of a project, or one issue.
func searchAssignable(x *exchange) (reply, error) {
	switch key := x.query.Get("issueKey"); {
	case key != "" && x.issue(key) == nil:
		return reply{}, noIssue()
	case key == "" && !x.query.Has("project"):
		return reply{}, badRequest("Either the 'project' or the 'issueKey' query parameter must be provided.")
	case key == "" && x.project(x.query.Get("project")) == nil:
		return reply{}, noProject(x.query.Get("project"))
	}
	return x.userPage(x.wanted(filter(x.users, func(u *user) bool { return u.active && u.assignable })))
}

func getMyself(x *exchange) (reply, error) {
	shown := x.userRecord(x.me())
	shown["locale"] = "en_US"
	shown["groups"], shown["applicationRoles"] = record{"size": 1, "items": []any{}}, record{"size": 1, "items": []any{}}
	return ok(shown)
}
