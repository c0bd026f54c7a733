package ai

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// maxAnswer bounds, in bytes, what a model may write.
const maxAnswer = 1 << 20

// message is one turn of a conversation.
type message struct {
	Role    string `json:"role" enum:"system,developer,user,assistant" doc:"Who says it."`
	Content string `json:"content" doc:"What is said." maxLength:"200000"`
}

// body is a request for a completion: https://platform.openai.com/docs/api-reference/chat/create.
type body struct {
	Model               string          `json:"model"`
	Messages            []message       `json:"messages"`
	Temperature         *float64        `json:"temperature,omitempty"`
	MaxTokens           int             `json:"max_tokens,omitempty"`
	MaxCompletionTokens int             `json:"max_completion_tokens,omitempty"`
	ResponseFormat      *responseFormat `json:"response_format,omitempty"`
}

// responseFormat asks for JSON.
type responseFormat struct {
	Type       mode        `json:"type"`
	JSONSchema *wireSchema `json:"json_schema,omitempty"`
}

// wireSchema is a schema with its name.
type wireSchema struct {
	Name   string          `json:"name"`
	Schema json.RawMessage `json:"schema"`
	Strict bool            `json:"strict"`
}

// completion is what a model answered.
type completion struct {
	id, model, text, refusal, finish            string
	requestID                                   string
	promptTokens, completionTokens, totalTokens int64
}

// complete asks for one completion.
func complete(ctx context.Context, call *operations.Call, b body) (completion, error) {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(b); err != nil {
		return completion{}, fmt.Errorf("encoding the request: %w", err)
	}
	response, err := send(ctx, call, http.MethodPost, "/chat/completions", encoded.Bytes())
	if err != nil {
		return completion{}, err
	}
	return readCompletion(response)
}

// send sends a request below the base URL. An answer of 300 or above is an error.
func send(ctx context.Context, call *operations.Call, method, path string, content []byte) (*operations.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, call.Base.URL(path), bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	request.Header.Set("Accept", "application/json")
	if len(content) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	patient := *call
	patient.HTTP = waiter{call.HTTP}
	response, err := patient.Send(request)
	if err != nil {
		return nil, refine(err)
	}
	return response, nil
}

// readCompletion reads {"id","model","choices":[{"message":{"content","refusal"},"finish_reason"}],"usage"}.
func readCompletion(r *operations.Response) (completion, error) {
	if operations.Depth(r.Body) > operations.MaxDepth || !json.Valid(r.Body) {
		return completion{}, senseless(r, "it is not JSON")
	}
	answer := gjson.ParseBytes(r.Body)
	choice := answer.Get("choices.0")
	if !choice.Get("message").IsObject() {
		return completion{}, senseless(r, "it holds no message")
	}
	c := completion{
		id: clip(text(answer.Get("id")), 200), model: clip(text(answer.Get("model")), 200), requestID: clip(r.Header.Get("X-Request-Id"), 100),
		text: content(choice.Get("message.content")), refusal: clip(clean(text(choice.Get("message.refusal"))), maxDetail),
		finish:           clip(text(choice.Get("finish_reason")), 50),
		promptTokens:     tokens(answer.Get("usage.prompt_tokens")),
		completionTokens: tokens(answer.Get("usage.completion_tokens")),
		totalTokens:      tokens(answer.Get("usage.total_tokens")),
	}
	if len(c.text) > maxAnswer {
		return completion{}, operations.Errorf(operations.CodeTooLarge, "the model wrote more than %d bytes; give max_tokens", maxAnswer)
	}
	return c, nil
}

// content is the text of a message: a string, or the texts of its parts.
func content(value gjson.Result) string {
	if !value.IsArray() {
		return strings.ToValidUTF8(text(value), "\uFFFD")
	}
	var b strings.Builder
	value.ForEach(func(_, part gjson.Result) bool {
		b.WriteString(text(part.Get("text")))
		return b.Len() <= maxAnswer
	})
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

// tokens is a count that can be reckoned with.
func tokens(value gjson.Result) int64 {
	const most = 1e12
	if value.Type != gjson.Number {
		return 0
	}
	return int64(min(max(value.Num, 0), most))
}

func senseless(r *operations.Response, why string) *operations.Error {
	return &operations.Error{
		Code:     operations.CodeUpstreamFailed,
		Detail:   "the service's answer is no completion: " + why + "; check that the base URL ends where /chat/completions begins",
		Upstream: &operations.Upstream{Status: r.Status, RequestID: clip(r.Header.Get("X-Request-Id"), 100)},
	}
}
