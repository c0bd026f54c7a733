package ai

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// dialogue is a conversation with a model until there is an answer that will do.
type dialogue struct {
	call     *operations.Call
	settings settings
	body     body    // without what is due to the mode
	wanted   *wanted // nil: any text
	spent    usage
	repaired bool
}

// run asks for an answer. One that does not fit the schema is sent back once with what is wrong with it; a second one
// is upstream_failed.
func (d *dialogue) run(ctx context.Context) (completion, json.RawMessage, error) {
	c, err := d.next(ctx)
	if err != nil || d.wanted == nil {
		return c, nil, err
	}
	answer, faults := d.wanted.read(c.text)
	if len(faults) == 0 {
		return c, answer, nil
	}
	repair, err := repairPrompt(faults)
	if err != nil {
		return c, nil, err
	}
	d.repaired = true
	d.body.Messages = append(d.body.Messages, message{"assistant", clip(c.text, maxRepaired)}, message{"user", repair})
	if c, err = d.next(ctx); err != nil {
		return c, nil, err
	}
	if answer, faults = d.wanted.read(c.text); len(faults) > 0 {
		return c, nil, unfit(c, faults)
	}
	return c, answer, nil
}

// next asks for one completion that came to its end.
func (d *dialogue) next(ctx context.Context) (completion, error) {
	for {
		b, err := d.form()
		if err != nil {
			return completion{}, err
		}
		c, err := complete(ctx, d.call, b)
		if err == nil {
			d.spent.add(c, d.settings.prices)
			return c, d.judge(c)
		}
		if !d.yield(err) {
			return c, err
		}
	}
}

// form makes the request as the mode wants it.
func (d *dialogue) form() (body, error) {
	b := d.body
	if d.wanted == nil {
		return b, nil
	}
	switch d.settings.mode {
	case modeSchema:
		schema := d.wanted.wire
		b.ResponseFormat = &responseFormat{Type: modeSchema, JSONSchema: &schema}
		return b, nil
	case modeObject:
		b.ResponseFormat = &responseFormat{Type: modeObject}
	}
	prompt, err := schemaPrompt(d.wanted.schema)
	if err != nil {
		return b, err
	}
	b.Messages = withRules(b.Messages, prompt)
	return b, nil
}

// withRules adds to the rules that a conversation begins with. Many local models take one such message only.
func withRules(messages []message, more string) []message {
	if len(messages) > 0 && messages[0].Role == "system" {
		messages = slices.Clone(messages)
		messages[0].Content += "\n\n" + more
		return messages
	}
	return append([]message{{"system", more}}, messages...)
}

// yield asks for less where the server refused what it does not know, and tells the caller. It does so once for each
// thing, so that it comes to an end.
func (d *dialogue) yield(err error) bool {
	var e *operations.Error
	if !errors.As(err, &e) || e.Upstream == nil || !slices.Contains(notKnown(), e.Upstream.Status) {
		return false
	}
	refused := func(field string) bool {
		param := gjson.GetBytes(e.Upstream.Body, "error.param").String()
		return param == field || strings.HasPrefix(param, field+".") || strings.Contains(e.Detail, field)
	}
	switch weaker := d.settings.mode.weaker(); {
	case d.wanted != nil && weaker != "" && refused("response_format") && !strings.Contains(e.Detail, "Invalid schema"):
		d.call.Warn("the server does not take structured_output %s; it was asked by %s. Enter that in the credential to save a request",
			d.settings.mode, weaker)
		d.settings.mode = weaker
	case d.body.MaxTokens > 0 && refused("max_completion_tokens"): // the name that newer models know it by
		d.body.MaxTokens, d.body.MaxCompletionTokens = 0, d.body.MaxTokens
	case d.body.Temperature != nil && refused("temperature") && strings.Contains(strings.ToLower(e.Detail), "support"):
		d.call.Warn("the model does not take a temperature; it was left out")
		d.body.Temperature = nil
	default:
		return false
	}
	return true
}

// notKnown are the statuses by which servers refuse what they do not know.
func notKnown() []int {
	return []int{http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusNotImplemented}
}

// judge refuses a completion that is no answer.
func (d *dialogue) judge(c completion) error {
	e := &operations.Error{Code: operations.CodeUpstreamRejected, Upstream: &operations.Upstream{
		Status: http.StatusOK, Code: c.finish, RequestID: c.requestID,
	}}
	switch cut := c.finish == "length"; {
	case c.refusal != "":
		e.Upstream.Code = "refusal"
		e.Detail = "the model refused to answer: " + c.refusal
	case c.finish == "content_filter":
		e.Detail = "the service's content filter held the answer back"
	case cut && (d.wanted != nil || c.text == ""):
		e.Detail = "the answer was cut off before its end, at the model's bound or at max_tokens; give a larger max_tokens, or less text"
	case c.text == "":
		e.Code, e.Detail = operations.CodeUpstreamFailed, "the model answered nothing"
	case cut:
		d.call.Warn("the answer was cut off before its end, at the model's bound or at max_tokens")
		return nil
	default:
		return nil
	}
	return e
}

// unfit is the error of an answer that did not fit the schema, twice.
func unfit(c completion, faults []operations.InputFault) *operations.Error {
	sent, err := json.Marshal(clip(c.text, maxShown))
	if err != nil {
		sent = nil
	}
	return &operations.Error{
		Code: operations.CodeUpstreamFailed,
		Detail: "the model's answer does not have the form asked for, and neither had the one after it was told so: " +
			strings.Join(named(faults, maxTold), "; "),
		Upstream: &operations.Upstream{Status: http.StatusOK, Code: "invalid_answer", RequestID: c.requestID, Body: sent},
	}
}
