package platform

import (
	"context"
	"fmt"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// The reasons for being available or not.
const (
	reasonOpen    = "IN_BUSINESS_HOURS"
	reasonClosed  = "OUTSIDE_BUSINESS_HOURS"
	reasonHoliday = "HOLIDAY"
	reasonTimeOff = "TIME_OFF"
)

func (d *desk) availability() []operations.Operation {
	return []operations.Operation{d.checkTeamAvailability(), d.checkUserAvailability()}
}

// momentAsked is embedded in the input of what asks about a time.
type momentAsked struct {
	At *time.Time `json:"at,omitempty" doc:"When; without it, now."`
}

// pick gives the time asked for.
func (m momentAsked) pick(s *session) (time.Time, error) {
	if m.At == nil {
		return s.now(), nil
	}
	if !reckonable(*m.At) {
		return time.Time{}, refuse("/at", "is not between the years %d and %d", firstYear, lastYear)
	}
	return *m.At, nil
}

// available is what both checks tell beside the reason.
type available struct {
	TimeZone        string     `json:"timeZone" doc:"The time zone by whose clock it was reckoned."`
	NextAvailableAt *time.Time `json:"nextAvailableAt,omitempty" doc:"When it is available next, if it is not; not there if that is more than 400 days ahead."`
}

// ask asks a calendar.
func (c calendar) ask(t time.Time) (state, available) {
	now := c.at(t)
	told := available{TimeZone: c.hours.zone.String()}
	if now == stateOpen {
		return now, told
	}
	if next, found := c.next(t); found {
		next = next.UTC()
		told.NextAvailableAt = &next
	}
	return now, told
}

type teamAvailabilityInput struct {
	TeamID *string `json:"teamId" doc:"The team; null: the whole organisation." nullable:"true" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_teams_ddl"`
	momentAsked
}

type teamAvailabilityOutput struct {
	IsAvailable bool   `json:"isAvailable" doc:"Whether the team is at work."`
	Reason      string `json:"reason" doc:"Why." enum:"IN_BUSINESS_HOURS,OUTSIDE_BUSINESS_HOURS,HOLIDAY"`
	available
}

func (d *desk) checkTeamAvailability() operations.Operation {
	return operation(d, operations.Spec{
		Name: "check_team_availability", Identifier: "workflows:check-team-availability-platform", Title: "Check team availability",
		Resource: "availability", Effect: operations.EffectRead,
		Description: "Tells whether a team, or the whole organisation, is in its business hours. A team without hours of its own has the organisation's; " +
			"without any, it is there round the clock. Holidays of the organisation and of the team count by the team's own calendar, and come before hours. " +
			"teamId has to be given, and may be null.",
		Sample: operations.NewSample(`{"teamId":"`+fixedID("TEAM", 1)+`","at":"2026-01-05T10:00:00Z"}`,
			`{"isAvailable":true,"reason":"IN_BUSINESS_HOURS","timeZone":"UTC"}`),
	}, func(ctx context.Context, s *session, in teamAvailabilityInput) (teamAvailabilityOutput, error) {
		t, err := in.pick(s)
		if err != nil {
			return teamAvailabilityOutput{}, err
		}
		var team *teamRow
		if in.TeamID != nil {
			if team, err = find[teamRow](ctx, s, "team", *in.TeamID); err != nil {
				return teamAvailabilityOutput{}, err
			}
		}
		c, err := s.teamCalendar(ctx, team, t)
		if err != nil {
			return teamAvailabilityOutput{}, err
		}
		is, told := c.ask(t)
		reason := map[state]string{stateOpen: reasonOpen, stateClosed: reasonClosed, stateHoliday: reasonHoliday}[is]
		return teamAvailabilityOutput{is == stateOpen, reason, told}, nil
	})
}

// teamCalendar makes the calendar of a team, nil for the whole organisation, from a time on.
func (s *session) teamCalendar(ctx context.Context, team *teamRow, from time.Time) (calendar, error) {
	if team == nil {
		return s.calendar(ctx, "", from, absentOwner{ownerOrganisation, s.org})
	}
	return s.calendar(ctx, team.Schedule, from, absentOwner{ownerOrganisation, s.org}, absentOwner{ownerTeam, team.PK})
}

// calendar makes a calendar of some hours, or else those of the organisation, without the absences of some owners.
func (s *session) calendar(ctx context.Context, hours jsonText, from time.Time, owners ...absentOwner) (calendar, error) {
	if hours == "" {
		err := s.selectFrom((*organisationRow)(nil)).ColumnExpr("coalesce(t.schedule, '')").Where("t.pk = ?", s.org).Scan(ctx, &hours)
		if err != nil {
			return calendar{}, fmt.Errorf("reading the organisation's hours: %w", err)
		}
	}
	c := calendar{hours: roundTheClock(time.UTC)}
	if hours != "" {
		var err error
		if c.hours, err = parseSchedule(hours); err != nil {
			return calendar{}, err
		}
	}
	for _, owner := range owners {
		rows, err := s.absences(ctx, owner, from, from.Add(horizon))
		if err != nil {
			return calendar{}, err
		}
		for _, row := range rows {
			if owner.kind == ownerUser {
				c.away = append(c.away, period{row.StartsAt.time(), row.EndsAt.time()})
			} else {
				c.holidays = append(c.holidays, days{row.FirstDay, row.LastDay})
			}
		}
	}
	return c, nil
}

type userAvailabilityInput struct {
	UserID *string `json:"userId" doc:"The user; null: whoever asks." nullable:"true" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	momentAsked
}

type userAvailabilityOutput struct {
	IsAvailable bool   `json:"isAvailable" doc:"Whether the user is at work."`
	Reason      string `json:"reason" doc:"Why." enum:"IN_BUSINESS_HOURS,OUTSIDE_BUSINESS_HOURS,TIME_OFF"`
	IsActive    bool   `json:"isActive" doc:"false: the user is deactivated, and never available."`
	available
}

func (d *desk) checkUserAvailability() operations.Operation {
	return operation(d, operations.Spec{
		Name: "check_user_availability", Identifier: "workflows:check-user-availability-platform", Title: "Check user availability",
		Resource: "availability", Effect: operations.EffectRead,
		Description: "Tells whether a user is at work: neither off nor outside business hours. A user without hours of his own has the organisation's, whatever " +
			"his teams have; on the organisation's holidays, nobody is in business hours. userId has to be given, and may be null.",
		Sample: operations.NewSample(`{"userId":"`+fixedID("AGENT", 1)+`","at":"2026-01-05T10:00:00Z"}`,
			`{"isAvailable":true,"reason":"IN_BUSINESS_HOURS","isActive":true,"timeZone":"UTC"}`),
	}, func(ctx context.Context, s *session, in userAvailabilityInput) (userAvailabilityOutput, error) {
		t, err := in.pick(s)
		if err != nil {
			return userAvailabilityOutput{}, err
		}
		user, err := s.userOrCaller(ctx, in.UserID)
		if err != nil {
			return userAvailabilityOutput{}, err
		}
		c, err := s.calendar(ctx, user.Schedule, t, absentOwner{ownerOrganisation, s.org}, absentOwner{ownerUser, user.PK})
		if err != nil {
			return userAvailabilityOutput{}, err
		}
		is, told := c.ask(t)
		if user.DeactivatedAt != 0 {
			return userAvailabilityOutput{false, reasonClosed, false, available{TimeZone: told.TimeZone}}, nil
		}
		reason := map[state]string{stateOpen: reasonOpen, stateClosed: reasonClosed, stateHoliday: reasonClosed, stateAway: reasonTimeOff}[is]
		return userAvailabilityOutput{is == stateOpen, reason, true, told}, nil
	})
}
