package platform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

// choicesOf writes a list as names in order, the default with a star, closed ones with a cross, and wants it numbered.
func (h *hub) choicesOf(t *testing.T, plural string) string {
	t.Helper()
	var all []string
	for i, choice := range h.want(t, "list_"+plural, `{}`).Get("choices").Array() {
		name := choice.Get("name").String()
		if choice.Get("isDefault").Bool() {
			name += "*"
		}
		if choice.Get("isClosed").Bool() {
			name += "x"
		}
		if choice.Get("position").Int() != int64(i+1) {
			t.Errorf("position of %s: %s, want %d", name, choice.Get("position").Raw, i+1)
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	list := func(want string) {
		t.Helper()
		if got := h.choicesOf(t, "ticket_statuses"); got != want {
			t.Errorf("statuses %q, want %q", got, want)
		}
	}
	list("Open* In progress On hold Closedx")
	made := h.want(t, "create_ticket_status", `{"name":"New","position":1,"isDefault":true}`)
	id := made.Get("id").String()
	if made.Get("position").Int() != 1 || made.Get("isClosed").Raw != "false" {
		t.Errorf("got %s", made.Raw)
	}
	list("New* Open In progress On hold Closedx")
	if got := h.want(t, "get_ticket", `{"id":"`+h.create(t, "A")+`"}`).Get("status").String(); got != "New" {
		t.Errorf("a new ticket is %s", got)
	}
	h.refused(t, "create_ticket_status", `{"name":"New"}`, operations.CodeConflict, id)
	h.refused(t, "update_ticket_status", `{"id":"`+statusOpen+`","name":"New"}`, operations.CodeConflict, id)
	h.refused(t, "update_ticket_status", `{"id":"`+id+`","isDefault":false}`, operations.CodeConflict, "is the default")
	h.refused(t, "delete_ticket_status", `{"id":"`+id+`"}`, operations.CodeConflict, "is the default")
	h.want(t, "update_ticket_status", `{"id":"`+statusOpen+`","isDefault":true,"position":3}`)
	list("New In progress Open* On hold Closedx")
	h.want(t, "update_ticket_status", `{"id":"`+statusClosed+`","name":"Done","position":200}`)
	h.want(t, "create_ticket_status", `{"name":"Spam","isClosed":true}`)
	list("New In progress Open* On hold Donex Spamx")
	h.refused(t, "update_ticket_status", `{"id":"`+statusOpen+`","position":1,"version":99}`, operations.CodeConflict, "not 99")
	h.refused(t, "update_ticket_status", `{"id":"`+priorityUrgent+`","name":"X"}`, operations.CodeNotFound, priorityUrgent)
	if got := h.happened(t, `"ticket_status.*"`); got != "ticket_status.updated ticket_status.created ticket_status.updated "+
		"ticket_status.updated ticket_status.updated ticket_status.created" {
		t.Errorf("events %s", got)
	}
	if got := h.in("two").choicesOf(t, "ticket_statuses"); got != "Open* In progress On hold Closedx" {
		t.Errorf("another workspace has %s", got)
	}
	h.in("two").refused(t, "delete_ticket_status", `{"id":"`+id+`"}`, operations.CodeNotFound, id)
}

func TestChoiceInUse(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	for _, test := range []struct{ list, word, field string }{
		{"ticket_status", "STAT", "statusId"}, {"ticket_priority", "PRTY", "priorityId"}, {"ticket_type", "TYPE", "typeId"}, {"ticket_source", "SRCE", "source"},
	} {
		used, other := fmt.Sprintf("01JD0000000000000000%s03", test.word), fmt.Sprintf("01JD0000000000000000%s04", test.word)
		ticket := h.create(t, "A", `"`+test.field+`":"`+used+`"`)
		h.refused(t, "delete_"+test.list, `{"id":"`+used+`"}`, operations.CodeConflict, "in use by 1 tickets")
		h.refused(t, "delete_"+test.list, `{"id":"`+used+`","replacementId":"`+used+`"}`, operations.CodeInvalidInput, "/replacementId")
		h.refused(t, "delete_"+test.list, `{"id":"`+used+`","replacementId":"`+team+`"}`, operations.CodeInvalidInput, "/replacementId")
		before := h.want(t, "get_ticket", `{"id":"`+ticket+`"}`)
		h.want(t, "delete_"+test.list, `{"id":"`+used+`","replacementId":"`+other+`"}`)
		after := h.want(t, "get_ticket", `{"id":"`+ticket+`"}`)
		name := strings.TrimSuffix(test.field, "Id")
		if after.Get("version").Int() != 2 || after.Get(name).String() == before.Get(name).String() || after.Get(name).String() == "" {
			t.Errorf("%s: got %s", test.list, after.Raw)
		}
		h.refused(t, "create_ticket", `{"title":"A","requestorEmail":"a@example.com","teamId":"`+team+`","`+test.field+`":"`+used+`"}`, operations.CodeInvalidInput, "/"+test.field)
	}
	if got := h.happened(t, `"ticket.updated"`); got != "ticket.updated ticket.updated ticket.updated ticket.updated" {
		t.Errorf("events %s", got)
	}
}

func TestTooManyChoices(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	for i := range 196 {
		h.want(t, "create_ticket_type", fmt.Sprintf(`{"name":"Type %d"}`, i))
	}
	h.refused(t, "create_ticket_type", `{"name":"One more"}`, operations.CodeConflict, "200 choices")
}
