package jiratest

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// state is all that the sandbox knows. It is not safe for concurrent use.
type state struct {
	made int // things that got an id

	users       []*user
	projects    []*project
	statuses    []*status
	priorities  []*named // the most pressing first
	resolutions []*named
	linkTypes   []*linkType
	fields      []*field
	fieldByID   map[string]*field

	issues  []*issue // in the order of their ids
	byID    map[string]*issue
	byKey   map[string]*issue
	links   []*link
	boards  []*board
	sprints []*sprint
}

type user struct {
	accountID, name, email, display string
	active, assignable              bool
}

// named is a thing that has little more than a name: a priority, a resolution, an option.
type named struct{ id, name, description string }

type status struct {
	id, name, description string
	category              *category
}

// category is a status category.
type category struct {
	id               int
	key, name, color string
	enum             string // as statuses/search has it
}

type issueType struct {
	id, name, description string
	level                 int // of the hierarchy: 1 epic, 0 usual, -1 sub-task
}

type project struct {
	id, key, name, description string
	lead                       *user
	types                      []*issueType
	versions                   []*version
	components                 []*component
	workflow                   []*transition
	begin                      *status // of new issues
	scrum                      bool
	issues                     int // numbers given
}

type version struct {
	id, name, description  string
	project                *project
	released, archived     bool
	startDate, releaseDate string
}

type component struct {
	id, name, description string
	project               *project
	lead                  *user
}

type linkType struct{ id, name, inward, outward string }

// link leads from the issue that does something (blocks) to the one that it is done to (is blocked by).
type link struct {
	id       string
	kind     *linkType
	from, to *issue
}

type board struct {
	id         int
	name, kind string // kind is scrum or kanban
	project    *project
}

type sprint struct {
	id                              int
	name, state, goal               string
	board                           *board
	startDate, endDate, completeDay time.Time
}

type issue struct {
	id, key string
	number  int // of the project
	project *project
	values  map[string]any // field → value, in the form of its kind; empty ones are not there

	creator          *user
	created, updated time.Time
	categoryChanged  time.Time
	spent            int // seconds
	comments         []*comment
	worklogs         []*worklog
	attachments      []*attachment
	watchers         []*user
	changes          []*change // oldest first
}

type comment struct {
	id               string
	author, editor   *user
	body             record // a document
	created, updated time.Time
	visibility       record
}

type worklog struct {
	id               string
	author           *user
	comment          record // nil: none
	started          time.Time
	seconds          int
	created, updated time.Time
}

type attachment struct {
	id, name, media string
	issue           *issue
	author          *user
	created         time.Time
	content         []byte
}

// change is an entry of an issue's history.
type change struct {
	id      string
	author  *user
	created time.Time
	items   []record
}

// newID makes the next id of anything. They are the same in every sandbox, so that what is shown can be repeated.
func (s *state) newID() string {
	s.made++
	return strconv.Itoa(20_000 + s.made)
}

// issue finds one by id or key, nil if there is none.
func (s *state) issue(idOrKey string) *issue {
	if found, known := s.byID[idOrKey]; known {
		return found
	}
	return s.byKey[strings.ToUpper(idOrKey)]
}

func (s *state) add(i *issue) {
	s.issues = append(s.issues, i)
	s.byID[i.id] = i
	s.byKey[i.key] = i
}

// remove takes an issue away, and what hangs on it: links, and its place as a parent.
func (s *state) remove(gone *issue) {
	s.issues = slices.DeleteFunc(s.issues, func(i *issue) bool { return i == gone })
	s.links = slices.DeleteFunc(s.links, func(l *link) bool { return l.from == gone || l.to == gone })
	for _, i := range s.issues {
		if i.values["parent"] == gone {
			delete(i.values, "parent")
		}
	}
	delete(s.byID, gone.id)
	delete(s.byKey, gone.key)
}

func (s *state) project(idOrKey string) *project {
	return find(s.projects, func(p *project) bool { return p.id == idOrKey || strings.EqualFold(p.key, idOrKey) })
}

// user finds somebody by account id or, as Data Center has it, by name.
func (s *state) user(id string) *user {
	return find(s.users, func(u *user) bool { return u.accountID == id || u.name == id })
}

func (s *state) subtasks(of *issue) []*issue {
	return filter(s.issues, func(i *issue) bool { return i.values["parent"] == of && i.kind().level < 0 })
}

func (i *issue) kind() *issueType { t, _ := i.values["issuetype"].(*issueType); return t }
func (i *issue) status() *status  { s, _ := i.values["status"].(*status); return s }
func (i *issue) summary() string  { s, _ := i.values["summary"].(string); return s }

// list gives the elements of a field that holds several.
func (i *issue) list(field string) []any { l, _ := i.values[field].([]any); return l }

// find gives the first that fits, nil if none does.
func find[T any](list []*T, fits func(*T) bool) *T {
	if at := slices.IndexFunc(list, fits); at >= 0 {
		return list[at]
	}
	return nil
}

func filter[T any](list []T, fits func(T) bool) []T {
	kept := []T{}
	for _, one := range list {
		if fits(one) {
			kept = append(kept, one)
		}
	}
	return kept
}

// each makes a list of what there is to show.
func each[T any](list []T, show func(T) record) []record {
	shown := make([]record, 0, len(list))
	for _, one := range list {
		shown = append(shown, show(one))
	}
	return shown
}

const stampFormat = "2006-01-02T15:04:05.000-0700"

func stamp(at time.Time) string { return at.UTC().Format(stampFormat) }

// text reads a text out of an object.
func text(of record, name string) string {
	s, _ := of[name].(string)
	return s
}
