package platform_test

import (
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

const (
	berlinOffice = `{"timeZone":"Europe/Berlin","hours":[{"days":["monday","tuesday","wednesday","thursday","friday"],"from":"09:00","to":"17:00"}]}`
	tokyoOffice  = `{"timeZone":"Asia/Tokyo","hours":[{"days":["monday","tuesday","wednesday","thursday","friday"],"from":"09:00","to":"17:00"}]}`
)

// asks wants a check to tell a reason, and when it is available next.
func (h *hub) asks(t *testing.T, operation, who, at, reason, next string) {
	t.Helper()
	field := map[string]string{"check_team_availability": "teamId", "check_user_availability": "userId"}[operation]
	got := h.want(t, operation, `{"`+field+`":`+who+`,"at":"`+at+`"}`)
	if got.Get("reason").String() != reason || got.Get("isAvailable").Bool() != (reason == "IN_BUSINESS_HOURS") || got.Get("nextAvailableAt").String() != next {
		t.Errorf("%s of %s at %s: %s, want %s, next %q", operation, who, at, got.Raw, reason, next)
	}
}

func TestTeamAvailability(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	tokyo := h.want(t, "create_team", `{"name":"Tokyo","businessHours":`+tokyoOffice+`}`).Get("id").String()
	h.asks(t, "check_team_availability", "null", "2026-01-04T03:00:00Z", "IN_BUSINESS_HOURS", "")
	h.want(t, "update_organisation", `{"businessHours":`+berlinOffice+`}`)
	h.asks(t, "check_team_availability", "null", "2026-01-05T06:00:00Z", "OUTSIDE_BUSINESS_HOURS", "2026-01-05T08:00:00Z")
	h.asks(t, "check_team_availability", quote(team), "2026-01-05T06:00:00Z", "OUTSIDE_BUSINESS_HOURS", "2026-01-05T08:00:00Z")
	h.asks(t, "check_team_availability", quote(tokyo), "2026-01-05T06:00:00Z", "IN_BUSINESS_HOURS", "")

	// The organisation's holiday is one of all teams, each by its own calendar; a team's is only its own.
	h.want(t, "create_holiday", `{"name":"Company day","firstDay":"2026-01-06"}`)
	h.asks(t, "check_team_availability", quote(tokyo), "2026-01-05T15:00:00Z", "HOLIDAY", "2026-01-07T00:00:00Z")
	h.asks(t, "check_team_availability", "null", "2026-01-05T15:00:00Z", "IN_BUSINESS_HOURS", "")
	h.asks(t, "check_team_availability", "null", "2026-01-06T15:00:00Z", "HOLIDAY", "2026-01-07T08:00:00Z")
	h.asks(t, "check_team_availability", quote(tokyo), "2026-01-06T15:00:00Z", "OUTSIDE_BUSINESS_HOURS", "2026-01-07T00:00:00Z")
	own := h.want(t, "create_holiday", `{"name":"Coming of Age Day","firstDay":"2026-01-12","teamId":"`+tokyo+`"}`).Get("id").String()
	h.asks(t, "check_team_availability", quote(tokyo), "2026-01-12T03:00:00Z", "HOLIDAY", "2026-01-13T00:00:00Z")
	h.asks(t, "check_team_availability", quote(team), "2026-01-12T10:00:00Z", "IN_BUSINESS_HOURS", "")
	h.want(t, "delete_holiday", `{"id":"`+own+`"}`)
	h.asks(t, "check_team_availability", quote(tokyo), "2026-01-12T03:00:00Z", "IN_BUSINESS_HOURS", "")

	h.want(t, "update_team", `{"id":"`+tokyo+`","businessHours":null}`)
	h.asks(t, "check_team_availability", quote(tokyo), "2026-01-12T03:00:00Z", "OUTSIDE_BUSINESS_HOURS", "2026-01-12T08:00:00Z")
	h.refused(t, "check_team_availability", `{"teamId":"`+nobody+`"}`, operations.CodeNotFound, nobody)
	h.refused(t, "check_team_availability", `{}`, operations.CodeInvalidInput, "/teamId")
	h.refused(t, "check_team_availability", `{"teamId":null,"at":"9999-12-31T23:59:59Z"}`, operations.CodeInvalidInput, "/at")
	h.in("two").refused(t, "check_team_availability", `{"teamId":"`+tokyo+`"}`, operations.CodeNotFound, tokyo)
	h.in("two").asks(t, "check_team_availability", "null", "2026-01-06T23:00:00Z", "IN_BUSINESS_HOURS", "")
}

func TestAvailabilityNow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)
	h := newHub(t, platform.Options{Now: func() time.Time { return now }})
	h.want(t, "update_organisation", `{"businessHours":`+berlinOffice+`}`)
	if got := h.want(t, "check_team_availability", `{"teamId":null}`); !got.Get("isAvailable").Bool() || got.Get("timeZone").String() != "Europe/Berlin" {
		t.Errorf("got %s", got.Raw)
	}
	now = now.Add(8 * time.Hour)
	if got := h.want(t, "check_team_availability", `{"teamId":null}`); got.Get("isAvailable").Bool() {
		t.Errorf("got %s", got.Raw)
	}
}

