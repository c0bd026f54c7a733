package platform

import (
	"context"
	"slices"

	"github.com/patchbay/patchbay/operations"
)

type assignTicketInput struct {
	TicketID string `json:"ticketId" doc:"The ticket's id; not its number." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_tickets_ddl"`
	AgentID  string `json:"agentId" doc:"The agent: who gets the ticket, or with unassign, who has it." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	Unassign bool   `json:"unassign,omitempty" doc:"Takes the ticket away from the agent."`
	versioned
}

type assignTicketOutput struct {
	Success  bool       `json:"success" doc:"true."`
	Ticket   ticket     `json:"ticket" doc:"The ticket as it is now."`
	Previous assignment `json:"previous" doc:"Who had it before; compensate_assign_ticket takes it."`
}

// assignment is who has a ticket.
type assignment struct {
	AgentID *string `json:"agentId" doc:"The agent; null: nobody." nullable:"true"`
	TeamID  string  `json:"teamId" doc:"The team."`
}

func (d *desk) assignTicket() operations.Operation {
	return operation(d, operations.Spec{
		Name: "assign_ticket", Identifier: "tickets:assign-ticket-platform", Title: "Assign ticket", Resource: resourceTicket,
		Description: "Gives a ticket to an agent, or with unassign takes it away from the agent who has it. " +
			"agentId is needed either way: a ticket that somebody else has meanwhile is not taken away from him, which is a conflict.",
		Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "compensate_assign_ticket", Input: map[string]string{
			"ticketId": "input.ticketId", "agentId": "output.previous.agentId", "teamId": "output.previous.teamId",
		}},
		Sample: operations.NewSample(`{"ticketId":"`+fixedID("TCKT", 3)+`","agentId":"`+fixedID("AGENT", 1)+`"}`,
			`{"success":true,"ticket":`+sampleTicket(3, 2, sampleAgent)+`,"previous":{"agentId":null,"teamId":"`+fixedID("TEAM", 1)+`"}}`),
	}, func(ctx context.Context, s *session, in assignTicketInput) (assignTicketOutput, error) {
		var f faults
		agent, err := s.assignee(ctx, &f, in)
		if err != nil {
			return assignTicketOutput{}, err
		}
		if err := f.err(); err != nil {
			return assignTicketOutput{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (assignTicketOutput, error) {
			return w.assign(ctx, in, agent)
		})
	})
}

// assignee finds the key of who gets the ticket; or who loses it, which may also be somebody who is deactivated.
func (s *session) assignee(ctx context.Context, f *faults, in assignTicketInput) (int64, error) {
	if in.Unassign {
		return refer[userRow](ctx, s, f, "/agentId", in.AgentID)
	}
	return s.referAgent(ctx, f, "/agentId", in.AgentID)
}

func (s *session) assign(ctx context.Context, in assignTicketInput, agent int64) (assignTicketOutput, error) {
	row, err := s.openTicket(ctx, in.TicketID, in.versioned)
	if err != nil {
		return assignTicketOutput{}, err
	}
	before, err := s.showTicket(ctx, in.TicketID)
	if err != nil {
		return assignTicketOutput{}, err
	}
	if in.Unassign && row.Assignee != agent && row.Assignee != 0 {
		return assignTicketOutput{}, operations.Errorf(operations.CodeConflict,
			"the ticket is not that agent's: it is assigned to %s (%s)", before.AssignedAgent, before.AssignedAgentID)
	}
	out := assignTicketOutput{Success: true, Previous: assignment{TeamID: before.TeamID}}
	if before.AssignedAgentID != "" {
		out.Previous.AgentID = &before.AssignedAgentID
	}
	if in.Unassign {
		agent = 0
	}
	if err := s.giveTicket(ctx, "ticket.assigned", row, agent, row.Team); err != nil {
		return assignTicketOutput{}, err
	}
	out.Ticket, err = s.showTicket(ctx, in.TicketID)
	return out, err
}

// giveTicket stores who has a ticket, if that changes.
func (s *session) giveTicket(ctx context.Context, event string, row *ticketRow, agent, team int64) error {
	var e edits[ticketRow]
	set(&e, "assignedAgentId", "assignee", func(r *ticketRow) *int64 { return &r.Assignee }, agent)
	set(&e, "teamId", "team", func(r *ticketRow) *int64 { return &r.Team }, team)
	columns, changed := e.apply(row)
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
	return s.ticketChanged(ctx, event, row, changed...)
}

type compensateAssignTicketInput struct {
	TicketID string  `json:"ticketId" doc:"The ticket's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_tickets_ddl"`
	AgentID  *string `json:"agentId" doc:"The agent who had it; null: nobody." nullable:"true" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	TeamID   string  `json:"teamId" doc:"The team that had it." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_teams_ddl"`
	versioned
}

func (d *desk) compensateAssignTicket() operations.Operation {
	return operation(d, operations.Spec{
		Name: "compensate_assign_ticket", Identifier: "tickets:compensate-assign-ticket-platform", Title: "Compensate assign ticket",
		Resource: resourceTicket, Effect: operations.EffectWrite,
		Description: "Undoes assign_ticket: gives the ticket back to the agent and the team that had it before. Done twice, it does no more.",
		Sample: operations.NewSample(`{"ticketId":"`+fixedID("TCKT", 4)+`","agentId":null,"teamId":"`+fixedID("TEAM", 1)+`"}`,
			`{"success":true,"ticket":`+sampleTicket(4, 2, "")+`}`),
	}, func(ctx context.Context, s *session, in compensateAssignTicketInput) (ticketOutput, error) {
		var f faults
		agent, err := refer[userRow](ctx, s, &f, "/agentId", textOf(in.AgentID))
		if err != nil {
			return ticketOutput{}, err
		}
		team, err := refer[teamRow](ctx, s, &f, "/teamId", in.TeamID)
		if err != nil {
			return ticketOutput{}, err
		}
		if err := f.err(); err != nil {
			return ticketOutput{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (ticketOutput, error) {
			row, err := w.openTicket(ctx, in.TicketID, in.versioned)
			if err != nil {
				return ticketOutput{}, err
			}
			if err := w.giveTicket(ctx, "ticket.assignment_undone", row, agent, team); err != nil {
				return ticketOutput{}, err
			}
			shown, err := w.showTicket(ctx, in.TicketID)
			return ticketOutput{Success: true, Ticket: shown}, err
		})
	})
}

type ticketOutput struct {
	Success bool   `json:"success" doc:"true."`
	Ticket  ticket `json:"ticket" doc:"The ticket as it is now."`
}
