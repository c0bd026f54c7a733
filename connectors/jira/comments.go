package jira

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/patchbay/patchbay/operations"
)

func comments() []operations.Operation {
	return []operations.Operation{addComment(), listComments(), updateComment(), deleteComment()}
}

const commentDocs = groups + "issue-comments/#api-rest-api-3-issue-issueidorkey-comment-"

// comment is a comment as answers have it.
type comment struct {
	ID       string          `json:"id"`
	Self     string          `json:"self"`
	Author   *user           `json:"author,omitempty"`
	BodyText string          `json:"body_text" doc:"What it says, in Markdown; on Data Center as it is."`
	Body     json.RawMessage `json:"body" doc:"What it says as Jira keeps it: an Atlassian document, on Data Center a text."`
	Created  string          `json:"created"`
	Updated  string          `json:"updated,omitempty"`
}

type heldComment struct {
	ID      string          `json:"id"`
	Self    string          `json:"self"`
	Author  *gojira.User    `json:"author"`
	Body    json.RawMessage `json:"body"`
	Created string          `json:"created"`
	Updated string          `json:"updated"`
}

func (a *api) comment(held heldComment) comment {
	return comment{
		ID: held.ID, Self: held.Self, Author: a.user(held.Author), BodyText: plain(held.Body), Body: orNull(held.Body),
		Created: held.Created, Updated: held.Updated,
	}
}

func orNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}

// commentRef names a comment.
type commentRef struct {
	issueRef
	CommentID string `json:"comment_id" doc:"Id of the comment." maxLength:"20" pattern:"^[0-9]+$"`
}

type visibility struct {
	Type  string `json:"type" enum:"group,role" doc:"Whether a group or a project role may see it."`
	Value string `json:"value" doc:"Name of the group or role." minLength:"1" maxLength:"255"`
}

type addCommentInput struct {
	issueRef
	Body       string      `json:"body" doc:"What it says, in Markdown; on Data Center in Jira's own markup. [~accountid:…] mentions a person." minLength:"1" maxLength:"32767"`
	Visibility *visibility `json:"visibility,omitempty" doc:"Who may see it; everybody who sees the issue, if not given."`
}

func addComment() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "add_comment", Title: "Add comment", Description: "Adds a comment to an issue.",
		Docs: commentDocs + "post", Resource: resourceComment, Scopes: []string{scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "delete_comment", Input: map[string]string{
			"issue_key": "input.issue_key", "comment_id": "output.id",
		}},
		Sample: operations.NewSample(`{"issue_key":"PROJ-1","body":"Fixed in *1.1*, see https://northwind.example/changes"}`,
			`{"id":"20001","self":"https://northwind.atlassian.net/rest/api/3/issue/10101/comment/20001","body_text":"Fixed in *1.1*, see https://northwind.example/changes",`+
				`"body":{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"Fixed in "},`+
				`{"type":"text","text":"1.1","marks":[{"type":"em"}]}]}]},"created":"2026-01-20T12:00:00.000+0000"}`),
	}, func(ctx context.Context, call *operations.Call, in addCommentInput) (comment, error) {
		return writeComment(ctx, call, http.MethodPost, in, "issue", in.IssueKey, "comment")
	})
}

// writeComment writes a comment to where it belongs.
func writeComment(ctx context.Context, call *operations.Call, method string, in addCommentInput, segments ...string) (comment, error) {
	a, err := connect(call)
	if err != nil {
		return comment{}, err
	}
	body := map[string]any{"body": a.text(in.Body)}
	if in.Visibility != nil {
		body["visibility"] = in.Visibility
	}
	var written heldComment
	if _, err := a.send(ctx, method, a.rest(segments...), body, &written); err != nil {
		return comment{}, err
	}
	return a.comment(written), nil
}

type listCommentsInput struct {
	issueRef
	Order string `json:"order,omitempty" doc:"Which come first." enum:"oldest,newest" default:"oldest"`
	pageInput
}

type listCommentsOutput struct {
	Comments   []comment `json:"comments"`
	NextCursor string    `json:"next_cursor,omitempty" doc:"Gives the next page as cursor; not there at the end."`
	Total      *int      `json:"total,omitempty" doc:"How many there are in all."`
}

func listComments() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_comments", Title: "List comments", Description: "Lists the comments of an issue.",
		Docs: commentDocs + "get", Resource: resourceComment, Scopes: []string{scopeRead},
		Kind: operations.KindAction, Effect: operations.EffectRead, Paging: pagingOf("comments"),
		Sample: operations.NewSample(`{"issue_key":"PROJ-1","order":"newest"}`,
			`{"comments":[{"id":"10303","self":"https://northwind.atlassian.net/rest/api/3/issue/10101/comment/10303","body_text":"The mail queue retries after 30 s.",`+
				`"body":{"type":"doc","version":1,"content":[]},"created":"2026-01-20T10:00:00.000+0000"}],"total":1}`),
	}, func(ctx context.Context, call *operations.Call, in listCommentsInput) (listCommentsOutput, error) {
		a, err := connect(call)
		if err != nil {
			return listCommentsOutput{}, err
		}
		order := map[string]string{"oldest": "created", "newest": "-created"}[in.Order]
		p, err := readPage[heldComment](ctx, a, a.rest("issue", in.IssueKey, "comment"), url.Values{"orderBy": {order}}, in.Cursor, in.Limit)
		output := listCommentsOutput{Comments: make([]comment, len(p.Comments)), NextCursor: p.next(), Total: p.Total}
		for i, held := range p.Comments {
			output.Comments[i] = a.comment(held)
		}
		return output, err
	})
}

type updateCommentInput struct {
	commentRef
	Body string `json:"body" doc:"What it is to say, in Markdown; on Data Center in Jira's own markup." minLength:"1" maxLength:"32767"`
}

func updateComment() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "update_comment", Title: "Update comment", Description: "Changes what a comment says.",
		Docs: commentDocs + "id-put", Resource: resourceComment, Scopes: []string{scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"issue_key":"PROJ-1","comment_id":"10301","body":"Only on invoices in euros."}`,
			`{"id":"10301","self":"https://northwind.atlassian.net/rest/api/3/issue/10101/comment/10301","body_text":"Only on invoices in euros.",`+
				`"body":{"type":"doc","version":1,"content":[]},"created":"2026-01-20T10:00:00.000+0000"}`),
	}, func(ctx context.Context, call *operations.Call, in updateCommentInput) (comment, error) {
		return writeComment(ctx, call, http.MethodPut, addCommentInput{Body: in.Body}, "issue", in.IssueKey, "comment", in.CommentID)
	})
}

func deleteComment() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "delete_comment", Title: "Delete comment", Description: "Deletes a comment for good.",
		Docs: commentDocs + "id-delete", Resource: resourceComment, Scopes: []string{scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectDestructive,
		Sample: operations.NewSample(`{"issue_key":"PROJ-1","comment_id":"10301"}`, `{"success":true}`),
	}, func(ctx context.Context, call *operations.Call, in commentRef) (done, error) {
		return remove(ctx, call, nil, "issue", in.IssueKey, "comment", in.CommentID)
	})
}
