package platform_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

const roleAdmin, roleAgent, roleViewer = "01JD0000000000000000RGHT01", "01JD0000000000000000RGHT02", "01JD0000000000000000RGHT03"

func TestUsers(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	made := h.want(t, "create_user", `{"name":"Grace","email":"Grace@Example.com","teamIds":["`+team+`","`+team+`"]}`)
	id := made.Get("id").String()
	if made.Get("email").String() != "grace@example.com" || made.Get("roleId").String() != roleAgent || !made.Get("isActive").Bool() ||
		made.Get("userType").String() != "agent" || made.Get("teams.#.id").Raw != `["`+team+`"]` {
		t.Errorf("got %s", made.Raw)
	}
	h.refused(t, "create_user", `{"name":"G","email":"GRACE@example.com"}`, operations.CodeConflict, id)
	h.refused(t, "create_user", `{"name":"G","email":"g@example.com","roleId":"`+nobody+`","teamIds":["`+nobody+`"]}`, operations.CodeInvalidInput, "/teamIds/0")
	h.refused(t, "create_user", `{"name":"G","email":"g"}`, operations.CodeInvalidInput, "/email")
	other := h.want(t, "create_user", `{"name":"Ken","email":"ken@example.com"}`).Get("id").String()
	h.refused(t, "update_user", `{"id":"`+other+`","email":"Grace@example.com"}`, operations.CodeConflict, id)
	h.refused(t, "update_user", `{"id":"`+id+`","name":"H","version":3}`, operations.CodeConflict, "version 1, not 3")
	got := h.want(t, "update_user", `{"id":"`+id+`","name":"Grace H","email":"gh@example.com","businessHours":`+berlinOffice+`,"version":1}`)
	if got.Get("name").String() != "Grace H" || got.Get("businessHours.timeZone").String() != "Europe/Berlin" || got.Get("version").Int() != 2 {
		t.Errorf("got %s", got.Raw)
	}
	h.want(t, "deactivate_user", `{"id":"`+other+`"}`)
	for input, want := range map[string]string{
		`{}`: `["Grace H","Ken"]`, `{"isActive":true}`: `["Grace H"]`, `{"isActive":false}`: `["Ken"]`, `{"search":"GH@"}`: `["Grace H"]`,
		`{"search":"ken"}`: `["Ken"]`, `{"teamId":"` + team + `"}`: `["Grace H"]`, `{"roleId":"` + roleAdmin + `"}`: `[]`, `{"userType":"api_key"}`: `["key_1"]`,
		`{"userType":"any"}`: `["Grace H","Ken","key_1"]`, `{"search":"e","isActive":false}`: `["Ken"]`,
	} {
		got := h.want(t, "list_users", input)
		if names := got.Get("users.#.name").Raw; names != want || got.Get("total").Int() != int64(len(gjson.Parse(want).Array())) {
			t.Errorf("list_users %s: %s, want %s", input, got.Raw, want)
		}
	}
	if other := h.in("two"); other.want(t, "list_users", `{}`).Get("total").Int() != 0 {
		t.Error("another workspace sees users")
	}
	for _, operation := range []string{"get_user", "update_user", "deactivate_user", "reactivate_user"} {
		h.in("two").refused(t, operation, `{"id":"`+id+`"}`, operations.CodeNotFound, id)
	}
	if got := h.happened(t, `"user.*"`); got != "user.created user.created user.updated user.deactivated" {
		t.Errorf("events %s", got)
	}
}

