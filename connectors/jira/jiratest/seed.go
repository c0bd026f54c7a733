package jiratest

import (
	"fmt"
	"strconv"
	"time"
)

// newSeed is the state that every sandbox begins with: the same but for its dates, which count back from now.
func newSeed(now time.Time) *state {
	s := &state{byID: map[string]*issue{}, byKey: map[string]*issue{}, fieldByID: map[string]*field{}, fields: newFields()}
	for _, f := range s.fields {
		s.fieldByID[f.id] = f
	}
	s.seedPeople()
	s.seedSettings()
	s.seedProjects()
	s.seedBoards(now)
	seeder := &seeder{state: s, now: now.UTC().Truncate(time.Minute)}
	seeder.issues()
	return s
}

func (s *state) seedPeople() {
	s.users = []*user{
		{AccountID, Username, Email, "Alice Berg", true, true},
		{Bob, "bob", "bob@northwind.example", "Bob Iversen", true, true},
		{Carla, "carla", "carla@northwind.example", "Carla Mendes", true, true},
		{Reader, "rita", ReaderEmail, "Rita Reed", true, true},
		{Former, "frank", "frank@northwind.example", "Frank Moss", false, true},
		{Guest, "gwen", "gwen@customer.example", "Gwen Idle", true, false},
	}
	first := []string{"Ann", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gro", "Hal", "Ida", "Jon"}
	last := []string{"Adler", "Brandt", "Clausen", "Dahl", "Ek", "Falk"}
	for n := range 60 {
		given, family := first[n%len(first)], last[n/len(first)]
		s.users = append(s.users, &user{
			accountID: fmt.Sprintf("712020:%08d-aaaa-4bbb-8ccc-000000000000", n), name: fmt.Sprintf("agent%d", n),
			email: fmt.Sprintf("agent%d@northwind.example", n), display: given + " " + family, active: true, assignable: n%2 == 0,
		})
	}
}

func (s *state) seedSettings() {
	toDo := &category{2, "new", "To Do", "blue-gray", "TODO"}
	doing := &category{4, "indeterminate", "In Progress", "yellow", "IN_PROGRESS"}
	finished := &category{3, "done", "Done", "green", "DONE"}
	s.statuses = []*status{
		{"10000", "To Do", "", toDo},
		{"3", "In Progress", "This issue is being actively worked on.", doing},
		{"10001", "Done", "", finished},
		{"10010", "Backlog", "Not begun", toDo},
		{"10011", "In Review", "Somebody else looks at it", doing},
		{"10012", "Closed", "Nothing remains to be done", finished},
	}
	s.priorities = []*named{
		{"1", "Highest", "This problem will block progress."}, {"2", "High", "Serious problem that could block progress."},
		{PriorityMedium, "Medium", "Has the potential to affect progress."}, {"4", "Low", "Minor problem or easily worked around."},
		{"5", "Lowest", "Trivial problem with little or no impact."},
	}
	s.resolutions = []*named{
		{ResolutionDone, "Done", "Work has been completed on this issue."}, {ResolutionWont, "Won't Do", "This issue won't be actioned."},
		{"10002", "Duplicate", "The problem is a duplicate of an existing issue."}, {"10003", "Cannot Reproduce", ""},
	}
	s.linkTypes = []*linkType{
		{"10000", LinkTypeBlocks, "is blocked by", "blocks"}, {"10001", "Cloners", "is cloned by", "clones"},
		{"10002", "Duplicate", "is duplicated by", "duplicates"}, {"10003", "Relates", "relates to", "relates to"},
	}
}

// status of the seed, by name.
func (s *state) status(name string) *status {
	return find(s.statuses, func(s *status) bool { return s.name == name })
}

func (s *state) seedProjects() {
	toDo, doing, finished := s.status("To Do"), s.status("In Progress"), s.status("Done")
	backlog, review, closed := s.status("Backlog"), s.status("In Review"), s.status("Closed")
	simple := func() []*transition {
		return []*transition{
			{id: ProjToDo, name: "To Do", to: toDo}, {id: ProjInProgress, name: "In Progress", to: doing}, {id: ProjDone, name: "Done", to: finished},
			{id: ProjResolve, name: "Resolve", from: []*status{doing}, to: finished, resolves: true},
		}
	}
	strict := []*transition{
		{id: DevStart, name: "Start work", from: []*status{backlog}, to: doing},
		{id: DevReview, name: "Ask for review", from: []*status{doing}, to: review},
		{id: DevBack, name: "Back to work", from: []*status{review}, to: doing},
		{id: DevResolve, name: "Resolve", from: []*status{review}, to: closed, resolves: true},
		{id: DevReopen, name: "Reopen", from: []*status{closed}, to: backlog},
	}
	s.projects = []*project{
		{id: ProjectID, key: ProjectKey, name: "Customer portal", description: "What customers see.", lead: s.user(AccountID),
			types: typesFrom(10_000), workflow: simple(), begin: toDo, scrum: true},
		{id: DevID, key: DevKey, name: "Development platform", description: "What the portal stands on.", lead: s.user(Bob),
			types: typesFrom(10_010), workflow: strict, begin: backlog},
		{id: OpsID, key: OpsKey, name: "Operations", description: "Keeps it running.", lead: s.user(Carla),
			types: typesFrom(10_020)[2:4], workflow: simple(), begin: toDo},
	}
	for at, name := range []string{"API", "Billing", "Web"} {
		s.seedComponent(s.projects[0], 10_251+at, name)
	}
	s.seedComponent(s.projects[1], 10_261, "Build")
	s.seedComponent(s.projects[1], 10_262, "Database")
	for n := range 60 {
		v := &version{id: strconv.Itoa(10_201 + n), name: fmt.Sprintf("1.%d", n), project: s.projects[0], released: n == 0}
		if n < 2 {
			v.description, v.releaseDate = []string{"The first one", "Invoices"}[n], []string{"2026-01-15", "2027-03-01"}[n]
		}
		if n > 49 {
			v.id = strconv.Itoa(10_221 + n) // what lies between is taken by components
		}
		s.projects[0].versions = append(s.projects[0].versions, v)
	}
	s.projects[1].versions = []*version{{id: "10291", name: "2026.1", project: s.projects[1]}}
}

func (s *state) seedComponent(p *project, id int, name string) {
	p.components = append(p.components, &component{
		id: strconv.Itoa(id), name: name, description: "All about " + name, project: p, lead: p.lead,
	})
}

// typesFrom are the issue types of a project, with ids from a number on.
func typesFrom(id int) []*issueType {
	types := []*issueType{
		{name: "Epic", description: "A big piece of work.", level: 1}, {name: "Story", description: "Something that a user wants."},
		{name: "Task", description: "A small, distinct piece of work."}, {name: "Sub-task", description: "A part of a larger task.", level: -1},
		{name: "Bug", description: "A problem or an error."},
	}
	for at, t := range types {
		t.id = strconv.Itoa(id + at)
	}
	return types
}

func (s *state) seedBoards(now time.Time) {
	s.boards = []*board{
		{ScrumBoard, "PROJ board", "scrum", s.projects[0]}, {KanbanBoard, "OPS board", "kanban", s.projects[2]},
	}
	at := now.UTC().Truncate(24 * time.Hour)
	fortnight := 14 * 24 * time.Hour
	s.sprints = []*sprint{
		{ClosedSprint, "PROJ Sprint 1", "closed", "First invoices", s.boards[0], at.Add(-2 * fortnight), at.Add(-fortnight), at.Add(-fortnight)},
		{ActiveSprint, "PROJ Sprint 2", "active", "Invoices in instalments", s.boards[0], at.Add(-fortnight / 2), at.Add(fortnight / 2), time.Time{}},
		{FutureSprint, "PROJ Sprint 3", "future", "", s.boards[0], time.Time{}, time.Time{}, time.Time{}},
	}
}
