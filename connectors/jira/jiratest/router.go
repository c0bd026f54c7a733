package jiratest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// flags say what is special about a route.
type flags uint8

const (
	cloudOnly flags = 1 << iota
	dataCenterOnly
	reads   // changes nothing though it is no GET
	uploads // takes files
	admins  // only for administrators of the project
)

// route is something that can be done at a path.
type route struct {
	method  string
	pattern string // family and path: "api/issue/{issue}/comment"
	run     handler
	flags   flags
}

func (r *route) is(flag flags) bool { return r.flags&flag != 0 }

// ofIssue tells whether a route changes the issue that its path names.
func (r *route) ofIssue() bool {
	return r.method != http.MethodGet && strings.HasPrefix(r.pattern, "api/issue/{issue}")
}

// routes are all that there is, a line for each in the file of its resource.
func routes() []route {
	return slices.Concat(
		issueRoutes(), transitionRoutes(), commentRoutes(), worklogRoutes(), attachmentRoutes(), linkRoutes(), watcherRoutes(),
		searchRoutes(), projectRoutes(), createmetaRoutes(), versionRoutes(), componentRoutes(), settingRoutes(), userRoutes(),
		serverRoutes(), boardRoutes(), sprintRoutes(),
	)
}

// router finds routes by their number of segments.
type router map[int][]*entry

type entry struct {
	route
	segments []string
}

func newRouter(all []route) router {
	r := router{}
	for _, one := range all {
		segments := strings.Split(one.pattern, "/")
		r[len(segments)] = append(r[len(segments)], &entry{one, segments})
	}
	return r
}

// place is what a path says.
type place struct {
	family   string // api, agile or secure
	version  int
	segments []string // the family and what follows
	site     string   // "/ex/jira/{cloudId}", or ""
	cloudID  string
}

// locate reads a path as it was sent.
func locate(path string) (place, error) {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if err != nil || len(plain) > 1024 {
			return place{}, noRoute(path)
		}
		segments[i] = plain
	}
	var at place
	if len(segments) > 3 && segments[0] == "ex" && segments[1] == "jira" {
		at.cloudID = segments[2]
		at.site = "/ex/jira/" + url.PathEscape(at.cloudID)
		segments = segments[3:]
	}
	switch {
	case len(segments) > 3 && segments[0] == "rest" && segments[1] == "api" && slices.Contains([]string{"2", "3", "latest"}, segments[2]):
		at.family, at.version = "api", 2
		if segments[2] == "3" {
			at.version = 3
		}
	case len(segments) > 3 && segments[0] == "rest" && segments[1] == "agile" && segments[2] == "1.0":
		at.family, at.version = "agile", 2
	case len(segments) > 1 && segments[0] == "secure":
		at.family, at.version = "secure", 2
		at.segments = segments
		return at, nil
	default:
		return at, noRoute(path)
	}
	at.segments = append([]string{at.family}, segments[3:]...)
	return at, nil
}

// find picks the route for a method and a path, of those that there are for the caller.
func (r router) find(method string, at place, caller who) (*route, map[string]string, error) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if caller.dataCenter && at.version == 3 {
		return nil, nil, noRoute(strings.Join(at.segments, "/")) // it has no version 3
	}
	var allowed []string
	for _, e := range r[len(at.segments)] {
		params, fits := e.match(at.segments)
		if !fits || e.is(cloudOnly) && caller.dataCenter || e.is(dataCenterOnly) && !caller.dataCenter {
			continue
		}
		if e.method == method {
			return &e.route, params, nil
		}
		allowed = append(allowed, e.method)
	}
	if len(allowed) == 0 {
		return nil, nil, noRoute(strings.Join(at.segments, "/"))
	}
	refused := refuse(http.StatusMethodNotAllowed, "Method Not Allowed")
	refused.header = map[string]string{"Allow": strings.Join(allowed, ", ")}
	return nil, nil, refused
}

func (e *entry) match(segments []string) (map[string]string, bool) {
	params := map[string]string{}
	for i, want := range e.segments {
		switch {
		case strings.HasPrefix(want, "{"):
			params[strings.Trim(want, "{}")] = segments[i]
		case want != segments[i]:
			return nil, false
		}
	}
	return params, true
}

func noRoute(path string) *refusal {
	return notFound("Oops, you've found a dead link: %s", clip(strings.ToValidUTF8(path, ""), 200))
}
