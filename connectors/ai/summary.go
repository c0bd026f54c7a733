package ai

import (
	"context"

	"github.com/patchbay/patchbay/operations"
)

type aiTicketSummaryInput struct {
	ticketInput
	speech
	tuning
}

type aiTicketSummaryOutput struct {
	Output ticketSummary `json:"output"`
	answered
}

// ticketSummary is what a model answers.
type ticketSummary struct {
	KeyPoints        []string `json:"key_points" doc:"3-5 key points extracted from the ticket" minItems:"1" maxItems:"5"`
	CustomerSummary  string   `json:"customer_summary" doc:"Customer-friendly, non-technical summary" minLength:"1"`
	TechnicalSummary string   `json:"technical_summary" doc:"Technical summary with internal context" minLength:"1"`
}

func summary() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "ai_ticket_summary", Title: "AI ticket summary",
		Description: "Sums up a ticket: key points, a summary for the customer and one for the agent. Fewer than three key points " +
			"mean that the ticket says no more.",
		Docs: docs, Resource: "completions", Kind: operations.KindAction, Effect: operations.EffectRead, Timeout: callTimeout,
		Sample: operations.NewSample(sampleTicket, `{"output":{"key_points":["The printer on the third floor prints empty pages since Monday.",`+
			`"A new cartridge did not help.","The finance team cannot print invoices."],`+
			`"customer_summary":"Your printer gives empty pages since Monday, and a new cartridge did not help. We are looking into it.",`+
			`"technical_summary":"Printer on the third floor prints empty pages since Monday; the cartridge was replaced without effect."},`+
			`"model":"sandbox-1","usage":{"prompt_tokens":512,"completion_tokens":96,"total_tokens":608,"completions":1}}`),
	}, func(ctx context.Context, call *operations.Call, in aiTicketSummaryInput) (out aiTicketSummaryOutput, err error) {
		ticket, err := in.data(call)
		if err != nil {
			return out, err
		}
		schema, err := operations.SchemaOf[ticketSummary]()
		if err != nil {
			return out, err
		}
		out.answered, err = ask(ctx, call, question{
			name: "summary", language: in.Language, data: map[string]any{"ticket": ticket}, schema: schema, tuning: in.tuning,
		}, &out.Output)
		return out, err
	})
}

// sampleTicket is the input of the operations that take a ticket.
const sampleTicket = `{"id":"01JD0000000000000000TCKT01","title":"printer!!","description":"The printer on the third floor prints ` +
	`empty pages since Monday. We changed the cartridge and it did not help. The finance team cannot print invoices.",` +
	`"teamId":"01JD0000000000000000TEAM01","customer":{"id":"c-77","name":"Ada Birk","email":"ada@customer.example"},` +
	`"statusName":"Open","priorityName":"High","assignedName":"Noor","source":"email","tags":["printer","hardware"],` +
	`"isArchived":false,"isEscalated":false,"createdAt":"2026-01-20T09:15:00Z","metadata":{"floor":3},` +
	`"customFields":[{"name":"Device","value":"LaserWriter 4"}]}`
