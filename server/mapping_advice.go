package server

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/patchbay/patchbay/mapping"
	"github.com/patchbay/patchbay/operations"
)

// postLint tells what is wrong with a mapping, or may go wrong, without running it.
func (s *Server) postLint(ctx context.Context, x *exchange) error {
	var body namedMapping
	if err := s.decodeRaw(x, &body); err != nil {
		return err
	}
	raw, err := s.documentOf(ctx, x, body)
	if err != nil {
		return err
	}
	document, err := mapping.Parse(raw)
	if e := operations.AsError(err); e != nil {
		if len(e.Faults) == 0 {
			return err
		}
		return x.json(http.StatusOK, lintedOf(malformedFindings(e.Faults)))
	}
	found, err := s.lint(ctx, x, document)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, lintedOf(found))
}

// linted is what is said of a mapping.
type linted struct {
	OK       bool              `json:"ok"` // there is no error among the findings
	Findings []mapping.Finding `json:"findings"`
}

func lintedOf(found []mapping.Finding) linted {
	isError := func(f mapping.Finding) bool { return f.Severity == mapping.SeverityError }
	return linted{OK: !slices.ContainsFunc(found, isError), Findings: list(found)}
}

// malformedFindings makes findings of a document that is none.
func malformedFindings(faults []operations.InputFault) []mapping.Finding {
	var found []mapping.Finding
	for _, fault := range faults {
		found = append(found, mapping.Finding{
			Severity: mapping.SeverityError, Code: mapping.FindMalformed, Pointer: fault.Pointer, Detail: fault.Detail,
		})
	}
	return found
}

// findUnknownOperation is the code of a finding that an operation is not there.
const findUnknownOperation = "unknown_operation"

func (s *Server) lint(ctx context.Context, x *exchange, document mapping.Document) ([]mapping.Finding, error) {
	if s.Mappings == nil {
		return nil, lacks("mappings")
	}
	catalogue, err := s.Catalogue.Of(ctx, x.key.Workspace, "")
	if err != nil {
		return nil, err
	}
	options := mapping.LintOptions{Lists: mapping.CatalogueLists{Catalogue: catalogue}}
	var found []mapping.Finding
	look := func(name, pointer string) *operations.Entry {
		entry, missing := s.Mappings.Operation(ctx, x.key.Workspace, name)
		if e := operations.AsError(missing); e != nil {
			found = append(found, mapping.Finding{
				Severity: mapping.SeverityError, Code: findUnknownOperation, Pointer: pointer, Detail: e.Detail, Nearest: e.Suggestion,
			})
		}
		return entry
	}
	if source := document.Source; source != nil {
		if entry := look(source.Operation, "/source/operation"); entry != nil {
			options.Source, options.SourceSample = sideOf(entry, source.Document)
		}
	}
	if target := document.Target; target != nil {
		if entry := look(target.Operation, "/target/operation"); entry != nil {
			options.Target = entry.Spec.Input
		}
	}
	return append(found, mapping.Lint(document, options)...), nil
}

// sideOf gives the schema and the sample of one of an operation's documents.
func sideOf(entry *operations.Entry, document string) (operations.Schema, json.RawMessage) {
	if document == mapping.DocumentInput {
		return entry.Spec.Input, entry.Spec.Sample.Input
	}
	return entry.Spec.Output, entry.Spec.Sample.Output
}

// postExplain tells what a mapping does, in sentences.
func (s *Server) postExplain(ctx context.Context, x *exchange) error {
	var body namedMapping
	if err := s.decodeRaw(x, &body); err != nil {
		return err
	}
	raw, err := s.documentOf(ctx, x, body)
	if err != nil {
		return err
	}
	document, err := mapping.Parse(raw)
	if err != nil {
		return below("/mapping", err)
	}
	return x.json(http.StatusOK, map[string]any{"sentences": list(mapping.Explain(document))})
}

// suggestBody names the two operations that a mapping is wanted for.
type suggestBody struct {
	Source mapping.Source  `json:"source"`
	Target mapping.Target  `json:"target"`
	Sample json.RawMessage `json:"sample"` // a document of the source, in place of the operation's sample
}

// postSuggest makes a first mapping between two operations.
func (s *Server) postSuggest(ctx context.Context, x *exchange) error {
	var body suggestBody
	if err := s.decodeRaw(x, &body); err != nil {
		return err
	}
	if s.Mappings == nil {
		return lacks("mappings")
	}
	from, err := s.operationAt(ctx, x, body.Source.Operation, "/source/operation")
	if err != nil {
		return err
	}
	to, err := s.operationAt(ctx, x, body.Target.Operation, "/target/operation")
	if err != nil {
		return err
	}
	schema, sample := sideOf(from, body.Source.Document)
	if body.Sample != nil {
		sample = body.Sample
	}
	suggestion, err := mapping.Suggest(mapping.SuggestOptions{
		Source: mapping.SuggestSide{
			Operation: fullName(from), Document: body.Source.Document, Items: body.Source.Items, Schema: schema, Sample: sample,
		},
		Target: mapping.SuggestSide{Operation: fullName(to), Schema: to.Spec.Input, Sample: to.Spec.Sample.Input},
	})
	if err != nil {
		return err
	}
	suggestion.Lines, suggestion.Missing = list(suggestion.Lines), list(suggestion.Missing)
	return x.json(http.StatusOK, struct {
		Document mapping.Document `json:"document"`
		Lines    []mapping.Line   `json:"lines"`
		Missing  []string         `json:"missing"`
	}{suggestion.Document, suggestion.Lines, suggestion.Missing})
}

func fullName(entry *operations.Entry) string { return entry.Connector.Name + "." + entry.Spec.Name }

// operationAt finds an operation that a body names at a place.
func (s *Server) operationAt(ctx context.Context, x *exchange, name, pointer string) (*operations.Entry, error) {
	entry, err := s.Mappings.Operation(ctx, x.key.Workspace, name)
	if e := operations.AsError(err); e != nil && e.Code == operations.CodeNotFound {
		fault := invalidBody([]operations.InputFault{{Pointer: pointer, Detail: e.Detail}})
		fault.Suggestion = e.Suggestion
		return nil, fault
	}
	return entry, err
}
