package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/patchbay/patchbay/operations"
)

type ticketCustomValue struct {
	CustomFieldID string                     `json:"customFieldId" doc:"The custom field." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_custom_fields_ddl"`
	Data          map[string]json.RawMessage `json:"data" doc:"Its value: an object."`
}

type createTicketInput struct {
	Title             string              `json:"title" doc:"What it is about." minLength:"1" maxLength:"500" pattern:"\\S"`
	RequestorEmail    string              `json:"requestorEmail" doc:"The email address of whoever asks. It is kept in lower case." format:"email" maxLength:"320"`
	TeamID            string              `json:"teamId" doc:"The team it belongs to." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_teams_ddl"`
	Description       string              `json:"description,omitempty" doc:"The whole story." maxLength:"65536"`
	AccountID         string              `json:"accountId,omitempty" doc:"The account it concerns." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	TypeID            string              `json:"typeId,omitempty" doc:"Its type; without it, the workspace's default." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_ticket_types_ddl"`
	StatusID          string              `json:"statusId,omitempty" doc:"Its status; without it, the workspace's default." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_ticket_statuses_ddl"`
	PriorityID        string              `json:"priorityId,omitempty" doc:"Its priority; without it, the workspace's default." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_ticket_priorities_ddl"`
	AssignedAgentID   string              `json:"assignedAgentId,omitempty" doc:"The agent who gets it." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	IsPrivate         bool                `json:"isPrivate,omitempty" doc:"Whether it is private."`
	DueDate           *time.Time          `json:"dueDate,omitempty" doc:"When it is due, with its time zone."`
	Source            string              `json:"source,omitempty" doc:"Where it comes from: one of the workspace's sources." maxLength:"100" lookup:"list_ticket_sources_ddl"`
	AttachmentURLs    []string            `json:"attachmentUrls,omitempty" doc:"Where the files lie that belong to it. They are fetched and kept." format:"uri" maxLength:"2048" maxItems:"10"`
	CustomFieldValues []ticketCustomValue `json:"customFieldValues,omitempty" doc:"The values of custom fields." maxItems:"100"`
}

func (d *desk) createTicket() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_ticket", Identifier: "tickets:create-ticket-platform", Title: "Create ticket", Resource: resourceTicket,
		Description: "Opens a ticket. The workspace's defaults stand in for status, priority, type and source.",
		Effect:      operations.EffectWrite,
		Sample: operations.NewSample(`{"title":"The printer is on fire","requestorEmail":"grace@example.com","teamId":"`+fixedID("TEAM", 1)+
			`","description":"Third floor. Please hurry.","priorityId":"`+fixedID("PRTY", 4)+`"}`, sampleTicket(1, 1, "")),
	}, func(ctx context.Context, s *session, in createTicketInput) (ticket, error) {
		row, err := s.newTicket(ctx, in)
		if err != nil {
			return ticket{}, err
		}
		files, err := s.fetch(ctx, "/attachmentUrls", in.AttachmentURLs)
		if err != nil {
			return ticket{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (ticket, error) {
			if err := w.storeTicket(ctx, row, files); err != nil {
				return ticket{}, err
			}
			return w.showTicket(ctx, row.UID)
		})
	})
}

// newTicket makes the row of a ticket, and looks up what its input names.
func (s *session) newTicket(ctx context.Context, in createTicketInput) (*ticketRow, error) {
	row := &ticketRow{
		Title: clean(in.Title), Description: clean(in.Description), Requestor: strings.ToLower(in.RequestorEmail),
		IsPrivate: in.IsPrivate, DueAt: optionalMoment(in.DueDate),
	}
	all, err := s.readChoices(ctx, ticketStatus, ticketPriority, ticketType, ticketSource)
	if err != nil {
		return nil, err
	}
	var f faults
	row.Status = all.pick(&f, "/statusId", ticketStatus, in.StatusID)
	row.Priority = all.pick(&f, "/priorityId", ticketPriority, in.PriorityID)
	row.Type = all.pick(&f, "/typeId", ticketType, in.TypeID)
	row.Source = all.pick(&f, "/source", ticketSource, in.Source)
	if row.Team, err = refer[teamRow](ctx, s, &f, "/teamId", in.TeamID); err != nil {
		return nil, err
	}
	if row.Assignee, err = s.referAgent(ctx, &f, "/assignedAgentId", in.AssignedAgentID); err != nil {
		return nil, err
	}
	if row.Account, err = refer[accountRow](ctx, s, &f, "/accountId", in.AccountID); err != nil {
		return nil, err
	}
	if row.CustomFields, err = s.ticketCustomText(ctx, &f, in.CustomFieldValues); err != nil {
		return nil, err
	}
	if err := s.requireCustom(ctx, &f, "/customFieldValues", entityTicket, row.CustomFields); err != nil {
		return nil, err
	}
	return row, f.err()
}

// ticketCustomText makes custom values, which tickets take as objects, ready to be stored.
func (s *session) ticketCustomText(ctx context.Context, f *faults, given []ticketCustomValue) (jsonText, error) {
	values := make([]customValue, len(given))
	for i, value := range given {
		data, err := json.Marshal(value.Data)
		if err != nil {
			return "", fmt.Errorf("encoding a custom value: %w", err)
		}
		values[i] = customValue{value.CustomFieldID, data}
	}
	return s.customText(ctx, f, "/customFieldValues", entityTicket, values)
}

// storeTicket gives a new ticket its number and stores it, with its files.
func (s *session) storeTicket(ctx context.Context, row *ticketRow, files []file) error {
	var err error
	if err := s.employable(ctx, row.Assignee); err != nil {
		return err
	}
	if row.PK, err = nextKey(s.org, ticketBits, &s.book.Tickets); err != nil {
		return err
	}
	if err := insert(ctx, s, row); err != nil {
		return err
	}
	if err := s.attach(ctx, entityTicket, row.PK, files); err != nil {
		return err
	}
	if err := s.indexTicket(ctx, row); err != nil {
		return err
	}
	return s.ticketChanged(ctx, "ticket.created", row)
}
