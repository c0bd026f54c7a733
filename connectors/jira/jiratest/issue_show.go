package jiratest

import (
	"slices"
	"strings"
)

// selection says which fields are to be shown.
type selection struct {
	all   bool
	names map[string]bool // shown, or with all not shown
}

// selectFields reads a list of fields: names, "*all", "*navigable", and "-name" for all but that one.
func selectFields(lists []string, otherwise string) selection {
	names := splitList(lists)
	if len(names) == 0 {
		names = []string{otherwise}
	}
	chosen := selection{names: map[string]bool{}}
	for at, name := range names {
		if name == "*all" || name == "*navigable" || at == 0 && strings.HasPrefix(name, "-") {
			chosen.all = true
		}
	}
	for _, name := range names {
		without, excluded := strings.CutPrefix(name, "-")
		if excluded == chosen.all {
			chosen.names[without] = true
		}
	}
	return chosen
}

func splitList(lists []string) []string {
	var names []string
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

func (s selection) has(name string) bool { return s.names[name] != s.all }

// showFields are the selected fields of an issue; those without a value are null.
func (x *exchange) showFields(i *issue, selected selection) record {
	fields := record{}
	for _, f := range x.fields {
		if selected.has(f.id) {
			fields[f.id] = f.show(x, i)
		}
	}
	if selected.has("statusCategory") && x.version == 3 {
		fields["statusCategory"] = x.showCategory(i.status().category)
	}
	if t, given := fields["timetracking"].(record); given && i.spent > 0 {
		t["timeSpent"], t["timeSpentSeconds"] = duration(i.spent), i.spent
	} else if selected.has("timetracking") && fields["timetracking"] == nil {
		fields["timetracking"] = record{}
	}
	return fields
}

// showIssue shows an issue, with what expand asks for besides.
func (x *exchange) showIssue(i *issue, selected selection, expand []string) record {
	shown := record{
		"expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
		"id":     i.id, "self": x.link("issue/" + i.id), "key": i.key, "fields": x.showFields(i, selected),
	}
	for _, part := range expand {
		switch part {
		case "renderedFields":
			shown["renderedFields"] = x.rendered(i, selected)
		case "names":
			shown["names"] = x.describeFields(selected, func(f *field) any { return f.name })
		case "schema":
			shown["schema"] = x.describeFields(selected, func(f *field) any { return f.schema })
		case "transitions":
			shown["transitions"] = each(x.transitionsOf(i), func(t *transition) record { return x.showTransition(i, t, false) })
		case "changelog":
			all := each(newestFirst(i.changes), x.showChange)
			shown["changelog"] = record{"startAt": 0, "maxResults": len(all), "total": len(all), "histories": all}
		}
	}
	return shown
}

func newestFirst(changes []*change) []*change {
	turned := slices.Clone(changes)
	slices.Reverse(turned)
	return turned
}

func (x *exchange) describeFields(selected selection, say func(*field) any) record {
	said := record{}
	for _, f := range x.fields {
		if selected.has(f.id) {
			said[f.id] = say(f)
		}
	}
	return said
}

// rendered shows rich texts as HTML and times in words.
func (x *exchange) rendered(i *issue, selected selection) record {
	shown := record{}
	for _, f := range x.fields {
		if !selected.has(f.id) {
			continue
		}
		shown[f.id] = nil
		if doc, isDocument := i.values[f.id].(record); isDocument {
			shown[f.id] = htmlOf(doc)
		}
	}
	for name, at := range map[string]string{"created": i.created.Format("02/Jan/06 3:04 PM"), "updated": i.updated.Format("02/Jan/06 3:04 PM")} {
		if selected.has(name) {
			shown[name] = at
		}
	}
	if selected.has("comment") {
		shown["comment"] = record{"comments": each(i.comments, func(c *comment) record {
			return record{"id": c.id, "body": htmlOf(c.body), "author": x.showUser(c.author)}
		})}
	}
	return shown
}

func (x *exchange) showChange(c *change) record {
	return record{"id": c.id, "author": x.showUser(c.author), "created": stamp(c.created), "items": c.items}
}
