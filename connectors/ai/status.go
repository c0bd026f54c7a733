package ai

import (
	"context"
	"fmt"
	"slices"

	"github.com/tidwall/sjson"

	"github.com/patchbay/patchbay/operations"
)

type aiStatusChangeInput struct {
	ID              string   `json:"id" doc:"ID of the ticket to analyze for status change" minLength:"1" maxLength:"200"`
	MinConfidence   float64  `json:"min_confidence,omitempty" doc:"The status is changed only if the model is at least so sure." default:"0.7" minimum:"0" maximum:"1"`
	AllowedStatuses []string `json:"allowed_statuses,omitempty" doc:"Ids of the statuses that may be chosen; every status if it is left out." minItems:"1" maxItems:"200" maxLength:"200"`
	speech
	tuning
}

type aiStatusChangeOutput struct {
	Success        bool    `json:"success" doc:"Whether the status change was successful: the ticket now has the status that the model proposes."`
	NewStatus      string  `json:"new_status" doc:"The status that the ticket has now."`
	Confidence     float64 `json:"confidence" doc:"AI confidence score for the status change decision" minimum:"0" maximum:"1"`
	Reasoning      string  `json:"reasoning" doc:"AI reasoning for the status change"`
	Changed        bool    `json:"changed" doc:"false: the model was not sure enough, or the ticket had the status already."`
	ProposedStatus string  `json:"proposed_status" doc:"The status that the model proposes."`
	PreviousStatus string  `json:"previous_status" doc:"The status that the ticket had before."`
	answered
}

// verdict is what a model answers. The reasoning comes first: models that reason before they decide decide better.
type verdict struct {
	Reasoning  string  `json:"reasoning" minLength:"1"`
	Status     string  `json:"status"`
	Confidence float64 `json:"confidence" minimum:"0" maximum:"1"`
}

func statusChange() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "ai_status_change", Title: "AI status change",
		Description: "Picks a status for a ticket of the hub's helpdesk from its comments, and gives it to the ticket if the model " +
			"is sure enough.",
		Docs: docs, Resource: "tickets", Kind: operations.KindAction, Effect: operations.EffectWrite, Timeout: callTimeout,
		Sample: operations.NewSample(
			`{"id":"`+sampleTicketID+`","min_confidence":0.8}`,
			`{"success":true,"new_status":"Closed","confidence":0.85,"reasoning":"The customer writes that it works again and says thanks.",`+
				`"changed":true,"proposed_status":"Closed","previous_status":"Open","model":"sandbox-1",`+
				`"usage":{"prompt_tokens":603,"completion_tokens":38,"total_tokens":641,"completions":1}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in aiStatusChangeInput) (out aiStatusChangeOutput, err error) {
		ticket, err := lookUp(ctx, call, in.ID)
		if err != nil {
			return out, err
		}
		v, used, chosen, err := in.judge(ctx, call, ticket)
		if err != nil {
			return out, err
		}
		out = aiStatusChangeOutput{
			NewStatus: ticket.Status, PreviousStatus: ticket.Status, ProposedStatus: chosen.name,
			Confidence: v.Confidence, Reasoning: v.Reasoning, answered: used,
		}
		switch {
		case chosen.isOf(ticket):
			out.Success = true
			return out, nil
		case v.Confidence < in.MinConfidence:
			return out, nil
		}
		if err := setStatus(ctx, call, ticket, chosen); err != nil {
			return out, err
		}
		out.Success, out.Changed, out.NewStatus = true, true, chosen.name
		return out, nil
	})
}

// judge asks the model for one of the statuses.
func (in aiStatusChangeInput) judge(ctx context.Context, call *operations.Call, t helpdeskTicket) (v verdict, used answered, chosen status, err error) {
	all, err := statusesOf(ctx, call)
	if err == nil {
		all, err = allowedOf(all, in.AllowedStatuses)
	}
	if err != nil {
		return v, used, chosen, err
	}
	if len(all) == 0 {
		return v, used, chosen, operations.Errorf(operations.CodeConflict, "the helpdesk has no statuses to choose from; add some first")
	}
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.name
	}
	schema, err := choosing[verdict]("properties.status.enum", names)
	if err != nil {
		return v, used, chosen, err
	}
	used, err = ask(ctx, call, question{
		name: "status", language: in.Language, schema: schema, tuning: in.tuning,
		data: map[string]any{"ticket": t.Ticket, "comments": t.Comments, "statuses": names},
	}, &v)
	if err != nil {
		return v, used, chosen, err
	}
	at := slices.Index(names, v.Status)
	if at < 0 {
		return v, used, chosen, operations.Errorf(operations.CodeUpstreamFailed, "the model chose a status that there is not")
	}
	return v, used, all[at], nil
}

// choosing is the schema of an answer in which a text is one of those given.
func choosing[Answer any](path string, names []string) (operations.Schema, error) {
	schema, err := operations.SchemaOf[Answer]()
	if err != nil {
		return nil, err
	}
	if schema, err = sjson.SetBytes(schema, path, names); err != nil {
		return nil, fmt.Errorf("adding the choice to a schema: %w", err)
	}
	return schema, nil
}
