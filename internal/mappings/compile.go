package mappings

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"github.com/maypok86/otter/v2"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/mapping"
	"github.com/patchbay/patchbay/operations"
)

// key is what a compiled mapping is made of.
type key struct {
	document [sha256.Size]byte
	target   *operations.Entry // nil: no particular one
}

// Bounds of the compiled mappings that are kept for their next use, in bytes of their documents.
const (
	keptBytes  = 16 << 20
	leastBytes = 1 << 10 // that one counts for
)

func newCompiled() *otter.Cache[key, sized] {
	return otter.Must(&otter.Options[key, sized]{
		MaximumWeight: keptBytes,
		Weigher:       func(_ key, s sized) uint32 { return uint32(max(s.bytes, leastBytes)) },
		Logger:        &otter.NoopLogger{},
	})
}

// sized is a compiled mapping with the size of its document.
type sized struct {
	mapping *mapping.Mapping
	bytes   int
}

// Compile makes a document ready to run for a target operation; an empty name is the one that the document itself names, if
// it does. It is remembered: the same document again costs next to nothing. Errors: those of mapping.Parse and
// mapping.Compile, and invalid_input at /target/operation for one that is not there, or is another.
func (m *Mappings) Compile(ctx context.Context, workspace string, document json.RawMessage, target string) (*mapping.Mapping, error) {
	own := gjson.GetBytes(document, "target.operation").String()
	entry, err := m.target(ctx, workspace, own, target)
	if err != nil {
		return nil, err
	}
	k := key{sha256.Sum256(document), entry}
	if known, ok := m.compiled.GetIfPresent(k); ok {
		return known.mapping, nil
	}
	parsed, err := mapping.Parse(document)
	if err != nil {
		return nil, err
	}
	var options mapping.Options
	if entry != nil {
		options.TargetSchema = entry.Spec.Input
	}
	compiled, err := mapping.Compile(parsed, options)
	if err != nil {
		return nil, err
	}
	m.compiled.Set(k, sized{compiled, len(document)})
	return compiled, nil
}

// target finds the operation that a mapping is to run for: the one that is asked for, if that is the one that the document
// names; nil: neither is named.
func (m *Mappings) target(ctx context.Context, workspace, own, asked string) (*operations.Entry, error) {
	var entry, named *operations.Entry
	var err error
	if own != "" {
		if named, err = m.Operation(ctx, workspace, own); err != nil {
			return nil, misplaced(err)
		}
	}
	if asked == "" {
		return named, nil
	}
	if entry, err = m.Operation(ctx, workspace, asked); err != nil {
		return nil, err
	}
	if named != nil && (named.Connector.Name != entry.Connector.Name || named.Spec.Name != entry.Spec.Name) {
		return nil, misplaced(operations.Errorf(operations.CodeNotFound, "is %s, and the mapping is to be used for %s.%s",
			own, entry.Connector.Name, entry.Spec.Name))
	}
	return entry, nil
}

// misplaced makes an operation that is not there a fault of the document.
func misplaced(err error) error {
	e := operations.AsError(err)
	if e.Code != operations.CodeNotFound {
		return err
	}
	return &operations.Error{
		Code: operations.CodeInvalidInput, Suggestion: e.Suggestion,
		Detail: "the mapping has a fault at /target/operation: " + e.Detail,
		Faults: []operations.InputFault{{Pointer: "/target/operation", Detail: e.Detail}},
	}
}
