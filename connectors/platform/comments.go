package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

const (
	entityComment   = "comment"
	resourceComment = "comment"
)

func (d *desk) comments() []operations.Operation {
	return []operations.Operation{d.createComment(), d.getComment(), d.getComments(), d.updateComment(), d.deleteComment()}
}

// commentRow is a comment on a record.
type commentRow struct {
	bun.BaseModel `bun:"table:platform_comments,alias:t"`
	record

	EntityType  string
	Entity      int64 // the key of the record
	Seq         int64 // numbers the comments of the record, from 1
	Parent      int64 `bun:",nullzero"` // the comment that it answers
	Content     string
	HTML        string `bun:"html"`
	Thread      string
	Kind        string
	Visibility  string
	IsEdited    bool
	IsPinned    bool
	SourceEmail string
	Metadata    jsonText

	ParentUID  string `bun:"parent_uid,scanonly"`
	AuthorUID  string `bun:"author_uid,scanonly"`
	AuthorName string `bun:"author_name,scanonly"`
	AuthorKind string `bun:"author_kind,scanonly"`
}

// commentShape adds who wrote a comment, and what it answers.
func commentShape(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Column("t.*").ColumnExpr("author.uid AS author_uid, author.name AS author_name, author.kind AS author_kind, parent.uid AS parent_uid").
		Join("LEFT JOIN platform_users AS author ON author.pk = t.created_by").
		Join("LEFT JOIN platform_comments AS parent ON parent.pk = t.parent")
}

// comment is a comment as operations give it.
type comment struct {
	ID                string         `json:"id" doc:"The comment's id."`
	Content           string         `json:"content" doc:"What it says, as it was written: Markdown."`
	ContentHTML       string         `json:"contentHtml" doc:"The same as HTML that is safe to show."`
	ContentMarkdown   string         `json:"contentMarkdown" doc:"The same as Markdown."`
	Author            string         `json:"author" doc:"The name of who wrote it."`
	AuthorID          string         `json:"authorId" doc:"Who wrote it."`
	AuthorUserType    string         `json:"authorUserType" doc:"What kind of user that is: agent, or api_key for a program."`
	IsEdited          bool           `json:"isEdited" doc:"Whether it was changed since."`
	IsPinned          bool           `json:"isPinned" doc:"Whether it is pinned."`
	ThreadName        string         `json:"threadName" doc:"The thread it belongs to; empty: none."`
	CommentVisibility string         `json:"commentVisibility" doc:"public, or private for a note among agents."`
	CommentType       string         `json:"commentType" doc:"The type it was given."`
	ParentCommentID   string         `json:"parentCommentId,omitempty" doc:"The comment that it answers."`
	SourceEmailID     string         `json:"sourceEmailId,omitempty" doc:"The email that it came with."`
	EntityType        string         `json:"entityType" doc:"The kind of record it is about."`
	Metadata          map[string]any `json:"metadata" doc:"What was given as metadata, and the hub's own reactions (name, unicode, count), replies (how many) and mentions."`
	Attachments       []attachment   `json:"attachments,omitempty" doc:"The files that belong to it."`
	identity
}

// reserved are the members of a comment's metadata that the hub fills.
func reserved() []string { return []string{"reactions", "replies", "mentions"} }

// showComments makes comments of rows, with what belongs to them read all at once.
func (s *session) showComments(ctx context.Context, rows []commentRow) ([]comment, error) {
	keys := make([]int64, len(rows))
	for i := range rows {
		keys[i] = rows[i].PK
	}
	reactions, err := s.reactionsOf(ctx, keys)
	if err != nil {
		return nil, err
	}
	replies, err := s.repliesTo(ctx, keys)
	if err != nil {
		return nil, err
	}
	files, err := s.attachmentsOfAll(ctx, entityComment, keys)
	if err != nil {
		return nil, err
	}
	shown := make([]comment, len(rows))
	for i := range rows {
		r := &rows[i]
		metadata := map[string]any{"reactions": reactions[r.PK], "replies": replies[r.PK], "mentions": mentionsOf(r.Content)}
		if reactions[r.PK] == nil {
			metadata["reactions"] = []reaction{}
		}
		own := map[string]json.RawMessage{}
		if err := json.Unmarshal([]byte(r.Metadata), &own); err != nil {
			return nil, fmt.Errorf("decoding the metadata of a comment: %w", err)
		}
		for name, value := range maps.All(own) {
			metadata[name] = value
		}
		shown[i] = r.show(metadata, files[r.PK])
	}
	return shown, nil
}

func (r *commentRow) show(metadata map[string]any, files []attachment) comment {
	return comment{
		ID: r.UID, Content: r.Content, ContentHTML: r.HTML, ContentMarkdown: r.Content, Author: r.AuthorName, AuthorID: r.AuthorUID,
		AuthorUserType: r.AuthorKind, IsEdited: r.IsEdited, IsPinned: r.IsPinned, ThreadName: r.Thread, CommentVisibility: r.Visibility,
		CommentType: r.Kind, ParentCommentID: r.ParentUID, SourceEmailID: r.SourceEmail, EntityType: r.EntityType,
		Metadata: metadata, Attachments: files, identity: r.identity(),
	}
}

// repliesTo counts the answers to comments.
func (s *session) repliesTo(ctx context.Context, keys []int64) (map[int64]int64, error) {
	counts := map[int64]int64{}
	if len(keys) == 0 {
		return counts, nil
	}
	var rows []struct{ Parent, N int64 }
	err := s.selectFrom((*commentRow)(nil)).ColumnExpr("t.parent, count(*) AS n").Where("t.org = ?", s.org).
		Where("t.parent IN (?)", bun.In(keys)).Where("t.deleted_at IS NULL").Group("t.parent").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("counting replies: %w", err)
	}
	for _, row := range rows {
		counts[row.Parent] = row.N
	}
	return counts, nil
}

// showComment reads a comment whole, as it is now.
func (s *session) showComment(ctx context.Context, uid string) (comment, error) {
	row, err := find[commentRow](ctx, s, "comment", uid, commentShape)
	if err != nil {
		return comment{}, err
	}
	shown, err := s.showComments(ctx, []commentRow{*row})
	if err != nil {
		return comment{}, err
	}
	return shown[0], nil
}

type getCommentInput struct {
	CommentID string `json:"commentId" doc:"The comment's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
}

func (d *desk) getComment() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_comment", Identifier: "communications:get-comment-platform", Title: "Get comment", Resource: resourceComment,
		Description: "Reads one comment.", Effect: operations.EffectRead,
		Sample: operations.NewSample(`{"commentId":"`+fixedID("CMNT", 1)+`"}`, sampleComment(1, 1, false)),
	}, func(ctx context.Context, s *session, in getCommentInput) (comment, error) {
		return s.showComment(ctx, in.CommentID)
	})
}

// commentEvent is what the events of a comment say.
type commentEvent struct {
	ID         string `json:"id"`
	Version    int64  `json:"version"`
	EntityType string `json:"entityType"`
	EntityID   string `json:"entityId"`
	Visibility string `json:"commentVisibility"`
	Reaction   string `json:"reactionName,omitempty"`
}

func (s *session) commentChanged(ctx context.Context, event string, row *commentRow, entity string, reaction string) error {
	return s.append(ctx, event, entityComment, row.UID, commentEvent{row.UID, row.Version, row.EntityType, entity, row.Visibility, reaction})
}
