package platform

import (
	"context"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/operations"
)

func (d *desk) userPermissions() []operations.Operation {
	return []operations.Operation{d.setUserRole(), d.getUserPermissions(), d.setUserPermissions(), d.checkUserPermission()}
}

type setUserRoleInput struct {
	ID     string  `json:"id" doc:"The user's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	RoleID *string `json:"roleId" doc:"The role; null: none." nullable:"true" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_roles_ddl"`
	versioned
}

type setUserRoleOutput struct {
	user
	PreviousRoleID *string `json:"previousRoleId" doc:"The role before; null: none." nullable:"true"`
}

func (d *desk) setUserRole() operations.Operation {
	return operation(d, operations.Spec{
		Name: "set_user_role", Identifier: "users:set-user-role-platform", Title: "Set user role", Resource: resourceUser,
		Description: "Gives a user a role, in place of the one he has. Permissions of his own stay.", Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "set_user_role", Input: map[string]string{"id": "input.id", "roleId": "output.previousRoleId"}},
		Sample: operations.NewSample(`{"id":"`+fixedID("AGENT", 6)+`","roleId":"`+fixedID("RGHT", 2)+`"}`,
			`{"previousRoleId":"`+fixedID("RGHT", 3)+`",`+sampleUser(6, 2, "Edsger Agent", "edsger@example.com")[1:]),
	}, func(ctx context.Context, s *session, in setUserRoleInput) (setUserRoleOutput, error) {
		var f faults
		role, err := refer[roleRow](ctx, s, &f, "/roleId", textOf(in.RoleID))
		if err != nil {
			return setUserRoleOutput{}, err
		}
		if err := f.err(); err != nil {
			return setUserRoleOutput{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (setUserRoleOutput, error) {
			row, err := openSetting[userRow](ctx, w, entityUser, in.ID, in.versioned, userShape)
			if err != nil {
				return setUserRoleOutput{}, err
			}
			out := setUserRoleOutput{PreviousRoleID: optionalText(row.RoleUID)}
			var e edits[userRow]
			set(&e, "roleId", "role", func(r *userRow) *int64 { return &r.Role }, role)
			if err := changeSetting(ctx, w, entityUser, row, e, nil); err != nil {
				return setUserRoleOutput{}, err
			}
			out.user, err = w.showUser(ctx, in.ID)
			return out, err
		})
	})
}

type getUserPermissionsInput struct {
	ID *string `json:"id" doc:"The user's id; null: whoever asks." nullable:"true" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
}

func (d *desk) getUserPermissions() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_user_permissions", Identifier: "users:get-user-permissions-platform", Title: "Get user permissions", Resource: resourceUser,
		Description: "Tells what a user may do: what his role has and what he was granted, without what he was denied.", Effect: operations.EffectRead,
		Sample: operations.NewSample(`{"id":"`+fixedID("AGENT", 1)+`"}`, samplePermissions(1, 1, "", "")),
	}, func(ctx context.Context, s *session, in getUserPermissionsInput) (userPermissions, error) {
		row, err := s.userOrCaller(ctx, in.ID)
		if err != nil {
			return userPermissions{}, err
		}
		return row.permissions()
	})
}

type setUserPermissionsInput struct {
	ID      string   `json:"id" doc:"The user's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	Granted []string `json:"granted" doc:"Permissions to give him beside the role's, in place of those he was granted before." maxItems:"50" enum:"tickets.read,tickets.write,tickets.assign,tickets.escalate,tickets.archive,comments.read,comments.write,comments.private,accounts.read,accounts.write,contacts.read,contacts.write,teams.manage,users.manage,roles.manage,settings.manage" lookup:"list_permissions_ddl"`
	Denied  []string `json:"denied" doc:"Permissions to deny him, whatever the role has, in place of those he was denied before." maxItems:"50" enum:"tickets.read,tickets.write,tickets.assign,tickets.escalate,tickets.archive,comments.read,comments.write,comments.private,accounts.read,accounts.write,contacts.read,contacts.write,teams.manage,users.manage,roles.manage,settings.manage" lookup:"list_permissions_ddl"`
	versioned
}

