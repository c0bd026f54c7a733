package mapping

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/patchbay/patchbay/operations"
)

// Bounds of a run.
const (
	MaxSourceBytes = 4 << 20
	MaxOutputBytes = 4 << 20
	MaxItems       = 10_000    // of a list that each goes through, or that a transform makes
	MaxSteps       = 1_000_000 // rules tried, those of all items among them
	MaxLookups     = 1_000     // of one source document
	maxWork        = 256 << 20 // bytes looked at
)

// Options say what a mapping is compiled for.
type Options struct {
	// TargetSchema is the input schema of the target operation: values are made what it takes, and members that it requires
	// have to be there. Without it values keep their types.
	TargetSchema operations.Schema
}

// Mapping is a compiled document. It is safe for concurrent use.
type Mapping struct {
	document Document
	plan     *plan
}

// Compile makes a document ready to run. Errors: invalid_input with a pointer into the document for every fault.
func Compile(document Document, options Options) (*Mapping, error) {
	target, err := readShape(options.TargetSchema)
	if err != nil {
		return nil, err
	}
	p, faults := newPlan(document, target)
	if len(faults) > 0 {
		return nil, invalid("the mapping", faults)
	}
	return &Mapping{document: document, plan: p}, nil
}

// Document gives the document that was compiled.
func (m *Mapping) Document() Document { return m.document }

// NeedsLookups tells whether a run may ask for lookups.
func (m *Mapping) NeedsLookups() bool { return m.plan.lookups }

// Run makes the target document of a source document, as compact JSON. The same source and the same answers of lookups
// give the same bytes. lookups may be nil if there is no lookup. Errors: malformed_request (the source is not JSON, or nests too
// deep), too_large, invalid_input with a fault for everything that could not be mapped: its pointer leads to the rule in the
// mapping, its detail names the path in the source; and errors of lookups.
func (m *Mapping) Run(ctx context.Context, source []byte, lookups Lookups) ([]byte, error) {
	if lookups != nil && m.plan.lookups {
		lookups = newMemo(lookups)
	}
	out, _, err := m.run(ctx, nil, string(source), lookups, nil)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// RunTraced is Run, and tells step by step what each rule took in and gave, at most 1000 of them. With an error of
// invalid_input it gives, too, what could be mapped.
func (m *Mapping) RunTraced(ctx context.Context, source []byte, lookups Lookups) ([]byte, []Step, error) {
	if lookups != nil && m.plan.lookups {
		lookups = newMemo(lookups)
	}
	return m.run(ctx, nil, string(source), lookups, &trace{})
}

// run appends the result to dst.
func (m *Mapping) run(ctx context.Context, dst []byte, source string, lookups Lookups, t *trace) ([]byte, []Step, error) {
	switch {
	case len(source) > MaxSourceBytes:
		return nil, nil, operations.Errorf(operations.CodeTooLarge, "the source document is larger than %d bytes", MaxSourceBytes)
	case !utf8.ValidString(source):
		return nil, nil, operations.Errorf(operations.CodeMalformedRequest, "the source document is not UTF-8")
	}
	r := m.plan.take()
	defer r.release()
	r.ctx, r.lookups, r.trace = ctx, lookups, t
	if err := r.start(source); err != nil {
		return nil, nil, err
	}
	var steps []Step
	if t != nil {
		steps = t.steps
	}
	if r.err != nil {
		return nil, steps, r.err
	}
	out := append(dst, r.out...)
	if len(r.faults) > 0 {
		return out, steps, unmapped(r.faults)
	}
	return out, steps, nil
}

// unmapped is the error for a source document with faults.
func unmapped(faults []operations.InputFault) *operations.Error {
	detail := "the source document cannot be mapped: " + faults[0].Detail
	if len(faults) > 1 {
		detail = fmt.Sprintf("the source document cannot be mapped, for %d reasons; the first: %s", len(faults), faults[0].Detail)
	}
	return &operations.Error{Code: operations.CodeInvalidInput, Detail: detail, Faults: faults}
}
