package jiratest

import "slices"

func watcherRoutes() []route {
	return []route{
		{"GET", "api/issue/{issue}/watchers", listWatchers, 0},
		{"POST", "api/issue/{issue}/watchers", addWatcher, 0},
		{"DELETE", "api/issue/{issue}/watchers", removeWatcher, 0},
	}
}

func (x *exchange) showWatches(i *issue, whole bool) record {
	shown := record{
		"self": x.link("issue/" + i.key + "/watchers"), "watchCount": len(i.watchers), "isWatching": slices.Contains(i.watchers, x.me()),
	}
	if whole {
		shown["watchers"] = each(i.watchers, x.userRecord)
	}
	return shown
}

func listWatchers(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	return ok(x.showWatches(i, true))
}

// addWatcher lets somebody watch: whom the body names, a JSON string, or who asks where there is no body.
func addWatcher(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	u := x.me()
	if x.body != nil {
		id, isText := x.body.(string)
		if !isText {
			return reply{}, badRequest("The body must be a JSON string: the account id of a user.")
		}
		if u, err = x.watcher(id); err != nil {
			return reply{}, err
		}
	}
	if !u.active {
		return reply{}, badRequest("The user %s is not active.", u.display)
	}
	if !slices.Contains(i.watchers, u) {
		i.watchers = append(i.watchers, u)
	}
	return done()
}

func removeWatcher(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	id := x.query.Get("accountId")
	if x.version == 2 && id == "" {
		id = x.query.Get("username")
	}
	if named, isText := x.body.(string); isText && id == "" {
		id = named
	}
	if id == "" {
		return reply{}, badRequest("One of the query parameters accountId and username is required.")
	}
	u, err := x.watcher(id)
	if err != nil {
		return reply{}, err
	}
	i.watchers = filter(i.watchers, func(other *user) bool { return other != u })
	return done()
}

func (x *exchange) watcher(id string) (*user, error) {
	if u := x.user(id); u != nil {
		return u, nil
	}
	return nil, notFound("The user with the ID '%s' does not exist.", clip(id, 80))
}
