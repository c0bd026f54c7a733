package platform

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

// Who can be absent.
const (
	ownerOrganisation = "organisation"
	ownerTeam         = "team"
	ownerUser         = "user"
)

// absenceRow is a holiday of an organisation or a team, or the time off of a user.
type absenceRow struct {
	bun.BaseModel `bun:"table:platform_absences,alias:t"`
	record

	OwnerType string
	Owner     int64 // its key
	Name      string
	StartsAt  moment
	EndsAt    moment
	FirstDay  string `bun:",nullzero"` // of a holiday: "2026-12-25"
	LastDay   string `bun:",nullzero"`

	OwnerUID string `bun:"owner_uid,scanonly"`
}

// Bounds of absences.
const (
	maxAbsences = 1000 // of one owner, those that are over not counted
	maxTimeOff  = 10 * 366 * 24 * time.Hour
	maxHoliday  = 366 // days
)

// absentOwner is somebody who can be absent.
type absentOwner struct {
	kind string
	key  int64
}

func (o absentOwner) of(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Where("t.owner_type = ?", o.kind).Where("t.owner = ?", o.key)
}

// absences reads those of an owner that are not over at a time and begin before another.
func (s *session) absences(ctx context.Context, owner absentOwner, from, until time.Time) ([]absenceRow, error) {
	var rows []absenceRow
	err := s.selectFrom(&rows).Where("t.org = ?", s.org).Apply(owner.of).Where("t.ends_at > ?", momentOf(from)).
		Where("t.starts_at < ?", momentOf(until)).Where("t.deleted_at IS NULL").Order("t.starts_at", "t.pk").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading absences: %w", err)
	}
	return rows, nil
}

// storeAbsence stores a new absence, if the owner has not too many.
func (s *session) storeAbsence(ctx context.Context, row *absenceRow) error {
	n, err := s.selectFrom((*absenceRow)(nil)).Where("t.org = ?", s.org).Apply(absentOwner{row.OwnerType, row.Owner}.of).
		Where("t.ends_at > ?", s.book.Clock).Where("t.deleted_at IS NULL").Count(ctx)
	if err != nil {
		return fmt.Errorf("counting absences: %w", err)
	}
	if n >= maxAbsences {
		return operations.Errorf(operations.CodeConflict, "there are %d already, which is the most; delete some first", n)
	}
	return insert(ctx, s, row)
}

// absenceEvent is what the events of holidays and time off say.
type absenceEvent struct {
	ID        string `json:"id"`
	Version   int64  `json:"version"`
	Name      string `json:"name"`
	OwnerType string `json:"ownerType"`
	OwnerID   string `json:"ownerId"`
}

func (s *session) absenceChanged(ctx context.Context, event string, row *absenceRow, owner string) error {
	entity, _ := absenceWords(row.OwnerType)
	return s.append(ctx, entity+"."+event, entity, row.UID, absenceEvent{row.UID, row.Version, row.Name, row.OwnerType, owner})
}

// absenceWords are what an absence is called, in the machine's words and in a person's.
func absenceWords(ownerType string) (entity, word string) {
	if ownerType == ownerUser {
		return "time_off", "time off"
	}
	return "holiday", "holiday"
}

// ownerShape adds the id of the team or user.
func ownerShape(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Column("t.*").ColumnExpr("coalesce(team.uid, member.uid, '') AS owner_uid").
		Join("LEFT JOIN platform_teams AS team ON t.owner_type = 'team' AND team.pk = t.owner").
		Join("LEFT JOIN platform_users AS member ON t.owner_type = 'user' AND member.pk = t.owner")
}

type deleteAbsenceInput struct {
	ID string `json:"id" doc:"Its id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	versioned
}

type deletedOutput struct {
	Success bool   `json:"success" doc:"true."`
	ID      string `json:"id" doc:"What is gone."`
}

// deleteAbsence deletes an absence of some kinds of owner.
func (s *session) deleteAbsence(ctx context.Context, in deleteAbsenceInput, owners ...string) (deletedOutput, error) {
	_, word := absenceWords(owners[0])
	ofOwners := func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("t.owner_type IN (?)", bun.In(owners)) }
	return write(ctx, s, func(ctx context.Context, w *session) (deletedOutput, error) {
		row, err := find[absenceRow](ctx, w, word, in.ID, ownerShape, ofOwners)
		if err != nil {
			return deletedOutput{}, err
		}
		if err := in.check(word, &row.record); err != nil {
			return deletedOutput{}, err
		}
		if err := remove(ctx, w, row); err != nil {
			return deletedOutput{}, err
		}
		return deletedOutput{true, row.UID}, w.absenceChanged(ctx, "deleted", row, row.OwnerUID)
	})
}
