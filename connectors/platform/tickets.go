package platform

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

const (
	entityTicket = "ticket"

	resourceTicket = "ticket" // what operations say they touch
)

func (d *desk) tickets() []operations.Operation {
	return []operations.Operation{
		d.createTicket(), d.getTicket(), d.listTickets(), d.updateTicket(), d.assignTicket(), d.compensateAssignTicket(),
		d.escalateTicket(), d.archiveTicket(), d.unarchiveTicket(), d.listTicketsDDL(),
	}
}

// ticketRow is a ticket. Its key holds its number.
type ticketRow struct {
	bun.BaseModel `bun:"table:platform_tickets,alias:t"`
	record

	ArchivedAt   moment `bun:",nullzero"`
	EscalatedAt  moment `bun:",nullzero"`
	DueAt        moment `bun:",nullzero"`
	Title        string
	Description  string
	Requestor    string
	IsPrivate    bool
	Team         int64
	Account      int64 `bun:",nullzero"`
	Type         int64
	Status       int64
	Priority     int64
	Source       int64
	Assignee     int64 `bun:",nullzero"`
	CustomFields jsonText

	Shown ticketNames `bun:"embed:shown_"`
}

// ticketNames are what a ticket's keys stand for, read from other tables by ticketShape.
type ticketNames struct {
	TeamUID       string `bun:"team_uid,scanonly"`
	TeamName      string `bun:"team_name,scanonly"`
	AccountUID    string `bun:"account_uid,scanonly"`
	TypeUID       string `bun:"type_uid,scanonly"`
	TypeName      string `bun:"type_name,scanonly"`
	StatusUID     string `bun:"status_uid,scanonly"`
	StatusName    string `bun:"status_name,scanonly"`
	PriorityUID   string `bun:"priority_uid,scanonly"`
	PriorityName  string `bun:"priority_name,scanonly"`
	SourceName    string `bun:"source_name,scanonly"`
	AssigneeUID   string `bun:"assignee_uid,scanonly"`
	AssigneeName  string `bun:"assignee_name,scanonly"`
	AssigneeEmail string `bun:"assignee_email,scanonly"`
	CreatorUID    string `bun:"creator_uid,scanonly"`
	CreatorName   string `bun:"creator_name,scanonly"`
}

// ticketShape adds the names.
func ticketShape(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Column("t.*").
		ColumnExpr("team.uid AS shown_team_uid, team.name AS shown_team_name, account.uid AS shown_account_uid").
		ColumnExpr("type.uid AS shown_type_uid, type.name AS shown_type_name").
		ColumnExpr("status.uid AS shown_status_uid, status.name AS shown_status_name").
		ColumnExpr("priority.uid AS shown_priority_uid, priority.name AS shown_priority_name, source.name AS shown_source_name").
		ColumnExpr("assignee.uid AS shown_assignee_uid, assignee.name AS shown_assignee_name, assignee.email AS shown_assignee_email").
		ColumnExpr("creator.uid AS shown_creator_uid, creator.name AS shown_creator_name").
		Join("LEFT JOIN platform_teams AS team ON team.pk = t.team").
		Join("LEFT JOIN platform_accounts AS account ON account.pk = t.account").
		Join("LEFT JOIN platform_choices AS type ON type.pk = t.type").
		Join("LEFT JOIN platform_choices AS status ON status.pk = t.status").
		Join("LEFT JOIN platform_choices AS priority ON priority.pk = t.priority").
		Join("LEFT JOIN platform_choices AS source ON source.pk = t.source").
		Join("LEFT JOIN platform_users AS assignee ON assignee.pk = t.assignee").
		Join("LEFT JOIN platform_users AS creator ON creator.pk = t.created_by")
}

// ticket is a ticket as operations give it.
type ticket struct {
	ID                 string        `json:"id" doc:"The ticket's id."`
	Title              string        `json:"title" doc:"What it is about."`
	TicketID           int64         `json:"ticketId" doc:"The number that people know the ticket by: from 1 in each workspace."`
	TeamID             string        `json:"teamId" doc:"The team it belongs to."`
	TeamName           string        `json:"teamName" doc:"That team's name."`
	RequestorEmail     string        `json:"requestorEmail" doc:"The email address of whoever asks, in lower case."`
	Description        string        `json:"description,omitempty" doc:"The whole story."`
	Status             string        `json:"status,omitempty" doc:"The status' name."`
	StatusID           string        `json:"statusId,omitempty" doc:"The status."`
	Priority           string        `json:"priority,omitempty" doc:"The priority's name."`
	PriorityID         string        `json:"priorityId,omitempty" doc:"The priority."`
	Type               string        `json:"type,omitempty" doc:"The type's name."`
	TypeID             string        `json:"typeId,omitempty" doc:"The type."`
	Source             string        `json:"source,omitempty" doc:"Where it came from."`
	AssignedAgent      string        `json:"assignedAgent,omitempty" doc:"The name of the agent who has it."`
	AssignedAgentID    string        `json:"assignedAgentId,omitempty" doc:"That agent."`
	AssignedAgentEmail string        `json:"assignedAgentEmail,omitempty" doc:"That agent's email address."`
	AccountID          string        `json:"accountId,omitempty" doc:"The account it concerns."`
	IsPrivate          bool          `json:"isPrivate" doc:"Whether it is private."`
	DueDate            *time.Time    `json:"dueDate,omitempty" doc:"When it is due."`
	EscalatedAt        *time.Time    `json:"escalatedAt,omitempty" doc:"When it was last escalated."`
	ArchivedAt         *time.Time    `json:"archivedAt,omitempty" doc:"When it was archived."`
	CustomFieldValues  []customValue `json:"customFieldValues,omitempty" doc:"The values of custom fields."`
	Attachments        []attachment  `json:"attachments,omitempty" doc:"The files that belong to it. Lists leave them out."`
	Creator            string        `json:"creator,omitempty" doc:"The name of who made it."`
	CreatorID          string        `json:"creatorId,omitempty" doc:"Who made it."`
	identity
}

