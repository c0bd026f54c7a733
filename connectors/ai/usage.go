package ai

import "math"

// usage is what a call used up, all requests to the model together.
type usage struct {
	PromptTokens     int64    `json:"prompt_tokens" doc:"Tokens that were read, as the server counts them."`
	CompletionTokens int64    `json:"completion_tokens" doc:"Tokens that were written."`
	TotalTokens      int64    `json:"total_tokens" doc:"Both."`
	Completions      int64    `json:"completions" doc:"How many answers were asked for: 2 if the first did not fit."`
	CostUSD          *float64 `json:"cost_usd,omitempty" doc:"What that costs by the credential's prices, in US dollars."`
}

// answered is what every operation that asks a model gives beside its answer.
type answered struct {
	Model string `json:"model,omitempty" doc:"The model that answered."`
	Usage usage  `json:"usage" doc:"What the call used up."`
}

// add counts one completion.
func (u *usage) add(c completion, p *prices) {
	u.PromptTokens += c.promptTokens
	u.CompletionTokens += c.completionTokens
	u.TotalTokens += max(c.totalTokens, c.promptTokens+c.completionTokens)
	u.Completions++
	if p != nil {
		cost := (float64(u.PromptTokens)*p.input + float64(u.CompletionTokens)*p.output) / 1e6
		cost = math.Round(cost*1e9) / 1e9
		u.CostUSD = &cost
	}
}
