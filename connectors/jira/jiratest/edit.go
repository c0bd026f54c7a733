package jiratest

import (
	"fmt"
	"reflect"
	"slices"
	"time"
)

// edit collects what a request asks of an issue's fields, and what is wrong with it.
type edit struct {
	*draft
	values map[string]any
	faults map[string]string
	broken bool // a text is no document
	later  []func(i *issue) error
	extra  []string // fields that this screen has besides
}

// set is the "fields" of a request.
func (e *edit) set(fields record) {
	for _, name := range sortedKeys(fields) {
		if f := e.settable(name); f != nil {
			e.store(f, fields[name])
		}
	}
}

// settable finds a field that can be set here, or notes that there is none.
func (e *edit) settable(name string) *field {
	f := e.fieldByID[name]
	if f != nil && (f.onScreen(e.project, e.kind) || slices.Contains(e.extra, name)) {
		return f
	}
	e.faults[name] = fmt.Sprintf("Field '%s' cannot be set. It is not on the appropriate screen, or unknown.", clip(name, 80))
	return nil
}

func (e *edit) store(f *field, raw any) {
	value, message := f.kind.readAll(e.draft, raw)
	switch {
	case message == notADocument:
		e.broken = true
	case message != "":
		e.faults[f.id] = message
	case value == nil:
		e.values[f.id] = nil
	default:
		e.values[f.id] = value
	}
}

// operate is the "update" of a request: for each field a list of operations.
func (e *edit) operate(update any) {
	fields, _ := update.(record)
	for _, name := range sortedKeys(fields) {
		operations, isList := fields[name].([]any)
		if !isList {
			e.faults[name] = "data was not an array"
			continue
		}
		for _, operation := range operations {
			object, isObject := operation.(record)
			if !isObject || len(object) != 1 {
				e.faults[name] = "Each operation must be an object with one member."
				continue
			}
			for verb, raw := range object {
				e.one(name, verb, raw)
			}
		}
	}
}

// one does one operation on a field.
func (e *edit) one(name, verb string, raw any) {
	if add := e.besides()[name]; add != nil && verb == "add" {
		e.later = append(e.later, func(i *issue) error { return add(i, raw) })
		return
	}
	f := e.settable(name)
	switch {
	case f == nil:
	case verb == "set" || verb == "edit" && f.kind == trackingKind:
		e.store(f, raw)
	case f.kind.list && !f.kind.atOnce && (verb == "add" || verb == "remove"):
		value, message := f.kind.read(e.draft, raw)
		if message != "" {
			e.faults[name] = message
			return
		}
		values, _ := e.values[name].([]any)
		values = slices.DeleteFunc(slices.Clone(values), func(one any) bool { return one == value })
		if verb == "add" {
			values = append(values, value)
		}
		e.values[name] = nil
		if len(values) > 0 {
			e.values[name] = values
		}
	default:
		e.faults[name] = fmt.Sprintf("Operation '%s' is not supported for the field '%s'.", clip(verb, 40), f.name)
	}
}

// besides are things that can be added in an edit though no field holds them.
func (e *edit) besides() map[string]func(i *issue, raw any) error {
	return map[string]func(i *issue, raw any) error{
		"comment": func(i *issue, raw any) error { _, err := e.addComment(i, raw); return err },
		"worklog": func(i *issue, raw any) error { _, err := e.addWorklog(i, raw); return err },
	}
}

// require notes the fields that have no value and need one. An edit may leave as it is what had none before.
func (e *edit) require() {
	for _, f := range e.fields {
		_, faulty := e.faults[f.id]
		value, touched := e.values[f.id]
		if faulty || value != nil || !f.required(e.project, e.kind) || e.issue != nil && !touched {
			continue
		}
		switch f.id {
		case "summary":
			e.faults[f.id] = "You must specify a summary of the issue."
		case "parent":
			e.faults[f.id] = "Issue type is a sub-task but parent issue key or id not specified."
		default:
			e.faults[f.id] = f.name + " is required."
		}
	}
}

// refused tells what is wrong, after trying what comes later on an issue that is thrown away.
func (e *edit) refused() error {
	switch {
	case len(e.faults) > 0:
		return badFields(e.faults)
	case e.broken:
		return badRequest(notADocument)
	}
	made := e.made
	for _, do := range e.later {
		scratch := &issue{project: e.project, values: map[string]any{}}
		if err := do(scratch); err != nil {
			return err
		}
	}
	e.made = made
	return nil
}

// after does what comes after the fields.
func (e *edit) after(i *issue) error {
	for _, do := range e.later {
		if err := do(i); err != nil {
			return err
		}
	}
	return nil
}

// commit gives an issue its new values and notes each change in its history.
func (e *edit) commit(i *issue) {
	var items []record
	for _, f := range e.fields {
		before, now := i.values[f.id], e.values[f.id]
		if f.kind == nil || equal(before, now) {
			continue
		}
		fromID, from := f.kind.describe(before)
		toID, to := f.kind.describe(now)
		items = append(items, item(f.id, fromID, from, toID, to))
	}
	i.values = e.values
	i.updated = e.now
	if len(items) > 0 {
		e.changed(i, items...)
	}
}

// equal compares values of a field. What fields refer to is compared by identity.
func equal(a, b any) bool {
	switch a := a.(type) {
	case record:
		return reflect.DeepEqual(a, b)
	case []any:
		other, _ := b.([]any)
		return slices.Equal(a, other)
	case *tracking:
		other, same := b.(*tracking)
		return same && *a == *other
	case time.Time:
		other, same := b.(time.Time)
		return same && a.Equal(other)
	}
	return a == b
}
