package platform

import (
	"context"
	"slices"
	"time"

	"github.com/patchbay/patchbay/operations"
)

type updateTicketInput struct {
	ID                string              `json:"id" doc:"The ticket's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_tickets_ddl"`
	Title             *string             `json:"title,omitempty" doc:"What it is about." minLength:"1" maxLength:"500" pattern:"\\S"`
	Description       *string             `json:"description,omitempty" doc:"The whole story." maxLength:"65536"`
	TeamID            string              `json:"teamId,omitempty" doc:"The team it belongs to." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_teams_ddl"`
	TypeID            string              `json:"typeId,omitempty" doc:"Its type." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_ticket_types_ddl"`
	StatusID          string              `json:"statusId,omitempty" doc:"Its status." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_ticket_statuses_ddl"`
	PriorityID        string              `json:"priorityId,omitempty" doc:"Its priority." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_ticket_priorities_ddl"`
	AccountID         *string             `json:"accountId,omitempty" doc:"The account it concerns; null: none." nullable:"true" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	AssignedAgentID   *string             `json:"assignedAgentId,omitempty" doc:"The agent who gets it; null: nobody." nullable:"true" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	IsPrivate         *bool               `json:"isPrivate,omitempty" doc:"Whether it is private."`
	DueDate           *time.Time          `json:"dueDate,omitempty" doc:"When it is due, with its time zone; null: at no time." nullable:"true"`
	AttachmentURLs    []string            `json:"attachmentUrls,omitempty" doc:"Where the files lie that belong to it, in place of those it has. Only new ones are fetched." format:"uri" maxLength:"2048" maxItems:"10"`
	CustomFieldValues []ticketCustomValue `json:"customFieldValues,omitempty" doc:"The values of custom fields. Those of other fields stay." maxItems:"100"`
	versioned
}

func (d *desk) updateTicket() operations.Operation {
	return operation(d, operations.Spec{
		Name: "update_ticket", Identifier: "tickets:update-ticket-platform", Title: "Update ticket", Resource: resourceTicket,
		Description: "Changes what is given of a ticket; the rest stays. An archived ticket cannot be changed.",
		Effect:      operations.EffectWrite,
		Sample: operations.NewSample(`{"id":"`+fixedID("TCKT", 2)+`","statusId":"`+fixedID("STAT", 2)+`","dueDate":"2026-03-01T12:00:00+01:00"}`,
			sampleTicket(2, 2, `,"dueDate":"2026-03-01T11:00:00Z"`)),
	}, func(ctx context.Context, s *session, in updateTicketInput) (ticket, error) {
		changes, err := s.ticketEdits(ctx, in)
		if err != nil {
			return ticket{}, err
		}
		files, err := s.newTicketFiles(ctx, in)
		if err != nil {
			return ticket{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (ticket, error) {
			row, err := w.openTicket(ctx, in.ID, in.versioned)
			if err != nil {
				return ticket{}, err
			}
			if err := w.editTicket(ctx, row, changes, files); err != nil {
				return ticket{}, err
			}
			return w.showTicket(ctx, in.ID)
		})
	})
}

// newTicketFiles fetches those files of an update that the ticket does not have; nil if the update says nothing of files.
func (s *session) newTicketFiles(ctx context.Context, in updateTicketInput) (*filing, error) {
	if !s.given("attachmentUrls") {
		return nil, nil
	}
	row, err := find[ticketRow](ctx, s, "ticket", in.ID)
	if err != nil {
		return nil, err
	}
	return s.refile(ctx, "/attachmentUrls", entityTicket, row.PK, in.AttachmentURLs)
}

// ticketEdits makes the changes that an update asks for, and looks up what they name.
func (s *session) ticketEdits(ctx context.Context, in updateTicketInput) (edits[ticketRow], error) {
	var e edits[ticketRow]
	if in.Title != nil {
		set(&e, "title", "title", func(r *ticketRow) *string { return &r.Title }, clean(*in.Title))
	}
	if in.Description != nil {
		set(&e, "description", "description", func(r *ticketRow) *string { return &r.Description }, clean(*in.Description))
	}
	if in.IsPrivate != nil {
		set(&e, "isPrivate", "is_private", func(r *ticketRow) *bool { return &r.IsPrivate }, *in.IsPrivate)
	}
	if s.given("dueDate") {
		set(&e, "dueDate", "due_at", func(r *ticketRow) *moment { return &r.DueAt }, optionalMoment(in.DueDate))
	}
	var f faults
	if err := s.ticketReferences(ctx, &f, &e, in); err != nil {
		return nil, err
	}
	if len(in.CustomFieldValues) > 0 {
		text, err := s.ticketCustomText(ctx, &f, in.CustomFieldValues)
		if err != nil {
			return nil, err
		}
		e = append(e, customEdit(text, func(r *ticketRow) *jsonText { return &r.CustomFields }))
	}
	return e, f.err()
}

// ticketReferences makes the changes of what names other records.
func (s *session) ticketReferences(ctx context.Context, f *faults, e *edits[ticketRow], in updateTicketInput) error {
	all, err := s.readChoices(ctx, ticketStatus, ticketPriority, ticketType)
	if err != nil {
		return err
	}
	if in.StatusID != "" {
		set(e, "statusId", "status", func(r *ticketRow) *int64 { return &r.Status }, all.pick(f, "/statusId", ticketStatus, in.StatusID))
	}
	if in.PriorityID != "" {
		set(e, "priorityId", "priority", func(r *ticketRow) *int64 { return &r.Priority }, all.pick(f, "/priorityId", ticketPriority, in.PriorityID))
	}
	if in.TypeID != "" {
		set(e, "typeId", "type", func(r *ticketRow) *int64 { return &r.Type }, all.pick(f, "/typeId", ticketType, in.TypeID))
	}
	if in.TeamID != "" {
		team, err := refer[teamRow](ctx, s, f, "/teamId", in.TeamID)
		if err != nil {
			return err
		}
		set(e, "teamId", "team", func(r *ticketRow) *int64 { return &r.Team }, team)
	}
	if s.given("assignedAgentId") {
		agent, err := s.referAgent(ctx, f, "/assignedAgentId", textOf(in.AssignedAgentID))
		if err != nil {
			return err
		}
		set(e, "assignedAgentId", "assignee", func(r *ticketRow) *int64 { return &r.Assignee }, agent)
	}
	if s.given("accountId") {
		account, err := refer[accountRow](ctx, s, f, "/accountId", textOf(in.AccountID))
		if err != nil {
			return err
		}
		set(e, "accountId", "account", func(r *ticketRow) *int64 { return &r.Account }, account)
	}
	return nil
}

// editTicket makes changes to a ticket that was read in the same transaction. Where nothing changes, nothing happens.
func (s *session) editTicket(ctx context.Context, row *ticketRow, changes edits[ticketRow], files *filing) error {
	columns, changed := changes.apply(row)
	refiled, err := s.fileAgain(ctx, entityTicket, row.PK, files)
	if err != nil {
		return err
	}
	if refiled {
		changed = append(changed, "attachmentUrls")
	}
	if len(changed) == 0 {
		return nil
	}
	if slices.Contains(changed, "assignedAgentId") {
		if err := s.employable(ctx, row.Assignee); err != nil {
			return err
		}
	}
	if err := save(ctx, s, row, columns...); err != nil {
		return err
	}
	if slices.Contains(changed, "title") || slices.Contains(changed, "description") {
		if err := s.indexTicket(ctx, row); err != nil {
			return err
		}
	}
	return s.ticketChanged(ctx, "ticket.updated", row, changed...)
}