func (d *desk) setUserPermissions() operations.Operation {
	return operation(d, operations.Spec{
		Name: "set_user_permissions", Identifier: "users:set-user-permissions-platform", Title: "Set user permissions", Resource: resourceUser,
		Description: "Says which permissions a user has beside his role's, and which he has not in spite of it.", Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"id":"`+fixedID("AGENT", 7)+`","granted":["teams.manage"],"denied":["tickets.archive"]}`,
			samplePermissions(7, 2, `"teams.manage"`, `"tickets.archive"`)),
	}, func(ctx context.Context, s *session, in setUserPermissionsInput) (userPermissions, error) {
		var f faults
		for i, name := range in.Denied {
			if slices.Contains(in.Granted, name) {
				f.add(fmt.Sprintf("/denied/%d", i), "is granted as well")
			}
		}
		if err := f.err(); err != nil {
			return userPermissions{}, err
		}
		text, err := overrides{in.Granted, in.Denied}.text()
		if err != nil {
			return userPermissions{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (userPermissions, error) {
			row, err := openSetting[userRow](ctx, w, entityUser, in.ID, in.versioned, userShape)
			if err != nil {
				return userPermissions{}, err
			}
			var e edits[userRow]
			set(&e, "permissions", "overrides", func(r *userRow) *jsonText { return &r.Overrides }, text)
			if err := changeSetting(ctx, w, entityUser, row, e, nil); err != nil {
				return userPermissions{}, err
			}
			return row.permissions()
		})
	})
}

type checkUserPermissionInput struct {
	UserID     *string `json:"userId" doc:"The user; null: whoever asks." nullable:"true" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	Permission string  `json:"permission" doc:"What the user wants to do." enum:"tickets.read,tickets.write,tickets.assign,tickets.escalate,tickets.archive,comments.read,comments.write,comments.private,accounts.read,accounts.write,contacts.read,contacts.write,teams.manage,users.manage,roles.manage,settings.manage" lookup:"list_permissions_ddl"`
}

type checkUserPermissionOutput struct {
	IsAllowed bool   `json:"isAllowed" doc:"Whether the user may."`
	Reason    string `json:"reason" doc:"Why." enum:"ROLE,GRANTED,DENIED,NOT_GRANTED,DEACTIVATED"`
}

func (d *desk) checkUserPermission() operations.Operation {
	return operation(d, operations.Spec{
		Name: "check_user_permission", Identifier: "users:check-user-permission-platform", Title: "Check user permission", Resource: resourceUser,
		Description: "Tells whether a user has a permission. The hub itself holds nobody to it: what a caller may do is decided by its key.",
		Effect:      operations.EffectRead,
		Sample: operations.NewSample(`{"userId":"`+fixedID("AGENT", 1)+`","permission":"tickets.assign"}`,
			`{"isAllowed":true,"reason":"ROLE"}`),
	}, func(ctx context.Context, s *session, in checkUserPermissionInput) (checkUserPermissionOutput, error) {
		row, err := s.userOrCaller(ctx, in.UserID)
		if err != nil {
			return checkUserPermissionOutput{}, err
		}
		all, err := row.permissions()
		if err != nil {
			return checkUserPermissionOutput{}, err
		}
		switch {
		case row.DeactivatedAt != 0:
			return checkUserPermissionOutput{false, "DEACTIVATED"}, nil
		case slices.Contains(all.Denied, in.Permission):
			return checkUserPermissionOutput{false, "DENIED"}, nil
		case slices.Contains(all.Granted, in.Permission):
			return checkUserPermissionOutput{true, "GRANTED"}, nil
		case slices.Contains(all.Permissions, in.Permission):
			return checkUserPermissionOutput{true, "ROLE"}, nil
		default:
			return checkUserPermissionOutput{false, "NOT_GRANTED"}, nil
		}
	})
}
