package jiratest

import (
	"cmp"
	"slices"
	"strings"
)

func projectRoutes() []route {
	return []route{
		{"GET", "api/project", listProjects, 0},
		{"GET", "api/project/search", searchProjects, cloudOnly},
		{"GET", "api/project/{project}", getProject, 0},
		{"GET", "api/project/{project}/components", listComponents, 0},
		{"GET", "api/project/{project}/versions", listVersions, 0},
		{"GET", "api/project/{project}/version", pageVersions, 0},
		{"GET", "api/project/{project}/statuses", listProjectStatuses, 0},
	}
}

func (x *exchange) foundProject() (*project, error) {
	if p := x.project(x.params["project"]); p != nil {
		return p, nil
	}
	return nil, noProject(x.params["project"])
}

func listProjects(x *exchange) (reply, error) { return ok(each(x.projects, x.showProject)) }

// searchProjects lists the projects whose key or name begins with what the query asks for.
func searchProjects(x *exchange) (reply, error) {
	begins := strings.ToLower(x.query.Get("query"))
	keys := x.query["keys"]
	found := filter(x.projects, func(p *project) bool {
		name := strings.ToLower(p.name)
		fits := strings.HasPrefix(strings.ToLower(p.key), begins) || strings.HasPrefix(name, begins) || strings.Contains(name, " "+begins)
		return fits && (len(keys) == 0 || slices.Contains(keys, p.key))
	})
	if err := sortBy(found, x.query.Get("orderBy"), map[string]func(a, b *project) int{
		"key": func(a, b *project) int { return strings.Compare(a.key, b.key) }, "name": func(a, b *project) int { return strings.Compare(a.name, b.name) },
	}); err != nil {
		return reply{}, err
	}
	return pageOf(x, "values", found, 50, 100, x.showProject)
}

// sortBy sorts as orderBy says: a name, with a minus before it where the last comes first.
func sortBy[T any](list []T, orderBy string, by map[string]func(a, b T) int) error {
	name, descending := strings.CutPrefix(orderBy, "-")
	name = strings.TrimLeft(name, "+ ")
	if name == "" {
		return nil
	}
	compare, known := by[name]
	if !known {
		return badRequest("The orderBy value '%s' is not valid.", clip(name, 40))
	}
	slices.SortStableFunc(list, func(a, b T) int {
		if descending {
			a, b = b, a
		}
		return compare(a, b)
	})
	return nil
}

func getProject(x *exchange) (reply, error) {
	p, err := x.foundProject()
	if err != nil {
		return reply{}, err
	}
	shown := x.showProject(p)
	shown["description"], shown["lead"], shown["assigneeType"] = p.description, x.showUser(p.lead), "UNASSIGNED"
	shown["issueTypes"] = each(p.types, x.showType)
	shown["components"], shown["versions"] = each(p.components, x.showComponent), each(p.versions, x.versionRecord)
	shown["roles"] = record{"Administrators": x.link("project/" + p.id + "/role/10002")}
	return ok(shown)
}

func listComponents(x *exchange) (reply, error) {
	p, err := x.foundProject()
	if err != nil {
		return reply{}, err
	}
	return ok(each(p.components, x.componentRecord))
}

func listVersions(x *exchange) (reply, error) {
	p, err := x.foundProject()
	if err != nil {
		return reply{}, err
	}
	return ok(each(p.versions, x.versionRecord))
}

func pageVersions(x *exchange) (reply, error) {
	p, err := x.foundProject()
	if err != nil {
		return reply{}, err
	}
	wanted := strings.ToLower(x.query.Get("query"))
	found := filter(p.versions, func(v *version) bool { return strings.Contains(strings.ToLower(v.name), wanted) })
	if err := sortBy(found, x.query.Get("orderBy"), map[string]func(a, b *version) int{
		"name":        func(a, b *version) int { return strings.Compare(a.name, b.name) },
		"releaseDate": func(a, b *version) int { return strings.Compare(a.releaseDate, b.releaseDate) },
		"sequence":    func(a, b *version) int { return cmp.Compare(atoi(a.id), atoi(b.id)) },
	}); err != nil {
		return reply{}, err
	}
	return pageOf(x, "values", found, 50, 100, x.versionRecord)
}

// listProjectStatuses lists the statuses that each type of issue can have.
func listProjectStatuses(x *exchange) (reply, error) {
	p, err := x.foundProject()
	if err != nil {
		return reply{}, err
	}
	var statuses []*status
	for _, s := range x.statuses {
		if s == p.begin || slices.ContainsFunc(p.workflow, func(t *transition) bool { return t.to == s }) {
			statuses = append(statuses, s)
		}
	}
	return ok(each(p.types, func(t *issueType) record {
		return record{"self": x.link("issuetype/" + t.id), "id": t.id, "name": t.name, "subtask": t.level < 0, "statuses": each(statuses, x.showStatus)}
	}))
}
