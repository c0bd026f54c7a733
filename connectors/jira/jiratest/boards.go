package jiratest

import (
	"slices"
	"strconv"
	"strings"
)

func boardRoutes() []route {
	return []route{
		{"GET", "agile/board", listBoards, 0},
		{"GET", "agile/board/{board}", getBoard, 0},
		{"GET", "agile/board/{board}/sprint", listSprints, 0},
		{"GET", "agile/board/{board}/issue", listBoardIssues, 0},
	}
}

func (x *exchange) agile(path string) string { return x.base + "/rest/agile/1.0/" + path }

func (x *exchange) showBoard(b *board) record {
	return record{
		"id": b.id, "self": x.agile("board/" + strconv.Itoa(b.id)), "name": b.name, "type": b.kind,
		"location": record{
			"projectId": atoi(b.project.id), "projectKey": b.project.key, "projectName": b.project.name, "projectTypeKey": "software",
			"displayName": b.project.name + " (" + b.project.key + ")", "name": b.project.name + " (" + b.project.key + ")",
		},
	}
}

func listBoards(x *exchange) (reply, error) {
	kinds, name, within := splitList(x.query["type"]), strings.ToLower(x.query.Get("name")), x.query.Get("projectKeyOrId")
	if within != "" && x.project(within) == nil {
		return reply{}, badRequest("No project could be found with key or id '%s'.", clip(within, 80))
	}
	return pageOf(x, "values", filter(x.boards, func(b *board) bool {
		return (len(kinds) == 0 || slices.Contains(kinds, b.kind)) && strings.Contains(strings.ToLower(b.name), name) &&
			(within == "" || x.project(within) == b.project)
	}), 50, 50, x.showBoard)
}

func (x *exchange) foundBoard() (*board, error) {
	if b := find(x.boards, func(b *board) bool { return strconv.Itoa(b.id) == x.params["board"] }); b != nil {
		return b, nil
	}
	return nil, notFound("Board does not exist or you do not have permission to see it.")
}

func getBoard(x *exchange) (reply, error) {
	b, err := x.foundBoard()
	if err != nil {
		return reply{}, err
	}
	return ok(x.showBoard(b))
}

func listSprints(x *exchange) (reply, error) {
	b, err := x.foundBoard()
	if err != nil {
		return reply{}, err
	}
	if b.kind != "scrum" {
		return reply{}, badRequest("The board does not support sprints")
	}
	states := splitList(x.query["state"])
	return pageOf(x, "values", filter(x.sprints, func(s *sprint) bool {
		return s.board == b && (len(states) == 0 || slices.Contains(states, s.state))
	}), 50, 50, x.showSprint)
}

func listBoardIssues(x *exchange) (reply, error) {
	b, err := x.foundBoard()
	if err != nil {
		return reply{}, err
	}
	return x.agileIssues(func(i *issue) bool { return i.project == b.project && i.kind().level == 0 })
}

// agileIssues is a page of the issues that belong to a board or a sprint and that the query's JQL finds.
func (x *exchange) agileIssues(belongs func(*issue) bool) (reply, error) {
	s, err := x.readSearch()
	if err != nil {
		return reply{}, err
	}
	if s.jql == "" {
		s.jql = "ORDER BY rank"
	}
	q, err := x.parseJQL(s.jql)
	if err != nil {
		return reply{}, err
	}
	return ok(x.issuesPage(filter(x.run(q), belongs), s, mostShown))
}
