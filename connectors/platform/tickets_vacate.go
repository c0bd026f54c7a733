package platform

import (
	"context"
	"fmt"

	"github.com/patchbay/patchbay/operations"
)

// maxVacated bounds the tickets that change when what they refer to is deleted.
const maxVacated = 1000

// referrer is a place in tickets where they refer to another record.
type referrer struct {
	field, column string // as JSON and as the table have it
	at            func(*ticketRow) *int64
}

// vacate sees to it that no ticket, archived or not, refers to a record any more: those that do are given another in
// its place. Without another one, 0, there must be none.
func (s *session) vacate(ctx context.Context, r referrer, word string, from, to int64) error {
	var rows []ticketRow
	err := s.selectFrom(&rows).Column("pk", "uid", "version", "title", r.column).Where("t.org = ?", s.org).Where("t."+r.column+" = ?", from).Where("t.deleted_at IS NULL").
		Limit(maxVacated + 1).Scan(ctx)
	if err != nil {
		return fmt.Errorf("looking for tickets: %w", err)
	}
	switch {
	case len(rows) > maxVacated:
		return operations.Errorf(operations.CodeConflict,
			"the %s is in use by more than %d tickets; give most of them another one first, with update_ticket", word, maxVacated)
	case len(rows) > 0 && to == 0:
		return operations.Errorf(operations.CodeConflict, "the %s is in use by %d tickets; name another one for them in replacementId", word, len(rows))
	}
	for i := range rows {
		*r.at(&rows[i]) = to
		if err := save(ctx, s, &rows[i], r.column); err != nil {
			return err
		}
		if err := s.ticketChanged(ctx, "ticket.updated", &rows[i], r.field); err != nil {
			return err
		}
	}
	return nil
}

// replacement finds the key of what replaces a record, 0 for nothing. It cannot be the record itself.
func replacement[R any, P recorded[R]](ctx context.Context, s *session, f *faults, uid, replaces string) (int64, error) {
	if uid != "" && uid == replaces {
		f.add("/replacementId", "is what is to be deleted")
		return 0, nil
	}
	return refer[R, P](ctx, s, f, "/replacementId", uid)
}
