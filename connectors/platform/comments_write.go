package platform

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/patchbay/patchbay/operations"
)

type createCommentInput struct {
	Content           string   `json:"content" doc:"What it says: Markdown." minLength:"1" maxLength:"65536" pattern:"\\S"`
	EntityType        string   `json:"entityType" doc:"The kind of record it is about." enum:"ticket"`
	EntityID          string   `json:"entityId" doc:"The record it is about." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_tickets_ddl"`
	Metadata          string   `json:"metadata,omitempty" doc:"A JSON object in a text, to be kept with it. The members reactions, replies and mentions are the hub's." maxLength:"16384"`
	ThreadName        string   `json:"threadName,omitempty" doc:"The thread it belongs to; without it, that of the comment it answers." maxLength:"200"`
	CommentType       string   `json:"commentType,omitempty" doc:"A type of your own." maxLength:"64" pattern:"\\S" default:"comment"`
	AttachmentURLs    []string `json:"attachmentUrls,omitempty" doc:"Where the files lie that belong to it. They are fetched and kept." format:"uri" maxLength:"2048" maxItems:"10"`
	ParentCommentID   string   `json:"parentCommentId,omitempty" doc:"The comment that it answers, on the same record." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	CommentVisibility string   `json:"commentVisibility,omitempty" doc:"Whether the requestor may see it, or it is a note among agents." enum:"public,private" default:"public"`
}

func (d *desk) createComment() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_comment", Identifier: "communications:create-comment-platform", Title: "Create comment", Resource: resourceComment,
		Description: "Adds a comment to a ticket. metadata is taken as a text that holds a JSON object, and given back as that object.",
		Effect:      operations.EffectWrite,
		Sample: operations.NewSample(`{"content":"We are **on our way**.","entityType":"ticket","entityId":"`+fixedID("TCKT", 1)+`"}`,
			sampleComment(1, 1, false)),
	}, func(ctx context.Context, s *session, in createCommentInput) (comment, error) {
		row, err := s.newComment(in)
		if err != nil {
			return comment{}, err
		}
		files, err := s.fetch(ctx, "/attachmentUrls", in.AttachmentURLs)
		if err != nil {
			return comment{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (comment, error) {
			if err := w.storeComment(ctx, row, in, files); err != nil {
				return comment{}, err
			}
			return w.showComment(ctx, row.UID)
		})
	})
}

func (s *session) newComment(in createCommentInput) (*commentRow, error) {
	metadata, err := readMetadata(in.Metadata)
	if err != nil {
		return nil, err
	}
	row := &commentRow{
		Content: clean(in.Content), Thread: clean(in.ThreadName), Kind: clean(in.CommentType), Visibility: in.CommentVisibility, Metadata: metadata,
	}
	row.HTML, err = s.renderer().html(row.Content)
	return row, err
}

// readMetadata reads a text that should hold an object without the hub's own members.
func readMetadata(text string) (jsonText, error) {
	if text == "" {
		return "{}", nil
	}
	document, err := operations.DecodeInput([]byte(text))
	object, ok := document.(map[string]any)
	if err != nil || !ok {
		return "", refuse("/metadata", "is not a text that holds a JSON object")
	}
	for _, name := range reserved() {
		if _, taken := object[name]; taken {
			return "", refuse("/metadata", "holds %s, which the hub fills itself", name)
		}
	}
	canonical, err := json.Marshal(object)
	if err != nil {
		return "", fmt.Errorf("encoding metadata: %w", err)
	}
	return jsonText(canonical), nil
}

// storeComment stores a new comment, after what it is about and what it answers.
func (s *session) storeComment(ctx context.Context, row *commentRow, in createCommentInput, files []file) error {
	about, err := s.subjectOf(ctx, in.EntityType, in.EntityID)
	if err != nil {
		return err
	}
	if err := about.open(); err != nil {
		return err
	}
	if row.Parent, err = s.answered(ctx, in, about, row); err != nil {
		return err
	}
	row.EntityType, row.Entity = about.entityType, about.key
	if row.Seq, err = s.nextSeq(ctx, about); err != nil {
		return err
	}
	if err := insert(ctx, s, row); err != nil {
		return err
	}
	if err := s.attach(ctx, entityComment, row.PK, files); err != nil {
		return err
	}
	if err := s.indexComment(ctx, row); err != nil {
		return err
	}
	return s.commentChanged(ctx, "comment.created", row, about.uid, "")
}

// answered finds the comment that another answers, which takes its thread from it.
func (s *session) answered(ctx context.Context, in createCommentInput, about subject, row *commentRow) (int64, error) {
	if in.ParentCommentID == "" {
		return 0, nil
	}
	parent, err := find[commentRow](ctx, s, "comment", in.ParentCommentID, about.about)
	if err != nil {
		if operations.AsError(err).Code == operations.CodeNotFound {
			return 0, refuse("/parentCommentId", "names no comment on the same %s", about.entityType)
		}
		return 0, err
	}
	if row.Thread == "" {
		row.Thread = parent.Thread
	}
	return parent.PK, nil
}

type updateCommentInput struct {
	CommentID   string   `json:"commentId" doc:"The comment's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	Content     *string  `json:"content,omitempty" doc:"What it says: Markdown." minLength:"1" maxLength:"65536" pattern:"\\S"`
	ThreadName  *string  `json:"threadName,omitempty" doc:"The thread it belongs to." maxLength:"200"`
	Attachments []string `json:"attachments,omitempty" doc:"Where the files lie that belong to it, in place of those it has. Only new ones are fetched." format:"uri" maxLength:"2048" maxItems:"10"`
	versioned
}

