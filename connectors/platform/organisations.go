package platform

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

// organisationRow is what a workspace has in it.
type organisationRow struct {
	bun.BaseModel `bun:"table:platform_organisations,alias:t"`

	PK        int64 `bun:"pk,pk,autoincrement"`
	Workspace string
	UID       string `bun:"uid"`
	Name      string
	Settings  jsonText
	Schedule  jsonText `bun:",nullzero"`
	Clock     moment
	Version   int64
	CreatedAt moment
	UpdatedAt moment
}

// jsonText is a JSON document as the database has it; empty: none.
type jsonText string

// organisation gives the key of the workspace's organisation, which is made when it is asked for first.
func (s *session) organisation(ctx context.Context) (int64, error) {
	pk, err := s.organisationKey(ctx)
	if !isMissing(err) {
		return pk, err
	}
	err = s.Database.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		w := *s
		w.conn = tx
		if pk, err = w.organisationKey(ctx); !isMissing(err) {
			return err
		}
		pk, err = w.found(ctx)
		return err
	})
	return pk, err
}

func (s *session) organisationKey(ctx context.Context) (int64, error) {
	var pk int64
	err := s.selectFrom((*organisationRow)(nil)).Column("pk").Where("t.workspace = ?", s.call.Workspace).Scan(ctx, &pk)
	if err != nil {
		return 0, fmt.Errorf("looking for the organisation of %q: %w", s.call.Workspace, err)
	}
	return pk, nil
}

// found makes the organisation and what it has from the beginning.
func (s *session) found(ctx context.Context) (int64, error) {
	uid, err := s.ids.next(s.now())
	if err != nil {
		return 0, err
	}
	now := momentOf(s.now())
	org := &organisationRow{
		Workspace: s.call.Workspace, UID: uid, Name: s.call.Workspace, Settings: "{}", Clock: now, Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	if _, err := s.db.NewInsert().Conn(s.conn).Model(org).Exec(ctx); err != nil {
		return 0, fmt.Errorf("making the organisation of %q: %w", s.call.Workspace, err)
	}
	if org.PK > maxOrg {
		return 0, operations.Errorf(operations.CodeUnavailable, "the hub has as many workspaces with a helpdesk as it can hold")
	}
	s.org, s.book = org.PK, &book{PK: org.PK, Clock: now}
	if s.book.user, err = s.userOfCaller(ctx); err != nil {
		return 0, err
	}
	return org.PK, s.storeDefaults(ctx)
}

// storeDefaults gives a new organisation what it needs for its first ticket. The ids are the same in every workspace.
func (s *session) storeDefaults(ctx context.Context) error {
	if err := insert(ctx, s, &teamRow{record: record{UID: fixedID("TEAM", 1)}, Name: "Support"}); err != nil {
		return err
	}
	if err := s.storeRoles(ctx); err != nil {
		return err
	}
	for _, choice := range defaultChoices() {
		if err := insert(ctx, s, &choice); err != nil {
			return err
		}
	}
	return nil
}

// fixedID makes an id that is always the same: "01JD", zeros, a word in the letters of ULIDs, and a number.
func fixedID(word string, n int) string {
	return fmt.Sprintf("01JD%0*d%s%02d", 20-len(word), 0, word, n)
}
