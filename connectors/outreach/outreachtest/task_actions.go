package outreachtest

import (
	"encoding/json"
	"fmt"
	"time"
)

// open lets an action run only on tasks that are not done.
func open(do action) action {
	return func(x *exchange, r *record, params map[string]any) []apiError {
		if r.text("state") == "complete" {
			return []apiError{invalid("/data/attributes/state", "The task is complete already.")}
		}
		return do(x, r, params)
	}
}

func (x *exchange) completeNow(r *record) {
	x.enter(r, "complete")
	r.set("completed", true)
	r.set("completedAt", stamp(x.now))
	r.point("completer", caller())
}

// advanceTask completes a task and moves the prospect on to the next step of the sequence, or out at its end.
func advanceTask(x *exchange, r *record, _ map[string]any) []apiError {
	x.completeNow(r)
	x.changeSequenceState(r, func(state *record) {
		sequence, _ := state.to("sequence")
		above := 0.0
		if at, ok := state.to("sequenceStep"); ok {
			if step, found := x.store.get(at); found {
				above = stepOrder(step)
			}
		}
		if next := x.step(sequence, above); next != nil {
			state.point("sequenceStep", next.ref())
			return
		}
		x.enter(state, "finished")
	})
	return nil
}

// changeSequenceState changes the active sequence state that a task belongs to, if it belongs to one.
func (x *exchange) changeSequenceState(task *record, change func(*record)) {
	at, ok := task.to("sequenceState")
	if !ok {
		return
	}
	state, found := x.store.get(at)
	if !found || state.text("state") != "active" {
		return
	}
	changed := state.with()
	change(changed)
	x.save(changed)
}

func deliverTask(x *exchange, r *record, _ map[string]any) []apiError {
	if r.text("action") != "email" {
		return []apiError{invalid("/data/attributes/action", "Only email tasks can be delivered.")}
	}
	x.completeNow(r)
	return nil
}

func markComplete(x *exchange, r *record, params map[string]any) []apiError {
	switch params["completionAction"] {
	case "finish_no_reply", "finish_replied":
		x.completeNow(r)
		x.changeSequenceState(r, func(state *record) { x.enter(state, "finished") })
		return nil
	default:
		return advanceTask(x, r, params)
	}
}

func logMeeting(x *exchange, r *record, params map[string]any) []apiError {
	for param, relation := range map[string]string{"taskDispositionId": "taskDisposition", "taskPurposeId": "taskPurpose"} {
		if fault := x.pointByID(r, relation, params[param]); fault != nil {
			return fault
		}
	}
	x.completeNow(r)
	return nil
}

// pointByID sets a relationship to the record of the relationship's name with an id; nil leaves it.
func (x *exchange) pointByID(r *record, relation string, id any) []apiError {
	number, ok := id.(json.Number)
	if !ok {
		return nil
	}
	n, err := number.Int64()
	to := ref{r.kind.Relationships[relation].Type, n}
	if _, exists := x.store.get(to); !exists || err != nil {
		return []apiError{invalid(pointer("data", "relationships", relation),
			fmt.Sprintf("%s could not be found: there is no %s %d.", relation, to.kind, n))}
	}
	r.point(relation, to)
	return nil
}

func reassignOwner(x *exchange, r *record, params map[string]any) []apiError {
	return x.pointByID(r, "owner", params["ownerId"])
}

func reschedule(_ *exchange, r *record, params map[string]any) []apiError {
	r.set("dueAt", params["dueAt"])
	return nil
}

func snooze(x *exchange, r *record, params map[string]any) []apiError {
	r.set("dueAt", stamp(x.now.Add(24*time.Hour)))
	if params["dueAt"] != nil {
		r.set("dueAt", params["dueAt"])
	}
	if params["markAsUrgent"] == true {
		for _, priority := range x.store.all("taskPriority") {
			if priority.text("name") == "Urgent" {
				r.point("taskPriority", priority.ref())
			}
		}
	}
	return nil
}

func setParam(name string) action {
	return func(_ *exchange, r *record, params map[string]any) []apiError {
		r.set(name, params[name])
		return nil
	}
}