func TestUserAvailability(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	ada := quote(agentAda)
	h.want(t, "update_organisation", `{"businessHours":`+berlinOffice+`,"holidays":[{"name":"Company day","firstDay":"2030-01-07"}]}`)
	h.asks(t, "check_user_availability", ada, "2026-01-05T07:00:00Z", "OUTSIDE_BUSINESS_HOURS", "2026-01-05T08:00:00Z")
	h.asks(t, "check_user_availability", ada, "2026-01-05T10:00:00Z", "IN_BUSINESS_HOURS", "")
	off := h.want(t, "create_time_off", `{"userId":`+ada+`,"startsAt":"2026-01-05T09:30:00+01:00","endsAt":"2026-01-05T12:00:00Z"}`).Get("id").String()
	h.asks(t, "check_user_availability", ada, "2026-01-05T10:00:00Z", "TIME_OFF", "2026-01-05T12:00:00Z")
	h.asks(t, "check_user_availability", ada, "2026-01-05T12:00:00Z", "IN_BUSINESS_HOURS", "")
	h.asks(t, "check_user_availability", quote(agentAlan), "2026-01-05T10:00:00Z", "IN_BUSINESS_HOURS", "")
	h.want(t, "delete_time_off", `{"id":"`+off+`"}`)
	h.asks(t, "check_user_availability", ada, "2026-01-05T10:00:00Z", "IN_BUSINESS_HOURS", "")

	// There is no word for a holiday among a user's reasons.
	h.asks(t, "check_user_availability", ada, "2030-01-07T10:00:00Z", "OUTSIDE_BUSINESS_HOURS", "2030-01-08T08:00:00Z")

	h.want(t, "update_user", `{"id":`+ada+`,"businessHours":`+tokyoOffice+`}`)
	h.asks(t, "check_user_availability", ada, "2026-01-05T01:00:00Z", "IN_BUSINESS_HOURS", "")
	h.want(t, "deactivate_user", `{"id":`+ada+`}`)
	h.asks(t, "check_user_availability", ada, "2026-01-05T01:00:00Z", "OUTSIDE_BUSINESS_HOURS", "")

	// Whoever asks, before and after he has changed anything.
	other := h.by("key_of_nobody")
	other.asks(t, "check_user_availability", "null", "2026-01-05T10:00:00Z", "IN_BUSINESS_HOURS", "")
	me := other.want(t, "create_ticket", `{"title":"A","requestorEmail":"a@example.com","teamId":"`+team+`"}`).Get("creatorId").String()
	h.want(t, "create_time_off", `{"userId":"`+me+`","startsAt":"2026-01-05T00:00:00Z","endsAt":"2026-01-06T00:00:00Z"}`)
	other.asks(t, "check_user_availability", "null", "2026-01-05T10:00:00Z", "TIME_OFF", "2026-01-06T08:00:00Z")
	h.asks(t, "check_user_availability", "null", "2026-01-05T10:00:00Z", "IN_BUSINESS_HOURS", "")
	h.refused(t, "check_user_availability", `{"userId":"`+nobody+`"}`, operations.CodeNotFound, nobody)
}

