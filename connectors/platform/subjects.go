package platform

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

// subject is a record that can be commented on.
type subject struct {
	entityType string
	key        int64
	uid        string
	closed     bool // archived: what belongs to it cannot be changed
}

// subjectBy finds the record that a comment is about, by its id or by its key. A further kind is a case here, a value in
// the enum of entityType, and, if its comments are to be searched, a kind of document.
func (s *session) subjectBy(ctx context.Context, entityType, condition string, value any) (subject, error) {
	switch entityType {
	case entityTicket:
		row := &ticketRow{}
		err := s.selectFrom(row).Column("pk", "uid", "archived_at").Where("t.org = ?", s.org).Where(condition, value).
			Where("t.deleted_at IS NULL").Scan(ctx)
		if isMissing(err) {
			return subject{}, operations.Errorf(operations.CodeNotFound, "there is no ticket with the id %q", fmt.Sprint(value))
		}
		if err != nil {
			return subject{}, fmt.Errorf("reading a ticket: %w", err)
		}
		return subject{entityTicket, row.PK, row.UID, row.ArchivedAt != 0}, nil
	default:
		return subject{}, refuse("/entityType", "is nothing that can be commented on")
	}
}

// subjectOf finds the record with an id.
func (s *session) subjectOf(ctx context.Context, entityType, uid string) (subject, error) {
	return s.subjectBy(ctx, entityType, "t.uid = ?", uid)
}

// open refuses a subject whose comments cannot be changed.
func (s subject) open() error {
	if s.closed {
		return operations.Errorf(operations.CodeConflict, "the %s %s is archived; unarchive it first", s.entityType, s.uid)
	}
	return nil
}

// indexComment brings a comment's text up to date in the full-text index, by which tickets are found.
func (s *session) indexComment(ctx context.Context, row *commentRow) error {
	if row.EntityType != entityTicket {
		return nil
	}
	return s.index(ctx, documentOf(row.Entity, row.Seq), "", row.Content)
}

func (s *session) unindexComment(ctx context.Context, row *commentRow) error {
	if row.EntityType != entityTicket {
		return nil
	}
	return s.unindex(ctx, documentOf(row.Entity, row.Seq))
}

// openComment reads a comment to change it, and what it is about.
func (s *session) openComment(ctx context.Context, uid string, known versioned) (*commentRow, subject, error) {
	row, err := find[commentRow](ctx, s, "comment", uid)
	if err != nil {
		return nil, subject{}, err
	}
	if err := known.check("comment", &row.record); err != nil {
		return nil, subject{}, err
	}
	about, err := s.subjectBy(ctx, row.EntityType, "t.pk = ?", row.Entity)
	if err != nil {
		return nil, subject{}, err
	}
	return row, about, about.open()
}

// nextSeq numbers the next comment on a record.
func (s *session) nextSeq(ctx context.Context, about subject) (int64, error) {
	var last int64
	err := s.selectFrom((*commentRow)(nil)).ColumnExpr("coalesce(max(t.seq), 0)").Where("t.org = ?", s.org).
		Where("t.entity_type = ?", about.entityType).Where("t.entity = ?", about.key).Scan(ctx, &last)
	if err != nil {
		return 0, fmt.Errorf("numbering a comment: %w", err)
	}
	if last >= maxComments {
		return 0, operations.Errorf(operations.CodeConflict, "the %s has %d comments, which is the most", about.entityType, last)
	}
	return last + 1, nil
}

// about narrows a query to what belongs to a record.
func (s subject) about(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Where("t.entity_type = ?", s.entityType).Where("t.entity = ?", s.key)
}
