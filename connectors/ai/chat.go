package ai

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// chat are the operations that ask a model anything.
func chat() []operations.Operation { return []operations.Operation{chatCompletion()} }

// tuning is how a model is asked.
type tuning struct {
	Model       string   `json:"model,omitempty" doc:"The model to ask; that of the credential if it is left out." maxLength:"200" lookup:"list_models_ddl"`
	Temperature *float64 `json:"temperature,omitempty" doc:"0 for the likeliest words, more for variety. The server's own default if it is left out." minimum:"0" maximum:"2"`
	MaxTokens   int      `json:"max_tokens,omitempty" doc:"The most that the model may write, its thinking included." minimum:"1" maximum:"1000000"`
}

type chatCompletionInput struct {
	Messages   []message       `json:"messages" doc:"The conversation, oldest first." minItems:"1" maxItems:"200"`
	JSONSchema json.RawMessage `json:"json_schema,omitempty" doc:"A JSON Schema (2020-12) of type object. The answer is held to it and given as json."`
	SchemaName string          `json:"schema_name,omitempty" doc:"What the schema describes, in a word." default:"answer" pattern:"^[A-Za-z0-9_-]{1,64}$"`
	tuning
}

type chatCompletionOutput struct {
	Text         string          `json:"text" doc:"What the model wrote."`
	JSON         json.RawMessage `json:"json,omitempty" doc:"The answer that fits json_schema."`
	FinishReason string          `json:"finish_reason" doc:"stop, or length if the answer was cut off."`
	Repaired     bool            `json:"repaired" doc:"true: the first answer did not fit, the second does."`
	ID           string          `json:"id,omitempty" doc:"The server's id of the completion."`
	answered
}

// Bounds of one request, in bytes.
const (
	maxConversation = 1 << 20
	maxSchema       = 64 << 10
)

// chatCompletion asks a model: https://platform.openai.com/docs/api-reference/chat/create. It changes nothing at the
// service, so that a request without an answer may be repeated.
func chatCompletion() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "chat_completion", Title: "Chat completion",
		Description: "Asks a model, and gives its answer as text, or as JSON that fits a schema of yours.",
		Docs:        "https://platform.openai.com/docs/api-reference/chat/create", Resource: "completions",
		Kind: operations.KindAction, Effect: operations.EffectRead, Timeout: callTimeout,
		Sample: operations.NewSample(
			`{"messages":[{"role":"user","content":"What is the mood of this message? The printer works again, thanks!"}],`+
				`"schema_name":"mood","json_schema":{"type":"object","additionalProperties":false,"required":["mood","confidence"],`+
				`"properties":{"mood":{"type":"string","enum":["angry","neutral","happy"]},"confidence":{"type":"number","minimum":0,"maximum":1}}}}`,
			`{"text":"{\"mood\":\"happy\",\"confidence\":0.95}","json":{"mood":"happy","confidence":0.95},"finish_reason":"stop",`+
				`"repaired":false,"id":"chatcmpl-9f2c","model":"sandbox-1",`+
				`"usage":{"prompt_tokens":41,"completion_tokens":12,"total_tokens":53,"completions":1}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in chatCompletionInput) (out chatCompletionOutput, err error) {
		d, err := newDialogue(call, in)
		if err != nil {
			return out, err
		}
		c, answer, err := d.run(ctx)
		if err != nil {
			return out, err
		}
		return chatCompletionOutput{
			Text: c.text, JSON: answer, FinishReason: c.finish, Repaired: d.repaired, ID: c.id,
			answered: answered{Model: cmp.Or(c.model, d.body.Model), Usage: d.spent},
		}, nil
	})
}

func newDialogue(call *operations.Call, in chatCompletionInput) (*dialogue, error) {
	set, err := readSettings(call.Field)
	if err != nil {
		return nil, err
	}
	size := 0
	for _, m := range in.Messages {
		size += len(m.Content)
	}
	if size > maxConversation {
		return nil, misfit("/messages", "is longer than 1 MiB in all")
	}
	d := &dialogue{call: call, settings: set, body: body{
		Model: cmp.Or(in.Model, set.model), Messages: in.Messages, Temperature: in.Temperature, MaxTokens: in.MaxTokens,
	}}
	if d.body.Model == "" {
		return nil, misfit("/model", "is required, as the credential names none")
	}
	if len(in.JSONSchema) == 0 {
		return d, nil
	}
	if len(in.JSONSchema) > maxSchema || gjson.GetBytes(in.JSONSchema, "type").String() != "object" {
		return nil, misfit("/json_schema", `must be a JSON Schema of at most 64 KiB with "type": "object"`)
	}
	if d.wanted, err = newWanted(in.SchemaName, in.JSONSchema); err != nil {
		return nil, misfit("/json_schema", "is no JSON Schema: "+clip(err.Error(), maxDetail))
	}
	return d, nil
}

func misfit(pointer, detail string) *operations.Error {
	return &operations.Error{
		Code: operations.CodeInvalidInput, Detail: "the input does not fit the operation: " + pointer + " " + detail,
		Faults: []operations.InputFault{{Pointer: pointer, Detail: detail}},
	}
}
