package jira

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

func agile() []operations.Operation {
	return []operations.Operation{listBoards(), listSprints(), moveIssuesToSprint(), listBoardsDDL(), listSprintsDDL()}
}

const (
	boardDocs  = software + "board/#api-rest-agile-1-0-board-"
	sprintDocs = software + "sprint/#api-rest-agile-1-0-sprint-"
)

// board is a board as answers have it.
type board struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Type       string `json:"type" doc:"scrum, kanban or simple. Only the first has sprints for sure."`
	ProjectKey string `json:"project_key,omitempty"`
	Self       string `json:"self,omitempty"`
}

// heldBoard is a board as Jira gives it.
type heldBoard struct {
	gojira.Board
	Location struct {
		ProjectKey string `json:"projectKey"`
	} `json:"location"`
}

func (h heldBoard) shown() board {
	return board{ID: strconv.Itoa(h.ID), Name: h.Name, Type: h.Type, ProjectKey: h.Location.ProjectKey, Self: h.Self}
}

type boardFilter struct {
	ProjectKey string `json:"project_key,omitempty" doc:"Only boards of this project: its key or id." maxLength:"255" pattern:"^[A-Za-z0-9_]+$" lookup:"list_projects_ddl"`
	Type       string `json:"type,omitempty" doc:"Only boards of this type." enum:"scrum,kanban,simple"`
}

func (f boardFilter) query(name string) url.Values {
	query := url.Values{}
	for param, value := range map[string]string{"projectKeyOrId": f.ProjectKey, "type": f.Type, "name": name} {
		if value != "" {
			query.Set(param, value)
		}
	}
	return query
}

type listBoardsInput struct {
	boardFilter
	Name string `json:"name,omitempty" doc:"Only boards whose name holds this." maxLength:"255"`
	pageInput
}

type listBoardsOutput struct {
	Boards     []board `json:"boards"`
	NextCursor string  `json:"next_cursor,omitempty" doc:"Gives the next page as cursor; not there at the end."`
}

func listBoards() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_boards", Title: "List boards", Description: "Lists the boards that the credential sees.",
		Docs: boardDocs + "get", Resource: resourceSprint, Scopes: []string{scopeBoards, scopeBoardProjects},
		Kind: operations.KindAction, Effect: operations.EffectRead, Paging: pagingOf("boards"),
		Sample: operations.NewSample(`{"project_key":"PROJ"}`,
			`{"boards":[{"id":"1","name":"PROJ board","type":"scrum","project_key":"PROJ"}]}`),
	}, func(ctx context.Context, call *operations.Call, in listBoardsInput) (listBoardsOutput, error) {
		a, err := connect(call)
		if err != nil {
			return listBoardsOutput{}, err
		}
		p, err := readPage[heldBoard](ctx, a, a.agile("board"), in.query(in.Name), in.Cursor, in.Limit)
		output := listBoardsOutput{Boards: make([]board, len(p.Values)), NextCursor: p.next()}
		for i, held := range p.Values {
			output.Boards[i] = held.shown()
		}
		return output, err
	})
}

type listBoardsDDLInput struct {
	ddl.Input
	boardFilter
}

type boardOption struct {
	ddl.Option
	Type       string `json:"type"`
	ProjectKey string `json:"project_key,omitempty"`
}

func listBoardsDDL() operations.Operation {
	return ddl.Paged(operations.Spec{
		Name: "list_boards_ddl", Title: "Boards", Description: "The boards that the credential sees, to choose from.",
		Docs: boardDocs + "get", Resource: resourceSprint, Scopes: []string{scopeBoards, scopeBoardProjects},
		Sample: operations.NewSample(`{}`, `{"result":[{"text":"PROJ board","value":"1","type":"scrum","project_key":"PROJ"}]}`),
	}, func(ctx context.Context, call *operations.Call, in listBoardsDDLInput) (ddl.Page[boardOption], error) {
		a, err := connect(call)
		if err != nil {
			return ddl.Page[boardOption]{}, err
		}
		p, err := readPage[heldBoard](ctx, a, a.agile("board"), in.query(in.Search), in.Cursor, min(in.Limit, wholePage))
		found := ddl.Page[boardOption]{NextCursor: p.next()}
		for _, held := range p.Values {
			b := held.shown()
			found.Result = append(found.Result, boardOption{ddl.Option{Text: cmp.Or(b.Name, b.ID), Value: b.ID}, b.Type, b.ProjectKey})
		}
		return found, err
	})
}

// sprint is a sprint as answers have it.
type sprint struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	State        string `json:"state" doc:"future, active or closed."`
	StartDate    string `json:"start_date,omitempty"`
	EndDate      string `json:"end_date,omitempty"`
	CompleteDate string `json:"complete_date,omitempty"`
	Goal         string `json:"goal,omitempty"`
	Self         string `json:"self,omitempty"`
}

