package platform

import (
	"context"
	"fmt"

	"github.com/patchbay/patchbay/operations"
)

// Seed fills a workspace with the small set of records to which the operations' samples refer: two agents, tickets,
// comments and what belongs to them, with ids that are always the same. A workspace that has them already stays as it is.
func Seed(ctx context.Context, database Database, workspace string) error {
	d := newDesk(Options{Database: database})
	s, err := d.session(ctx, &operations.Call{Workspace: workspace, Caller: "sandbox"})
	if err != nil {
		return fmt.Errorf("seeding the platform: %w", err)
	}
	_, err = find[ticketRow](ctx, s, "ticket", fixedID("TCKT", 1))
	if err == nil {
		return nil
	}
	if operations.AsError(err).Code != operations.CodeNotFound {
		return fmt.Errorf("seeding the platform: %w", err)
	}
	_, err = write(ctx, s, func(ctx context.Context, w *session) (struct{}, error) {
		for _, step := range seeds() {
			if err := step(ctx, w); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, nil
	})
	if err != nil {
		return fmt.Errorf("seeding the platform: %w", err)
	}
	return nil
}

// seeds are the steps of Seed. A further resource adds its own.
func seeds() []func(ctx context.Context, w *session) error {
	return []func(ctx context.Context, w *session) error{seedPeople, seedTickets, seedComments, seedAccounts, seedContacts, seedBelonging, seedRelationships, seedSettings}
}

func seedPeople(ctx context.Context, w *session) error {
	role, err := find[roleRow](ctx, w, entityRole, agentRole())
	if err != nil {
		return err
	}
	people := []*userRow{
		{record: record{UID: fixedID("AGENT", 1)}, Name: "Ada Agent", Email: "ada@example.com", Kind: userAgent, Role: role.PK},
		{record: record{UID: fixedID("AGENT", 2)}, Name: "Alan Agent", Email: "alan@example.com", Kind: userAgent, Role: role.PK},
	}
	for _, row := range people {
		if err := insert(ctx, w, row); err != nil {
			return err
		}
	}
	return insert(ctx, w, &customFieldRow{
		record: record{UID: fixedID("CSTM", 1)}, EntityType: entityTicket, Name: "Order", Kind: "text", Settings: "{}",
	})
}

// seedTickets makes one ticket for each operation that changes tickets, so that their samples do not meet.
func seedTickets(ctx context.Context, w *session) error {
	for i, title := range []string{
		"The printer is on fire", "Cannot log in", "Invoice is wrong", "Where is my order?", "The site is slow", "Old question", "Archived question",
	} {
		row, err := w.newTicket(ctx, createTicketInput{
			Title: title, RequestorEmail: "grace@example.com", TeamID: fixedID("TEAM", 1), PriorityID: fixedID("PRTY", 4),
			Description: "Third floor. Please hurry.",
		})
		if err != nil {
			return err
		}
		row.UID = fixedID("TCKT", i+1)
		var files []file
		if i == 0 {
			files = []file{{url: "https://example.com/fire.txt", name: "fire.txt", contentType: "text/plain", content: []byte("It is hot.\n"), uid: fixedID("FAXED", 1)}}
		}
		if i == 6 {
			row.ArchivedAt = w.book.Clock
		}
		if err := w.storeTicket(ctx, row, files); err != nil {
			return err
		}
	}
	return nil
}

// seedComments makes one comment for each operation that changes comments.
func seedComments(ctx context.Context, w *session) error {
	for i, content := range []string{"We are **on our way**.", "Is there smoke?", "Never mind."} {
		in := createCommentInput{
			Content: content, EntityType: entityTicket, EntityID: fixedID("TCKT", 1), CommentType: "comment", CommentVisibility: "public",
		}
		row, err := w.newComment(in)
		if err != nil {
			return err
		}
		row.UID = fixedID("CMNT", i+1)
		if err := w.storeComment(ctx, row, in, nil); err != nil {
			return err
		}
	}
	return nil
}
