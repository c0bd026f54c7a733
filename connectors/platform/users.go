package platform

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

// The kinds of user.
const (
	userAgent = "agent"   // a person who works on tickets
	userKey   = "api_key" // a program that calls the hub: made when it first changes something
)

const (
	entityUser   = "user"
	resourceUser = "user"
)

// userRow is somebody who does things, or has them done to.
type userRow struct {
	bun.BaseModel `bun:"table:platform_users,alias:t"`
	record

	Name          string
	Email         string // in lower case; no other user of the organisation has it
	Kind          string
	Caller        string   `bun:",nullzero"` // the id of the API key that is the user
	Schedule      jsonText `bun:",nullzero"`
	Role          int64    `bun:",nullzero"`
	Overrides     jsonText `bun:",nullzero"` // permissions beside those of the role
	DeactivatedAt moment   `bun:",nullzero"`

	RoleUID         string   `bun:"role_uid,scanonly"`
	RoleName        string   `bun:"role_name,scanonly"`
	RolePermissions jsonText `bun:"role_permissions,scanonly"`
}

func (r *userRow) label() string { return r.Name }

// userShape adds the role.
func userShape(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Column("t.*").ColumnExpr("role.uid AS role_uid, role.name AS role_name, role.permissions AS role_permissions").
		Join("LEFT JOIN platform_roles AS role ON role.pk = t.role")
}

// userOfCaller gives the key of the user that the caller is. Whoever is new becomes one.
func (s *session) userOfCaller(ctx context.Context) (int64, error) {
	pk, err := s.callerKey(ctx)
	if !isMissing(err) {
		return pk, err
	}
	row := &userRow{Name: s.callerID(), Kind: userKey, Caller: s.callerID()}
	if err := insert(ctx, s, row); err != nil {
		return 0, err
	}
	return row.PK, nil
}

func (s *session) callerID() string {
	if s.call.Caller == "" {
		return "hub"
	}
	return s.call.Caller
}

func (s *session) callerKey(ctx context.Context) (int64, error) {
	var pk int64
	err := s.selectFrom((*userRow)(nil)).Column("pk").Where("t.org = ?", s.org).Where("t.caller = ?", s.callerID()).Scan(ctx, &pk)
	if err != nil {
		return 0, fmt.Errorf("looking for the caller: %w", err)
	}
	return pk, nil
}

// userOrCaller reads a user, without an id the caller. A caller who has changed nothing yet is a user without anything.
func (s *session) userOrCaller(ctx context.Context, uid *string) (*userRow, error) {
	if uid != nil {
		return find[userRow](ctx, s, "user", *uid, userShape)
	}
	row := &userRow{}
	err := s.selectFrom(row).Where("t.org = ?", s.org).Where("t.caller = ?", s.callerID()).Apply(userShape).Scan(ctx)
	if err != nil && !isMissing(err) {
		return nil, fmt.Errorf("looking for the caller: %w", err)
	}
	return row, nil
}

// agents narrows a query to users who can be given work.
func agents(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Where("t.kind = ?", userAgent).Where("t.deactivated_at IS NULL")
}

// referAgent finds the key of somebody to whom work is given. One who cannot have it is a fault at the pointer; an empty
// id is nobody, 0.
func (s *session) referAgent(ctx context.Context, f *faults, pointer, uid string) (int64, error) {
	if uid == "" {
		return 0, nil
	}
	row := &userRow{}
	err := s.selectFrom(row).Column("pk", "kind", "deactivated_at").Where("t.org = ?", s.org).Where("t.uid = ?", uid).
		Where("t.deleted_at IS NULL").Scan(ctx)
	switch {
	case isMissing(err):
		f.add(pointer, "names nothing that is there")
	case err != nil:
		return 0, fmt.Errorf("looking up what %s names: %w", pointer, err)
	case row.Kind != userAgent:
		f.add(pointer, "is a program; only people are given work")
	case row.DeactivatedAt != 0:
		f.add(pointer, "is deactivated; name somebody else, or reactivate the user")
	}
	return row.PK, nil
}

// employable refuses to give work to somebody who cannot have it any more. It is asked in the transaction that gives it:
// he may have been deactivated since his id was looked up. 0 is nobody.
func (s *session) employable(ctx context.Context, agent int64) error {
	if agent == 0 {
		return nil
	}
	is, err := s.selectFrom((*userRow)(nil)).Where("t.pk = ?", agent).Where("t.org = ?", s.org).Apply(agents).Exists(ctx)
	if err != nil {
		return fmt.Errorf("looking at an agent: %w", err)
	}
	if !is {
		return operations.Errorf(operations.CodeConflict, "the agent is deactivated; assign somebody else")
	}
	return nil
}

