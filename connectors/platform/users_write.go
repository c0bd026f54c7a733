package platform

import (
	"context"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

type createUserInput struct {
	Name          string         `json:"name" doc:"The user's name." minLength:"1" maxLength:"200" pattern:"\\S"`
	Email         string         `json:"email" doc:"The user's email address, which no other user has. It is kept in lower case." format:"email" maxLength:"320"`
	RoleID        string         `json:"roleId,omitempty" doc:"The role; without it, Agent." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_roles_ddl"`
	TeamIDs       []string       `json:"teamIds,omitempty" doc:"The teams to be in." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" maxItems:"50" lookup:"list_teams_ddl"`
	BusinessHours *businessHours `json:"businessHours,omitempty" doc:"When the user is at work; without them, when the organisation is." nullable:"true"`
}

func (d *desk) createUser() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_user", Identifier: "users:create-user-platform", Title: "Create user", Resource: resourceUser,
		Description: "Adds an agent: a person to whom tickets can be assigned. Users do not log in; who may call the hub is a matter of its keys.",
		Effect:      operations.EffectWrite, Compensation: &operations.Compensation{Operation: "deactivate_user", Input: map[string]string{"id": "output.id"}},
		Sample: operations.NewSample(`{"name":"Mary Agent","email":"mary@example.com","teamIds":["`+fixedID("TEAM", 1)+`"]}`,
			sampleUser(9, 1, "Mary Agent", "mary@example.com")),
	}, func(ctx context.Context, s *session, in createUserInput) (user, error) {
		row, teams, err := s.newUser(ctx, in)
		if err != nil {
			return user{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (user, error) {
			if err := unique(ctx, w, entityUser, row, "email", row.Email); err != nil {
				return user{}, err
			}
			if err := storeSetting(ctx, w, entityUser, row); err != nil {
				return user{}, err
			}
			for _, team := range teams {
				if err := w.storeMember(ctx, team, row.PK); err != nil {
					return user{}, err
				}
			}
			return w.showUser(ctx, row.UID)
		})
	})
}

// newUser makes the row of an agent, and finds the keys of the teams.
func (s *session) newUser(ctx context.Context, in createUserInput) (*userRow, []int64, error) {
	var f faults
	row := &userRow{Name: clean(in.Name), Email: strings.ToLower(in.Email), Kind: userAgent}
	if in.RoleID == "" {
		in.RoleID = agentRole()
	}
	var err error
	if row.Role, err = refer[roleRow](ctx, s, &f, "/roleId", in.RoleID); err != nil {
		return nil, nil, err
	}
	if row.Schedule, err = hoursText(&f, "/businessHours", in.BusinessHours); err != nil {
		return nil, nil, err
	}
	found, err := referAll[teamRow](ctx, s, &f, "/teamIds", in.TeamIDs)
	if err != nil {
		return nil, nil, err
	}
	var teams []int64
	for _, key := range found {
		if team := key.(int64); !slices.Contains(teams, team) {
			teams = append(teams, team)
		}
	}
	return row, teams, f.err()
}

type updateUserInput struct {
	ID            string         `json:"id" doc:"The user's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	Name          *string        `json:"name,omitempty" doc:"The user's name." minLength:"1" maxLength:"200" pattern:"\\S"`
	Email         *string        `json:"email,omitempty" doc:"The user's email address, which no other user has." format:"email" maxLength:"320"`
	BusinessHours *businessHours `json:"businessHours,omitempty" doc:"When the user is at work; null: when the organisation is." nullable:"true"`
	versioned
}

func (d *desk) updateUser() operations.Operation {
	return operation(d, operations.Spec{
		Name: "update_user", Identifier: "users:update-user-platform", Title: "Update user", Resource: resourceUser,
		Description: "Changes what is given of a user; the rest stays. The role has an operation of its own, set_user_role.", Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"id":"`+fixedID("AGENT", 3)+`","name":"Barbara Agent"}`, sampleUser(3, 2, "Barbara Agent", "barbara@example.com")),
	}, func(ctx context.Context, s *session, in updateUserInput) (user, error) {
		e, err := s.userEdits(in)
		if err != nil {
			return user{}, err
		}
		return s.editUser(ctx, in.ID, in.versioned, func(w *session, row *userRow) error {
			return changeSetting(ctx, w, entityUser, row, e, func(row *userRow) error {
				if in.Email == nil {
					return nil
				}
				return unique(ctx, w, entityUser, row, "email", row.Email)
			})
		})
	})
}