func TestDeactivated(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	ticket := h.create(t, "A", `"assignedAgentId":"`+agentAda+`"`)
	first := h.want(t, "deactivate_user", `{"id":"`+agentAda+`"}`)
	if first.Get("isActive").Bool() || !first.Get("deactivatedAt").Exists() || first.Get("version").Int() != 2 {
		t.Errorf("got %s", first.Raw)
	}
	if again := h.want(t, "deactivate_user", `{"id":"`+agentAda+`"}`); again.Raw != first.Raw {
		t.Errorf("got %s", again.Raw)
	}
	agent := `"assignedAgentId":"` + agentAda + `"`
	h.refused(t, "create_ticket", `{"title":"B","requestorEmail":"b@example.com","teamId":"`+team+`",`+agent+`}`, operations.CodeInvalidInput, "/assignedAgentId is deactivated")
	other := h.create(t, "B")
	h.refused(t, "update_ticket", `{"id":"`+other+`",`+agent+`}`, operations.CodeInvalidInput, "/assignedAgentId is deactivated")
	h.refused(t, "assign_ticket", `{"ticketId":"`+other+`","agentId":"`+agentAda+`"}`, operations.CodeInvalidInput, "/agentId is deactivated")
	h.refused(t, "compensate_assign_ticket", `{"ticketId":"`+other+`","agentId":"`+agentAda+`","teamId":"`+team+`"}`, operations.CodeConflict, "deactivated")
	if got := h.want(t, "list_users_ddl", `{}`).Get("result.#.value").Raw; strings.Contains(got, agentAda) {
		t.Errorf("the drop-down has %s", got)
	}

	// What he has stays his, and can be taken away from him.
	if got := h.want(t, "update_ticket", `{"id":"`+ticket+`","title":"C"}`); got.Get("assignedAgentId").String() != agentAda {
		t.Errorf("got %s", got.Raw)
	}
	if got := h.want(t, "list_tickets", `{"assignedAgentIds":["`+agentAda+`"]}`); got.Get("total").Int() != 1 {
		t.Errorf("got %s", got.Raw)
	}
	h.want(t, "assign_ticket", `{"ticketId":"`+ticket+`","agentId":"`+agentAda+`","unassign":true}`)
	h.want(t, "reactivate_user", `{"id":"`+agentAda+`"}`)
	h.want(t, "assign_ticket", `{"ticketId":"`+ticket+`","agentId":"`+agentAda+`"}`)

	program := h.want(t, "list_users", `{"userType":"api_key"}`).Get("users.0.id").String()
	h.refused(t, "deactivate_user", `{"id":"`+program+`"}`, operations.CodeConflict, "revoke its key")
	h.refused(t, "assign_ticket", `{"ticketId":"`+ticket+`","agentId":"`+program+`"}`, operations.CodeInvalidInput, "/agentId is a program")
}

func TestRoles(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	made := h.want(t, "create_role", `{"name":"Auditor","permissions":["comments.read","tickets.read","tickets.read"]}`)
	id := made.Get("id").String()
	if made.Get("permissions").Raw != `["tickets.read","comments.read"]` || made.Get("isBuiltIn").Bool() {
		t.Errorf("got %s", made.Raw)
	}
	h.refused(t, "create_role", `{"name":"Auditor","permissions":[]}`, operations.CodeConflict, id)
	h.refused(t, "create_role", `{"name":"B","permissions":["tickets.fly"]}`, operations.CodeInvalidInput, "/permissions/0")
	h.refused(t, "update_role", `{"id":"`+id+`","name":"Admin"}`, operations.CodeConflict, roleAdmin)
	h.refused(t, "delete_role", `{"id":"`+roleViewer+`"}`, operations.CodeConflict, "every organisation has")

	set := h.want(t, "set_user_role", `{"id":"`+agentAda+`","roleId":"`+id+`"}`)
	if set.Get("previousRoleId").String() != roleAgent || set.Get("role").String() != "Auditor" {
		t.Errorf("got %s", set.Raw)
	}
	h.refused(t, "delete_role", `{"id":"`+id+`"}`, operations.CodeConflict, "1 users have the role")
	h.refused(t, "delete_role", `{"id":"`+id+`","replacementId":"`+id+`"}`, operations.CodeInvalidInput, "/replacementId")
	h.want(t, "update_role", `{"id":"`+id+`","permissions":[]}`)
	h.allowed(t, agentAda, "tickets.read", "NOT_GRANTED")
	h.want(t, "delete_role", `{"id":"`+id+`","replacementId":"`+roleViewer+`"}`)
	if got := h.want(t, "get_user", `{"id":"`+agentAda+`"}`); got.Get("role").String() != "Viewer" || got.Get("version").Int() != 3 {
		t.Errorf("got %s", got.Raw)
	}
	if got := h.want(t, "set_user_role", `{"id":"`+agentAda+`","roleId":null}`); got.Get("role").Exists() {
		t.Errorf("got %s", got.Raw)
	}
	if got := h.want(t, "set_user_role", `{"id":"`+agentAda+`","roleId":"`+roleAdmin+`"}`); got.Get("previousRoleId").Type != gjson.Null {
		t.Errorf("got %s", got.Raw)
	}
	h.in("two").refused(t, "delete_role", `{"id":"01JD0000000000000000RGHT05"}`, operations.CodeNotFound, "RGHT05")
	if got := h.happened(t, `"role.*","user.updated"`); got != "role.created user.updated role.updated user.updated role.deleted user.updated user.updated" {
		t.Errorf("events %s", got)
	}
}

