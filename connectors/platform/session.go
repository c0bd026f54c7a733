package platform

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/tidwall/gjson"
	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

// session is one call at work on the records of its workspace: reading, or writing in a transaction.
type session struct {
	*desk
	call *operations.Call
	org  int64     // the key of the workspace's organisation
	conn bun.IConn // what queries run on
	book *book     // in a transaction; nil: this session reads
}

// book is what a transaction counts and at last writes back to the organisation.
type book struct {
	bun.BaseModel `bun:"table:platform_organisations"`

	PK      int64  `bun:"pk,pk"`
	Tickets int64  // how many there have been
	Events  int64  // likewise
	Clock   moment // the time of the last change: time does not run backwards in an organisation
	user    int64  // the key of the user who asks
	before  int64  // Events at the beginning
}

// session opens a call's workspace. One that is used for the first time gets its defaults.
func (d *desk) session(ctx context.Context, call *operations.Call) (*session, error) {
	if d.Database == nil {
		return nil, operations.Errorf(operations.CodeUnavailable, "the platform has no database here; ask the operator of the hub")
	}
	if call.Workspace == "" {
		return nil, operations.Errorf(operations.CodeUnauthenticated, "the call names no workspace")
	}
	s := &session{desk: d, call: call, conn: d.Database.Reader()}
	if known, ok := d.orgs.Load(call.Workspace); ok {
		s.org = known.(int64)
		return s, nil
	}
	org, err := s.organisation(ctx)
	if err != nil {
		return nil, err
	}
	s.org = org
	d.orgs.Store(call.Workspace, org)
	return s, nil
}

// now is the clock; in a transaction, the time of the change.
func (s *session) now() time.Time {
	switch {
	case s.book != nil:
		return s.book.Clock.time()
	case s.Now != nil:
		return s.Now()
	case s.call.Now != nil:
		return s.call.Now()
	default:
		return time.Now()
	}
}

// write runs work in a transaction, with a session that writes. What it does is done wholly or not at all.
func write[Out any](ctx context.Context, s *session, work func(ctx context.Context, w *session) (Out, error)) (Out, error) {
	var out Out
	var user int64
	err := s.Database.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		w := *s
		w.conn, w.book = tx, &book{}
		if err := w.open(ctx); err != nil {
			return err
		}
		var err error
		if out, err = work(ctx, &w); err != nil {
			return err
		}
		user = w.book.user
		return w.close(ctx)
	})
	if err != nil {
		var none Out
		return none, err
	}
	s.actors.Store(actor{s.org, s.call.Caller}, user)
	return out, nil
}

// open reads the counts and finds out who writes.
func (s *session) open(ctx context.Context) error {
	now := momentOf(s.clockless())
	err := s.selectFrom(s.book).Where("pk = ?", s.org).Scan(ctx)
	if err != nil {
		return fmt.Errorf("reading the organisation: %w", err)
	}
	s.book.Clock, s.book.before = max(s.book.Clock, now), s.book.Events
	if known, ok := s.actors.Load(actor{s.org, s.call.Caller}); ok {
		s.book.user = known.(int64)
		return nil
	}
	s.book.user, err = s.userOfCaller(ctx)
	return err
}

// clockless is the time outside of any transaction.
func (s *session) clockless() time.Time {
	reading := *s
	reading.book = nil
	return reading.now()
}

// close writes the counts back, unless nothing has happened: whatever changes something is an event.
func (s *session) close(ctx context.Context) error {
	if s.book.Events == s.book.before {
		return nil
	}
	_, err := s.db.NewUpdate().Conn(s.conn).Model(s.book).Column("tickets", "events", "clock").WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("writing the organisation: %w", err)
	}
	return nil
}

// selectFrom begins a query. Whoever goes on says whose rows he wants.
func (s *session) selectFrom(model any) *bun.SelectQuery {
	return s.db.NewSelect().Conn(s.conn).Model(model)
}

// given tells whether the input names a field, be it null.
func (s *session) given(field string) bool { return gjson.GetBytes(s.call.Input, field).Exists() }

func isMissing(err error) bool { return errors.Is(err, sql.ErrNoRows) }
