package ai_test

import (
	"context"
	"fmt"
	"sync"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

// ticketID is the ticket of the operations' samples.
const ticketID = "01JD0000000000000000TCKT01"

// desk is a helpdesk with one ticket, as small as the operations need it.
type desk struct {
	mu       sync.Mutex
	ticket   map[string]any
	comments []map[string]any // the newest first
	statuses []ddl.Option
	updates  []map[string]any
}

func newDesk() *desk {
	d := &desk{
		ticket: map[string]any{
			"id": ticketID, "title": "Printer prints empty pages", "description": "The printer on the third floor prints empty pages.",
			"teamName": "First line", "requestorEmail": "ada@customer.example", "status": "Open", "priority": "High",
			"createdAt": "2026-01-20T09:00:00Z", "version": 3,
		},
	}
	for _, name := range []string{"Open", "In progress", "On hold", "Closed"} {
		d.statuses = append(d.statuses, ddl.Option{Text: name, Value: "id of " + name})
	}
	d.say("We are looking into it.")
	d.say("It is fixed and works again, thank you!")
	return d
}

// say adds a comment.
func (d *desk) say(content string) {
	n := len(d.comments)
	d.comments = append([]map[string]any{{
		"id": fmt.Sprint(n), "content": content, "author": "Ada", "authorId": "u-77", "authorUserType": "customer", "commentVisibility": "public",
		"createdAt": fmt.Sprintf("2026-01-20T10:%02d:%02dZ", n/60, n%60),
	}}, d.comments...)
}

// connector is the part of the platform connector that is asked.
func (d *desk) connector() operations.Connector {
	return operations.Connector{Name: "platform", Operations: []operations.Operation{
		operations.Typed(spec("get_ticket", operations.EffectRead), d.getTicket),
		operations.Typed(spec("get_comments", operations.EffectRead), d.getComments),
		operations.Typed(spec("update_ticket", operations.EffectWrite), d.updateTicket),
		ddl.Whole(spec("list_ticket_statuses_ddl", operations.EffectRead), d.listStatuses),
	}}
}

func spec(name string, effect operations.Effect) operations.Spec {
	return operations.Spec{Name: name, Kind: operations.KindAction, Effect: effect}
}

type byID struct {
	ID string `json:"id"`
}

func (d *desk) getTicket(_ context.Context, _ *operations.Call, in byID) (map[string]any, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if in.ID != d.ticket["id"] {
		return nil, operations.Errorf(operations.CodeNotFound, "there is no ticket with that id")
	}
	return d.ticket, nil
}

type commentsInput struct {
	EntityType string `json:"entityType"`
	EntityID   string `json:"entityId"`
	Page       int    `json:"page,omitempty" minimum:"1"`
	Limit      int    `json:"limit,omitempty" minimum:"1" maximum:"100"`
}

func (d *desk) getComments(_ context.Context, _ *operations.Call, in commentsInput) (map[string]any, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	start := min((in.Page-1)*in.Limit, len(d.comments))
	return map[string]any{"comments": d.comments[start:min(start+in.Limit, len(d.comments))]}, nil
}

type updateInput struct {
	ID       string `json:"id"`
	StatusID string `json:"statusId"`
	Version  int    `json:"version,omitempty"`
}

func (d *desk) updateTicket(_ context.Context, _ *operations.Call, in updateInput) (map[string]any, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if in.Version != d.ticket["version"] {
		return nil, operations.Errorf(operations.CodeConflict, "the ticket has version %v, not %d", d.ticket["version"], in.Version)
	}
	for _, s := range d.statuses {
		if s.Value == in.StatusID {
			d.ticket["status"], d.ticket["version"] = s.Text, in.Version+1
		}
	}
	d.updates = append(d.updates, map[string]any{"id": in.ID, "statusId": in.StatusID})
	return d.ticket, nil
}

func (d *desk) listStatuses(context.Context, *operations.Call, ddl.Input) ([]ddl.Option, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.statuses, false, nil
}
