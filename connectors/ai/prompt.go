package ai

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

//go:embed prompts/*.md
var promptFiles embed.FS

// prompt fills a text of prompts/: {{name}} stands for a value. What a value holds is never looked at again.
func prompt(name string, values map[string]string) (string, error) {
	text, err := promptFiles.ReadFile("prompts/" + name + ".md")
	if err != nil {
		return "", fmt.Errorf("reading a prompt: %w", err)
	}
	var b strings.Builder
	for rest := string(text); ; {
		before, after, found := strings.Cut(rest, "{{")
		b.WriteString(before)
		if !found {
			return strings.TrimSpace(b.String()), nil
		}
		key, behind, _ := strings.Cut(after, "}}")
		value, known := values[key]
		if !known {
			return "", fmt.Errorf("writing the prompt %s: nothing is known of {{%s}}", name, key)
		}
		b.WriteString(value)
		rest = behind
	}
}

func repairPrompt(faults []operations.InputFault) (string, error) {
	return prompt("repair", map[string]string{"faults": "- " + strings.Join(named(faults, maxFaults), "\n- ")})
}

func schemaPrompt(schema json.RawMessage) (string, error) {
	return prompt("schema", map[string]string{"schema": string(schema)})
}

func languagePrompt(language string) (string, error) {
	if language == "" {
		return prompt("language_of_ticket", nil)
	}
	return prompt("language", map[string]string{"language": language})
}

// question is what an operation asks a model about a ticket.
type question struct {
	name     string // of the answer's schema
	task     string // of the prompt, prompts/<task>.md; "" for the name
	language string
	data     any // text of the ticket and all else that is not the hub's own words
	schema   operations.Schema
	tuning   tuning
}

// ask gets an answer that fits the schema. The request is that of chat_completion, which may be repeated safely even
// where the operation that asks is a write. answer is a pointer.
func ask(ctx context.Context, call *operations.Call, q question, answer any) (answered, error) {
	messages, err := q.messages()
	if err != nil {
		return answered{}, err
	}
	input, err := json.Marshal(chatCompletionInput{
		Messages: messages, JSONSchema: json.RawMessage(q.schema), SchemaName: q.name, tuning: q.tuning,
	})
	if err != nil {
		return answered{}, fmt.Errorf("encoding the question: %w", err)
	}
	output, err := call.Invoke(ctx, "chat_completion", input)
	if err != nil {
		return answered{}, asked(err)
	}
	var out chatCompletionOutput
	if err := json.Unmarshal(output, &out); err != nil {
		return answered{}, fmt.Errorf("reading the answer: %w", err)
	}
	if err := json.Unmarshal(out.JSON, answer); err != nil {
		return answered{}, fmt.Errorf("reading the answer: %w", err)
	}
	return out.answered, nil
}

// asked makes an error of chat_completion that of the operation which asked: pointers that do not lead into the caller's
// own input go, and running out of time is that of a read, since nothing has been changed yet.
func asked(err error) error {
	var known *operations.Error
	switch {
	case !errors.As(err, &known) && errors.Is(err, context.DeadlineExceeded):
		return operations.Errorf(operations.CodeUpstreamTimeout, "the model did not answer in time; nothing was changed: %w", err)
	case known == nil || len(known.Faults) == 0:
		return err
	}
	e := *known
	e.Faults = nil
	for _, fault := range known.Faults {
		if fault.Pointer == "/credentialId" || fault.Pointer == "/model" {
			e.Faults = append(e.Faults, fault)
		}
	}
	return &e
}

// messages fences the data off. The mark is new for each question, so that no text can have been written to hold it;
// and as JSON has no line ends within texts, no text can make a line of its own.
func (q question) messages() ([]message, error) {
	task, err := prompt(cmp.Or(q.task, q.name), nil)
	if err != nil {
		return nil, err
	}
	language, err := languagePrompt(q.language)
	if err != nil {
		return nil, err
	}
	mark := rand.Text()
	rules, err := prompt("rules", map[string]string{"task": task, "mark": mark, "language": language})
	if err != nil {
		return nil, err
	}
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(q.data); err != nil {
		return nil, fmt.Errorf("encoding the data of a question: %w", err)
	}
	fenced, err := prompt("data", map[string]string{"mark": mark, "data": strings.TrimSpace(data.String())})
	if err != nil {
		return nil, err
	}
	return []message{{"system", rules}, {"user", fenced}}, nil
}
