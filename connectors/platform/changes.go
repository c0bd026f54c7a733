package platform

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

// named is a row that has a name.
type named[R any] interface {
	recorded[R]
	label() string
}

// settingEvent is what the events of teams, users, roles, choices and custom fields say.
type settingEvent struct {
	ID      string   `json:"id"`
	Version int64    `json:"version"`
	Name    string   `json:"name"`
	Changed []string `json:"changed,omitempty"` // the fields that are not what they were
}

// settingChanged notes what has happened to a record. entity is what its events begin with: "custom_field".
func settingChanged[R any, P named[R]](ctx context.Context, w *session, entity, event string, row P, changed ...string) error {
	r := row.meta()
	return w.append(ctx, entity+"."+event, entity, r.UID, settingEvent{r.UID, r.Version, row.label(), changed})
}

// words is how people call what the machine calls custom_field.
func words(entity string) string { return strings.ReplaceAll(entity, "_", " ") }

// storeSetting stores a new record, and that it was created.
func storeSetting[R any, P named[R]](ctx context.Context, w *session, entity string, row P) error {
	if err := insert[R](ctx, w, row); err != nil {
		return err
	}
	return settingChanged[R](ctx, w, entity, "created", row)
}

// openSetting reads a record to change it.
func openSetting[R any, P named[R]](
	ctx context.Context, w *session, entity, uid string, known versioned, shape ...func(*bun.SelectQuery) *bun.SelectQuery,
) (P, error) {
	row, err := find[R, P](ctx, w, words(entity), uid, shape...)
	if err != nil {
		return nil, err
	}
	return row, known.check(words(entity), P(row).meta())
}

// changeSetting makes the changes to a record that openSetting has read, and notes them. Where nothing changes, nothing happens.
// check, unless it is nil, looks at what has become of the record.
func changeSetting[R any, P named[R]](ctx context.Context, w *session, entity string, row P, e edits[R], check func(row P) error) error {
	columns, changed := e.apply(row)
	if len(changed) == 0 {
		return nil
	}
	if check != nil {
		if err := check(row); err != nil {
			return err
		}
	}
	if err := save[R](ctx, w, row, columns...); err != nil {
		return err
	}
	return settingChanged[R](ctx, w, entity, "updated", row, changed...)
}

// dropSetting deletes a record that openSetting has read, and notes it.
func dropSetting[R any, P named[R]](ctx context.Context, w *session, entity string, row P) error {
	if err := remove[R](ctx, w, row); err != nil {
		return err
	}
	return settingChanged[R](ctx, w, entity, "deleted", row)
}

// unique refuses a record whose column has a value that another one's has, which shape narrows down.
func unique[R any, P named[R]](
	ctx context.Context, w *session, entity string, row P, column, value string, shape ...func(*bun.SelectQuery) *bun.SelectQuery,
) error {
	other := new(R)
	err := w.selectFrom(other).Where("t.org = ?", w.org).Where("t.? = ?", bun.Ident(column), value).Where("t.deleted_at IS NULL").
		Where("t.pk <> ?", row.meta().PK).Apply(shape...).Limit(1).Scan(ctx)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for a %s of the same %s: %w", words(entity), column, err)
	}
	return operations.Errorf(operations.CodeConflict, "there is a %s with the %s %q already: %s", words(entity), column, value, P(other).meta().UID)
}

// countUpTo counts the rows of a query up to a bound.
func (s *session) countUpTo(ctx context.Context, q *bun.SelectQuery, bound int64) (int64, error) {
	var n int64
	err := s.db.NewSelect().Conn(s.conn).TableExpr("(?) AS some", q.ColumnExpr("1").Limit(bound)).ColumnExpr("count(*)").Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("counting records: %w", err)
	}
	return n, nil
}

// optionalText is the text, nil for none.
func optionalText(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
