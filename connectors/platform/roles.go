package platform

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

const (
	entityRole   = "role"
	resourceRole = "role"
)

// roleRow is a list of permissions that users have.
type roleRow struct {
	bun.BaseModel `bun:"table:platform_roles,alias:t"`
	record

	Name        string // no other role of the organisation has it
	Description string
	Permissions jsonText
	IsBuiltIn   bool
}

func (r *roleRow) label() string { return r.Name }

// agentRole is the id of the role that new agents get.
func agentRole() string { return fixedID("RGHT", 2) }

// storeRoles gives a new organisation the roles that it has from the beginning: Admin, Agent, Viewer.
func (s *session) storeRoles(ctx context.Context) error {
	var all []string
	for _, p := range permissions() {
		all = append(all, p.name)
	}
	for i, role := range []struct {
		name, description string
		permissions       []string
	}{
		{"Admin", "May do everything.", all},
		{"Agent", "Works on tickets, and looks after accounts and contacts.", all[:12]},
		{"Viewer", "Reads.", []string{"tickets.read", "comments.read", "accounts.read", "contacts.read"}},
	} {
		text, err := permissionText(role.permissions)
		if err != nil {
			return err
		}
		err = insert(ctx, s, &roleRow{
			record: record{UID: fixedID("RGHT", i+1)}, Name: role.name, Description: role.description, Permissions: text, IsBuiltIn: true,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *desk) roles() []operations.Operation {
	return []operations.Operation{
		d.createRole(), d.getRole(), d.listRoles(), d.updateRole(), d.deleteRole(), d.listRolesDDL(), d.listPermissionsDDL(),
	}
}

// role is a role as operations give it.
type role struct {
	ID          string   `json:"id" doc:"The role's id."`
	Name        string   `json:"name" doc:"What it is called."`
	Description string   `json:"description,omitempty" doc:"Who it is for."`
	Permissions []string `json:"permissions" doc:"What users with this role may do."`
	IsBuiltIn   bool     `json:"isBuiltIn" doc:"Whether every organisation has it from the beginning. It can be changed, but not deleted."`
	identity
}

func (r *roleRow) show() (role, error) {
	names, err := readPermissions(r.Permissions)
	return role{ID: r.UID, Name: r.Name, Description: r.Description, Permissions: names, IsBuiltIn: r.IsBuiltIn, identity: r.identity()}, err
}

// sampleRole is a role of the seed as operations give it.
func sampleRole(number, version int, name, permissions string) string {
	return fmt.Sprintf(`{"id":%q,"name":%q,"permissions":[%s],"isBuiltIn":%t,"version":%d,"createdAt":"2026-01-05T09:00:00Z","updatedAt":"2026-01-05T09:00:00Z"}`,
		fixedID("RGHT", number), name, permissions, number <= 3, version)
}

type roleInput struct {
	ID string `json:"id" doc:"The role's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_roles_ddl"`
}

func (d *desk) getRole() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_role", Identifier: "users:get-role-platform", Title: "Get role", Resource: resourceRole,
		Description: "Reads one role with its permissions.", Effect: operations.EffectRead,
		Sample: operations.NewSample(`{"id":"`+fixedID("RGHT", 3)+`"}`, sampleRole(3, 1, "Viewer", `"tickets.read","comments.read"`)),
	}, func(ctx context.Context, s *session, in roleInput) (role, error) {
		row, err := find[roleRow](ctx, s, "role", in.ID)
		if err != nil {
			return role{}, err
		}
		return row.show()
	})
}

type listRolesInput struct{ paging }

type listRolesOutput struct {
	Roles []role `json:"roles" doc:"The roles of this page, by name."`
	pageInfo
}

func (d *desk) listRoles() operations.Operation {
	return operation(d, operations.Spec{
		Name: "list_roles", Identifier: "users:list-roles-platform", Title: "List roles", Resource: resourceRole,
		Description: "Pages through the roles with their permissions, by name.", Effect: operations.EffectRead, Paging: pagingSpec("roles"),
		Sample: operations.NewSample(`{}`, `{"roles":[`+sampleRole(3, 1, "Viewer", `"tickets.read","comments.read"`)+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in listRolesInput) (listRolesOutput, error) {
		l := listing[roleRow]{name: "roles", order: ordering[roleRow]{column: "name", value: func(r *roleRow) any { return r.Name }}}
		rows, info, err := list(ctx, s, l, in.paging)
		if err != nil {
			return listRolesOutput{}, err
		}
		out := listRolesOutput{make([]role, len(rows)), info}
		for i := range rows {
			if out.Roles[i], err = rows[i].show(); err != nil {
				return listRolesOutput{}, err
			}
		}
		return out, nil
	})
}

func (d *desk) listRolesDDL() operations.Operation {
	return lookUp(d, operations.Spec{
		Name: "list_roles_ddl", Title: "Roles", Resource: resourceRole,
		Description: "Lists the roles that a user can have.",
		Sample:      operations.NewSample(`{}`, `{"result":[{"text":"Admin","value":"`+fixedID("RGHT", 1)+`"}]}`),
	}, func(ctx context.Context, s *session, _ ddl.Input) ([]ddl.Option, error) {
		var rows []roleRow
		err := s.selectFrom(&rows).Column("uid", "name").Where("t.org = ?", s.org).Where("t.deleted_at IS NULL").
			Order("t.name", "t.pk").Limit(maxOptions).Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing roles: %w", err)
		}
		options := make([]ddl.Option, len(rows))
		for i, row := range rows {
			options[i] = ddl.Option{Text: row.Name, Value: row.UID}
		}
		return options, nil
	})
}