func (s *session) userEdits(in updateUserInput) (edits[userRow], error) {
	var f faults
	var e edits[userRow]
	if in.Name != nil {
		set(&e, "name", "name", func(r *userRow) *string { return &r.Name }, clean(*in.Name))
	}
	if in.Email != nil {
		set(&e, "email", "email", func(r *userRow) *string { return &r.Email }, strings.ToLower(*in.Email))
	}
	if s.given("businessHours") {
		hours, err := hoursText(&f, "/businessHours", in.BusinessHours)
		if err != nil {
			return nil, err
		}
		set(&e, "businessHours", "schedule", func(r *userRow) *jsonText { return &r.Schedule }, hours)
	}
	return e, f.err()
}

// editUser reads a user, lets work change him, and gives what he is now.
func (s *session) editUser(ctx context.Context, uid string, known versioned, work func(w *session, row *userRow) error) (user, error) {
	return write(ctx, s, func(ctx context.Context, w *session) (user, error) {
		row, err := openSetting[userRow](ctx, w, entityUser, uid, known)
		if err != nil {
			return user{}, err
		}
		if err := work(w, row); err != nil {
			return user{}, err
		}
		return w.showUser(ctx, uid)
	})
}

type changeUserInput struct {
	ID string `json:"id" doc:"The user's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	versioned
}

func (d *desk) deactivateUser() operations.Operation {
	return operation(d, operations.Spec{
		Name: "deactivate_user", Identifier: "users:deactivate-user-platform", Title: "Deactivate user", Resource: resourceUser,
		Description: "Deactivates a user: nothing can be assigned to him any more, and he is never available. What he has stays his, as do his teams: " +
			"list_tickets finds his tickets. One who is deactivated already stays so.",
		Effect: operations.EffectWrite, Compensation: &operations.Compensation{Operation: "reactivate_user", Input: map[string]string{"id": "input.id"}},
		Sample: operations.NewSample(`{"id":"`+fixedID("AGENT", 4)+`"}`, sampleUser(4, 2, "Charles Agent", "charles@example.com")),
	}, func(ctx context.Context, s *session, in changeUserInput) (user, error) {
		return s.editUser(ctx, in.ID, in.versioned, func(w *session, row *userRow) error {
			if row.Kind != userAgent {
				return operations.Errorf(operations.CodeConflict, "the user is a program; revoke its key instead")
			}
			if row.DeactivatedAt != 0 {
				return nil
			}
			return w.activate(ctx, row, "deactivated", w.book.Clock)
		})
	})
}

func (d *desk) reactivateUser() operations.Operation {
	return operation(d, operations.Spec{
		Name: "reactivate_user", Identifier: "users:reactivate-user-platform", Title: "Reactivate user", Resource: resourceUser,
		Description: "Undoes deactivate_user. One who is active stays so.", Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "deactivate_user", Input: map[string]string{"id": "input.id"}},
		Sample:       operations.NewSample(`{"id":"`+fixedID("AGENT", 5)+`"}`, sampleUser(5, 3, "Dorothy Agent", "dorothy@example.com")),
	}, func(ctx context.Context, s *session, in changeUserInput) (user, error) {
		return s.editUser(ctx, in.ID, in.versioned, func(w *session, row *userRow) error {
			if row.DeactivatedAt == 0 {
				return nil
			}
			return w.activate(ctx, row, "reactivated", 0)
		})
	})
}

func (s *session) activate(ctx context.Context, row *userRow, event string, deactivated moment) error {
	row.DeactivatedAt = deactivated
	if err := save(ctx, s, row, "deactivated_at"); err != nil {
		return err
	}
	return settingChanged(ctx, s, entityUser, event, row)
}
