package platform

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

const resourceAbsence = "absence"

func (d *desk) holidays() []operations.Operation {
	return []operations.Operation{d.createHoliday(), d.listHolidays(), d.deleteHoliday()}
}

// holiday is a holiday as operations give it.
type holiday struct {
	ID       string `json:"id" doc:"The holiday's id."`
	Name     string `json:"name" doc:"What it is called."`
	TeamID   string `json:"teamId,omitempty" doc:"The team that has it; not there: the whole organisation."`
	FirstDay string `json:"firstDay" doc:"The first day of it."`
	LastDay  string `json:"lastDay" doc:"The last day of it, which is part of it."`
	identity
}

func (r *absenceRow) showHoliday() holiday {
	return holiday{ID: r.UID, Name: r.Name, TeamID: r.OwnerUID, FirstDay: r.FirstDay, LastDay: r.LastDay, identity: r.identity()}
}

// holidayDays are a holiday to be made.
type holidayDays struct {
	Name     string `json:"name" doc:"What it is called." minLength:"1" maxLength:"200" pattern:"\\S"`
	FirstDay string `json:"firstDay" doc:"The first day of it, by the calendar of whoever has it." pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}$" format:"date"`
	LastDay  string `json:"lastDay,omitempty" doc:"The last day of it; without one, it is one day." pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}$" format:"date"`
}

// row makes a holiday to be stored. Days that make no sense are faults below the pointer.
func (h holidayDays) row(f *faults, pointer string, owner absentOwner) *absenceRow {
	if h.LastDay == "" {
		h.LastDay = h.FirstDay
	}
	first := dayOf(f, pointer+"/firstDay", h.FirstDay)
	last := dayOf(f, pointer+"/lastDay", h.LastDay)
	switch {
	case last.Before(first):
		f.add(pointer+"/lastDay", "is before firstDay")
	case last.Sub(first) >= maxHoliday*24*time.Hour:
		f.add(pointer+"/lastDay", "is more than %d days after firstDay", maxHoliday)
	}
	return &absenceRow{
		OwnerType: owner.kind, Owner: owner.key, Name: clean(h.Name), FirstDay: h.FirstDay, LastDay: h.LastDay,
		StartsAt: momentOf(first.Add(-firstZone)), EndsAt: momentOf(last.AddDate(0, 0, 1).Add(lastZone)),
	}
}

// The clocks of the world are at most so far ahead of UTC, and behind it. No zone has been further away, ever.
const (
	firstZone = 16 * time.Hour
	lastZone  = 16 * time.Hour
)

// dayOf reads a day as midnight in UTC.
func dayOf(f *faults, pointer, text string) time.Time {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || !reckonable(day) {
		f.add(pointer, "is no day between %d and %d", firstYear, lastYear)
		return time.Unix(0, 0).UTC()
	}
	return day
}

// The years in which calendars are reckoned with.
const (
	firstYear = 1970
	lastYear  = 2999
)

func reckonable(t time.Time) bool {
	year := t.UTC().Year()
	return firstYear <= year && year <= lastYear
}

type createHolidayInput struct {
	holidayDays
	TeamID *string `json:"teamId,omitempty" doc:"The team that has it; null or nothing: the whole organisation, all teams." nullable:"true" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_teams_ddl"`
}

func (d *desk) createHoliday() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_holiday", Identifier: "organizations:create-holiday-platform", Title: "Create holiday", Resource: resourceAbsence,
		Description: "Adds a holiday of the organisation or of one team: whole days, from midnight to midnight where the team is. " +
			"An organisation's holiday is one of each of its teams.",
		Effect:       operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "delete_holiday", Input: map[string]string{"id": "output.id"}},
		Sample:       operations.NewSample(`{"name":"Christmas","firstDay":"2026-12-25","lastDay":"2026-12-26"}`, sampleHoliday),
	}, func(ctx context.Context, s *session, in createHolidayInput) (holiday, error) {
		var f faults
		owner := absentOwner{ownerOrganisation, s.org}
		if team := textOf(in.TeamID); team != "" {
			key, err := refer[teamRow](ctx, s, &f, "/teamId", team)
			if err != nil {
				return holiday{}, err
			}
			owner = absentOwner{ownerTeam, key}
		}
		row := in.row(&f, "", owner)
		row.OwnerUID = textOf(in.TeamID)
		if err := f.err(); err != nil {
			return holiday{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (holiday, error) {
			if err := w.storeAbsence(ctx, row); err != nil {
				return holiday{}, err
			}
			return row.showHoliday(), w.absenceChanged(ctx, "created", row, row.OwnerUID)
		})
	})
}

