package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

// permission is something that a user may or may not do. The hub keeps who has which, and tells; what a caller of the
// hub may do is decided by its key.
type permission struct{ name, title string }

// permissions are all there are. The schemas have them as well: see permissionNames.
func permissions() []permission {
	return []permission{
		{"tickets.read", "Read tickets"}, {"tickets.write", "Create and change tickets"}, {"tickets.assign", "Assign tickets"},
		{"tickets.escalate", "Escalate tickets"}, {"tickets.archive", "Archive tickets"},
		{"comments.read", "Read comments"}, {"comments.write", "Write comments"}, {"comments.private", "Read and write private comments"},
		{"accounts.read", "Read accounts"}, {"accounts.write", "Create and change accounts"},
		{"contacts.read", "Read contacts"}, {"contacts.write", "Create and change contacts"},
		{"teams.manage", "Manage teams"}, {"users.manage", "Manage users"}, {"roles.manage", "Manage roles and permissions"},
		{"settings.manage", "Manage settings, choices and custom fields"},
	}
}

// permissionSet is a list of permissions as it is stored: in the order of permissions, each once.
func permissionSet(names []string) []string {
	set := []string{}
	for _, p := range permissions() {
		if slices.Contains(names, p.name) {
			set = append(set, p.name)
		}
	}
	return set
}

// permissionText is a permissionSet as the database has it.
func permissionText(names []string) (jsonText, error) {
	text, err := json.Marshal(permissionSet(names))
	if err != nil {
		return "", fmt.Errorf("encoding permissions: %w", err)
	}
	return jsonText(text), nil
}

// readPermissions reads what permissionText wrote; "" is none.
func readPermissions(text jsonText) ([]string, error) {
	names := []string{}
	if text == "" {
		return names, nil
	}
	if err := json.Unmarshal([]byte(text), &names); err != nil {
		return nil, fmt.Errorf("decoding permissions: %w", err)
	}
	return names, nil
}

// overrides are a user's permissions beside those of the role.
type overrides struct {
	Granted []string `json:"granted,omitempty"`
	Denied  []string `json:"denied,omitempty"`
}

func readOverrides(text jsonText) (overrides, error) {
	var o overrides
	if text == "" {
		return o, nil
	}
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return o, fmt.Errorf("decoding a user's permissions: %w", err)
	}
	return o, nil
}

// text is the overrides as the database has them, "" if there are none.
func (o overrides) text() (jsonText, error) {
	if len(o.Granted)+len(o.Denied) == 0 {
		return "", nil
	}
	text, err := json.Marshal(overrides{permissionSet(o.Granted), permissionSet(o.Denied)})
	if err != nil {
		return "", fmt.Errorf("encoding a user's permissions: %w", err)
	}
	return jsonText(text), nil
}

// userPermissions are what a user may do, and why.
type userPermissions struct {
	UserID      string   `json:"userId" doc:"The user; empty for a program that has changed nothing yet."`
	RoleID      string   `json:"roleId,omitempty" doc:"The role; not there: none."`
	Role        string   `json:"role,omitempty" doc:"The role's name."`
	Granted     []string `json:"granted" doc:"Permissions given to the user beside the role's."`
	Denied      []string `json:"denied" doc:"Permissions denied to the user, whatever the role has."`
	Permissions []string `json:"permissions" doc:"What the user may do in all. A deactivated user may do nothing."`
	Version     int64    `json:"version" doc:"The user's version."`
}

// permissions puts together what a user may do. The row is one of userShape.
func (r *userRow) permissions() (userPermissions, error) {
	ofRole, err := readPermissions(r.RolePermissions)
	if err != nil {
		return userPermissions{}, err
	}
	own, err := readOverrides(r.Overrides)
	if err != nil {
		return userPermissions{}, err
	}
	out := userPermissions{
		UserID: r.UID, RoleID: r.RoleUID, Role: r.RoleName, Granted: permissionSet(own.Granted), Denied: permissionSet(own.Denied),
		Permissions: []string{}, Version: r.Version,
	}
	if r.DeactivatedAt == 0 {
		out.Permissions = slices.DeleteFunc(permissionSet(append(ofRole, own.Granted...)), func(name string) bool {
			return slices.Contains(own.Denied, name)
		})
	}
	return out, nil
}

// samplePermissions are those of an agent of the seed.
func samplePermissions(number, version int, granted, denied string) string {
	return fmt.Sprintf(`{"userId":%q,"roleId":%q,"role":"Agent","granted":[%s],"denied":[%s],"permissions":["tickets.read","tickets.write"],"version":%d}`,
		fixedID("AGENT", number), fixedID("RGHT", 2), granted, denied, version)
}

type permissionOption struct {
	ddl.Option
	Group string `json:"group" doc:"What it is about."`
}

func (d *desk) listPermissionsDDL() operations.Operation {
	spec := native(operations.Spec{
		Name: "list_permissions_ddl", Title: "Permissions", Resource: "permission",
		Description: "Lists the permissions that a role or a user can have.",
		Sample:      operations.NewSample(`{"search":"read tickets"}`, `{"result":[{"text":"Read tickets","value":"tickets.read","group":"tickets"}]}`),
	})
	return ddl.Whole(spec, func(context.Context, *operations.Call, ddl.Input) ([]permissionOption, bool, error) {
		var options []permissionOption
		for _, p := range permissions() {
			group, _, _ := strings.Cut(p.name, ".")
			options = append(options, permissionOption{ddl.Option{Text: p.title, Value: p.name}, group})
		}
		return options, false, nil
	})
}
