package ai

import (
	"context"

	"github.com/patchbay/patchbay/operations"
)

type aiTitleInput struct {
	ticketInput
	speech
	tuning
}

type aiTitleOutput struct {
	Output ticketText `json:"output"`
	answered
}

// ticketText is what a model answers.
type ticketText struct {
	Title            string           `json:"title" doc:"Optimized and clear title for the ticket" minLength:"1" maxLength:"300"`
	Description      string           `json:"description" doc:"Well-structured and detailed description" minLength:"1"`
	Keywords         []string         `json:"keywords" doc:"Relevant keywords for ticket categorization" maxItems:"20"`
	ConfidenceScores confidenceScores `json:"confidence_scores"`
}

type confidenceScores struct {
	Title       float64 `json:"title" doc:"Confidence score for the generated title" minimum:"0" maximum:"1"`
	Description float64 `json:"description" doc:"Confidence score for the generated description" minimum:"0" maximum:"1"`
}

func titleAndDescription() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "ai_title_and_description_generator", Title: "AI title and description generator",
		Description: "Writes a better title and description for a ticket, with keywords, and says how sure it is. It changes nothing.",
		Docs:        docs, Resource: "completions", Kind: operations.KindAction, Effect: operations.EffectRead, Timeout: callTimeout,
		Sample: operations.NewSample(sampleTicket, `{"output":{"title":"Printer on the third floor prints empty pages",`+
			`"description":"The printer on the third floor prints empty pages since Monday. Changing the cartridge did not help.",`+
			`"keywords":["printer","pages","cartridge"],"confidence_scores":{"title":0.9,"description":0.85}},`+
			`"model":"sandbox-1","usage":{"prompt_tokens":498,"completion_tokens":88,"total_tokens":586,"completions":1}}`),
	}, func(ctx context.Context, call *operations.Call, in aiTitleInput) (out aiTitleOutput, err error) {
		ticket, err := in.data(call)
		if err != nil {
			return out, err
		}
		schema, err := operations.SchemaOf[ticketText]()
		if err != nil {
			return out, err
		}
		out.answered, err = ask(ctx, call, question{
			name: "title", language: in.Language, data: map[string]any{"ticket": ticket}, schema: schema, tuning: in.tuning,
		}, &out.Output)
		return out, err
	})
}
