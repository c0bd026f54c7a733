package jiratest

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// mostMoved bounds how many issues move into a sprint at once.
const mostMoved = 50

func sprintRoutes() []route {
	return []route{
		{"POST", "agile/sprint", createSprint, 0},
		{"GET", "agile/sprint/{sprint}", getSprint, 0},
		{"GET", "agile/sprint/{sprint}/issue", listSprintIssues, 0},
		{"POST", "agile/sprint/{sprint}/issue", moveToSprint, 0},
		{"POST", "agile/backlog/issue", moveToBacklog, 0},
	}
}

func (x *exchange) showSprint(s *sprint) record {
	shown := record{
		"id": s.id, "self": x.agile("sprint/" + strconv.Itoa(s.id)), "state": s.state, "name": s.name, "originBoardId": s.board.id, "goal": s.goal,
	}
	for name, at := range map[string]time.Time{"startDate": s.startDate, "endDate": s.endDate, "completeDate": s.completeDay} {
		if !at.IsZero() {
			shown[name] = agileStamp(at)
		}
	}
	return shown
}

func (x *exchange) foundSprint() (*sprint, error) {
	if s := find(x.sprints, func(s *sprint) bool { return strconv.Itoa(s.id) == x.params["sprint"] }); s != nil {
		return s, nil
	}
	return nil, notFound("Sprint does not exist")
}

func getSprint(x *exchange) (reply, error) {
	s, err := x.foundSprint()
	if err != nil {
		return reply{}, err
	}
	return ok(x.showSprint(s))
}

func createSprint(x *exchange) (reply, error) {
	body, err := x.object()
	if err != nil {
		return reply{}, err
	}
	id, _ := number(body["originBoardId"])
	s := &sprint{name: text(body, "name"), goal: text(body, "goal"), state: "future"}
	s.board = find(x.boards, func(b *board) bool { return float64(b.id) == id })
	switch {
	case strings.TrimSpace(s.name) == "":
		return reply{}, badField("name", "The sprint name must be provided.")
	case len([]rune(s.name)) > 30:
		return reply{}, badField("name", "The sprint name must be shorter than 30 characters.")
	case body["originBoardId"] == nil:
		return reply{}, badField("originBoardId", "The board id must be provided.")
	case s.board == nil:
		return reply{}, notFound("Board does not exist or you do not have permission to see it.")
	case s.board.kind != "scrum":
		return reply{}, badRequest("The board does not support sprints")
	}
	for name, into := range map[string]*time.Time{"startDate": &s.startDate, "endDate": &s.endDate} {
		if body[name] == nil {
			continue
		}
		at, message := readDateTime(nil, body[name])
		if message != "" {
			return reply{}, badField(name, "%s", message)
		}
		*into, _ = at.(time.Time)
	}
	if !s.endDate.IsZero() && s.endDate.Before(s.startDate) {
		return reply{}, badField("endDate", "The end date of a sprint must be after the start date.")
	}
	s.id = len(x.sprints) + 1
	x.sprints = append(x.sprints, s)
	return created(x.showSprint(s))
}

func listSprintIssues(x *exchange) (reply, error) {
	s, err := x.foundSprint()
	if err != nil {
		return reply{}, err
	}
	return x.agileIssues(func(i *issue) bool { return slices.Contains(i.list(FieldSprint), any(s)) })
}

// moveToSprint takes issues out of other sprints into this one. Closed sprints that they were in stay.
func moveToSprint(x *exchange) (reply, error) {
	s, err := x.foundSprint()
	if err != nil {
		return reply{}, err
	}
	if s.state == "closed" {
		return reply{}, badRequest("Issue cannot be added to a completed sprint.")
	}
	return x.move(s)
}

func moveToBacklog(x *exchange) (reply, error) { return x.move(nil) }

// move puts the issues of the body into a sprint, or into none. Either all of them move or none.
func (x *exchange) move(to *sprint) (reply, error) {
	body, err := x.object()
	if err != nil {
		return reply{}, err
	}
	keys, err := textsOf(body, "issues")
	switch {
	case err != nil:
		return reply{}, err
	case len(keys) == 0:
		return reply{}, badRequest("At least one issue must be given.")
	case len(keys) > mostMoved:
		return reply{}, badRequest("The maximum number of issues that can be moved in one operation is %d.", mostMoved)
	}
	var issues []*issue
	for _, key := range keys {
		i := x.issue(key)
		switch {
		case i == nil:
			return reply{}, notFound("Issue does not exist or you do not have permission to see it.")
		case to != nil && (i.project != to.board.project || i.kind().level != 0):
			return reply{}, badRequest("The issue '%s' cannot be in a sprint of this board.", i.key)
		}
		issues = append(issues, i)
	}
	for _, i := range issues {
		x.putInSprint(i, to)
	}
	return done()
}

func (x *exchange) putInSprint(i *issue, to *sprint) {
	left := filter(i.list(FieldSprint), func(one any) bool { return one.(*sprint).state == "closed" })
	fromID, from := sprintKind.describe(i.values[FieldSprint])
	if to != nil {
		left = append(left, to)
	}
	i.values[FieldSprint] = nil
	if len(left) > 0 {
		i.values[FieldSprint] = left
	}
	toID, words := sprintKind.describe(i.values[FieldSprint])
	x.changed(i, item(FieldSprint, fromID, from, toID, words))
}
