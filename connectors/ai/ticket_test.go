package ai_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/patchbay/patchbay/connectors/ai/aitest"
)

const ticket = `{"id":"secret-ticket-id","title":"printer","description":"The printer prints empty pages since Monday. A new cartridge ` +
	`did not help. Invoices wait.","teamId":"secret-team-id","customer":{"id":"secret-customer-id","name":"Ada Birk","email":"ada@secret.example"},` +
	`"statusId":"secret-status-id","statusName":"Open","priorityId":"secret-priority-id","priorityName":"High","assignedTo":"secret-agent-id",` +
	`"assignedName":"Noor","source":"email","tags":["hardware"],"isArchived":false,"isEscalated":true,"createdAt":"2026-01-20T09:15:00Z",` +
	`"metadata":{"floor":3},"customFields":[{"name":"Device","value":"LW 4"}]}`

func TestSummary(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	out := h.want(t, "ai_ticket_summary", ticket)
	want := `{"key_points":["The printer prints empty pages since Monday.","A new cartridge did not help.","Invoices wait."],` +
		`"customer_summary":"The printer prints empty pages since Monday. A new cartridge did not help.",` +
		`"technical_summary":"The printer prints empty pages since Monday. A new cartridge did not help. Invoices wait."}`
	if got := out.Get("output").Raw; got != want || out.Get("usage.total_tokens").Int() == 0 || len(out.warnings) > 0 {
		t.Errorf("got %s, warnings %q", out.Raw, out.warnings)
	}
}

func TestTitleAndDescription(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	out := h.want(t, "ai_title_and_description_generator", ticket)
	if got := out.Get("output.title").String(); got != "The printer prints empty pages since Monday" {
		t.Errorf("title %q", got)
	}
	if got := out.Get("output.keywords.#").Int(); got != 5 || !out.Get("output.confidence_scores.title").Exists() {
		t.Errorf("got %s", out.Raw)
	}
}

// TestWhatIsSent holds that the model sees what it needs, and no ids and no address.
func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	h.want(t, "ai_ticket_summary", ticket)
	rules, data, request := h.sent(t, 0)
	want := `{"ticket":{"title":"printer","description":"The printer prints empty pages since Monday. A new cartridge did not help. Invoices wait.",` +
		`"customer":"Ada Birk","status":"Open","priority":"High","assignee":"Noor","source":"email","tags":["hardware"],"escalated":true,` +
		`"created_at":"2026-01-20T09:15:00Z","metadata":{"floor":3},"custom_fields":[{"name":"Device","value":"LW 4"}]}}`
	if diff := cmp.Diff(want, fence.FindStringSubmatch(data)[2]); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
	if strings.Contains(request.Raw, "secret") {
		t.Errorf("an id or an address was sent: %s", request.Raw)
	}
	if !strings.Contains(rules, "in the language in which the ticket is written") {
		t.Errorf("rules:\n%s", rules)
	}
	h.want(t, "ai_ticket_summary", with(t, ticket, "language", "Norsk (bokmål)"))
	if rules, _, _ = h.sent(t, 1); !strings.Contains(rules, "Write in this language: Norsk (bokmål).") {
		t.Errorf("rules:\n%s", rules)
	}
}