func (d *desk) users() []operations.Operation {
	return []operations.Operation{
		d.createUser(), d.getUser(), d.listUsers(), d.updateUser(), d.deactivateUser(), d.reactivateUser(), d.listUsersDDL(),
	}
}

// user is a user as operations give it.
type user struct {
	ID            string         `json:"id" doc:"The user's id."`
	Name          string         `json:"name" doc:"The user's name; of a program, the id of its key."`
	Email         string         `json:"email,omitempty" doc:"The email address, in lower case."`
	UserType      string         `json:"userType" doc:"agent for a person, or api_key for a program."`
	IsActive      bool           `json:"isActive" doc:"false: deactivated. Nothing can be assigned to this user."`
	DeactivatedAt *time.Time     `json:"deactivatedAt,omitempty" doc:"When the user was deactivated."`
	RoleID        string         `json:"roleId,omitempty" doc:"The role; not there: none."`
	Role          string         `json:"role,omitempty" doc:"The role's name."`
	BusinessHours *businessHours `json:"businessHours,omitempty" doc:"When the user is at work; not there: when the organisation is."`
	Teams         []userTeam     `json:"teams" doc:"The teams that the user is in."`
	identity
}

type userTeam struct {
	ID   string `json:"id" doc:"The team's id."`
	Name string `json:"name" doc:"The team's name."`
}

func (r *userRow) show(teams []userTeam) (user, error) {
	hours, err := parseHours(r.Schedule)
	if teams == nil {
		teams = []userTeam{}
	}
	return user{
		ID: r.UID, Name: r.Name, Email: r.Email, UserType: r.Kind, IsActive: r.DeactivatedAt == 0, DeactivatedAt: r.DeactivatedAt.optional(),
		RoleID: r.RoleUID, Role: r.RoleName, BusinessHours: hours, Teams: teams, identity: r.identity(),
	}, err
}

// showUsers makes users of rows, with their teams read all at once.
func (s *session) showUsers(ctx context.Context, rows []userRow) ([]user, error) {
	keys := make([]int64, len(rows))
	for i := range rows {
		keys[i] = rows[i].PK
	}
	teams, err := s.teamsOf(ctx, keys)
	if err != nil {
		return nil, err
	}
	shown := make([]user, len(rows))
	for i := range rows {
		if shown[i], err = rows[i].show(teams[rows[i].PK]); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

// teamsOf reads the teams of users, by their keys.
func (s *session) teamsOf(ctx context.Context, users []int64) (map[int64][]userTeam, error) {
	teams := map[int64][]userTeam{}
	if len(users) == 0 {
		return teams, nil
	}
	var rows []struct {
		Member    int64
		UID, Name string
	}
	err := s.selectFrom((*memberRow)(nil)).ColumnExpr("t.member, team.uid, team.name").Join("JOIN platform_teams AS team ON team.pk = t.team").
		Where("t.org = ?", s.org).Where("t.member IN (?)", bun.In(users)).OrderExpr("team.name, team.pk").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("reading teams: %w", err)
	}
	for _, row := range rows {
		teams[row.Member] = append(teams[row.Member], userTeam{row.UID, row.Name})
	}
	return teams, nil
}

// showUser reads a user whole, as he is now.
func (s *session) showUser(ctx context.Context, uid string) (user, error) {
	row, err := find[userRow](ctx, s, "user", uid, userShape)
	if err != nil {
		return user{}, err
	}
	shown, err := s.showUsers(ctx, []userRow{*row})
	if err != nil {
		return user{}, err
	}
	return shown[0], nil
}

// sampleUser is an agent of the seed as operations give it.
func sampleUser(number, version int, name, email string) string {
	return fmt.Sprintf(`{"id":%q,"name":%q,"email":%q,"userType":"agent","isActive":true,"roleId":%q,"role":"Agent","teams":[{"id":%q,"name":"Support"}],
		"version":%d,"createdAt":"2026-01-05T09:00:00Z","updatedAt":"2026-01-05T09:00:00Z"}`,
		fixedID("AGENT", number), name, email, fixedID("RGHT", 2), fixedID("TEAM", 1), version)
}
