package platform

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

// record is what every row has. Embed it in the struct of a table, beside
//
//	bun.BaseModel `bun:"table:platform_things,alias:t"`
type record struct {
	PK        int64  `bun:"pk,pk,autoincrement"`
	Org       int64  // whose it is
	UID       string `bun:"uid"` // what callers know it by: a ULID
	Version   int64  // goes up with each change, from 1
	CreatedBy int64  `bun:",nullzero"` // a user
	CreatedAt moment
	UpdatedAt moment
	DeletedAt moment `bun:",nullzero"`
}

func (r *record) meta() *record { return r }

// recorded is a pointer to a struct that embeds record.
type recorded[R any] interface {
	*R
	meta() *record
}

// identity is what every record shows of itself. Embed it in an output.
type identity struct {
	Version   int64     `json:"version" doc:"Goes up with each change, from 1. Give it with a change to be sure that nobody else made one meanwhile."`
	CreatedAt time.Time `json:"createdAt" doc:"When it was made."`
	UpdatedAt time.Time `json:"updatedAt" doc:"When it was last changed."`
}

func (r *record) identity() identity {
	return identity{Version: r.Version, CreatedAt: r.CreatedAt.time(), UpdatedAt: r.UpdatedAt.time()}
}

// versioned is embedded in the input of what changes a record.
type versioned struct {
	Version int64 `json:"version,omitempty" doc:"The version that you know. If it is another one by now, nothing is changed and the answer is a conflict." minimum:"1"`
}

// check compares the version that the caller knows, if he gives one, with that of the record.
func (v versioned) check(kind string, r *record) error {
	if v.Version == 0 || v.Version == r.Version {
		return nil
	}
	return operations.Errorf(operations.CodeConflict,
		"the %s is at version %d, not %d: somebody has changed it; read it again and repeat the change", kind, r.Version, v.Version)
}

// moment is a time as it is stored: microseconds since 1970. 0: none.
type moment int64

func momentOf(t time.Time) moment { return moment(t.UnixMicro()) }

func (m moment) time() time.Time { return time.UnixMicro(int64(m)).UTC() }

// optional is the time, nil if there is none.
func (m moment) optional() *time.Time {
	if m == 0 {
		return nil
	}
	t := m.time()
	return &t
}

// optionalMoment is the time as it is stored, 0 for none.
func optionalMoment(t *time.Time) moment {
	if t == nil {
		return 0
	}
	return momentOf(*t)
}

// find reads the organisation's record with an id. One that is not there, gone, or another's, is not_found. kind is the
// word for it; shape may add columns and joins.
func find[R any, P recorded[R]](
	ctx context.Context, s *session, kind, uid string, shape ...func(*bun.SelectQuery) *bun.SelectQuery,
) (*R, error) {
	row := new(R)
	err := s.selectFrom(row).Where("t.org = ?", s.org).Where("t.uid = ?", uid).Where("t.deleted_at IS NULL").Apply(shape...).Scan(ctx)
	if isMissing(err) {
		return nil, operations.Errorf(operations.CodeNotFound, "there is no %s with the id %q", kind, uid)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a %s: %w", kind, err)
	}
	return row, nil
}

// insert stores a new record: it fills in whose and whom by, id, version and times. An id or a key that the record has
// already stays.
func insert[R any, P recorded[R]](ctx context.Context, w *session, row P) error {
	r := row.meta()
	r.Org, r.Version, r.CreatedBy = w.org, 1, w.book.user
	r.CreatedAt, r.UpdatedAt = w.book.Clock, w.book.Clock
	if r.UID == "" {
		uid, err := w.ids.next(w.now())
		if err != nil {
			return err
		}
		r.UID = uid
	}
	if _, err := w.db.NewInsert().Conn(w.conn).Model(row).Exec(ctx); err != nil {
		return fmt.Errorf("storing a record: %w", err)
	}
	return nil
}

// save stores columns of a record that was read in the same transaction, as its next version.
func save[R any, P recorded[R]](ctx context.Context, w *session, row P, columns ...string) error {
	r := row.meta()
	r.Version++
	r.UpdatedAt = w.book.Clock
	_, err := w.db.NewUpdate().Conn(w.conn).Model(row).Column(append(columns, "version", "updated_at")...).
		Where("pk = ?", r.PK).Where("org = ?", w.org).Exec(ctx)
	if err != nil {
		return fmt.Errorf("changing a record: %w", err)
	}
	return nil
}

// remove makes a record that was read in the same transaction count as gone. Its row stays.
func remove[R any, P recorded[R]](ctx context.Context, w *session, row P) error {
	row.meta().DeletedAt = w.book.Clock
	return save[R](ctx, w, row, "deleted_at")
}
