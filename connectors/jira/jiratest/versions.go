package jiratest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

func versionRoutes() []route {
	return []route{
		{"POST", "api/version", createVersion, admins},
		{"GET", "api/version/{id}", getVersion, 0},
		{"PUT", "api/version/{id}", editVersion, admins},
		{"DELETE", "api/version/{id}", deleteVersion, admins},
	}
}

// versionRecord is a version by itself; its project is a number, unlike any other id.
func (x *exchange) versionRecord(v *version) record {
	shown := x.showVersion(v)
	shown["projectId"] = atoi(v.project.id)
	if v.releaseDate != "" {
		shown["overdue"] = !v.released && v.releaseDate < x.now.Format(time.DateOnly)
		if day, err := time.Parse(time.DateOnly, v.releaseDate); err == nil {
			shown["userReleaseDate"] = day.Format("02/Jan/06")
		}
	}
	return shown
}

func (x *exchange) foundVersion() (*version, error) {
	for _, p := range x.projects {
		if v := find(p.versions, func(v *version) bool { return v.id == x.params["id"] }); v != nil {
			return v, nil
		}
	}
	return nil, notFound("Could not find version for id '%s'", clip(x.params["id"], 40))
}

func getVersion(x *exchange) (reply, error) {
	v, err := x.foundVersion()
	if err != nil {
		return reply{}, err
	}
	return ok(x.versionRecord(v))
}

// projectOf is the project that a body names, by its key or by its id, which is a number or a text.
func (x *exchange) projectOf(body record) *project {
	if id := body["projectId"]; id != nil {
		number, isNumber := id.(json.Number)
		if !isNumber {
			return x.project(text(body, "projectId"))
		}
		return x.project(string(number))
	}
	return x.project(text(body, "project"))
}

func createVersion(x *exchange) (reply, error) {
	body, err := x.object()
	if err != nil {
		return reply{}, err
	}
	p := x.projectOf(body)
	if p == nil {
		return reply{}, badField("projectId", "A valid project must be given: set projectId or project.")
	}
	v := &version{project: p}
	if err := v.read(body); err != nil {
		return reply{}, err
	}
	v.id = x.newID()
	p.versions = append(p.versions, v)
	return created(x.versionRecord(v))
}

func editVersion(x *exchange) (reply, error) {
	v, err := x.foundVersion()
	if err != nil {
		return reply{}, err
	}
	body, err := x.object()
	if err != nil {
		return reply{}, err
	}
	changed := *v
	if err := changed.read(body); err != nil {
		return reply{}, err
	}
	*v = changed
	return ok(x.versionRecord(v))
}

// read puts what a body says into a version.
func (v *version) read(body record) error {
	faults := map[string]string{}
	for name, into := range map[string]*string{"name": &v.name, "description": &v.description, "startDate": &v.startDate, "releaseDate": &v.releaseDate} {
		if given, isText := body[name].(string); isText {
			*into = given
		} else if body[name] != nil {
			faults[name] = "Operation value must be a string"
		}
	}
	for name, into := range map[string]*bool{"released": &v.released, "archived": &v.archived} {
		if given, isBool := body[name].(bool); isBool {
			*into = given
		} else if body[name] != nil {
			faults[name] = "Operation value must be true or false"
		}
	}
	switch {
	case strings.TrimSpace(v.name) == "":
		faults["name"] = "You must specify a valid version name"
	case len(v.name) > 255:
		faults["name"] = "The version name must not exceed 255 characters."
	case slices.ContainsFunc(v.project.versions, func(other *version) bool { return other.id != v.id && strings.EqualFold(other.name, v.name) }):
		faults["name"] = "A version with this name already exists in this project."
	}
	for name, day := range map[string]string{"startDate": v.startDate, "releaseDate": v.releaseDate} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			faults[name] = fmt.Sprintf("The date '%s' is not valid: use the format yyyy-MM-dd.", clip(day, 40))
		}
	}
	if len(faults) > 0 {
		return badFields(faults)
	}
	return nil
}

// deleteVersion takes a version away, out of all issues too.
func deleteVersion(x *exchange) (reply, error) {
	v, err := x.foundVersion()
	if err != nil {
		return reply{}, err
	}
	v.project.versions = filter(v.project.versions, func(other *version) bool { return other != v })
	for _, i := range x.issues {
		for _, name := range []string{"fixVersions", "versions"} {
			if left := filter(i.list(name), func(one any) bool { return one != v }); len(left) > 0 {
				i.values[name] = left
			} else {
				delete(i.values, name)
			}
		}
	}
	return done()
}
