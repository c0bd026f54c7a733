package jiratest

import (
	"slices"
	"strings"
)

func componentRoutes() []route {
	return []route{
		{"POST", "api/component", createComponent, admins},
		{"GET", "api/component/{id}", getComponent, 0},
		{"DELETE", "api/component/{id}", deleteComponent, admins},
	}
}

func (x *exchange) componentRecord(c *component) record {
	shown := x.showComponent(c)
	shown["project"], shown["projectId"] = c.project.key, atoi(c.project.id)
	shown["assigneeType"], shown["realAssigneeType"], shown["isAssigneeTypeValid"] = "PROJECT_DEFAULT", "PROJECT_DEFAULT", true
	if c.lead != nil {
		shown["lead"] = x.userRecord(c.lead)
	}
	return shown
}

func (x *exchange) foundComponent() (*component, error) {
	for _, p := range x.projects {
		if c := find(p.components, func(c *component) bool { return c.id == x.params["id"] }); c != nil {
			return c, nil
		}
	}
	return nil, notFound("The component with id %s does not exist.", clip(x.params["id"], 40))
}

func getComponent(x *exchange) (reply, error) {
	c, err := x.foundComponent()
	if err != nil {
		return reply{}, err
	}
	return ok(x.componentRecord(c))
}

func createComponent(x *exchange) (reply, error) {
	body, err := x.object()
	if err != nil {
		return reply{}, err
	}
	p := x.project(text(body, "project"))
	if p == nil {
		return reply{}, noProject(text(body, "project"))
	}
	c := &component{project: p, name: text(body, "name"), description: text(body, "description")}
	lead := text(body, "leadAccountId")
	if x.version == 2 && lead == "" {
		lead = text(body, "leadUserName")
	}
	c.lead = x.user(lead)
	switch {
	case strings.TrimSpace(c.name) == "":
		return reply{}, badField("name", "The component name specified is invalid - cannot be an empty string.")
	case len(c.name) > 255:
		return reply{}, badField("name", "The component name must not exceed 255 characters.")
	case slices.ContainsFunc(p.components, func(other *component) bool { return strings.EqualFold(other.name, c.name) }):
		return reply{}, badField("name", "A component with the name %s already exists in this project.", c.name)
	case lead != "" && c.lead == nil:
		return reply{}, badField("leadUserName", "The user %s does not exist.", clip(lead, 80))
	}
	c.id = x.newID()
	p.components = append(p.components, c)
	return created(x.componentRecord(c))
}

// deleteComponent takes a component away, out of all issues too.
func deleteComponent(x *exchange) (reply, error) {
	c, err := x.foundComponent()
	if err != nil {
		return reply{}, err
	}
	c.project.components = filter(c.project.components, func(other *component) bool { return other != c })
	for _, i := range x.issues {
		if left := filter(i.list("components"), func(one any) bool { return one != c }); len(left) > 0 {
			i.values["components"] = left
		} else {
			delete(i.values, "components")
		}
	}
	return done()
}