// allowed wants check_user_permission to give a reason, and get_user_permissions to agree.
func (h *hub) allowed(t *testing.T, user, permission, reason string) {
	t.Helper()
	got := h.want(t, "check_user_permission", `{"userId":"`+user+`","permission":"`+permission+`"}`)
	may := reason == "ROLE" || reason == "GRANTED"
	all := h.want(t, "get_user_permissions", `{"id":"`+user+`"}`).Get("permissions").Raw
	if got.Get("reason").String() != reason || got.Get("isAllowed").Bool() != may || strings.Contains(all, `"`+permission+`"`) != may {
		t.Errorf("%s of %s: %s, want %s; all are %s", permission, user, got.Raw, reason, all)
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	h.allowed(t, agentAda, "tickets.assign", "ROLE")
	h.allowed(t, agentAda, "teams.manage", "NOT_GRANTED")
	h.refused(t, "set_user_permissions", `{"id":"`+agentAda+`","granted":["teams.manage"],"denied":["tickets.read","teams.manage"]}`, operations.CodeInvalidInput, "/denied/1")
	set := `{"id":"` + agentAda + `","granted":["teams.manage","tickets.read"],"denied":["tickets.assign"]}`
	got := h.want(t, "set_user_permissions", set)
	if got.Get("granted").Raw != `["tickets.read","teams.manage"]` || got.Get("denied").Raw != `["tickets.assign"]` || got.Get("version").Int() != 2 {
		t.Errorf("got %s", got.Raw)
	}
	if again := h.want(t, "set_user_permissions", set); again.Raw != got.Raw {
		t.Errorf("nothing changed, but it did: %s", again.Raw)
	}
	h.allowed(t, agentAda, "teams.manage", "GRANTED")
	h.allowed(t, agentAda, "tickets.assign", "DENIED")
	h.allowed(t, agentAda, "tickets.write", "ROLE")
	h.want(t, "deactivate_user", `{"id":"`+agentAda+`"}`)
	h.allowed(t, agentAda, "teams.manage", "DEACTIVATED")
	h.want(t, "reactivate_user", `{"id":"`+agentAda+`"}`)
	h.want(t, "set_user_permissions", `{"id":"`+agentAda+`","granted":[],"denied":[]}`)
	h.allowed(t, agentAda, "tickets.assign", "ROLE")
	me := h.by("key_of_nobody").want(t, "check_user_permission", `{"userId":null,"permission":"tickets.read"}`)
	if me.Get("isAllowed").Bool() {
		t.Errorf("got %s", me.Raw)
	}
}

// TestPermissionsAreInTheSchemas: tags cannot refer to a list in Go.
func TestPermissionsAreInTheSchemas(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	all := h.want(t, "list_permissions_ddl", `{}`).Get("result.#.value").Raw
	paths := map[string][]string{
		"create_role": {"permissions.items"}, "update_role": {"permissions.items"}, "check_user_permission": {"permission"},
		"set_user_permissions": {"granted.items", "denied.items"},
	}
	for _, operation := range h.connector.Operations {
		spec := operation.Spec()
		for _, path := range paths[spec.Name] {
			if got := gjson.GetBytes(spec.Input, "properties."+path+".enum").Raw; got != all {
				t.Errorf("%s %s: %s, want %s", spec.Name, path, got, all)
			}
		}
	}
}