func (d *desk) updateComment() operations.Operation {
	return operation(d, operations.Spec{
		Name: "update_comment", Identifier: "communications:update-comment-platform", Title: "Update comment", Resource: resourceComment,
		Description: "Changes what is given of a comment, which counts as edited from then on.", Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"commentId":"`+fixedID("CMNT", 2)+`","content":"We are **on our way**."}`, sampleComment(2, 2, true)),
	}, func(ctx context.Context, s *session, in updateCommentInput) (comment, error) {
		changes, err := s.commentEdits(in)
		if err != nil {
			return comment{}, err
		}
		var files *filing
		if s.given("attachments") {
			row, err := find[commentRow](ctx, s, "comment", in.CommentID)
			if err != nil {
				return comment{}, err
			}
			if files, err = s.refile(ctx, "/attachments", entityComment, row.PK, in.Attachments); err != nil {
				return comment{}, err
			}
		}
		return write(ctx, s, func(ctx context.Context, w *session) (comment, error) {
			if err := w.editComment(ctx, in, changes, files); err != nil {
				return comment{}, err
			}
			return w.showComment(ctx, in.CommentID)
		})
	})
}

func (s *session) commentEdits(in updateCommentInput) (edits[commentRow], error) {
	var e edits[commentRow]
	if in.Content != nil {
		content := clean(*in.Content)
		html, err := s.renderer().html(content)
		if err != nil {
			return nil, err
		}
		set(&e, "content", "content", func(r *commentRow) *string { return &r.Content }, content)
		set(&e, "contentHtml", "html", func(r *commentRow) *string { return &r.HTML }, html)
	}
	if in.ThreadName != nil {
		set(&e, "threadName", "thread", func(r *commentRow) *string { return &r.Thread }, clean(*in.ThreadName))
	}
	set(&e, "isEdited", "is_edited", func(r *commentRow) *bool { return &r.IsEdited }, true)
	return e, nil
}

func (s *session) editComment(ctx context.Context, in updateCommentInput, changes edits[commentRow], files *filing) error {
	if in.Content == nil && in.ThreadName == nil && files == nil {
		return refuse("", "must say what to change: content, threadName or attachments")
	}
	row, about, err := s.openComment(ctx, in.CommentID, in.versioned)
	if err != nil {
		return err
	}
	columns, changed := changes.apply(row)
	refiled, err := s.fileAgain(ctx, entityComment, row.PK, files)
	if err != nil || len(changed) == 0 && !refiled {
		return err
	}
	if err := save(ctx, s, row, columns...); err != nil {
		return err
	}
	if err := s.indexComment(ctx, row); err != nil {
		return err
	}
	return s.commentChanged(ctx, "comment.updated", row, about.uid, "")
}

type deleteCommentInput struct {
	CommentID string `json:"commentId" doc:"The comment's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	versioned
}

type done struct {
	Success bool `json:"success" doc:"true."`
}

func (d *desk) deleteComment() operations.Operation {
	return operation(d, operations.Spec{
		Name: "delete_comment", Identifier: "communications:delete-comment-platform", Title: "Delete comment", Resource: resourceComment,
		Description: "Deletes a comment. Answers to it stay.", Effect: operations.EffectDestructive,
		Sample: operations.NewSample(`{"commentId":"`+fixedID("CMNT", 3)+`"}`, `{"success":true}`),
	}, func(ctx context.Context, s *session, in deleteCommentInput) (done, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (done, error) {
			row, about, err := w.openComment(ctx, in.CommentID, in.versioned)
			if err != nil {
				return done{}, err
			}
			if err := remove(ctx, w, row); err != nil {
				return done{}, err
			}
			if err := w.unindexComment(ctx, row); err != nil {
				return done{}, err
			}
			return done{true}, w.commentChanged(ctx, "comment.deleted", row, about.uid, "")
		})
	})
}
