package platform_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

// happened gives the types of the events of a kind, in order.
func (h *hub) happened(t *testing.T, types string) string {
	t.Helper()
	text := []string{}
	for _, event := range h.want(t, "list_events", `{"types":[`+types+`],"limit":1000}`).Get("events").Array() {
		text = append(text, event.Get("type").String())
	}
	return strings.Join(text, " ")
}

func TestOrganisation(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	fresh := h.want(t, "get_organisation", `{}`)
	if fresh.Get("name").String() != "one" || fresh.Get("businessHours").Exists() || fresh.Get("settings").Raw != "{}" || fresh.Get("version").Int() != 1 {
		t.Errorf("got %s", fresh.Raw)
	}
	got := h.want(t, "update_organisation", `{"version":1,"name":"Acme","settings":{"a":[1,{"b":null}]},"businessHours":`+berlinOffice+`,
		"holidays":[{"name":"B","firstDay":"2096-12-25","lastDay":"2096-12-26"},{"name":"A","firstDay":"2096-05-01"}]}`)
	if got.Get("name").String() != "Acme" || got.Get("settings").Raw != `{"a":[1,{"b":null}]}` || got.Get("businessHours.hours.0.days.#").Int() != 5 ||
		got.Get("holidays.#.name").Raw != `["A","B"]` || got.Get("holidays.0.lastDay").String() != "2096-05-01" || got.Get("version").Int() != 2 {
		t.Errorf("got %s", got.Raw)
	}
	kept := got.Get("holidays.0.id").String()
	h.refused(t, "update_organisation", `{"version":1,"name":"Emca"}`, operations.CodeConflict, "version 2, not 1")
	got = h.want(t, "update_organisation", `{"holidays":[{"name":"C","firstDay":"2096-01-01"},{"name":"A","firstDay":"2096-05-01","lastDay":"2096-05-01"}]}`)
	if got.Get("holidays.#.name").Raw != `["C","A"]` || got.Get("holidays.1.id").String() != kept || got.Get("settings.a.0").Int() != 1 {
		t.Errorf("got %s", got.Raw)
	}
	if again := h.want(t, "update_organisation", `{"name":"Acme","settings":{"a":[1,{"b":null}]},"businessHours":`+berlinOffice+`}`); again.Raw != got.Raw {
		t.Errorf("nothing changed, but it did:\n%s\n%s", got.Raw, again.Raw)
	}
	got = h.want(t, "update_organisation", `{"businessHours":null,"holidays":[],"settings":{}}`)
	if got.Get("businessHours").Exists() || got.Get("holidays.#").Int() != 0 || got.Get("version").Int() != 4 {
		t.Errorf("got %s", got.Raw)
	}
	want := "holiday.created holiday.created organisation.updated holiday.deleted holiday.created organisation.updated holiday.deleted holiday.deleted organisation.updated"
	if got := h.happened(t, `"organisation.*","holiday.*"`); got != want {
		t.Errorf("events %s, want %s", got, want)
	}
	if other := h.in("two").want(t, "get_organisation", `{}`); other.Get("name").String() != "two" || other.Get("id").String() == got.Get("id").String() {
		t.Errorf("another workspace sees %s", other.Raw)
	}
}

