// Package mapping turns one JSON document into another by rules that are JSON themselves: a source document, such as the
// output of an operation, into a target, such as the input of another. Rules are data: nothing in them runs code. A
// mapping is pure and bounded, and says of every fault which rule it is and which part of the source.
package mapping

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/patchbay/patchbay/operations"
)

// Version is the version of the document's form.
const Version = 1

// Bounds of a mapping document.
const (
	MaxDocumentBytes  = 512 << 10
	MaxRules          = 500 // those within each among them
	MaxEachDepth      = 4   // each within each
	MaxPartDepth      = 6   // a part within a part: first_of of concat of switch …
	MaxParts          = 2000
	MaxTransforms     = 20   // of one rule or part
	MaxPathBytes      = 512  // of a source path
	MaxTemplateBytes  = 8192 // of a template
	MaxConditionDepth = 5
)

// Document is a mapping as people write and store it. Its JSON Schema is DocumentSchema.
type Document struct {
	Schema      string  `json:"$schema,omitempty"` // for editors
	Version     int     `json:"version"`           // 1
	Name        string  `json:"name,omitempty"`
	Description string  `json:"description,omitempty"`
	Source      *Source `json:"source,omitempty"` // where records come from; for lint, suggest and explain
	Target      *Target `json:"target,omitempty"` // what the result is for
	Rules       []Rule  `json:"rules"`
}

// Source names where the source documents come from.
type Source struct {
	Operation string `json:"operation"`          // "outreach.list_prospects"
	Document  string `json:"document,omitempty"` // DocumentOutput (the default) or DocumentInput
	Items     string `json:"items,omitempty"`    // path to a list within: each of its items is a source document
}

// The documents of an operation that a mapping can start from.
const (
	DocumentOutput = "output"
	DocumentInput  = "input"
)

// Target names what the result is for: an operation, whose input schema says which types the result has.
type Target struct {
	Operation string `json:"operation"` // "jira.create_issue"
}

// Parse reads a mapping document and checks its form: everything that needs no other document. Errors: malformed_request
// (not JSON), too_large, invalid_input with a pointer for every fault.
func Parse(data []byte) (Document, error) {
	if len(data) > MaxDocumentBytes {
		return Document{}, operations.Errorf(operations.CodeTooLarge, "the mapping is larger than %d bytes", MaxDocumentBytes)
	}
	if !utf8.Valid(data) {
		return Document{}, operations.Errorf(operations.CodeMalformedRequest, "the mapping is not UTF-8")
	}
	decoded, err := operations.DecodeInput(data)
	if err != nil {
		return Document{}, err
	}
	validator, err := documentValidator()
	if err != nil {
		return Document{}, fmt.Errorf("reading the schema of mappings: %w", err)
	}
	if faults := validator.Faults(decoded); len(faults) > 0 {
		return Document{}, invalid("the mapping", faults)
	}
	var document Document
	if err := json.Unmarshal(data, &document); err != nil {
		return Document{}, operations.Errorf(operations.CodeMalformedRequest, "the mapping cannot be read: %w", err)
	}
	if faults := document.faults(); len(faults) > 0 {
		return Document{}, invalid("the mapping", faults)
	}
	return document, nil
}

// faults checks what the schema leaves open. Compile does the same for a document that was made in Go.
func (d Document) faults() []operations.InputFault {
	_, faults := newPlan(d, nil)
	return faults
}

// invalid is the error for faults, with the first in its text.
func invalid(what string, faults []operations.InputFault) *operations.Error {
	detail := fmt.Sprintf("%s has a fault at %s: %s", what, faults[0].Pointer, faults[0].Detail)
	if len(faults) > 1 {
		detail = fmt.Sprintf("%s has %d faults; the first is at %s: %s", what, len(faults), faults[0].Pointer, faults[0].Detail)
	}
	return &operations.Error{Code: operations.CodeInvalidInput, Detail: detail, Faults: faults}
}
