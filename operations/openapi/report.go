package openapi

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Report tells what became of a document.
type Report struct {
	Format     string  `json:"format"` // e.g. "OpenAPI 3.1, JSON"
	Title      string  `json:"title"`
	Version    string  `json:"version"`
	Operations int     `json:"operations"` // without the DDLs
	DDLs       int     `json:"ddls"`
	Issues     []Issue `json:"issues"`            // at most 1,000
	Dropped    int     `json:"dropped,omitempty"` // issues beyond that
}

// Issue is one thing of a document that could not be had as it stands.
type Issue struct {
	Line      int    `json:"line,omitempty"`      // in the document; 0: not known
	Overlay   bool   `json:"overlay,omitempty"`   // the line is one of the overlay
	Operation string `json:"operation,omitempty"` // "GET /things"; empty: not of one operation
	Kind      Kind   `json:"kind"`
	Detail    string `json:"detail"`
}

// Kind says what was done about an issue.
type Kind string

// The kinds of issue.
const (
	Skipped      Kind = "skipped"      // it is not in the connector
	Approximated Kind = "approximated" // it is, not quite as the document has it
	Note         Kind = "note"         // nothing was lost, but look
)

// String gives the issue on one line.
func (i Issue) String() string {
	var b strings.Builder
	switch {
	case i.Overlay:
		fmt.Fprintf(&b, "overlay line %d: ", i.Line)
	case i.Line > 0:
		fmt.Fprintf(&b, "line %d: ", i.Line)
	}
	if i.Operation != "" {
		b.WriteString(i.Operation + ": ")
	}
	return b.String() + string(i.Kind) + ": " + i.Detail
}

// add notes an issue once. n tells the line.
func (r *Report) add(kind Kind, operation string, n *yaml.Node, format string, args ...any) {
	issue := Issue{Operation: operation, Kind: kind, Detail: fmt.Sprintf(format, args...)}
	if n != nil {
		issue.Line, issue.Overlay = n.Line, n.Column == fromOverlay
	}
	switch {
	case len(r.Issues) >= maxIssues:
		r.Dropped++
	case !slices.Contains(r.Issues, issue):
		r.Issues = append(r.Issues, issue)
	}
}