func TestAbsences(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	for input, pointer := range map[string]string{
		`{"name":"A","firstDay":"2026-02-30"}`:                           "/firstDay",
		`{"name":"A","firstDay":"2026-02-02","lastDay":"2026-02-01"}`:    "/lastDay",
		`{"name":"A","firstDay":"2026-02-02","lastDay":"2028-02-01"}`:    "/lastDay",
		`{"name":"A","firstDay":"1066-10-14"}`:                           "/firstDay",
		`{"name":" ","firstDay":"2026-02-02"}`:                           "/name",
		`{"name":"A","firstDay":"2026-02-02","teamId":"` + nobody + `"}`: "/teamId",
	} {
		h.refused(t, "create_holiday", input, operations.CodeInvalidInput, pointer)
	}
	for input, pointer := range map[string]string{
		`"startsAt":"2026-01-05T00:00:00Z","endsAt":"2026-01-05T00:00:00Z"`:                           "/endsAt",
		`"startsAt":"2026-01-05T00:00:00Z","endsAt":"2046-01-05T00:00:00Z"`:                           "/endsAt",
		`"startsAt":"0001-01-05T00:00:00Z","endsAt":"2026-01-05T00:00:00Z"`:                           "/startsAt",
		`"startsAt":"2026-01-05T00:00:00Z","endsAt":"2026-01-06T00:00:00Z","userId":"` + nobody + `"`: "/userId",
	} {
		if pointer != "/userId" {
			input += `,"userId":"` + agentAda + `"`
		}
		h.refused(t, "create_time_off", "{"+input+"}", operations.CodeInvalidInput, pointer)
	}
	names := func(operation, items, input string) string {
		text := ""
		for _, item := range h.want(t, operation, input).Get(items).Array() {
			text += item.Get("name").String() + " "
		}
		return text
	}
	h.want(t, "create_holiday", `{"name":"Team","firstDay":"2026-07-01","teamId":"`+team+`"}`)
	for input, want := range map[string]string{
		`{}`: "Founders' day Team Christmas ", `{"teamId":null}`: "Founders' day Christmas ", `{"teamId":"` + team + `"}`: "Team ",
		`{"from":"2026-12-26"}`: "Christmas ", `{"to":"2026-05-04"}`: "Founders' day ", `{"from":"2026-05-05","to":"2026-12-24"}`: "Team ",
	} {
		if got := names("list_holidays", "holidays", input); got != want {
			t.Errorf("list_holidays %s: %q, want %q", input, got, want)
		}
	}
	for input, want := range map[string]string{
		`{}`: "Dentist Summer ", `{"userId":"` + agentAda + `"}`: "", `{"from":"2026-03-03T00:00:00Z"}`: "Summer ", `{"to":"2026-03-03T00:00:00Z"}`: "Dentist ",
	} {
		if got := names("list_time_off", "timeOff", input); got != want {
			t.Errorf("list_time_off %s: %q, want %q", input, got, want)
		}
	}
	if other := h.in("two"); other.want(t, "list_holidays", `{}`).Get("total").Int()+other.want(t, "list_time_off", `{}`).Get("total").Int() != 0 {
		t.Error("another workspace sees absences")
	}
	const holiday, timeOff = "01JD0000000000000000HDAY01", "01JD0000000000000000AWAY01"
	h.refused(t, "delete_holiday", `{"id":"`+timeOff+`"}`, operations.CodeNotFound, "holiday")
	h.refused(t, "delete_time_off", `{"id":"`+holiday+`"}`, operations.CodeNotFound, "time off")
	h.in("two").refused(t, "delete_holiday", `{"id":"`+holiday+`"}`, operations.CodeNotFound, holiday)
	h.refused(t, "delete_holiday", `{"id":"`+holiday+`","version":2}`, operations.CodeConflict, "version 1, not 2")
	h.want(t, "delete_holiday", `{"id":"`+holiday+`","version":1}`)
	h.refused(t, "delete_holiday", `{"id":"`+holiday+`"}`, operations.CodeNotFound, holiday)
}
