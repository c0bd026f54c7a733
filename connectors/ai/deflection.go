package ai

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// maxResourceText bounds, in bytes, what of all resources' texts is sent.
const maxResourceText = 40_000

type aiTicketDeflectionInput struct {
	ID        string     `json:"id" doc:"ID of the ticket to analyze for deflection" minLength:"1" maxLength:"200"`
	Resources []resource `json:"resources,omitempty" doc:"Articles of yours. The model suggests these only; without them it names topics." maxItems:"200"`
	speech
	tuning
}

// resource is an article, or whatever else answers a question without an agent.
type resource struct {
	Title string `json:"title" minLength:"1" maxLength:"300"`
	URL   string `json:"url,omitempty" doc:"What is suggested in place of the title." format:"uri" maxLength:"2000"`
	Text  string `json:"text,omitempty" doc:"What it says, in short." maxLength:"2000"`
}

type aiTicketDeflectionOutput struct {
	Output deflectionResult `json:"output" doc:"AI analysis results for ticket deflection"`
	answered
}

// deflectionResult is what a model answers.
type deflectionResult struct {
	DeflectionReason     string   `json:"deflection_reason" doc:"Reason why the ticket can or cannot be deflected" minLength:"1"`
	CanDeflect           bool     `json:"can_deflect" doc:"Whether the ticket can be deflected"`
	DeflectionConfidence float64  `json:"deflection_confidence" doc:"Confidence score for deflection recommendation" minimum:"0" maximum:"1"`
	SuggestedResources   []string `json:"suggested_resources" doc:"Suggested knowledge base articles or resources: of those given the URL, or the title where there is none" maxItems:"200"`
}

func deflection() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "ai_ticket_deflection", Title: "AI ticket deflection",
		Description: "Judges whether a ticket of the hub's helpdesk can be answered without an agent, and by which of your articles. " +
			"It changes nothing.",
		Docs: docs, Resource: "completions", Kind: operations.KindAction, Effect: operations.EffectRead, Timeout: callTimeout,
		Sample: operations.NewSample(
			`{"id":"`+sampleTicketID+`","resources":[{"title":"When the printer prints empty pages","url":"https://help.example/printer"},`+
				`{"title":"How to reset a password","url":"https://help.example/password"}]}`,
			`{"output":{"deflection_reason":"The article on empty pages describes the same fault.","can_deflect":true,`+
				`"deflection_confidence":0.8,"suggested_resources":["https://help.example/printer"]},"model":"sandbox-1",`+
				`"usage":{"prompt_tokens":640,"completion_tokens":44,"total_tokens":684,"completions":1}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in aiTicketDeflectionInput) (out aiTicketDeflectionOutput, err error) {
		ticket, err := lookUp(ctx, call, in.ID)
		if err != nil {
			return out, err
		}
		q := question{
			name: "deflection", language: in.Language, tuning: in.tuning,
			data: map[string]any{"ticket": ticket.Ticket, "comments": ticket.Comments},
		}
		if len(in.Resources) > 0 {
			q.task = "deflection_resources"
			q.data = map[string]any{"ticket": ticket.Ticket, "comments": ticket.Comments, "resources": sent(call, in.Resources)}
		}
		if q.schema, err = in.schema(); err != nil {
			return out, err
		}
		if out.answered, err = ask(ctx, call, q, &out.Output); err != nil {
			return out, err
		}
		out.Output.SuggestedResources = in.suggested(call, out.Output.SuggestedResources)
		return out, nil
	})
}

// schema holds the suggestions to the resources that there are.
func (in aiTicketDeflectionInput) schema() (operations.Schema, error) {
	if len(in.Resources) == 0 {
		return operations.SchemaOf[deflectionResult]()
	}
	var titles []string
	for _, r := range in.Resources {
		if !slices.Contains(titles, r.Title) {
			titles = append(titles, r.Title)
		}
	}
	return choosing[deflectionResult]("properties.suggested_resources.items.enum", titles)
}

// sent is what of the resources the model is shown: no links, and texts as long as there is room.
func sent(call *operations.Call, resources []resource) []resource {
	size, shown := 0, slices.Clone(resources)
	for i := range shown {
		shown[i].URL, shown[i].Text = "", clean(shown[i].Text)
		if size += len(shown[i].Text); size > maxResourceText && shown[i].Text != "" {
			call.Warn("the texts of the resources hold more than %d bytes; of the last ones only the titles were sent to the model", maxResourceText)
			shown[i].Text = ""
		}
	}
	return shown
}

// suggested are the resources that the model means; where there were none to choose from, topics. A link that it made up
// is left out.
func (in aiTicketDeflectionInput) suggested(call *operations.Call, titles []string) []string {
	suggested := []string{}
	for _, title := range titles {
		name := title
		at := slices.IndexFunc(in.Resources, func(r resource) bool { return r.Title == title })
		switch {
		case at >= 0:
			name = cmp.Or(in.Resources[at].URL, title)
		case strings.Contains(title, "://") || strings.Contains(title, "www."):
			call.Warn("a link that the model made up was left out of suggested_resources")
			continue
		}
		if !slices.Contains(suggested, name) {
			suggested = append(suggested, name)
		}
	}
	return suggested
}
