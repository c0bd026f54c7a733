package jiratest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// transition is a step of a workflow.
type transition struct {
	id, name string
	from     []*status // nil: from every status
	to       *status
	resolves bool // asks for a resolution
}

func transitionRoutes() []route {
	return []route{
		{"GET", "api/issue/{issue}/transitions", listTransitions, 0},
		{"POST", "api/issue/{issue}/transitions", doTransition, 0},
	}
}

// transitionsOf lists what can be done to an issue in its status.
func (x *exchange) transitionsOf(i *issue) []*transition {
	return filter(i.project.workflow, func(t *transition) bool { return t.from == nil || slices.Contains(t.from, i.status()) })
}

func (x *exchange) showTransition(i *issue, t *transition, fields bool) record {
	shown := record{
		"id": t.id, "name": t.name, "to": x.showStatus(t.to), "hasScreen": t.resolves, "isGlobal": t.from == nil, "isInitial": false,
		"isAvailable": true, "isConditional": false, "isLooped": false,
	}
	if fields {
		shown["fields"] = record{}
		if t.resolves {
			d := &draft{exchange: x, project: i.project, kind: i.kind(), issue: i}
			meta := d.meta(x.fieldByID["resolution"])
			meta["required"] = true
			shown["fields"] = record{"resolution": meta}
		}
	}
	return shown
}

func listTransitions(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	all := x.transitionsOf(i)
	if id := x.query.Get("transitionId"); id != "" {
		all = filter(all, func(t *transition) bool { return t.id == id })
	}
	fields := slices.Contains(x.expand(), "transitions.fields")
	return ok(record{"expand": "transitions", "transitions": each(all, func(t *transition) record { return x.showTransition(i, t, fields) })})
}

func doTransition(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	body, err := x.object()
	if err != nil {
		return reply{}, err
	}
	t, err := x.transition(i, body["transition"])
	if err != nil {
		return reply{}, err
	}
	e := &edit{
		draft:  &draft{exchange: x, project: i.project, kind: i.kind(), issue: i},
		values: maps.Clone(i.values), faults: map[string]string{},
	}
	if t.resolves {
		e.extra = []string{"resolution"}
		e.values["resolution"] = nil
	}
	fields, _ := body["fields"].(record)
	e.set(fields)
	e.operate(body["update"])
	if _, faulty := e.faults["resolution"]; t.resolves && !faulty && e.values["resolution"] == nil {
		e.faults["resolution"] = "Resolution is required."
	}
	if err := e.refused(); err != nil {
		return reply{}, err
	}
	x.enter(e.values, i, t.to)
	e.commit(i)
	if err := e.after(i); err != nil {
		return reply{}, err
	}
	return done()
}

// transition finds the one that a request names, by an id that is a text or a number.
func (x *exchange) transition(i *issue, raw any) (*transition, error) {
	object, isObject := raw.(record)
	if !isObject {
		return nil, badRequest("Missing 'transition' identifier")
	}
	var id string
	switch given := object["id"].(type) {
	case string:
		id = given
	case json.Number:
		id = string(given)
	case nil:
		return nil, badRequest("Missing 'transition' identifier")
	}
	if _, err := strconv.Atoi(id); err != nil {
		return nil, badRequest("'transition' identifier must be an integer")
	}
	t := find(x.transitionsOf(i), func(t *transition) bool { return t.id == id })
	if t == nil {
		return nil, badRequest("Transition id '%s' is not valid for this issue.", clip(id, 40))
	}
	return t, nil
}

// enter brings the values of an issue into a status. What is done has a resolution, and what is not has none.
func (x *exchange) enter(values map[string]any, i *issue, to *status) {
	if i.status().category != to.category {
		i.categoryChanged = x.now
	}
	values["status"] = to
	switch {
	case to.category.key != "done":
		delete(values, "resolution")
		delete(values, "resolutiondate")
	case values["resolution"] == nil:
		values["resolution"] = find(x.resolutions, func(r *named) bool { return r.id == ResolutionDone })
		values["resolutiondate"] = x.now
	case values["resolutiondate"] == nil:
		values["resolutiondate"] = x.now
	}
}
