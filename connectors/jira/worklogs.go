package jira

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/patchbay/patchbay/operations"
)

func worklogs() []operations.Operation {
	return []operations.Operation{addWorklog(), listWorklogs(), deleteWorklog()}
}

const worklogDocs = groups + "issue-worklogs/#api-rest-api-3-issue-issueidorkey-worklog-"

// startedFormat is how Jira writes a time.
const startedFormat = "2006-01-02T15:04:05.000-0700"

// worklog is work done on an issue as answers have it.
type worklog struct {
	ID               string `json:"id"`
	Self             string `json:"self,omitempty"`
	Author           *user  `json:"author,omitempty"`
	TimeSpent        string `json:"time_spent" doc:"As Jira writes it, such as 3h 20m."`
	TimeSpentSeconds int    `json:"time_spent_seconds"`
	Started          string `json:"started"`
	CommentText      string `json:"comment_text,omitempty" doc:"What was done, in Markdown; on Data Center as it is."`
	Created          string `json:"created,omitempty"`
}

type heldWorklog struct {
	ID               string          `json:"id"`
	Self             string          `json:"self"`
	Author           *gojira.User    `json:"author"`
	TimeSpent        string          `json:"timeSpent"`
	TimeSpentSeconds int             `json:"timeSpentSeconds"`
	Started          string          `json:"started"`
	Comment          json.RawMessage `json:"comment"`
	Created          string          `json:"created"`
}

func (a *api) worklog(held heldWorklog) worklog {
	return worklog{
		ID: held.ID, Self: held.Self, Author: a.user(held.Author), TimeSpent: held.TimeSpent, TimeSpentSeconds: held.TimeSpentSeconds,
		Started: held.Started, CommentText: plain(held.Comment), Created: held.Created,
	}
}

type addWorklogInput struct {
	issueRef
	TimeSpent        string    `json:"time_spent,omitempty" doc:"How long it took, such as 3h 20m; this or time_spent_seconds." maxLength:"50" pattern:"^\\s*([0-9]+(\\.[0-9]+)?[wdhm]\\s*)+$"`
	TimeSpentSeconds int       `json:"time_spent_seconds,omitempty" doc:"How long it took, in seconds; Jira counts whole minutes." minimum:"60" maximum:"31536000"`
	Started          time.Time `json:"started,omitzero" doc:"When it was begun; now, if not given."`
	Comment          string    `json:"comment,omitempty" doc:"What was done, in Markdown; on Data Center in Jira's own markup." maxLength:"32767"`
}

func addWorklog() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "add_worklog", Title: "Add worklog", Description: "Notes work done on an issue.",
		Docs: worklogDocs + "post", Resource: resourceWorklog, Scopes: []string{scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "delete_worklog", Input: map[string]string{
			"issue_key": "input.issue_key", "worklog_id": "output.id",
		}},
		Sample: operations.NewSample(`{"issue_key":"PROJ-1","time_spent":"1h 30m","started":"2026-01-20T09:00:00Z","comment":"Tray replaced"}`,
			`{"id":"20001","time_spent":"1h 30m","time_spent_seconds":5400,"started":"2026-01-20T09:00:00.000+0000","comment_text":"Tray replaced"}`),
	}, runAddWorklog)
}

func runAddWorklog(ctx context.Context, call *operations.Call, in addWorklogInput) (worklog, error) {
	a, err := connect(call)
	if err != nil {
		return worklog{}, err
	}
	if (in.TimeSpent == "") == (in.TimeSpentSeconds == 0) {
		return worklog{}, invalid("/time_spent", "must be given, or time_spent_seconds in its place, and not both")
	}
	started := in.Started
	if started.IsZero() {
		started = call.Now().UTC()
	}
	body := map[string]any{"started": started.Format(startedFormat)}
	if in.TimeSpent != "" {
		body["timeSpent"] = in.TimeSpent
	} else {
		body["timeSpentSeconds"] = in.TimeSpentSeconds
	}
	if text := a.text(in.Comment); text != nil {
		body["comment"] = text
	}
	var added heldWorklog
	if _, err := a.send(ctx, http.MethodPost, a.rest("issue", in.IssueKey, "worklog"), body, &added); err != nil {
		return worklog{}, err
	}
	return a.worklog(added), nil
}

type listWorklogsInput struct {
	issueRef
	pageInput
}

type listWorklogsOutput struct {
	Worklogs   []worklog `json:"worklogs"`
	NextCursor string    `json:"next_cursor,omitempty" doc:"Gives the next page as cursor; not there at the end."`
	Total      *int      `json:"total,omitempty" doc:"How many there are in all."`
}

func listWorklogs() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_worklogs", Title: "List worklogs", Description: "Lists the work noted on an issue.",
		Docs: worklogDocs + "get", Resource: resourceWorklog, Scopes: []string{scopeRead},
		Kind: operations.KindAction, Effect: operations.EffectRead, Paging: pagingOf("worklogs"),
		Sample: operations.NewSample(`{"issue_key":"PROJ-1"}`,
			`{"worklogs":[{"id":"10401","time_spent":"3h","time_spent_seconds":10800,"started":"2026-01-19T18:00:00.000+0000","comment_text":"Looked at the mail queue."}],"total":1}`),
	}, func(ctx context.Context, call *operations.Call, in listWorklogsInput) (listWorklogsOutput, error) {
		a, err := connect(call)
		if err != nil {
			return listWorklogsOutput{}, err
		}
		p, err := readPage[heldWorklog](ctx, a, a.rest("issue", in.IssueKey, "worklog"), nil, in.Cursor, in.Limit)
		output := listWorklogsOutput{Worklogs: make([]worklog, len(p.Worklogs)), NextCursor: p.next(), Total: p.Total}
		for i, held := range p.Worklogs {
			output.Worklogs[i] = a.worklog(held)
		}
		return output, err
	})
}

type deleteWorklogInput struct {
	issueRef
	WorklogID string `json:"worklog_id" doc:"Id of the worklog." maxLength:"20" pattern:"^[0-9]+$"`
}

func deleteWorklog() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "delete_worklog", Title: "Delete worklog", Description: "Deletes noted work for good; what is left to do of the issue grows by it.",
		Docs: worklogDocs + "id-delete", Resource: resourceWorklog, Scopes: []string{scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectDestructive,
		Sample: operations.NewSample(`{"issue_key":"PROJ-1","worklog_id":"10401"}`, `{"success":true}`),
	}, func(ctx context.Context, call *operations.Call, in deleteWorklogInput) (done, error) {
		return remove(ctx, call, nil, "issue", in.IssueKey, "worklog", in.WorklogID)
	})
}