type heldSprint struct {
	ID           int    `json:"id"`
	Name         string `json:"name"`
	State        string `json:"state"`
	StartDate    string `json:"startDate"`
	EndDate      string `json:"endDate"`
	CompleteDate string `json:"completeDate"`
	Goal         string `json:"goal"`
	Self         string `json:"self"`
}

func (h heldSprint) shown() sprint {
	return sprint{
		ID: strconv.Itoa(h.ID), Name: h.Name, State: h.State, StartDate: h.StartDate, EndDate: h.EndDate, CompleteDate: h.CompleteDate,
		Goal: h.Goal, Self: h.Self,
	}
}

type boardRef struct {
	BoardID string   `json:"board_id" doc:"Id of the board." maxLength:"20" pattern:"^[0-9]+$" lookup:"list_boards_ddl"`
	State   []string `json:"state,omitempty" doc:"Only sprints in these states." enum:"future,active,closed" maxItems:"3"`
}

func (r boardRef) query() url.Values {
	if len(r.State) == 0 {
		return nil
	}
	return url.Values{"state": {strings.Join(r.State, ",")}}
}

type listSprintsInput struct {
	boardRef
	pageInput
}

type listSprintsOutput struct {
	Sprints    []sprint `json:"sprints"`
	NextCursor string   `json:"next_cursor,omitempty" doc:"Gives the next page as cursor; not there at the end."`
}

func listSprints() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_sprints", Title: "List sprints", Description: "Lists the sprints of a board. A board that has none is an error at Jira.",
		Docs: boardDocs + "boardid-sprint-get", Resource: resourceSprint, Scopes: []string{scopeSprints},
		Kind: operations.KindAction, Effect: operations.EffectRead, Paging: pagingOf("sprints"),
		Sample: operations.NewSample(`{"board_id":"1","state":["active","future"]}`,
			`{"sprints":[{"id":"2","name":"PROJ Sprint 2","state":"active","start_date":"2026-01-13T00:00:00.000Z"}]}`),
	}, func(ctx context.Context, call *operations.Call, in listSprintsInput) (listSprintsOutput, error) {
		a, err := connect(call)
		if err != nil {
			return listSprintsOutput{}, err
		}
		p, err := readPage[heldSprint](ctx, a, a.agile("board", in.BoardID, "sprint"), in.query(), in.Cursor, in.Limit)
		output := listSprintsOutput{Sprints: make([]sprint, len(p.Values)), NextCursor: p.next()}
		for i, held := range p.Values {
			output.Sprints[i] = held.shown()
		}
		return output, err
	})
}

type listSprintsDDLInput struct {
	ddl.Input
	boardRef
}

type sprintOption struct {
	ddl.Option
	State string `json:"state"`
}

func listSprintsDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_sprints_ddl", Title: "Sprints", Description: "The sprints of a board, to choose from.",
		Docs: boardDocs + "boardid-sprint-get", Resource: resourceSprint, Scopes: []string{scopeSprints},
		Sample: operations.NewSample(`{"board_id":"1"}`, `{"result":[{"text":"PROJ Sprint 2 (active)","value":"2","state":"active"}]}`),
	}, func(ctx context.Context, call *operations.Call, in listSprintsDDLInput) ([]sprintOption, bool, error) {
		a, err := connect(call)
		if err != nil {
			return nil, false, err
		}
		sprints, truncated, err := readWhole[heldSprint](ctx, a, a.agile("board", in.BoardID, "sprint"), in.query())
		options := make([]sprintOption, len(sprints))
		for i, held := range sprints {
			s := held.shown()
			options[i] = sprintOption{ddl.Option{Text: s.Name + " (" + s.State + ")", Value: s.ID}, s.State}
		}
		return options, truncated, err
	})
}

type moveIssuesInput struct {
	SprintID  string   `json:"sprint_id" doc:"Id of the sprint, which must not be closed." maxLength:"20" pattern:"^[0-9]+$"`
	IssueKeys []string `json:"issue_keys" doc:"Keys or ids of the issues." minItems:"1" maxItems:"50" maxLength:"255" pattern:"^[A-Za-z0-9_]+(-[0-9]+)?$"`
}

func moveIssuesToSprint() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "move_issues_to_sprint", Title: "Move issues to sprint", Description: "Puts issues into a sprint, out of the one they are in.",
		Docs: sprintDocs + "sprintid-issue-post", Resource: resourceIssue, Scopes: []string{scopeMoveIssues},
		Kind: operations.KindAction, Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"sprint_id":"3","issue_keys":["PROJ-1"]}`, `{"success":true}`),
	}, func(ctx context.Context, call *operations.Call, in moveIssuesInput) (done, error) {
		a, err := connect(call)
		if err != nil {
			return done{}, err
		}
		_, err = a.send(ctx, http.MethodPost, a.agile("sprint", in.SprintID, "issue"), map[string]any{"issues": in.IssueKeys}, nil)
		return done{true}, err
	})
}
