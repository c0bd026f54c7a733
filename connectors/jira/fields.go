package jira

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// fields are what an issue is to hold, as Jira names them.
type fields map[string]any

// fieldValues are the inputs that creating and updating share.
type fieldValues struct {
	Priority, Assignee, Reporter, ParentKey, DueDate string
	Labels, Components, FixVersions                  []string
	RichText                                         map[string]string
	Custom                                           map[string]json.RawMessage
}

// add sets what is given. A field that is given twice is the error.
func (f fields) add(a *api, v fieldValues) error {
	if v.Priority != "" {
		f["priority"] = named(v.Priority)
	}
	if v.Labels != nil {
		f["labels"] = v.Labels
	}
	if v.Assignee != "" {
		f["assignee"] = a.person(v.Assignee)
	}
	if v.Reporter != "" {
		f["reporter"] = a.person(v.Reporter)
	}
	if v.Components != nil {
		f["components"] = allNamed(v.Components)
	}
	if v.FixVersions != nil {
		f["fixVersions"] = allNamed(v.FixVersions)
	}
	if v.ParentKey != "" {
		f["parent"] = parentOf(v.ParentKey)
	}
	if v.DueDate != "" {
		f["duedate"] = v.DueDate
	}
	return f.addByID(a, v)
}

// addByID sets the fields that are given by their ids.
func (f fields) addByID(a *api, v fieldValues) error {
	for _, id := range slices.Sorted(maps.Keys(v.RichText)) {
		if isLong(v.RichText[id]) {
			return invalid("/rich_text_fields/"+pointerToken(id), "has more than %d characters", maxText)
		}
		if err := f.addOnce("/rich_text_fields/", id, a.text(v.RichText[id])); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(v.Custom)) {
		if err := f.addOnce("/custom_fields/", id, v.Custom[id]); err != nil {
			return err
		}
	}
	return nil
}

func (f fields) addOnce(within, id string, value any) error {
	if _, given := f[id]; given {
		return invalid(within+pointerToken(id), "is given by another input too")
	}
	f[id] = value
	return nil
}

func parentOf(given string) map[string]string {
	if isID(given) {
		return map[string]string{"id": given}
	}
	return map[string]string{"key": given}
}

// empty sets what is to hold nothing, by our names.
func (f fields) empty(names []string) error {
	jiraNames := map[string]string{"fix_versions": "fixVersions", "parent_key": "parent", "due_date": "duedate"}
	for _, name := range names {
		id, renamed := jiraNames[name]
		if !renamed {
			id = name
		}
		if _, given := f[id]; given {
			return invalid("/"+name, "cannot be given and cleared at once")
		}
		f[id] = nil
		if slices.Contains([]string{"labels", "components", "fixVersions"}, id) {
			f[id] = []string{}
		}
	}
	return nil
}

func pointerToken(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }
