package platform_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

// TestWorkspacesDoNotSeeEachOther: whatever one workspace has, the other can neither read, list, find, change nor name.
func TestWorkspacesDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	id := h.create(t, "The secret of one", `"description":"xyzzy"`)
	commentID := h.want(t, "create_comment", `{"content":"plugh","entityType":"ticket","entityId":"`+id+`"}`).Get("id").String()
	other := h.in("two")
	own := other.create(t, "Of two")
	for _, c := range []struct{ operation, input string }{
		{"get_ticket", `{"id":"%s"}`}, {"update_ticket", `{"id":"%s","title":"x"}`}, {"archive_ticket", `{"id":"%s"}`}, {"unarchive_ticket", `{"id":"%s"}`},
		{"escalate_ticket", `{"id":"%s","reason":"r","details":"d","impact":"i"}`},
		{"compensate_assign_ticket", `{"ticketId":"%s","agentId":null,"teamId":"` + team + `"}`},
		{"get_comments", `{"entityType":"ticket","entityId":"%s"}`}, {"create_comment", `{"content":"x","entityType":"ticket","entityId":"%s"}`},
	} {
		other.refused(t, c.operation, fmt.Sprintf(c.input, id), operations.CodeNotFound, "there is no ticket")
	}
	for _, c := range []struct{ operation, input string }{
		{"get_comment", `{"commentId":"%s"}`}, {"update_comment", `{"commentId":"%s","content":"x"}`}, {"delete_comment", `{"commentId":"%s"}`},
		{"add_reaction", `{"commentId":"%s","reactionName":"heart"}`}, {"remove_reaction", `{"commentId":"%s","reactionName":"heart"}`},
	} {
		other.refused(t, c.operation, fmt.Sprintf(c.input, commentID), operations.CodeNotFound, "there is no comment")
	}
	other.refused(t, "get_attachment", `{"id":"01JD000000000000000FAXED01"}`, operations.CodeNotFound, "there is no attachment")
	other.refused(t, "assign_ticket", `{"ticketId":"`+own+`","agentId":"`+agentAda+`"}`, operations.CodeInvalidInput, "/agentId")
	other.refused(t, "create_comment", `{"content":"x","entityType":"ticket","entityId":"`+own+`","parentCommentId":"`+commentID+`"}`, operations.CodeInvalidInput, "/parentCommentId")
	other.refused(t, "list_tickets", `{"assignedAgentIds":["`+agentAda+`"]}`, operations.CodeInvalidInput, "/assignedAgentIds/0")
	for _, input := range []string{`{"archived":"include"}`, `{"sort":"-updatedAt"}`, `{"requestorEmail":"grace@example.com"}`, `{"statusIds":["` + statusOpen + `"]}`} {
		if got := other.want(t, "list_tickets", input); got.Get("total").Int() != 1 || got.Get("tickets.0.id").String() != own || got.Get("tickets.#").Int() != 1 {
			t.Errorf("%s: the other workspace sees %s", input, got.Raw)
		}
	}
	for _, search := range []string{"xyzzy", "plugh", "printer", "grace"} {
		got := other.want(t, "list_tickets", `{"search":"`+search+`"}`)
		if want := map[bool]int64{true: 1}[search == "grace"]; got.Get("tickets.#").Int() != want || got.Get("total").Int() != want {
			t.Errorf("%s: the other workspace finds %s", search, got.Raw)
		}
	}
	for _, ddl := range []string{"list_users_ddl", "list_custom_fields_ddl"} {
		if got := other.want(t, ddl, `{}`); got.Get("result.#").Int() != 0 {
			t.Errorf("%s: %s", ddl, got.Raw)
		}
	}
	if got := other.want(t, "list_events", `{}`); got.Get("events.#").Int() != 1 || got.Get("events.0.entityId").String() != own {
		t.Errorf("the other workspace sees the events %s", got.Raw)
	}
	cursor := h.want(t, "list_tickets", `{"limit":1}`).Get("nextCursor").String()
	other.refused(t, "list_tickets", `{"limit":1,"cursor":"`+cursor+`"}`, operations.CodeInvalidInput, "/cursor")
	if other.want(t, "get_ticket", `{"id":"`+own+`"}`).Get("ticketId").Int() != 1 {
		t.Error("numbers do not begin with 1 in each workspace")
	}
}

// TestManyWritersAtOnce: numbers and events have no gaps and no doubles, whoever writes when.
func TestManyWritersAtOnce(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	const writers, each = 16, 8
	var all sync.WaitGroup
	var mu sync.Mutex
	var numbers []int64
	for i := range writers {
		all.Go(func() {
			own := h.in([]string{"one", "two"}[i%2]).by(fmt.Sprint("key_", i%3))
			for range each {
				result, err := own.call(t.Context(), "create_ticket", `{"title":"T","requestorEmail":"a@example.com","teamId":"`+team+`"}`)
				if err != nil {
					t.Error(err)
					return
				}
				if own.workspace == "one" {
					mu.Lock()
					numbers = append(numbers, gjsonInt(result.Output, "ticketId"))
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	slices.Sort(numbers)
	for i, number := range numbers {
		if number != int64(i+1) {
			t.Fatalf("numbers are not 1 to %d: %v", writers*each/2, numbers)
		}
	}
	events := h.want(t, "list_events", `{"limit":1000}`).Get("events").Array()
	for i, event := range events {
		if event.Get("id").String() != fmt.Sprint(i+1) || event.Get("payload.ticketId").Int() != int64(i+1) {
			t.Fatalf("event %d is %s", i+1, event.Raw)
		}
	}
	if len(events) != writers*each/2 || len(numbers) != len(events) {
		t.Errorf("%d events, %d tickets", len(events), len(numbers))
	}
}

// TestOneOfTwoChanges: of two changes to the same version, one is a conflict that names both versions.
func TestOneOfTwoChanges(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	id := h.create(t, "A")
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			_, errs[i] = h.call(t.Context(), "update_ticket", fmt.Sprintf(`{"id":%q,"title":"T%d","version":1}`, id, i))
		})
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		e := operations.AsError(err)
		switch {
		case e == nil:
			won++
		case e.Code != operations.CodeConflict || !strings.Contains(e.Detail, "version 2, not 1"):
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d of the changes went through, want 1", won)
	}
}
