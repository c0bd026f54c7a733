package platform

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

type escalateTicketInput struct {
	ID      string `json:"id" doc:"The ticket's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_tickets_ddl"`
	Reason  string `json:"reason" doc:"Why, in a few words." minLength:"1" maxLength:"500" pattern:"\\S"`
	Details string `json:"details" doc:"The whole explanation." minLength:"1" maxLength:"65536" pattern:"\\S"`
	Impact  string `json:"impact" doc:"How bad it is, in the workspace's own words." minLength:"1" maxLength:"100" pattern:"\\S" example:"high"`
	versioned
}

// escalationRow is one escalation. A ticket may have several.
type escalationRow struct {
	bun.BaseModel `bun:"table:platform_escalations"`

	PK        int64 `bun:"pk,pk,autoincrement"`
	Org       int64
	Ticket    int64
	CreatedBy int64
	CreatedAt moment
	Reason    string
	Details   string
	Impact    string
}

type escalationEvent struct {
	ticketEvent
	Reason  string `json:"reason"`
	Details string `json:"details"`
	Impact  string `json:"impact"`
}

func (d *desk) escalateTicket() operations.Operation {
	return operation(d, operations.Spec{
		Name: "escalate_ticket", Identifier: "tickets:escalate-ticket-platform", Title: "Escalate ticket", Resource: resourceTicket,
		Description: "Escalates a ticket and keeps why. It may be escalated again; status, priority and assignee stay what they are.",
		Effect:      operations.EffectWrite,
		Sample: operations.NewSample(`{"id":"`+fixedID("TCKT", 5)+`","reason":"Customer is waiting","details":"No answer for two days.","impact":"high"}`,
			sampleTicket(5, 2, `,"escalatedAt":"2026-01-05T09:00:00Z"`)),
	}, func(ctx context.Context, s *session, in escalateTicketInput) (ticket, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (ticket, error) {
			row, err := w.openTicket(ctx, in.ID, in.versioned)
			if err != nil {
				return ticket{}, err
			}
			if err := w.escalate(ctx, row, in); err != nil {
				return ticket{}, err
			}
			return w.showTicket(ctx, in.ID)
		})
	})
}

func (s *session) escalate(ctx context.Context, row *ticketRow, in escalateTicketInput) error {
	escalation := &escalationRow{
		Org: s.org, Ticket: row.PK, CreatedBy: s.book.user, CreatedAt: s.book.Clock,
		Reason: clean(in.Reason), Details: clean(in.Details), Impact: clean(in.Impact),
	}
	if _, err := s.db.NewInsert().Conn(s.conn).Model(escalation).Exec(ctx); err != nil {
		return fmt.Errorf("storing an escalation: %w", err)
	}
	row.EscalatedAt = s.book.Clock
	if err := save(ctx, s, row, "escalated_at"); err != nil {
		return err
	}
	return s.append(ctx, "ticket.escalated", entityTicket, row.UID, escalationEvent{
		ticketEventOf(row), escalation.Reason, escalation.Details, escalation.Impact,
	})
}

type archiveTicketInput struct {
	ID string `json:"id" doc:"The ticket's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_tickets_ddl"`
	versioned
}

func (d *desk) archiveTicket() operations.Operation {
	return operation(d, operations.Spec{
		Name: "archive_ticket", Identifier: "tickets:archive-ticket-platform", Title: "Archive ticket", Resource: resourceTicket,
		Description:  "Moves a ticket to the archive, where it can be read and found but not changed. One that is there already stays as it is.",
		Effect:       operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "unarchive_ticket", Input: map[string]string{"id": "input.id"}},
		Sample:       operations.NewSample(`{"id":"`+fixedID("TCKT", 6)+`"}`, sampleTicket(6, 2, `,"archivedAt":"2026-01-05T09:00:00Z"`)),
	}, func(ctx context.Context, s *session, in archiveTicketInput) (ticket, error) {
		return s.moveTicket(ctx, in, "ticket.archived", func(w *session) moment { return w.book.Clock })
	})
}

func (d *desk) unarchiveTicket() operations.Operation {
	return operation(d, operations.Spec{
		Name: "unarchive_ticket", Identifier: "tickets:unarchive-ticket-platform", Title: "Unarchive ticket", Resource: resourceTicket,
		Description:  "Brings a ticket back from the archive. One that is not there stays as it is.",
		Effect:       operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "archive_ticket", Input: map[string]string{"id": "input.id"}},
		Sample:       operations.NewSample(`{"id":"`+fixedID("TCKT", 7)+`"}`, sampleTicket(7, 3, "")),
	}, func(ctx context.Context, s *session, in archiveTicketInput) (ticket, error) {
		return s.moveTicket(ctx, in, "ticket.unarchived", func(*session) moment { return 0 })
	})
}

// moveTicket moves a ticket to the archive or back, if it is not there.
func (s *session) moveTicket(ctx context.Context, in archiveTicketInput, event string, at func(*session) moment) (ticket, error) {
	return write(ctx, s, func(ctx context.Context, w *session) (ticket, error) {
		row, err := find[ticketRow](ctx, w, "ticket", in.ID)
		if err != nil {
			return ticket{}, err
		}
		if err := in.check("ticket", &row.record); err != nil {
			return ticket{}, err
		}
		if to := at(w); (to == 0) != (row.ArchivedAt == 0) {
			row.ArchivedAt = to
			if err := save(ctx, w, row, "archived_at"); err != nil {
				return ticket{}, err
			}
			if err := w.ticketChanged(ctx, event, row); err != nil {
				return ticket{}, err
			}
		}
		return w.showTicket(ctx, in.ID)
	})
}
