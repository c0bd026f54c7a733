package platform

import (
	"context"
	"fmt"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

type userInput struct {
	ID string `json:"id" doc:"The user's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
}

func (d *desk) getUser() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_user", Identifier: "users:get-user-platform", Title: "Get user", Resource: resourceUser,
		Description: "Reads one user, deactivated or not: a person, or a program that calls the hub.", Effect: operations.EffectRead,
		Sample: operations.NewSample(`{"id":"`+fixedID("AGENT", 1)+`"}`, sampleUser(1, 1, "Ada Agent", "ada@example.com")),
	}, func(ctx context.Context, s *session, in userInput) (user, error) {
		return s.showUser(ctx, in.ID)
	})
}

type listUsersInput struct {
	Search   string `json:"search,omitempty" doc:"Only users whose name or email address holds this." maxLength:"200"`
	UserType string `json:"userType,omitempty" doc:"Only people, only programs, or both." enum:"agent,api_key,any" default:"agent"`
	IsActive *bool  `json:"isActive,omitempty" doc:"Only active users, or only deactivated ones."`
	RoleID   string `json:"roleId,omitempty" doc:"Only users with this role." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_roles_ddl"`
	TeamID   string `json:"teamId,omitempty" doc:"Only members of this team." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_teams_ddl"`
	paging
}

type listUsersOutput struct {
	Users []user `json:"users" doc:"The users of this page, by name."`
	pageInfo
}

func (d *desk) listUsers() operations.Operation {
	return operation(d, operations.Spec{
		Name: "list_users", Identifier: "users:list-users-platform", Title: "List users", Resource: resourceUser,
		Description: "Pages through the users who fit all filters, by name: people, unless programs are asked for.",
		Effect:      operations.EffectRead, Paging: pagingSpec("users"),
		Sample: operations.NewSample(`{"search":"ada"}`,
			`{"users":[`+sampleUser(1, 1, "Ada Agent", "ada@example.com")+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in listUsersInput) (listUsersOutput, error) {
		var f faults
		l := userListing("users")
		role, err := refer[roleRow](ctx, s, &f, "/roleId", in.RoleID)
		if err != nil {
			return listUsersOutput{}, err
		}
		team, err := refer[teamRow](ctx, s, &f, "/teamId", in.TeamID)
		if err != nil {
			return listUsersOutput{}, err
		}
		if err := f.err(); err != nil {
			return listUsersOutput{}, err
		}
		l.filters = oneOf("role", 0, given(role))
		if team != 0 {
			l.filters = append(l.filters, s.inTeam(team))
		}
		if in.UserType != "any" {
			l.filters = append(l.filters, filter{column: "kind", test: "= ?", args: []any{in.UserType}})
		}
		if in.IsActive != nil {
			test := map[bool]string{true: "IS NULL", false: "IS NOT NULL"}[*in.IsActive]
			l.filters = append(l.filters, filter{column: "deactivated_at", test: test})
		}
		l.fixed = holding(in.Search, "name", "email")
		return s.pageOfUsers(ctx, l, in.paging)
	})
}

// userListing lists users by name.
func userListing(name string) listing[userRow] {
	return listing[userRow]{
		name: name, shape: userShape, order: ordering[userRow]{column: "name", value: func(r *userRow) any { return r.Name }},
	}
}

func (s *session) pageOfUsers(ctx context.Context, l listing[userRow], p paging) (listUsersOutput, error) {
	rows, info, err := list(ctx, s, l, p)
	if err != nil {
		return listUsersOutput{}, err
	}
	shown, err := s.showUsers(ctx, rows)
	return listUsersOutput{shown, info}, err
}

type userOption struct {
	ddl.Option
	Email string `json:"email,omitempty" doc:"The agent's email address."`
}

func (d *desk) listUsersDDL() operations.Operation {
	return lookUp(d, operations.Spec{
		Name: "list_users_ddl", Title: "Agents", Resource: resourceUser,
		Description: "Lists the people to whom a ticket can be assigned.",
		Sample:      operations.NewSample(`{}`, `{"result":[{"text":"Ada Agent","value":"01JD000000000000000AGENT01","email":"ada@example.com"}]}`),
	}, func(ctx context.Context, s *session, _ ddl.Input) ([]userOption, error) {
		var rows []userRow
		err := s.selectFrom(&rows).Column("uid", "name", "email").Where("t.org = ?", s.org).Where("t.deleted_at IS NULL").
			Apply(agents).Order("t.name", "t.pk").Limit(maxOptions).Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing users: %w", err)
		}
		options := make([]userOption, len(rows))
		for i, row := range rows {
			options[i] = userOption{ddl.Option{Text: row.Name, Value: row.UID}, row.Email}
		}
		return options, nil
	})
}