func with(t *testing.T, document, path string, value any) string {
	t.Helper()
	changed, err := sjson.Set(document, path, value)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// TestBoundsOfATicket holds that too much is cut, and that the caller is told.
func TestBoundsOfATicket(t *testing.T) {
	t.Parallel()
	tags := make([]string, 150)
	for _, tt := range []struct {
		path    string
		value   any
		warning string
	}{
		{"description", strings.Repeat("å", 20_001), "the description is long; only its first 20000 characters were sent to the model"},
		{"tags", tags, "only the first 100 tags were sent to the model"},
		{"metadata", map[string]any{"log": strings.Repeat("x", 8_000)}, "metadata holds more than 8000 bytes and was not sent to the model"},
		{"customFields", []any{map[string]any{"log": strings.Repeat("x", 8_000)}}, "customFields holds more than 8000 bytes and was not sent to the model"},
	} {
		h := newHub(t, aitest.Options{})
		out := h.want(t, "ai_ticket_summary", with(t, ticket, tt.path, tt.value))
		if diff := cmp.Diff([]string{tt.warning}, out.warnings); diff != "" {
			t.Errorf("%s: warnings (-want +got):\n%s", tt.path, diff)
		}
		if _, data, _ := h.sent(t, 0); len(data) > 60_000 {
			t.Errorf("%s: %d bytes were sent", tt.path, len(data))
		}
	}
}

// TestOldestCommentsAreCutFirst gives a ticket more comments than are sent.
func TestOldestCommentsAreCutFirst(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{ContextTokens: 100_000})
	for i := range 250 {
		h.desk.say(fmt.Sprintf("comment %d: %s", i, strings.Repeat("x", 500)))
	}
	h.desk.say(strings.Repeat("y", 9_000) + " solved")
	out := h.want(t, "ai_ticket_deflection", `{"id":"`+ticketID+`"}`)
	_, data, _ := h.sent(t, 0)
	comments := gjson.Parse(fence.FindStringSubmatch(data)[2]).Get("comments.#.text").Array()
	cut := 253 - len(comments)
	want := []string{
		"of comments longer than 8000 characters only the beginning was sent to the model",
		fmt.Sprintf("the ticket's comments are long; the oldest %d of 253 were not sent to the model", cut),
	}
	if diff := cmp.Diff(want, out.warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if len(data) > 62_000 || cut < 100 || comments[len(comments)-1].Str != strings.Repeat("y", 8_000) {
		t.Errorf("%d bytes, %d comments cut", len(data), cut)
	}
	for i, c := range comments[:len(comments)-1] {
		if !strings.HasPrefix(c.Str, fmt.Sprintf("comment %d:", cut-2+i)) {
			t.Fatalf("comment %d sent is %.20s", i, c.Str)
		}
	}
}

func TestDeflection(t *testing.T) {
	t.Parallel()
	const resources = `,"resources":[{"title":"Printer faults","url":"https://help.example/printer"},{"title":"Empty pages","text":"Clean it."},` +
		`{"title":"Holidays","url":"https://help.example/holidays"}]`
	tests := []struct {
		name, more string
		script     []aitest.Behaviour
		want       string
		warnings   int
	}{
		{name: "topics", want: `["printer","prints","empty","pages","third"]`},
		{name: "of those given", more: resources, want: `["https://help.example/printer","Empty pages"]`},
		{name: "links made up", want: `["Printers"]`, warnings: 1, script: []aitest.Behaviour{
			`{"deflection_reason":"r","can_deflect":true,"deflection_confidence":1,"suggested_resources":["https://x.example/a","Printers","Printers","see www.x.example"]}`}},
		{name: "one made up beside those given", more: resources, want: `["Empty pages"]`, script: []aitest.Behaviour{
			`{"deflection_reason":"r","can_deflect":true,"deflection_confidence":1,"suggested_resources":["Another"]}`,
			`{"deflection_reason":"r","can_deflect":true,"deflection_confidence":1,"suggested_resources":["Empty pages"]}`}},
		{name: "none", more: resources, want: `[]`, script: []aitest.Behaviour{
			`{"deflection_reason":"r","can_deflect":false,"deflection_confidence":1,"suggested_resources":[]}`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, aitest.Options{})
			h.desk.comments = nil
			h.Script(tt.script...)
			out := h.want(t, "ai_ticket_deflection", `{"id":"`+ticketID+`"`+tt.more+`}`)
			if got := out.Get("output.suggested_resources").Raw; got != tt.want || len(out.warnings) != tt.warnings {
				t.Errorf("got %s, warnings %q", out.Raw, out.warnings)
			}
			if _, data, _ := h.sent(t, 0); strings.Contains(data, "https://help.example") {
				t.Error("a link of a resource was sent")
			}
			if !out.Get("output.can_deflect").Exists() || !out.Get("output.deflection_reason").Exists() {
				t.Errorf("got %s", out.Raw)
			}
		})
	}
}
