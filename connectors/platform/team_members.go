package platform

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

// memberRow says that a user is in a team.
type memberRow struct {
	bun.BaseModel `bun:"table:platform_team_members,alias:t"`

	Org    int64
	Team   int64
	Member int64
}

// isMember tells whether a user is in a team.
func (s *session) isMember(ctx context.Context, team, member int64) (bool, error) {
	is, err := s.selectFrom((*memberRow)(nil)).Where("t.org = ?", s.org).Where("t.team = ?", team).Where("t.member = ?", member).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("looking for a member: %w", err)
	}
	return is, nil
}

func (s *session) storeMember(ctx context.Context, team, member int64) error {
	if _, err := s.db.NewInsert().Conn(s.conn).Model(&memberRow{Org: s.org, Team: team, Member: member}).Exec(ctx); err != nil {
		return fmt.Errorf("storing a member: %w", err)
	}
	return nil
}

type memberInput struct {
	TeamID string `json:"teamId" doc:"The team." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_teams_ddl"`
	UserID string `json:"userId" doc:"The user." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
}

// memberEvent is what the events of members say.
type memberEvent struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	UserID string `json:"userId"`
}

// member finds the keys of a team and a user.
func (s *session) member(ctx context.Context, in memberInput) (*teamRow, *userRow, error) {
	row, err := find[teamRow](ctx, s, "team", in.TeamID)
	if err != nil {
		return nil, nil, err
	}
	user, err := find[userRow](ctx, s, "user", in.UserID)
	return row, user, err
}

func (d *desk) addTeamMember() operations.Operation {
	return operation(d, operations.Spec{
		Name: "add_team_member", Identifier: "teams:add-team-member-platform", Title: "Add team member", Resource: resourceTeam,
		Description: "Puts a user into a team. One who is there already is a conflict, as is one who is deactivated.", Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "remove_team_member", Input: map[string]string{"teamId": "input.teamId", "userId": "input.userId"}},
		Sample:       operations.NewSample(`{"teamId":"`+fixedID("TEAM", 4)+`","userId":"`+fixedID("AGENT", 2)+`"}`, `{"success":true}`),
	}, func(ctx context.Context, s *session, in memberInput) (done, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (done, error) {
			row, user, err := w.member(ctx, in)
			if err != nil {
				return done{}, err
			}
			if user.DeactivatedAt != 0 {
				return done{}, operations.Errorf(operations.CodeConflict, "the user %s is deactivated; reactivate him first", in.UserID)
			}
			is, err := w.isMember(ctx, row.PK, user.PK)
			if err != nil {
				return done{}, err
			}
			if is {
				return done{}, operations.Errorf(operations.CodeConflict, "the user %s is in the team already", in.UserID)
			}
			if err := w.storeMember(ctx, row.PK, user.PK); err != nil {
				return done{}, err
			}
			return done{true}, w.append(ctx, "team.member_added", entityTeam, row.UID, memberEvent{row.UID, row.Name, user.UID})
		})
	})
}

func (d *desk) removeTeamMember() operations.Operation {
	return operation(d, operations.Spec{
		Name: "remove_team_member", Identifier: "teams:remove-team-member-platform", Title: "Remove team member", Resource: resourceTeam,
		Description: "Takes a user out of a team. Tickets that are his stay his.", Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "add_team_member", Input: map[string]string{"teamId": "input.teamId", "userId": "input.userId"}},
		Sample:       operations.NewSample(`{"teamId":"`+fixedID("TEAM", 4)+`","userId":"`+fixedID("AGENT", 1)+`"}`, `{"success":true}`),
	}, func(ctx context.Context, s *session, in memberInput) (done, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (done, error) {
			row, user, err := w.member(ctx, in)
			if err != nil {
				return done{}, err
			}
			is, err := w.isMember(ctx, row.PK, user.PK)
			if err != nil {
				return done{}, err
			}
			if !is {
				return done{}, operations.Errorf(operations.CodeNotFound, "the user %s is not in the team", in.UserID)
			}
			_, err = w.db.NewDelete().Conn(w.conn).Model((*memberRow)(nil)).Where("org = ?", w.org).Where("team = ?", row.PK).
				Where("member = ?", user.PK).Exec(ctx)
			if err != nil {
				return done{}, fmt.Errorf("ending a membership: %w", err)
			}
			return done{true}, w.append(ctx, "team.member_removed", entityTeam, row.UID, memberEvent{row.UID, row.Name, user.UID})
		})
	})
}

type listTeamMembersInput struct {
	TeamID string `json:"teamId" doc:"The team." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_teams_ddl"`
	paging
}

func (d *desk) listTeamMembers() operations.Operation {
	return operation(d, operations.Spec{
		Name: "list_team_members", Identifier: "teams:list-team-members-platform", Title: "List team members", Resource: resourceTeam,
		Description: "Pages through the users of a team, by name, deactivated ones too.", Effect: operations.EffectRead, Paging: pagingSpec("users"),
		Sample: operations.NewSample(`{"teamId":"`+fixedID("TEAM", 4)+`"}`,
			`{"users":[`+sampleUser(1, 1, "Ada Agent", "ada@example.com")+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in listTeamMembersInput) (listUsersOutput, error) {
		row, err := find[teamRow](ctx, s, "team", in.TeamID)
		if err != nil {
			return listUsersOutput{}, err
		}
		l := userListing("team_members")
		l.filters = append(l.filters, s.inTeam(row.PK))
		return s.pageOfUsers(ctx, l, in.paging)
	})
}

// inTeam keeps the users who are in a team.
func (s *session) inTeam(team int64) filter {
	members := s.db.NewSelect().Model((*memberRow)(nil)).Column("member").Where("t.org = ?", s.org).Where("t.team = ?", team)
	return filter{column: "pk", test: "IN (?)", args: []any{members}}
}
