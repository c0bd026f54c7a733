package platform

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

// This file has what is the same for all that belongs to an account: activities, notes, tasks.

// belonging names the account of a record and who made it. Embed it in the names of one.
type belonging struct {
	AccountUID   string `bun:"account_uid,scanonly"`
	AccountName  string `bun:"account_name,scanonly"`
	CreatorUID   string `bun:"creator_uid,scanonly"`
	CreatorName  string `bun:"creator_name,scanonly"`
	CreatorEmail string `bun:"creator_email,scanonly"`
}

// belongingShape adds the names of belonging.
func belongingShape(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Column("t.*").ColumnExpr("account.uid AS shown_account_uid, account.name AS shown_account_name").
		Join("LEFT JOIN platform_accounts AS account ON account.pk = t.account").Apply(personShape("creator", "created_by"))
}

// ofAccount narrows a query to what belongs to an account.
func ofAccount(account int64) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("t.account = ?", account) }
}

// belongingEvent is what the events of a record that belongs to an account say.
type belongingEvent struct {
	ID        string   `json:"id"`
	Version   int64    `json:"version"`
	AccountID string   `json:"accountId"`
	Changed   []string `json:"changed,omitempty"` // the fields that are not what they were
}

func (s *session) belongingChanged(ctx context.Context, entityType, event string, r *record, account string, changed ...string) error {
	return s.append(ctx, entityType+"."+event, entityType, r.UID, belongingEvent{r.UID, r.Version, account, changed})
}

// open reads a record to change it.
func open[R any, P recorded[R]](
	ctx context.Context, w *session, kind, uid string, known versioned, shape ...func(*bun.SelectQuery) *bun.SelectQuery,
) (*R, error) {
	row, err := find[R, P](ctx, w, kind, uid, shape...)
	if err != nil {
		return nil, err
	}
	return row, known.check(kind, P(row).meta())
}

// newFiles fetches those files of an update that a record does not have; nil if the update says nothing of files.
func newFiles[R any, P recorded[R]](ctx context.Context, s *session, kind, entityType, uid string, urls []string) (*filing, error) {
	if !s.given("attachmentUrls") {
		return nil, nil
	}
	row, err := find[R, P](ctx, s, kind, uid)
	if err != nil {
		return nil, err
	}
	return s.refile(ctx, "/attachmentUrls", entityType, P(row).meta().PK, urls)
}

// amend makes changes to a record that was read in the same transaction, and names the fields that are not what they
// were. Where nothing changes, nothing happens.
func amend[R any, P recorded[R]](ctx context.Context, w *session, entityType string, row *R, changes edits[R], files *filing) ([]string, error) {
	columns, changed := changes.apply(row)
	refiled, err := w.fileAgain(ctx, entityType, P(row).meta().PK, files)
	if err != nil {
		return nil, err
	}
	if refiled {
		changed = append(changed, "attachmentUrls")
	}
	if len(changed) == 0 {
		return nil, nil
	}
	return changed, save[R, P](ctx, w, row, columns...)
}

// drop makes a record that was read in the same transaction count as gone, and its files.
func drop[R any, P recorded[R]](ctx context.Context, w *session, entityType string, row *R) error {
	if err := remove[R, P](ctx, w, row); err != nil {
		return err
	}
	_, err := w.removeAll(ctx, (*attachmentRow)(nil), "entity_type = ? AND entity = ?", entityType, P(row).meta().PK)
	return err
}

// filesOf reads the files of rows, by their keys.
func filesOf[R any, P recorded[R]](ctx context.Context, s *session, entityType string, rows []R) (map[int64][]attachment, error) {
	keys := make([]int64, len(rows))
	for i := range rows {
		keys[i] = P(&rows[i]).meta().PK
	}
	return s.attachmentsOfAll(ctx, entityType, keys)
}

// accountToRead finds the key of the account whose records a list is to show.
func (s *session) accountToRead(ctx context.Context, uid string) (int64, error) {
	row, err := find[accountRow](ctx, s, "account", uid, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column("pk") })
	if err != nil {
		return 0, err
	}
	return row.PK, nil
}

// deletion is the spec of an operation that deletes a record, of which the sample names one.
func deletion(name, identifier, title, resource, description, field, uid string) operations.Spec {
	return operations.Spec{
		Name: name, Identifier: identifier, Title: title, Resource: resource, Description: description, Effect: operations.EffectDestructive,
		Sample: operations.NewSample(`{"`+field+`":"`+uid+`"}`, `{"success":true,"id":"`+uid+`"}`),
	}
}

// choiceShape adds id, name and configuration of the choice in a column.
func choiceShape(column string) func(q *bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.ColumnExpr(fmt.Sprintf("%[1]s.uid AS shown_%[1]s_uid, %[1]s.name AS shown_%[1]s_name, "+
			"%[1]s.configuration AS shown_%[1]s_configuration", column)).
			Join(fmt.Sprintf("LEFT JOIN platform_choices AS %[1]s ON %[1]s.pk = t.%[1]s", column))
	}
}

// object reads a configuration; nil if there is nothing in it.
func (t jsonText) object() (map[string]any, error) {
	if t == "" || t == "{}" {
		return nil, nil
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(t), &object); err != nil {
		return nil, fmt.Errorf("decoding a configuration: %w", err)
	}
	return object, nil
}

// orNone is the list; an empty one in place of none.
func orNone[E any](list []E) []E {
	if list == nil {
		return []E{}
	}
	return list
}

// showOne reads one record whole, as it is now, by the function that shows many.
func showOne[R, Out any, P recorded[R]](
	ctx context.Context, s *session, kind, uid string, shape func(*bun.SelectQuery) *bun.SelectQuery,
	show func(*session, context.Context, []R) ([]Out, error),
) (Out, error) {
	var none Out
	row, err := find[R, P](ctx, s, kind, uid, shape)
	if err != nil {
		return none, err
	}
	shown, err := show(s, ctx, []R{*row})
	if err != nil {
		return none, err
	}
	return shown[0], nil
}
