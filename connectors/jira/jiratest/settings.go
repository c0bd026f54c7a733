package jiratest

import (
	"slices"
	"strings"
)

func settingRoutes() []route {
	return []route{
		{"GET", "api/status", listStatuses, 0},
		{"GET", "api/status/{id}", getStatus, 0},
		{"GET", "api/statuses/search", searchStatuses, cloudOnly},
		{"GET", "api/statuscategory", listCategories, 0},
		{"GET", "api/priority", listPriorities, 0},
		{"GET", "api/priority/search", searchPriorities, cloudOnly},
		{"GET", "api/priority/{id}", getPriority, 0},
		{"GET", "api/resolution", listResolutions, 0},
		{"GET", "api/resolution/search", searchResolutions, cloudOnly},
		{"GET", "api/resolution/{id}", getResolution, 0},
		{"GET", "api/field", listFields, 0},
		{"GET", "api/field/search", searchFields, cloudOnly},
	}
}

func listStatuses(x *exchange) (reply, error) { return ok(each(x.statuses, x.showStatus)) }

func getStatus(x *exchange) (reply, error) {
	s := find(x.statuses, func(s *status) bool { return s.id == x.params["id"] || strings.EqualFold(s.name, x.params["id"]) })
	if s == nil {
		return reply{}, notFound("The status with id '%s' does not exist", clip(x.params["id"], 40))
	}
	return ok(x.showStatus(s))
}

// searchStatuses lists statuses in a form of its own.
func searchStatuses(x *exchange) (reply, error) {
	wanted := strings.ToLower(x.query.Get("searchString"))
	within := x.query.Get("statusCategory")
	found := filter(x.statuses, func(s *status) bool {
		return strings.Contains(strings.ToLower(s.name), wanted) && (within == "" || s.category.enum == within)
	})
	return pageOf(x, "values", found, 200, 200, func(s *status) record {
		return record{"id": s.id, "name": s.name, "description": s.description, "statusCategory": s.category.enum, "scope": record{"type": "GLOBAL"}}
	})
}

func listCategories(x *exchange) (reply, error) {
	var all []*category
	for _, s := range x.statuses {
		if !slices.Contains(all, s.category) {
			all = append(all, s.category)
		}
	}
	return ok(each(all, x.showCategory))
}

func listPriorities(x *exchange) (reply, error) { return ok(each(x.priorities, x.showPriority)) }

func searchPriorities(x *exchange) (reply, error) {
	return pageOf(x, "values", x.named(x.priorities, "priorityName"), 50, 50, func(p *named) record {
		shown := x.showPriority(p)
		shown["isDefault"] = p.id == PriorityMedium
		return shown
	})
}

// named are those that the query asks for, by id or by part of the name.
func (x *exchange) named(all []*named, parameter string) []*named {
	ids, wanted := x.query["id"], strings.ToLower(x.query.Get(parameter))
	return filter(all, func(n *named) bool {
		return (len(ids) == 0 || slices.Contains(ids, n.id)) && strings.Contains(strings.ToLower(n.name), wanted)
	})
}

func getPriority(x *exchange) (reply, error) {
	p := find(x.priorities, func(p *named) bool { return p.id == x.params["id"] })
	if p == nil {
		return reply{}, notFound("The priority with id '%s' does not exist", clip(x.params["id"], 40))
	}
	return ok(x.showPriority(p))
}

func listResolutions(x *exchange) (reply, error) { return ok(each(x.resolutions, x.showResolution)) }

func searchResolutions(x *exchange) (reply, error) {
	return pageOf(x, "values", x.named(x.resolutions, "resolutionName"), 50, 50, x.showResolution)
}

func getResolution(x *exchange) (reply, error) {
	r := find(x.resolutions, func(r *named) bool { return r.id == x.params["id"] })
	if r == nil {
		return reply{}, notFound("The resolution with id '%s' does not exist", clip(x.params["id"], 40))
	}
	return ok(x.showResolution(r))
}

func listFields(x *exchange) (reply, error) { return ok(each(x.fields, x.showField)) }

func searchFields(x *exchange) (reply, error) {
	wanted, types := strings.ToLower(x.query.Get("query")), splitList(x.query["type"])
	found := filter(x.fields, func(f *field) bool {
		kind := "system"
		if f.custom() {
			kind = "custom"
		}
		return strings.Contains(strings.ToLower(f.name), wanted) && (len(types) == 0 || slices.Contains(types, kind))
	})
	return pageOf(x, "values", found, 50, 50, func(f *field) record {
		return record{"id": f.id, "key": f.id, "name": f.name, "schema": f.schema, "description": ""}
	})
}
