package jiratest

func createmetaRoutes() []route {
	return []route{
		{"GET", "api/issue/createmeta/{project}/issuetypes", listCreateTypes, 0},
		{"GET", "api/issue/createmeta/{project}/issuetypes/{type}", listCreateFields, 0},
		{"GET", "api/issuetype", listTypes, 0},
		{"GET", "api/issuetype/project", listTypesOfProject, cloudOnly},
		{"GET", "api/issuetype/{type}", getType, 0},
	}
}

// meta is what there is to know about a field before it is set.
func (d *draft) meta(f *field) record {
	operations := []string{"set"}
	if f.kind.list && !f.kind.atOnce {
		operations = []string{"add", "set", "remove"}
	}
	shown := record{
		"required": f.required(d.project, d.kind), "schema": f.schema, "name": f.name, "key": f.id, "fieldId": f.id,
		"hasDefaultValue": f.id == "priority" || f.id == "reporter", "operations": operations,
	}
	if f.kind.choices != nil {
		allowed := []any{}
		for _, choice := range f.kind.choices(d) {
			allowed = append(allowed, f.kind.show(d.exchange, choice))
		}
		if f.id == "issuetype" {
			allowed = []any{d.showType(d.kind)}
		}
		shown["allowedValues"] = allowed
	}
	if f.kind == userKind || f.kind == assigneeKind {
		shown["autoCompleteUrl"] = d.link("user/assignable/search?project=" + d.project.key + "&query=")
	}
	return shown
}

// createPage answers with a page of createmeta: each kind of site has another name for what is on it.
func createPage[T any](x *exchange, name string, all []T, show func(T) record) (reply, error) {
	if x.dataCenter {
		name = "values"
	}
	return pageOf(x, name, all, 50, 200, show)
}

func listCreateTypes(x *exchange) (reply, error) {
	p, err := x.foundProject()
	if err != nil {
		return reply{}, err
	}
	return createPage(x, "issueTypes", p.types, x.showType)
}

func listCreateFields(x *exchange) (reply, error) {
	p, err := x.foundProject()
	if err != nil {
		return reply{}, err
	}
	t := find(p.types, func(t *issueType) bool { return t.id == x.params["type"] })
	if t == nil {
		return reply{}, notFound("Issue type with ID '%s' does not exist in project '%s'.", clip(x.params["type"], 40), p.key)
	}
	d := &draft{exchange: x, project: p, kind: t}
	return createPage(x, "fields", filter(x.fields, func(f *field) bool { return f.onScreen(p, t) }), d.meta)
}

func listTypes(x *exchange) (reply, error) {
	all := []record{}
	for _, p := range x.projects {
		all = append(all, each(p.types, x.showType)...)
	}
	return ok(all)
}

func listTypesOfProject(x *exchange) (reply, error) {
	p := x.project(x.query.Get("projectId"))
	if p == nil {
		return reply{}, noProject(x.query.Get("projectId"))
	}
	return ok(each(p.types, x.showType))
}

func getType(x *exchange) (reply, error) {
	for _, p := range x.projects {
		if t := find(p.types, func(t *issueType) bool { return t.id == x.params["type"] }); t != nil {
			return ok(x.showType(t))
		}
	}
	return reply{}, notFound("The issue type with id '%s' does not exist", clip(x.params["type"], 40))
}
