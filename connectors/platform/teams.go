package platform

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

const (
	entityTeam   = "team"
	resourceTeam = "team"
)

// teamRow is a team, to which tickets belong.
type teamRow struct {
	bun.BaseModel `bun:"table:platform_teams,alias:t"`
	record

	Name        string // no other team of the organisation has it
	Description string
	Schedule    jsonText `bun:",nullzero"`

	Members int64 `bun:"members,scanonly"`
}

func (r *teamRow) label() string { return r.Name }

// teamShape adds how many members a team has.
func teamShape(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Column("t.*").ColumnExpr("(SELECT count(*) FROM platform_team_members AS m WHERE m.org = t.org AND m.team = t.pk) AS members")
}

func (d *desk) teams() []operations.Operation {
	return []operations.Operation{
		d.createTeam(), d.getTeam(), d.listTeams(), d.updateTeam(), d.deleteTeam(), d.listTeamsDDL(),
		d.addTeamMember(), d.listTeamMembers(), d.removeTeamMember(),
	}
}

// team is a team as operations give it.
type team struct {
	ID            string         `json:"id" doc:"The team's id."`
	Name          string         `json:"name" doc:"What it is called."`
	Description   string         `json:"description,omitempty" doc:"What it is for."`
	BusinessHours *businessHours `json:"businessHours,omitempty" doc:"When it is at work; not there: when the organisation is."`
	MemberCount   int64          `json:"memberCount" doc:"How many members it has."`
	identity
}

func (r *teamRow) show() (team, error) {
	hours, err := parseHours(r.Schedule)
	return team{
		ID: r.UID, Name: r.Name, Description: r.Description, BusinessHours: hours, MemberCount: r.Members, identity: r.identity(),
	}, err
}

// showTeam reads a team whole, as it is now.
func (s *session) showTeam(ctx context.Context, uid string) (team, error) {
	row, err := find[teamRow](ctx, s, "team", uid, teamShape)
	if err != nil {
		return team{}, err
	}
	return row.show()
}

// sampleTeam is a team of the seed as operations give it.
func sampleTeam(number, version int, name string) string {
	return fmt.Sprintf(`{"id":%q,"name":%q,"memberCount":1,"version":%d,"createdAt":"2026-01-05T09:00:00Z","updatedAt":"2026-01-05T09:00:00Z"}`,
		fixedID("TEAM", number), name, version)
}

type teamInput struct {
	ID string `json:"id" doc:"The team's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_teams_ddl"`
}

func (d *desk) getTeam() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_team", Identifier: "teams:get-team-platform", Title: "Get team", Resource: resourceTeam,
		Description: "Reads one team.", Effect: operations.EffectRead,
		Sample: operations.NewSample(`{"id":"`+fixedID("TEAM", 1)+`"}`, sampleTeam(1, 1, "Support")),
	}, func(ctx context.Context, s *session, in teamInput) (team, error) {
		return s.showTeam(ctx, in.ID)
	})
}

type listTeamsInput struct {
	Search   string `json:"search,omitempty" doc:"Only teams whose name holds this." maxLength:"200"`
	MemberID string `json:"memberId,omitempty" doc:"Only teams of this user." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	paging
}

type listTeamsOutput struct {
	Teams []team `json:"teams" doc:"The teams of this page, by name."`
	pageInfo
}

func (d *desk) listTeams() operations.Operation {
	return operation(d, operations.Spec{
		Name: "list_teams", Identifier: "teams:list-teams-platform", Title: "List teams", Resource: resourceTeam,
		Description: "Pages through the teams, by name.", Effect: operations.EffectRead, Paging: pagingSpec("teams"),
		Sample: operations.NewSample(`{"search":"supp"}`, `{"teams":[`+sampleTeam(1, 1, "Support")+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in listTeamsInput) (listTeamsOutput, error) {
		var f faults
		member, err := refer[userRow](ctx, s, &f, "/memberId", in.MemberID)
		if err != nil {
			return listTeamsOutput{}, err
		}
		if err := f.err(); err != nil {
			return listTeamsOutput{}, err
		}
		l := listing[teamRow]{
			name: "teams", shape: teamShape, order: ordering[teamRow]{column: "name", value: func(r *teamRow) any { return r.Name }},
		}
		if member != 0 {
			of := s.db.NewSelect().Table("platform_team_members").Column("team").Where("org = ?", s.org).Where("member = ?", member)
			l.filters = append(l.filters, filter{column: "pk", test: "IN (?)", args: []any{of}})
		}
		l.fixed = holding(in.Search, "name")
		rows, info, err := list(ctx, s, l, in.paging)
		if err != nil {
			return listTeamsOutput{}, err
		}
		out := listTeamsOutput{make([]team, len(rows)), info}
		for i := range rows {
			if out.Teams[i], err = rows[i].show(); err != nil {
				return listTeamsOutput{}, err
			}
		}
		return out, nil
	})
}

func (d *desk) listTeamsDDL() operations.Operation {
	return lookUp(d, operations.Spec{
		Name: "list_teams_ddl", Title: "Teams", Resource: resourceTeam,
		Description: "Lists the teams to which a ticket can belong.",
		Sample:      operations.NewSample(`{}`, `{"result":[{"text":"Support","value":"01JD0000000000000000TEAM01"}]}`),
	}, func(ctx context.Context, s *session, _ ddl.Input) ([]ddl.Option, error) {
		var rows []teamRow
		err := s.selectFrom(&rows).Column("uid", "name").Where("t.org = ?", s.org).Where("t.deleted_at IS NULL").
			Order("t.name", "t.pk").Limit(maxOptions).Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing teams: %w", err)
		}
		options := make([]ddl.Option, len(rows))
		for i, row := range rows {
			options[i] = ddl.Option{Text: row.Name, Value: row.UID}
		}
		return options, nil
	})
}
