package platform

import (
	"context"
	"fmt"

	"github.com/patchbay/patchbay/operations"
)

type createTeamInput struct {
	Name          string         `json:"name" doc:"What it is called; no other team is called the same." minLength:"1" maxLength:"200" pattern:"\\S"`
	Description   string         `json:"description,omitempty" doc:"What it is for." maxLength:"4096"`
	BusinessHours *businessHours `json:"businessHours,omitempty" doc:"When it is at work; without them, when the organisation is." nullable:"true"`
}

func (d *desk) createTeam() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_team", Identifier: "teams:create-team-platform", Title: "Create team", Resource: resourceTeam,
		Description: "Adds a team, without members.", Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "delete_team", Input: map[string]string{"id": "output.id"}},
		Sample: operations.NewSample(`{"name":"Night watch","businessHours":{"timeZone":"Europe/Berlin","hours":[{"days":["friday"],"from":"22:00","to":"06:00"}]}}`,
			sampleTeam(9, 1, "Night watch")),
	}, func(ctx context.Context, s *session, in createTeamInput) (team, error) {
		var f faults
		hours, err := hoursText(&f, "/businessHours", in.BusinessHours)
		if err != nil {
			return team{}, err
		}
		if err := f.err(); err != nil {
			return team{}, err
		}
		row := &teamRow{Name: clean(in.Name), Description: clean(in.Description), Schedule: hours}
		return write(ctx, s, func(ctx context.Context, w *session) (team, error) {
			if err := unique(ctx, w, entityTeam, row, "name", row.Name); err != nil {
				return team{}, err
			}
			if err := storeSetting(ctx, w, entityTeam, row); err != nil {
				return team{}, err
			}
			return w.showTeam(ctx, row.UID)
		})
	})
}

type updateTeamInput struct {
	ID            string         `json:"id" doc:"The team's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_teams_ddl"`
	Name          *string        `json:"name,omitempty" doc:"What it is called; no other team is called the same." minLength:"1" maxLength:"200" pattern:"\\S"`
	Description   *string        `json:"description,omitempty" doc:"What it is for." maxLength:"4096"`
	BusinessHours *businessHours `json:"businessHours,omitempty" doc:"When it is at work; null: when the organisation is." nullable:"true"`
	versioned
}

func (d *desk) updateTeam() operations.Operation {
	return operation(d, operations.Spec{
		Name: "update_team", Identifier: "teams:update-team-platform", Title: "Update team", Resource: resourceTeam,
		Description: "Changes what is given of a team; the rest stays.", Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"id":"`+fixedID("TEAM", 2)+`","description":"Everything about bills."}`, sampleTeam(2, 2, "Billing")),
	}, func(ctx context.Context, s *session, in updateTeamInput) (team, error) {
		e, err := s.teamEdits(in)
		if err != nil {
			return team{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (team, error) {
			row, err := openSetting[teamRow](ctx, w, entityTeam, in.ID, in.versioned)
			if err != nil {
				return team{}, err
			}
			err = changeSetting(ctx, w, entityTeam, row, e, func(row *teamRow) error {
				return unique(ctx, w, entityTeam, row, "name", row.Name)
			})
			if err != nil {
				return team{}, err
			}
			return w.showTeam(ctx, in.ID)
		})
	})
}

func (s *session) teamEdits(in updateTeamInput) (edits[teamRow], error) {
	var f faults
	var e edits[teamRow]
	if in.Name != nil {
		set(&e, "name", "name", func(r *teamRow) *string { return &r.Name }, clean(*in.Name))
	}
	if in.Description != nil {
		set(&e, "description", "description", func(r *teamRow) *string { return &r.Description }, clean(*in.Description))
	}
	if s.given("businessHours") {
		hours, err := hoursText(&f, "/businessHours", in.BusinessHours)
		if err != nil {
			return nil, err
		}
		set(&e, "businessHours", "schedule", func(r *teamRow) *jsonText { return &r.Schedule }, hours)
	}
	return e, f.err()
}

type deleteTeamInput struct {
	ID            string `json:"id" doc:"The team's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_teams_ddl"`
	ReplacementID string `json:"replacementId,omitempty" doc:"The team that gets its tickets, at most 1,000. Without one, it must have none." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_teams_ddl"`
	versioned
}

func (d *desk) deleteTeam() operations.Operation {
	return operation(d, operations.Spec{
		Name: "delete_team", Identifier: "teams:delete-team-platform", Title: "Delete team", Resource: resourceTeam,
		Description: "Deletes a team with its holidays. One that has tickets, and the last one, cannot be deleted: that is a conflict. Its members stay users.",
		Effect:      operations.EffectDestructive,
		Sample:      operations.NewSample(`{"id":"`+fixedID("TEAM", 3)+`"}`, `{"success":true,"id":"`+fixedID("TEAM", 3)+`"}`),
	}, func(ctx context.Context, s *session, in deleteTeamInput) (deletedOutput, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (deletedOutput, error) {
			return deletedOutput{true, in.ID}, w.endTeam(ctx, in)
		})
	})
}

func (s *session) endTeam(ctx context.Context, in deleteTeamInput) error {
	row, err := openSetting[teamRow](ctx, s, entityTeam, in.ID, in.versioned)
	if err != nil {
		return err
	}
	var f faults
	other, err := replacement[teamRow](ctx, s, &f, in.ReplacementID, in.ID)
	if err != nil {
		return err
	}
	if err := f.err(); err != nil {
		return err
	}
	left, err := s.countUpTo(ctx, s.selectFrom((*teamRow)(nil)).Where("t.org = ?", s.org).Where("t.deleted_at IS NULL"), 2)
	if err != nil {
		return err
	}
	if left < 2 {
		return operations.Errorf(operations.CodeConflict, "the team is the last one, and tickets need a team; create another one first")
	}
	place := referrer{"teamId", "team", func(r *ticketRow) *int64 { return &r.Team }}
	if err := s.vacate(ctx, place, "team", row.PK, other); err != nil {
		return err
	}
	if err := s.disband(ctx, row.PK); err != nil {
		return err
	}
	return dropSetting(ctx, s, entityTeam, row)
}

// disband ends what belongs to a team.
func (s *session) disband(ctx context.Context, team int64) error {
	_, err := s.db.NewDelete().Conn(s.conn).Table("platform_team_members").Where("org = ?", s.org).Where("team = ?", team).Exec(ctx)
	if err != nil {
		return fmt.Errorf("ending memberships: %w", err)
	}
	var holidays []absenceRow
	err = s.selectFrom(&holidays).Where("t.org = ?", s.org).Apply(absentOwner{ownerTeam, team}.of).Where("t.deleted_at IS NULL").Scan(ctx)
	if err != nil {
		return fmt.Errorf("reading a team's holidays: %w", err)
	}
	for i := range holidays {
		if err := remove(ctx, s, &holidays[i]); err != nil {
			return err
		}
	}
	return nil
}
