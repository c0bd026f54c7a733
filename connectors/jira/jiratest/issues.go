package jiratest

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

func issueRoutes() []route {
	return []route{
		{"POST", "api/issue", createIssue, 0},
		{"GET", "api/issue/{issue}", getIssue, 0},
		{"PUT", "api/issue/{issue}", editIssue, 0},
		{"DELETE", "api/issue/{issue}", deleteIssue, 0},
		{"PUT", "api/issue/{issue}/assignee", assignIssue, 0},
		{"GET", "api/issue/{issue}/editmeta", getEditmeta, 0},
		{"GET", "api/issue/{issue}/changelog", listChanges, cloudOnly},
		{"GET", "agile/issue/{issue}", getIssue, 0},
	}
}

// found is the issue that the path names.
func (x *exchange) found() (*issue, error) {
	if i := x.issue(x.params["issue"]); i != nil {
		return i, nil
	}
	return nil, noIssue()
}

func (x *exchange) me() *user { return x.user(x.account) }

// expand lists what a request asks for besides.
func (x *exchange) expand() []string { return splitList(x.query["expand"]) }

func getIssue(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	return ok(x.showIssue(i, selectFields(x.query["fields"], "*all"), x.expand()))
}

func createIssue(x *exchange) (reply, error) {
	body, err := x.object()
	if err != nil {
		return reply{}, err
	}
	fields, _ := body["fields"].(record)
	i, err := x.newIssue(fields, body["update"])
	if err != nil {
		return reply{}, err
	}
	return created(record{"id": i.id, "key": i.key, "self": x.link("issue/" + i.id)})
}

// newIssue makes an issue of fields. Nothing happens unless all of them are right.
func (x *exchange) newIssue(fields record, update any) (*issue, error) {
	d, faults := x.draftOf(fields)
	if d == nil {
		return nil, badFields(faults)
	}
	e := &edit{draft: d, values: map[string]any{"project": d.project, "issuetype": d.kind}, faults: faults}
	e.set(fields)
	e.operate(update)
	e.require()
	if err := e.refused(); err != nil {
		return nil, err
	}
	d.project.issues++
	i := &issue{
		id: x.newID(), key: d.project.key + "-" + strconv.Itoa(d.project.issues), number: d.project.issues, project: d.project,
		values: e.values, creator: x.me(), created: x.now, updated: x.now, categoryChanged: x.now, watchers: []*user{x.me()},
	}
	i.values["status"] = d.project.begin
	for name, usual := range map[string]any{"reporter": x.me(), "priority": x.usualPriority()} {
		if _, given := i.values[name]; !given {
			i.values[name] = usual
		}
	}
	x.add(i)
	return i, e.after(i)
}

func (x *exchange) usualPriority() *named {
	return find(x.priorities, func(p *named) bool { return p.id == PriorityMedium })
}

// draftOf reads project and type of a new issue, on which everything else depends. It is nil where there is none.
func (x *exchange) draftOf(fields record) (*draft, map[string]string) {
	faults := map[string]string{}
	d := &draft{exchange: x}
	p, message := readProject(d, fields["project"])
	if message != "" {
		faults["project"] = message
		if fields["issuetype"] == nil {
			faults["issuetype"] = "Specify an issue type"
		}
		if text(fields, "summary") == "" {
			faults["summary"] = "You must specify a summary of the issue."
		}
		return nil, faults
	}
	d.project, _ = p.(*project)
	t, message := readType(d, fields["issuetype"])
	d.kind, _ = t.(*issueType)
	switch {
	case message != "" && fields["issuetype"] == nil:
		faults["issuetype"] = "Specify an issue type"
	case message != "":
		faults["issuetype"] = message
	}
	if d.kind == nil {
		if text(fields, "summary") == "" {
			faults["summary"] = "You must specify a summary of the issue."
		}
		return nil, faults
	}
	return d, faults
}

func editIssue(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	body, err := x.object()
	if err != nil {
		return reply{}, err
	}
	fields, _ := body["fields"].(record)
	if err := x.change(i, fields, body["update"]); err != nil {
		return reply{}, err
	}
	if x.query.Get("returnIssue") == "true" {
		return ok(x.showIssue(i, selectFields(nil, "*all"), x.expand()))
	}
	return done()
}

// change edits an issue. Nothing happens unless everything is right.
func (x *exchange) change(i *issue, fields record, update any) error {
	e := &edit{
		draft:  &draft{exchange: x, project: i.project, kind: i.kind(), issue: i},
		values: maps.Clone(i.values), faults: map[string]string{},
	}
	e.set(fields)
	e.operate(update)
	e.require()
	if err := e.refused(); err != nil {
		return err
	}
	e.commit(i)
	return e.after(i)
}

func deleteIssue(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	subtasks := x.subtasks(i)
	if len(subtasks) > 0 && x.query.Get("deleteSubtasks") != "true" {
		return reply{}, badRequest("The issue '%s' has subtasks.  You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks.", i.key)
	}
	for _, gone := range append(subtasks, i) {
		x.remove(gone)
	}
	return done()
}

func assignIssue(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	body, err := x.object()
	if err != nil {
		return reply{}, err
	}
	name := "accountId"
	if x.dataCenter || x.version == 2 && body[name] == nil && body["name"] != nil {
		name = "name"
	}
	if value, given := body[name]; given && value == nil {
		return x.assign(i, nil)
	}
	id, isText := body[name].(string)
	if !isText {
		return reply{}, badRequest("'%s' must be provided.", name)
	}
	return x.assign(i, record{name: id})
}

func (x *exchange) assign(i *issue, to any) (reply, error) {
	if err := x.change(i, record{"assignee": to}, nil); err != nil {
		return reply{}, err
	}
	return done()
}

func getEditmeta(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	d := &draft{exchange: x, project: i.project, kind: i.kind(), issue: i}
	fields := record{}
	for _, f := range x.fields {
		if f.onScreen(d.project, d.kind) {
			fields[f.id] = d.meta(f)
		}
	}
	return ok(record{"fields": fields})
}

func listChanges(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	return pageOf(x, "values", i.changes, 100, 100, x.showChange)
}

// changed notes in the history what is not a field, e.g. a link.
func (x *exchange) changed(i *issue, items ...record) {
	i.updated = x.now
	i.changes = append(i.changes, &change{id: x.newID(), author: x.me(), created: x.now, items: items})
}

func item(field, fromID, from, toID, to string) record {
	empty := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	fieldtype := "jira"
	if strings.HasPrefix(field, "customfield_") {
		fieldtype = "custom"
	}
	return record{
		"field": field, "fieldtype": fieldtype, "fieldId": field, "from": empty(fromID), "fromString": empty(from), "to": empty(toID), "toString": empty(to),
	}
}

// sortedKeys lists the names of an object in order.
func sortedKeys[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }
