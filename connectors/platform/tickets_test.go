package platform_test

import (
	"context"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

// TestFirstTicket: an empty hub takes a ticket, with the defaults, for a team that is there from the beginning.
func TestFirstTicket(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	if got := h.want(t, "list_teams_ddl", `{}`).Get("result").Raw; got != `[{"text":"Support","value":"`+team+`"}]` {
		t.Errorf("teams %s", got)
	}
	got := h.want(t, "create_ticket", `{"title":"A","requestorEmail":"Grace@Example.com","teamId":"`+team+`"}`)
	for path, want := range map[string]string{
		"ticketId": "1", "status": "Open", "priority": "Medium", "type": "Question", "source": "api", "teamName": "Support",
		"requestorEmail": "grace@example.com", "isPrivate": "false", "version": "1", "creator": "key_1",
	} {
		if got.Get(path).String() != want {
			t.Errorf("%s is %s, want %s", path, got.Get(path), want)
		}
	}
	for ddl, want := range map[string]string{
		"list_ticket_statuses_ddl": `["Open","In progress","On hold","Closed"]`, "list_ticket_priorities_ddl": `["Low","Medium","High","Urgent"]`,
		"list_ticket_types_ddl": `["Question","Problem","Incident","Task"]`, "list_ticket_sources_ddl": `["api","web","email","chat","phone","slack"]`,
	} {
		if got := h.want(t, ddl, `{}`).Get("result.#.text").Raw; got != want {
			t.Errorf("%s: %s", ddl, got)
		}
	}
}

func TestCreateTicketRefuses(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	for _, c := range []struct{ more, pointer string }{
		{`"teamId":"` + nobody + `"`, "/teamId"}, {`"teamId":"1"`, "/teamId"},
		{`"teamId":"` + team + `","statusId":"` + priorityUrgent + `"`, "/statusId"}, {`"teamId":"` + team + `","source":"nowhere"`, "/source"},
		{`"teamId":"` + team + `","accountId":"` + nobody + `"`, "/accountId"}, {`"teamId":"` + team + `","assignedAgentId":"` + team + `"`, "/assignedAgentId"},
		{`"teamId":"` + team + `","dueDate":"2026-01-01T00:00:00"`, "/dueDate"}, {`"teamId":"` + team + `","dueDate":"tomorrow"`, "/dueDate"},
		{`"teamId":"` + team + `","customFieldValues":[{"customFieldId":"` + nobody + `","data":{}}]`, "/customFieldValues/0/customFieldId"},
		{`"teamId":"` + team + `","customFieldValues":[{"customFieldId":"01JD0000000000000000CSTM01","data":[]}]`, "/customFieldValues/0/data"},
		{`"teamId":"` + team + `","customFieldValues":[{"customFieldId":"01JD0000000000000000CSTM01","data":{}},{"customFieldId":"01JD0000000000000000CSTM01","data":{}}]`,
			"/customFieldValues/1/customFieldId comes twice"},
	} {
		h.refused(t, "create_ticket", `{"title":"A","requestorEmail":"a@example.com",`+c.more+`}`, operations.CodeInvalidInput, c.pointer)
	}
	h.refused(t, "create_ticket", `{"title":" ","requestorEmail":"a@example.com","teamId":"`+team+`"}`, operations.CodeInvalidInput, "/title")
	h.refused(t, "create_ticket", `{"title":"A","requestorEmail":"nobody","teamId":"`+team+`"}`, operations.CodeInvalidInput, "/requestorEmail")
}

// TestAssign: assigning, undoing it as its compensation says, and unassigning whom it is not.
func TestAssign(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	id := h.create(t, "A", `"assignedAgentId":"`+agentAda+`"`)
	out := h.want(t, "assign_ticket", `{"ticketId":"`+id+`","agentId":"`+agentAlan+`"}`)
	if out.Get("ticket.assignedAgent").String() != "Alan Agent" || out.Get("previous.agentId").String() != agentAda || !out.Get("success").Bool() {
		t.Errorf("assigned: %s", out.Raw)
	}
	h.refused(t, "assign_ticket", `{"ticketId":"`+id+`","agentId":"`+agentAda+`","unassign":true}`, operations.CodeConflict, "Alan Agent")
	h.refused(t, "assign_ticket", `{"ticketId":"`+id+`","unassign":true}`, operations.CodeInvalidInput, "/agentId")
	h.refused(t, "assign_ticket", `{"ticketId":"1","agentId":"`+agentAda+`"}`, operations.CodeInvalidInput, "/ticketId")
	undone := h.want(t, "compensate_assign_ticket", `{"ticketId":"`+id+`","agentId":"`+out.Get("previous.agentId").String()+`","teamId":"`+out.Get("previous.teamId").String()+`"}`)
	if undone.Get("ticket.assignedAgentId").String() != agentAda {
		t.Errorf("undone: %s", undone.Raw)
	}
	if out = h.want(t, "assign_ticket", `{"ticketId":"`+id+`","agentId":"`+agentAda+`","unassign":true}`); out.Get("ticket.assignedAgentId").Exists() {
		t.Errorf("unassigned: %s", out.Raw)
	}
}

// TestTimeDoesNotRunBackwards: whatever the clock does, records of a workspace are in the order of their times.
func TestTimeDoesNotRunBackwards(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	h := newHub(t, platform.Options{Now: func() time.Time { return now }})
	h.create(t, "A")
	now = now.Add(-time.Hour)
	id := h.create(t, "B")
	if got := h.want(t, "get_ticket", `{"id":"`+id+`"}`).Get("createdAt").String(); got != "2026-01-05T09:00:00Z" {
		t.Errorf("made at %s", got)
	}
	zoned := h.want(t, "update_ticket", `{"id":"`+id+`","dueDate":"2026-03-01T12:00:00.5+05:30"}`).Get("dueDate").String()
	if zoned != "2026-03-01T06:30:00.5Z" {
		t.Errorf("due at %s", zoned)
	}
	if got := h.want(t, "update_ticket", `{"id":"`+id+`","dueDate":null}`); got.Get("dueDate").Exists() {
		t.Errorf("still due: %s", got.Raw)
	}
}

func TestUtilities(t *testing.T) {
	t.Parallel()
	var slept time.Duration
	h := newHub(t, platform.Options{Workflows: workflows{}, Sleep: func(_ context.Context, d time.Duration) error { slept = d; return nil }})
	got := h.want(t, "sleep", `{"duration":60000}`)
	if slept != time.Minute || got.Get("sleep_duration").Int() != 60000 || got.Get("status").Int() != 200 {
		t.Errorf("slept %v: %s", slept, got.Raw)
	}
	h.refused(t, "sleep", `{"duration":60001}`, operations.CodeInvalidInput, "/duration")
	h.refused(t, "sleep", `{"duration":-1}`, operations.CodeInvalidInput, "/duration")
	answer := h.want(t, "trigger_workflow", `{"workflowUniqueIdentifier":"a:b","data":{"n":12345678901234567890}}`)
	if answer.Get("data").String() != `started a:b in one with {"n":12345678901234567890}` || answer.Get("status").Int() != 200 {
		t.Errorf("triggered: %s", answer.Raw)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newHub(t, platform.Options{}).call(ctx, "sleep", `{"duration":60000}`); operations.AsError(err).Code != operations.CodeCanceled {
		t.Errorf("a sleeper whose caller left: %v", err)
	}
}

func TestSeedTwice(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	if err := platform.Seed(t.Context(), h.store, "one"); err != nil {
		t.Fatal(err)
	}
	if got := h.want(t, "list_tickets", `{"archived":"include"}`).Get("total").Int(); got != 7 {
		t.Errorf("%d tickets", got)
	}
}