func TestOrganisationRefused(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	for input, pointer := range map[string]string{
		`{"businessHours":{"timeZone":"Mars/Olympus"}}`:                                                           "/businessHours/timeZone",
		`{"businessHours":{"timeZone":"UTC","hours":[]}}`:                                                         "/businessHours/hours",
		`{"businessHours":{"timeZone":"UTC","hours":[{"days":["monday"],"from":"9:00","to":"17:00"}]}}`:           "/businessHours/hours/0/from",
		`{"businessHours":{"timeZone":"UTC","hours":[{"days":["monday"],"from":"17:00","to":"17:00"}]}}`:          "/businessHours/hours/0/to",
		`{"businessHours":{"timeZone":"UTC","hours":[{"days":["monday","funday"],"from":"09:00","to":"17:00"}]}}`: "/businessHours/hours/0/days/1",
		`{"settings":{"a":"` + strings.Repeat("x", 65<<10) + `"}}`:                                                "/settings",
		`{"holidays":[{"name":"A","firstDay":"2026-13-01"}]}`:                                                     "/holidays/0/firstDay",
		`{"name":null}`: "/name",
	} {
		h.refused(t, "update_organisation", input, operations.CodeInvalidInput, pointer)
	}
	if got := h.want(t, "get_organisation", `{}`); got.Get("version").Int() != 1 {
		t.Errorf("got %s", got.Raw)
	}
}

func TestTeams(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	h.refused(t, "delete_team", `{"id":"`+team+`"}`, operations.CodeConflict, "the last one")
	made := h.want(t, "create_team", `{"name":"100% _fun_","description":"D"}`)
	id := made.Get("id").String()
	h.refused(t, "create_team", `{"name":"100% _fun_"}`, operations.CodeConflict, id)
	h.refused(t, "update_team", `{"id":"`+team+`","name":"100% _fun_"}`, operations.CodeConflict, id)
	for search, want := range map[string]int64{"0% _F": 1, "100%": 1, "%": 1, "_": 1, "supp": 1, "": 2, "x": 0} {
		if got := h.want(t, "list_teams", `{"search":`+quote(search)+`}`); got.Get("total").Int() != want || got.Get("teams.#").Int() != want {
			t.Errorf("search %q: %s", search, got.Raw)
		}
	}
	h.refused(t, "update_team", `{"id":"`+id+`","name":"B","version":7}`, operations.CodeConflict, "version 1, not 7")
	if got := h.want(t, "update_team", `{"id":"`+id+`","name":"B","version":1}`); got.Get("version").Int() != 2 || got.Get("description").String() != "D" {
		t.Errorf("got %s", got.Raw)
	}
	if got := h.want(t, "update_team", `{"id":"`+id+`","name":"B"}`); got.Get("version").Int() != 2 {
		t.Errorf("nothing changed, but it did: %s", got.Raw)
	}
	h.in("two").refused(t, "get_team", `{"id":"`+id+`"}`, operations.CodeNotFound, id)

	ticket := h.create(t, "A")
	h.want(t, "archive_ticket", `{"id":"`+ticket+`"}`)
	h.refused(t, "delete_team", `{"id":"`+team+`"}`, operations.CodeConflict, "in use by 1 tickets")
	h.refused(t, "delete_team", `{"id":"`+team+`","replacementId":"`+team+`"}`, operations.CodeInvalidInput, "/replacementId")
	h.refused(t, "delete_team", `{"id":"`+team+`","replacementId":"`+nobody+`"}`, operations.CodeInvalidInput, "/replacementId")
	h.want(t, "create_holiday", `{"name":"Its own","firstDay":"2026-05-01","teamId":"`+team+`"}`)
	h.want(t, "delete_team", `{"id":"`+team+`","replacementId":"`+id+`"}`)
	if got := h.want(t, "get_ticket", `{"id":"`+ticket+`"}`); got.Get("teamId").String() != id || got.Get("version").Int() != 3 {
		t.Errorf("got %s", got.Raw)
	}
	if got := h.want(t, "list_holidays", `{}`); got.Get("total").Int() != 0 {
		t.Errorf("the team's holiday is left: %s", got.Raw)
	}
	h.refused(t, "get_team", `{"id":"`+team+`"}`, operations.CodeNotFound, team)
	if got := h.happened(t, `"team.*","ticket.updated"`); got != "team.created team.updated ticket.updated team.deleted" {
		t.Errorf("events %s", got)
	}
}