func (r *ticketRow) show() (ticket, error) {
	values, err := customValues(r.CustomFields)
	if err != nil {
		return ticket{}, err
	}
	n := &r.Shown
	return ticket{
		ID: r.UID, Title: r.Title, TicketID: numberOf(r.PK, ticketBits), TeamID: n.TeamUID, TeamName: n.TeamName,
		RequestorEmail: r.Requestor, Description: r.Description, Status: n.StatusName, StatusID: n.StatusUID,
		Priority: n.PriorityName, PriorityID: n.PriorityUID, Type: n.TypeName, TypeID: n.TypeUID, Source: n.SourceName,
		AssignedAgent: n.AssigneeName, AssignedAgentID: n.AssigneeUID, AssignedAgentEmail: n.AssigneeEmail,
		AccountID: n.AccountUID, IsPrivate: r.IsPrivate, DueDate: r.DueAt.optional(), EscalatedAt: r.EscalatedAt.optional(),
		ArchivedAt: r.ArchivedAt.optional(), CustomFieldValues: values, Creator: n.CreatorName, CreatorID: n.CreatorUID,
		identity: r.identity(),
	}, nil
}

// showTicket reads a ticket whole, as it is now.
func (s *session) showTicket(ctx context.Context, uid string) (ticket, error) {
	row, err := find[ticketRow](ctx, s, "ticket", uid, ticketShape)
	if err != nil {
		return ticket{}, err
	}
	shown, err := row.show()
	if err != nil {
		return ticket{}, err
	}
	shown.Attachments, err = s.attachmentsOf(ctx, entityTicket, row.PK)
	return shown, err
}

// openTicket reads a ticket to change it. An archived one is a conflict.
func (s *session) openTicket(ctx context.Context, uid string, known versioned) (*ticketRow, error) {
	row, err := find[ticketRow](ctx, s, "ticket", uid)
	if err != nil {
		return nil, err
	}
	if err := known.check("ticket", &row.record); err != nil {
		return nil, err
	}
	if row.ArchivedAt != 0 {
		return nil, operations.Errorf(operations.CodeConflict, "the ticket %s is archived; unarchive it first", uid)
	}
	return row, nil
}

// indexTicket brings the ticket's text up to date in the full-text index.
func (s *session) indexTicket(ctx context.Context, row *ticketRow) error {
	return s.index(ctx, documentOf(row.PK, 0), row.Title, row.Description+"\n"+row.Requestor)
}

// ticketEvent is what the events of a ticket say.
type ticketEvent struct {
	ID       string   `json:"id"`
	TicketID int64    `json:"ticketId"`
	Version  int64    `json:"version"`
	Title    string   `json:"title"`
	Changed  []string `json:"changed,omitempty"` // the fields that are not what they were
}

func ticketEventOf(row *ticketRow, changed ...string) ticketEvent {
	return ticketEvent{ID: row.UID, TicketID: numberOf(row.PK, ticketBits), Version: row.Version, Title: row.Title, Changed: changed}
}

func (s *session) ticketChanged(ctx context.Context, event string, row *ticketRow, changed ...string) error {
	return s.append(ctx, event, entityTicket, row.UID, ticketEventOf(row, changed...))
}

type ticketInput struct {
	ID string `json:"id" doc:"The ticket's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_tickets_ddl"`
}

func (d *desk) getTicket() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_ticket", Identifier: "tickets:get-ticket-platform", Title: "Get ticket", Resource: resourceTicket,
		Description: "Reads one ticket, archived or not, with its attachments.", Effect: operations.EffectRead,
		Sample: operations.NewSample(`{"id":"`+fixedID("TCKT", 1)+`"}`, sampleTicket(1, 1, "")),
	}, func(ctx context.Context, s *session, in ticketInput) (ticket, error) {
		return s.showTicket(ctx, in.ID)
	})
}
