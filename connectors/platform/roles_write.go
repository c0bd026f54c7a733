package platform

import (
	"context"
	"fmt"

	"github.com/patchbay/patchbay/operations"
)

type createRoleInput struct {
	Name        string   `json:"name" doc:"What it is called; no other role is called the same." minLength:"1" maxLength:"100" pattern:"\\S"`
	Description string   `json:"description,omitempty" doc:"Who it is for." maxLength:"1000"`
	Permissions []string `json:"permissions" doc:"What users with this role may do." maxItems:"50" enum:"tickets.read,tickets.write,tickets.assign,tickets.escalate,tickets.archive,comments.read,comments.write,comments.private,accounts.read,accounts.write,contacts.read,contacts.write,teams.manage,users.manage,roles.manage,settings.manage" lookup:"list_permissions_ddl"`
}

func (d *desk) createRole() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_role", Identifier: "users:create-role-platform", Title: "Create role", Resource: resourceRole,
		Description: "Adds a role: a list of permissions that users can be given together.", Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "delete_role", Input: map[string]string{"id": "output.id"}},
		Sample: operations.NewSample(`{"name":"Auditor","permissions":["tickets.read","comments.read","comments.private"]}`,
			sampleRole(9, 1, "Auditor", `"tickets.read","comments.read","comments.private"`)),
	}, func(ctx context.Context, s *session, in createRoleInput) (role, error) {
		text, err := permissionText(in.Permissions)
		if err != nil {
			return role{}, err
		}
		row := &roleRow{Name: clean(in.Name), Description: clean(in.Description), Permissions: text}
		return write(ctx, s, func(ctx context.Context, w *session) (role, error) {
			if err := unique(ctx, w, entityRole, row, "name", row.Name); err != nil {
				return role{}, err
			}
			if err := storeSetting(ctx, w, entityRole, row); err != nil {
				return role{}, err
			}
			return row.show()
		})
	})
}

type updateRoleInput struct {
	ID          string   `json:"id" doc:"The role's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_roles_ddl"`
	Name        *string  `json:"name,omitempty" doc:"What it is called; no other role is called the same." minLength:"1" maxLength:"100" pattern:"\\S"`
	Description *string  `json:"description,omitempty" doc:"Who it is for." maxLength:"1000"`
	Permissions []string `json:"permissions,omitempty" doc:"What users with this role may do, in place of what they might before." maxItems:"50" enum:"tickets.read,tickets.write,tickets.assign,tickets.escalate,tickets.archive,comments.read,comments.write,comments.private,accounts.read,accounts.write,contacts.read,contacts.write,teams.manage,users.manage,roles.manage,settings.manage" lookup:"list_permissions_ddl"`
	versioned
}

func (d *desk) updateRole() operations.Operation {
	return operation(d, operations.Spec{
		Name: "update_role", Identifier: "users:update-role-platform", Title: "Update role", Resource: resourceRole,
		Description: "Changes what is given of a role, which is at once what its users may do; the rest stays.", Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"id":"`+fixedID("RGHT", 4)+`","permissions":["tickets.read","tickets.write"]}`,
			sampleRole(4, 2, "Trainee", `"tickets.read","tickets.write"`)),
	}, func(ctx context.Context, s *session, in updateRoleInput) (role, error) {
		var e edits[roleRow]
		if in.Name != nil {
			set(&e, "name", "name", func(r *roleRow) *string { return &r.Name }, clean(*in.Name))
		}
		if in.Description != nil {
			set(&e, "description", "description", func(r *roleRow) *string { return &r.Description }, clean(*in.Description))
		}
		if in.Permissions != nil {
			text, err := permissionText(in.Permissions)
			if err != nil {
				return role{}, err
			}
			set(&e, "permissions", "permissions", func(r *roleRow) *jsonText { return &r.Permissions }, text)
		}
		return write(ctx, s, func(ctx context.Context, w *session) (role, error) {
			row, err := openSetting[roleRow](ctx, w, entityRole, in.ID, in.versioned)
			if err != nil {
				return role{}, err
			}
			err = changeSetting(ctx, w, entityRole, row, e, func(row *roleRow) error { return unique(ctx, w, entityRole, row, "name", row.Name) })
			if err != nil {
				return role{}, err
			}
			return row.show()
		})
	})
}

type deleteRoleInput struct {
	ID            string `json:"id" doc:"The role's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_roles_ddl"`
	ReplacementID string `json:"replacementId,omitempty" doc:"The role that its users get, at most 1,000. Without one, it must have none." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_roles_ddl"`
	versioned
}

func (d *desk) deleteRole() operations.Operation {
	return operation(d, operations.Spec{
		Name: "delete_role", Identifier: "users:delete-role-platform", Title: "Delete role", Resource: resourceRole,
		Description: "Deletes a role. One that users have, or that every organisation has from the beginning, cannot be deleted: that is a conflict.",
		Effect:      operations.EffectDestructive,
		Sample:      operations.NewSample(`{"id":"`+fixedID("RGHT", 5)+`"}`, `{"success":true,"id":"`+fixedID("RGHT", 5)+`"}`),
	}, func(ctx context.Context, s *session, in deleteRoleInput) (deletedOutput, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (deletedOutput, error) {
			return deletedOutput{true, in.ID}, w.endRole(ctx, in)
		})
	})
}

func (s *session) endRole(ctx context.Context, in deleteRoleInput) error {
	row, err := openSetting[roleRow](ctx, s, entityRole, in.ID, in.versioned)
	if err != nil {
		return err
	}
	if row.IsBuiltIn {
		return operations.Errorf(operations.CodeConflict, "the role %s is one that every organisation has; change it instead", row.Name)
	}
	var f faults
	other, err := replacement[roleRow](ctx, s, &f, in.ReplacementID, in.ID)
	if err != nil {
		return err
	}
	if err := f.err(); err != nil {
		return err
	}
	if err := s.replaceRole(ctx, row.PK, other); err != nil {
		return err
	}
	return dropSetting(ctx, s, entityRole, row)
}

// replaceRole gives users another role in place of one. Without another one, 0, there must be no such users.
func (s *session) replaceRole(ctx context.Context, from, to int64) error {
	var rows []userRow
	err := s.selectFrom(&rows).Where("t.org = ?", s.org).Where("t.role = ?", from).Where("t.deleted_at IS NULL").Limit(maxVacated + 1).Scan(ctx)
	if err != nil {
		return fmt.Errorf("looking for users: %w", err)
	}
	switch {
	case len(rows) > maxVacated:
		return operations.Errorf(operations.CodeConflict, "more than %d users have the role; give most of them another one first", maxVacated)
	case len(rows) > 0 && to == 0:
		return operations.Errorf(operations.CodeConflict, "%d users have the role; name another one for them in replacementId", len(rows))
	}
	var e edits[userRow]
	set(&e, "roleId", "role", func(r *userRow) *int64 { return &r.Role }, to)
	for i := range rows {
		if err := changeSetting(ctx, s, entityUser, &rows[i], e, nil); err != nil {
			return err
		}
	}
	return nil
}
