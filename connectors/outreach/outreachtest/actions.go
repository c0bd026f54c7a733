package outreachtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/connectors/outreach"
)

// action changes a record, or says why it will not.
type action func(x *exchange, r *record, params map[string]any) []apiError

// actions are the member actions, by type and name.
// Source: https://developers.outreach.io/api/making-requests and the reference of each kind of record
func actions() map[string]map[string]action {
	return map[string]map[string]action{
		"sequenceState": {
			"finish": moveState("active", "finished"), "pause": moveState("active", "paused"),
			"resume": moveState("paused", "active"),
		},
		"sequence": {"activate": enable(true), "deactivate": enable(false)},
		"mailbox":  {"testSend": succeed("sendSuccessAt"), "testSync": succeed("syncSuccessAt", "syncFinishedAt")},
		"task": {
			"advance":                      open(advanceTask),
			"deliver":                      open(deliverTask),
			"logMeetInPerson":              open(logMeeting),
			"markComplete":                 open(markComplete),
			"reassignOwner":                reassignOwner,
			"reschedule":                   open(reschedule),
			"snooze":                       open(snooze),
			"updateNote":                   setParam("note"),
			"updateOpportunityAssociation": setParam("opportunityAssociation"),
		},
	}
}

// act is POST …/{id}/actions/{action}: no body, parameters in the query.
func (x *exchange) act(segments []string) (reply, *problem) {
	name := segments[3]
	run, known := actions()[x.kind.Type][name]
	if !known {
		return reply{}, noRoute(x.request.URL.Path)
	}
	at, wrong := x.id(segments[1])
	if wrong != nil {
		return reply{}, wrong
	}
	params, wrong := x.params(x.kind.Actions[name])
	if wrong != nil {
		return reply{}, wrong
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	before, ok := x.store.get(at)
	if !ok {
		return reply{}, notFound(x.kind.Type, at.id)
	}
	r := before.with()
	if faults := run(x, r, params); len(faults) > 0 {
		return reply{}, validation(faults...)
	}
	x.save(r)
	return x.shown(http.StatusOK, r)
}

// params reads actionParams[…] by their declaration.
func (x *exchange) params(declared outreach.Action) (map[string]any, *problem) {
	params := map[string]any{}
	for name, values := range x.query {
		param, ok := strings.CutPrefix(name, "actionParams[")
		if !ok {
			continue
		}
		param = strings.TrimSuffix(param, "]")
		attribute, known := declared.Params[param]
		if !known {
			return nil, badParameter(name, fmt.Sprintf("The action has no parameter '%s'.", clip(param, 80)))
		}
		value := paramValue(attribute, values[0])
		if fault := valueFault(attribute, value); fault != "" {
			return nil, badParameter(name, param+" "+fault+".")
		}
		params[param] = value
	}
	for _, name := range slices.Sorted(maps.Keys(declared.Params)) {
		if declared.Params[name].Required && (params[name] == nil || params[name] == "") {
			return nil, badParameter("actionParams["+name+"]", "The action needs the parameter '"+name+"'.")
		}
	}
	return params, nil
}

func paramValue(attribute outreach.Attribute, text string) any {
	switch {
	case attribute.Type == "integer" || attribute.Type == "number":
		return json.Number(text)
	case attribute.Type == "boolean" && (text == "true" || text == "false"):
		return text == "true"
	default:
		return text
	}
}

func moveState(from, to string) action {
	return func(x *exchange, r *record, _ map[string]any) []apiError {
		if is := r.text("state"); is != from {
			return []apiError{invalid("/data/attributes/state",
				fmt.Sprintf("The sequence state is %s; it must be %s for this.", is, from))}
		}
		x.enter(r, to)
		r.values["pauseReason"] = nil
		if to == "paused" {
			r.set("pauseReason", "Paused by API")
		}
		return nil
	}
}

// enter sets a record's state.
func (x *exchange) enter(r *record, state string) {
	r.set("state", state)
	r.set("stateChangedAt", stamp(x.now))
}

func enable(on bool) action {
	return func(x *exchange, r *record, _ map[string]any) []apiError {
		r.set("enabled", on)
		r.values["enabledAt"] = nil
		if on {
			r.set("enabledAt", stamp(x.now))
		}
		return nil
	}
}

func succeed(names ...string) action {
	return func(x *exchange, r *record, _ map[string]any) []apiError {
		for _, name := range names {
			r.set(name, stamp(x.now))
		}
		return nil
	}
}
