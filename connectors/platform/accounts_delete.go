package platform

import (
	"context"
	"fmt"

	"github.com/patchbay/patchbay/operations"
)

type deleteAccountInput struct {
	ID string `json:"id" doc:"The account's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	versioned
}

// removed is what deleting gives.
type removed struct {
	Success bool   `json:"success" doc:"true."`
	ID      string `json:"id" doc:"What was deleted."`
}

// ended counts what ends with an account.
type ended struct {
	Activities    int64 `json:"activities"`
	Notes         int64 `json:"notes"`
	Tasks         int64 `json:"tasks"`
	Relationships int64 `json:"relationships"`
	Contacts      int64 `json:"contacts"` // which stay, without it
}

func (d *desk) deleteAccount() operations.Operation {
	return operation(d, operations.Spec{
		Name: "delete_account", Identifier: "accounts:delete-account-platform", Title: "Delete account", Resource: resourceAccount,
		Description: "Deletes an account, and with it its activities, notes, tasks and relationships. Its contacts stay, without it; " +
			"its tickets stay and keep its id. The one event account.deleted counts them.",
		Effect: operations.EffectDestructive,
		Sample: operations.NewSample(`{"id":"`+fixedID("ACNT", 3)+`"}`, `{"success":true,"id":"`+fixedID("ACNT", 3)+`"}`),
	}, func(ctx context.Context, s *session, in deleteAccountInput) (removed, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (removed, error) {
			row, err := find[accountRow](ctx, w, "account", in.ID)
			if err != nil {
				return removed{}, err
			}
			if err := in.check("account", &row.record); err != nil {
				return removed{}, err
			}
			end, err := w.endAccount(ctx, row.PK)
			if err != nil {
				return removed{}, err
			}
			if err := remove(ctx, w, row); err != nil {
				return removed{}, err
			}
			if err := w.unindexName(ctx, accountNamed, row.PK); err != nil {
				return removed{}, err
			}
			return removed{true, row.UID}, w.accountChanged(ctx, "account.deleted", row, &end)
		})
	})
}

// endAccount removes what belongs to an account.
func (s *session) endAccount(ctx context.Context, account int64) (ended, error) {
	var end ended
	for _, one := range []struct {
		entityType string
		row        any
		count      *int64
	}{
		{entityActivity, (*activityRow)(nil), &end.Activities},
		{entityNote, (*noteRow)(nil), &end.Notes},
		{entityTask, (*taskRow)(nil), &end.Tasks},
	} {
		belonging := s.selectFrom(one.row).Column("pk").Where("t.org = ?", s.org).Where("t.account = ?", account).Where("t.deleted_at IS NULL")
		_, err := s.removeAll(ctx, (*attachmentRow)(nil), "entity_type = ? AND entity IN (?)", one.entityType, belonging)
		if err != nil {
			return end, err
		}
		if *one.count, err = s.removeAll(ctx, one.row, "account = ?", account); err != nil {
			return end, err
		}
	}
	var err error
	if end.Relationships, err = s.removeAll(ctx, (*relationshipRow)(nil), "(account = ? OR related = ?)", account, account); err != nil {
		return end, err
	}
	end.Contacts, err = s.leaveAccount(ctx, account)
	return end, err
}

// removeAll makes all records of a kind that pass a test count as gone, and tells how many there were.
func (s *session) removeAll(ctx context.Context, row any, test string, args ...any) (int64, error) {
	result, err := s.db.NewUpdate().Conn(s.conn).Model(row).Set("deleted_at = ?", s.book.Clock).Set("updated_at = ?", s.book.Clock).
		Set("version = version + 1").Where("org = ?", s.org).Where("deleted_at IS NULL").Where(test, args...).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("removing records: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("counting what was removed: %w", err)
	}
	return n, nil
}