func TestTeamMembers(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	made := h.want(t, "create_team", `{"name":"New"}`).Get("id").String()
	member := `{"teamId":"` + made + `","userId":"` + agentAda + `"}`
	h.refused(t, "remove_team_member", member, operations.CodeNotFound, "not in the team")
	h.want(t, "add_team_member", member)
	h.refused(t, "add_team_member", member, operations.CodeConflict, "in the team already")
	h.refused(t, "add_team_member", `{"teamId":"`+made+`","userId":"`+nobody+`"}`, operations.CodeNotFound, nobody)
	h.refused(t, "add_team_member", `{"teamId":"`+made+`","userId":"01JD000000000000000AGENT05"}`, operations.CodeConflict, "deactivated")
	ids := func(operation, input, path string) string { return h.want(t, operation, input).Get(path).Raw }
	if got := ids("list_team_members", `{"teamId":"`+made+`"}`, "users.#.id"); got != `["`+agentAda+`"]` {
		t.Errorf("members %s", got)
	}
	if got := ids("get_user", `{"id":"`+agentAda+`"}`, "teams.#.name"); got != `["New","On call","Support"]` {
		t.Errorf("teams %s", got)
	}
	if got := ids("list_teams", `{"memberId":"`+agentAda+`"}`, "teams.#.name"); got != `["New","On call","Support"]` {
		t.Errorf("teams %s", got)
	}
	if got := h.want(t, "get_team", `{"id":"`+made+`"}`).Get("memberCount").Int(); got != 1 {
		t.Errorf("%d members", got)
	}
	h.want(t, "remove_team_member", member)
	if got := ids("list_team_members", `{"teamId":"`+made+`"}`, "users"); got != `[]` {
		t.Errorf("members %s", got)
	}
	h.want(t, "add_team_member", member)
	h.want(t, "delete_team", `{"id":"`+made+`"}`)
	if got := ids("get_user", `{"id":"`+agentAda+`"}`, "teams.#.name"); got != `["On call","Support"]` {
		t.Errorf("teams %s", got)
	}
	h.in("two").refused(t, "list_team_members", `{"teamId":"01JD0000000000000000TEAM04"}`, operations.CodeNotFound, "TEAM04")
	if got := h.happened(t, `"team.member_added","team.member_removed"`); got != "team.member_added team.member_removed team.member_added" {
		t.Errorf("events %s", got)
	}
}

// pages reads all pages of a list, each of one record, and gives a field of them.
func (h *hub) pages(t *testing.T, operation, items, field string) []string {
	t.Helper()
	var all []string
	cursor := ""
	for range 100 {
		page := h.want(t, operation, `{"limit":1`+cursor+`}`)
		page.Get(items).ForEach(func(_, item gjson.Result) bool {
			all = append(all, item.Get(field).String())
			return true
		})
		if !page.Get("nextCursor").Exists() {
			return all
		}
		cursor = `,"cursor":` + page.Get("nextCursor").Raw
	}
	t.Fatalf("%s does not end", operation)
	return nil
}

func TestSettingsInPages(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	for operation, want := range map[string]struct{ items, field, all string }{
		"list_teams":    {"teams", "name", "Billing|On call|Returns|Support"},
		"list_users":    {"users", "name", "Ada Agent|Alan Agent|Barbara Jones|Charles Agent|Dorothy Agent|Edsger Agent|Frances Agent"},
		"list_roles":    {"roles", "name", "Admin|Agent|Retired|Trainee|Viewer"},
		"list_holidays": {"holidays", "name", "Founders' day|Christmas"},
		"list_time_off": {"timeOff", "name", "Dentist|Summer"},
	} {
		if got := strings.Join(h.pages(t, operation, want.items, want.field), "|"); got != want.all {
			t.Errorf("%s: %s, want %s", operation, got, want.all)
		}
	}
	if got := h.pages(t, "list_custom_fields", "customFields", "name"); len(got) < 3 {
		t.Errorf("list_custom_fields: %s", got)
	}
}