const sampleHoliday = `{"id":"01JD0000000000000000HDAY01","name":"Christmas","firstDay":"2026-12-25","lastDay":"2026-12-26","version":1,
	"createdAt":"2026-01-05T09:00:00Z","updatedAt":"2026-01-05T09:00:00Z"}`

type listHolidaysInput struct {
	TeamID *string `json:"teamId,omitempty" doc:"Only holidays of this team; null: only those of the whole organisation. Without it, all." nullable:"true" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_teams_ddl"`
	From   string  `json:"from,omitempty" doc:"Only holidays that end on this day or later." pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}$" format:"date"`
	To     string  `json:"to,omitempty" doc:"Only holidays that begin on this day or earlier." pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}$" format:"date"`
	paging
}

type listHolidaysOutput struct {
	Holidays []holiday `json:"holidays" doc:"The holidays of this page, the first ones first."`
	pageInfo
}

func (d *desk) listHolidays() operations.Operation {
	return operation(d, operations.Spec{
		Name: "list_holidays", Identifier: "organizations:list-holidays-platform", Title: "List holidays", Resource: resourceAbsence,
		Description: "Pages through the holidays of the organisation and its teams, in order.", Effect: operations.EffectRead, Paging: pagingSpec("holidays"),
		Sample: operations.NewSample(`{"from":"2026-01-01"}`, `{"holidays":[`+sampleHoliday+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in listHolidaysInput) (listHolidaysOutput, error) {
		var f faults
		l := absenceListing("holidays", ownerOrganisation, ownerTeam)
		l.order = ordering[absenceRow]{column: "first_day", value: func(r *absenceRow) any { return r.FirstDay }}
		if s.given("teamId") {
			owner := absentOwner{ownerOrganisation, s.org}
			if in.TeamID != nil {
				key, err := refer[teamRow](ctx, s, &f, "/teamId", *in.TeamID)
				if err != nil {
					return listHolidaysOutput{}, err
				}
				owner = absentOwner{ownerTeam, key}
			}
			l.fixed = owner.of
		}
		if in.From != "" {
			l.filters = append(l.filters, filter{column: "last_day", test: ">= ?", args: []any{in.From}})
		}
		if in.To != "" {
			l.filters = append(l.filters, filter{column: "first_day", test: "<= ?", args: []any{in.To}})
		}
		if err := f.err(); err != nil {
			return listHolidaysOutput{}, err
		}
		rows, info, err := list(ctx, s, l, in.paging)
		out := listHolidaysOutput{make([]holiday, len(rows)), info}
		for i := range rows {
			out.Holidays[i] = rows[i].showHoliday()
		}
		return out, err
	})
}

// absenceListing lists the absences of some kinds of owner. Those of a team that is gone are gone as well.
func absenceListing(name string, owners ...string) listing[absenceRow] {
	return listing[absenceRow]{name: name, shape: ownerShape, fixed: func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("t.owner_type IN (?)", bun.In(owners))
	}}
}

func (d *desk) deleteHoliday() operations.Operation {
	return operation(d, operations.Spec{
		Name: "delete_holiday", Identifier: "organizations:delete-holiday-platform", Title: "Delete holiday", Resource: resourceAbsence,
		Description: "Deletes a holiday of the organisation or of a team.", Effect: operations.EffectDestructive,
		Sample: operations.NewSample(`{"id":"`+fixedID("HDAY", 2)+`"}`, `{"success":true,"id":"`+fixedID("HDAY", 2)+`"}`),
	}, func(ctx context.Context, s *session, in deleteAbsenceInput) (deletedOutput, error) {
		return s.deleteAbsence(ctx, in, ownerOrganisation, ownerTeam)
	})
}
