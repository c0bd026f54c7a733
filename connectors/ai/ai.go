// Package ai connects language models: OpenAI's, and any server that speaks the same protocol, such as Ollama, vLLM,
// LM Studio or a gateway. One operation asks a model; the others ask it something particular about a ticket.
//
// Source: https://platform.openai.com/docs/api-reference/chat
package ai

import (
	"slices"
	"time"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/rawhttp"
)

const docs = "https://platform.openai.com/docs/api-reference/chat"

// callTimeout is how long an operation that asks a model may take: local models are slow, and an answer may be asked
// for twice.
const callTimeout = 120 * time.Second

// Connector declares the connector: https://platform.openai.com/docs/api-reference.
func Connector() operations.Connector {
	schemes := auth()
	return operations.Connector{
		Name:  "ai",
		Title: "AI",
		Description: "Language models behind any OpenAI-compatible endpoint: judges, sums up and rewrites tickets, and answers " +
			"free questions, in JSON where asked.",
		Version: "1.0",
		Docs:    docs,
		Origin:  "{base_url}",
		Auth:    schemes,
		Throttlers: []operations.Throttler{{
			Name: "ai-minute", TTL: operations.Seconds(time.Minute), Limit: 60, Key: "{workspace}/{credential}", Enabled: true,
		}},
		Verify:     "list_models",
		Operations: slices.Concat(tickets(), chat(), models(), raw(schemes)),
		ReadError:  readError,
	}
}

// auth has one scheme. The key is optional, since most local servers want none: its header is then left out.
func auth() []operations.Auth {
	return []operations.Auth{{
		Name: "api_key", Title: "OpenAI-compatible endpoint",
		Description: "An account at OpenAI, or any server that has /chat/completions. A server on your own network is " +
			"reached only if the hub's operator allows it.",
		Fields: []operations.AuthField{
			{
				Name: "base_url", Title: "Base URL", Required: true,
				Description: "up to and with the version: https://api.openai.com/v1, http://localhost:11434/v1 for Ollama",
			},
			{Name: "api_key", Title: "API key", Description: "leave it out for a server that wants none", Secret: true},
			{Name: "model", Title: "Model", Description: "the one asked where a call names none, such as gpt-4o-mini", Required: true},
			{Name: "organization", Title: "Organization id", Description: "org-…, if the key belongs to several"},
			{Name: "price_per_million_input", Title: "Price of a million input tokens", Description: "in US dollars, such as 0.15; for cost_usd"},
			{Name: "price_per_million_output", Title: "Price of a million output tokens", Description: "in US dollars, such as 0.60; for cost_usd"},
			{
				Name: "structured_output", Title: "Structured output",
				Description: "how the server is asked for JSON: json_schema (default), json_object or prompt",
			},
		},
		Headers: []operations.AuthHeader{
			{Name: "Authorization", Value: "Bearer {api_key}"},
			{Name: "OpenAI-Organization", Value: "{organization}"},
		},
	}}
}

// tickets are the operations about a ticket.
func tickets() []operations.Operation {
	return []operations.Operation{statusChange(), deflection(), summary(), titleAndDescription()}
}

func raw(schemes []operations.Auth) []operations.Operation {
	return []operations.Operation{rawhttp.Request(rawhttp.Options{
		Docs: "https://platform.openai.com/docs/api-reference", Auth: schemes,
		Headers: map[string]string{"Accept": "application/json", "Content-Type": "application/json"},
		Sample: operations.NewSample(
			`{"method":"GET","url":{"endpoint":"/models/sandbox-1"}}`,
			`{"response":{"status_code":200,"headers":{"content-type":"application/json","x-request-id":"req_1f6c9b0a"},`+
				`"body":{"id":"sandbox-1","object":"model","created":1767225600,"owned_by":"sandbox"}}}`,
		),
	})}
}
