package platform

import (
	"context"

	"github.com/patchbay/patchbay/operations"
)

type getCommentsInput struct {
	EntityType        string `json:"entityType" doc:"The kind of record." enum:"ticket"`
	EntityID          string `json:"entityId" doc:"The record." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_tickets_ddl"`
	CommentVisibility string `json:"commentVisibility,omitempty" doc:"Only these." enum:"public,private"`
	ThreadName        string `json:"threadName,omitempty" doc:"Only those of this thread." maxLength:"200"`
	ParentCommentID   string `json:"parentCommentId,omitempty" doc:"Only answers to this comment." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	paging
}

type getCommentsOutput struct {
	Comments []comment `json:"comments" doc:"The comments of this page, as they were made."`
	pageInfo
}

func (d *desk) getComments() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_comments", Identifier: "communications:get-comments-platform", Title: "Get comments", Resource: resourceComment,
		Description: "Pages through the comments of a ticket, oldest first.", Effect: operations.EffectRead, Paging: pagingSpec("comments"),
		Sample: operations.NewSample(`{"entityType":"ticket","entityId":"`+fixedID("TCKT", 1)+`","limit":1}`,
			`{"comments":[`+sampleComment(1, 1, false)+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in getCommentsInput) (getCommentsOutput, error) {
		about, err := s.subjectOf(ctx, in.EntityType, in.EntityID)
		if err != nil {
			return getCommentsOutput{}, err
		}
		var f faults
		parent, err := refer[commentRow](ctx, s, &f, "/parentCommentId", in.ParentCommentID)
		if err != nil {
			return getCommentsOutput{}, err
		}
		if err := f.err(); err != nil {
			return getCommentsOutput{}, err
		}
		rows, info, err := list(ctx, s, commentListing(in, about, parent), in.paging)
		if err != nil {
			return getCommentsOutput{}, err
		}
		shown, err := s.showComments(ctx, rows)
		return getCommentsOutput{shown, info}, err
	})
}

// commentListing walks along the index (org, entity_type, entity, seq).
func commentListing(in getCommentsInput, about subject, parent int64) listing[commentRow] {
	l := listing[commentRow]{
		name: "comments", shape: commentShape,
		order: ordering[commentRow]{column: "seq", value: func(r *commentRow) any { return r.Seq }},
		fixed: about.about,
	}
	l.filters = append(l.filters, oneOf("visibility", 0, given(in.CommentVisibility))...)
	l.filters = append(l.filters, oneOf("thread", 0, given(in.ThreadName))...)
	l.filters = append(l.filters, oneOf("parent", 0, given(parent))...)
	return l
}
