// Package operations is the vocabulary of the hub: connectors, the operations they offer, the call that runs
// one, and the one error type that leaves it. It describes and checks; it opens no connection and no database.
package operations

import (
	"context"
	"encoding/json"
	"time"
)

// Operation is one thing a connector can do.
type Operation interface {
	// Spec says what the operation is. It is constant for the life of the process.
	Spec() Spec
	// Run does it, once. The input has been validated against Spec().Input; the output is a JSON object.
	Run(ctx context.Context, call *Call) (json.RawMessage, error)
}

// Kind tells what an operation is for.
type Kind string

// The kinds of operation.
const (
	KindAction  Kind = "action"   // does one thing at the service
	KindDDL     Kind = "ddl"      // fills a drop-down; left out of listings unless asked for
	KindRawHTTP Kind = "raw_http" // sends a request of the caller's making
	KindLink    Kind = "link"     // follows a link that an earlier answer held
)

// Effect tells what an operation does to the service's data. It decides retry, caching and what a caller
// may do unasked.
type Effect string

// The effects, from harmless to irrevocable.
const (
	EffectRead        Effect = "read"
	EffectWrite       Effect = "write"
	EffectDestructive Effect = "destructive" // deletes, or cannot be undone
)

// Spec describes an operation. Zero values mean: derived (Identifier, Version, Source), none, or the hub's default.
type Spec struct {
	Name        string `json:"name"`             // snake_case, unique in its connector
	Identifier  string `json:"uniqueIdentifier"` // e.g. "outreach:create-prospect"
	Version     int    `json:"version"`          // of the operation's own contract, from 1
	Source      string `json:"source"`           // where the operation comes from: "Registered App" or "Platform"
	Title       string `json:"title"`
	Description string `json:"description"`
	Docs        string `json:"docs,omitempty"`     // the vendor's page
	Resource    string `json:"resource,omitempty"` // what it reads or touches; writes invalidate cached reads of it
	Kind        Kind   `json:"kind"`
	Effect      Effect `json:"effect"`

	Input  Schema `json:"inputSchema"`
	Output Schema `json:"outputSchema"`
	Sample Sample `json:"sample"`

	Auth         []string          `json:"auth,omitempty"`       // the connector's auth schemes that will do; empty: all
	Scopes       []string          `json:"authScopes,omitempty"` // what the credential must have been granted
	Throttlers   []Throttler       `json:"throttlers,omitempty"` // beside those of the connector
	Cache        CacheRule         `json:"cache,omitzero"`
	Paging       *Paging           `json:"paging,omitempty"`
	Compensation *Compensation     `json:"compensation,omitempty"`
	Resolve      *Resolution       `json:"resolve,omitempty"`
	Timeout      time.Duration     `json:"-"`
	WholeList    bool              `json:"-"`                    // of a DDL: it gives all options there are; search, cursor and limit are the hub's work
	LooseInput   bool              `json:"looseInput,omitempty"` // unknown fields are dropped with a warning, not refused
	Metadata     map[string]string `json:"metadata,omitempty"`
}

// Sample is one true-to-life exchange: an input that works as it stands and the output it gives.
type Sample struct {
	Input  json.RawMessage `json:"input"`
	Output json.RawMessage `json:"output"`
}

// Paging describes how a list operation walks its pages: the input fields that steer it and the output field
// that holds the next cursor.
type Paging struct {
	CursorInput  string `json:"cursorInput"`
	SizeInput    string `json:"sizeInput,omitempty"`
	AllInput     string `json:"allInput,omitempty"` // when true, all pages up to the bound are joined
	CursorOutput string `json:"cursorOutput"`
	Items        string `json:"items"` // where the page's items lie in the output
	MaxPages     int    `json:"maxPages"`
	MaxSize      int    `json:"maxSize,omitempty"`
}

// Compensation names the operation that undoes this one, and how its input is filled: input field → path
// (gjson) into {"input":…,"output":…} of the call to undo.
type Compensation struct {
	Operation string            `json:"operation"`
	Input     map[string]string `json:"input"`
}

// Func makes an Operation out of a spec and the function that runs it.
func Func(spec Spec, run func(context.Context, *Call) (json.RawMessage, error)) Operation {
	return funcOperation{spec: spec, run: run}
}

type funcOperation struct {
	spec Spec
	run  func(context.Context, *Call) (json.RawMessage, error)
}

func (o funcOperation) Spec() Spec { return o.spec }

func (o funcOperation) Run(ctx context.Context, call *Call) (json.RawMessage, error) {
	return o.run(ctx, call)
}
