// Package mappings keeps the mappings of workspaces, and makes mappings ready to run: those that are kept, and those that a
// caller brings along.
package mappings

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/maypok86/otter/v2"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// Store is where mappings are kept: *store.Store.
type Store interface {
	Reader
	Writer
}

// Reader finds mappings.
type Reader interface {
	Mapping(ctx context.Context, workspace, id string, version int64) (store.Mapping, error)
	ListMappings(ctx context.Context, workspace string, filter store.MappingFilter) ([]store.Mapping, error)
	ListMappingVersions(ctx context.Context, workspace, id string, before int64, limit int) ([]store.MappingVersion, error)
}

// Writer changes mappings.
type Writer interface {
	PutMapping(ctx context.Context, workspace string, m store.Mapping, base int64) (store.Mapping, error)
	DeleteMapping(ctx context.Context, workspace, id string, base int64) error
}

// Options are the parts of Mappings.
type Options struct {
	Store     Store // nil: none are kept
	Catalogue operations.Catalogues
}

// Mappings knows the mappings of all workspaces. It is safe for concurrent use.
type Mappings struct {
	Options
	compiled *otter.Cache[key, sized]
}

// New makes Mappings.
func New(options Options) *Mappings {
	return &Mappings{Options: options, compiled: newCompiled()}
}

// Draft is a mapping that is to be kept.
type Draft struct {
	ID       string // empty: a new one
	Document json.RawMessage
	MadeBy   string
	Base     int64 // the version that it takes the place of, store.AnyVersion or store.NoMapping
}

// reserved are ids that the API has other uses for.
func reserved() []string { return []string{"schema", "lint", "suggest", "preview", "explain", "batch"} }

// Put keeps a mapping, as its next version if there is one of its id. What is kept can run: its form is right, and the
// operation that it names as its target is there. Errors are those of store.Store's PutMapping and of Compile, whose pointers
// lead into the document.
func (m *Mappings) Put(ctx context.Context, workspace string, draft Draft) (store.Mapping, error) {
	if m.Store == nil {
		return store.Mapping{}, noStore()
	}
	if slices.Contains(reserved(), draft.ID) {
		return store.Mapping{}, operations.Errorf(operations.CodeConflict, "no mapping can have the id %q; choose another", draft.ID)
	}
	compiled, err := m.Compile(ctx, workspace, draft.Document, "")
	if err != nil {
		return store.Mapping{}, err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, draft.Document); err != nil {
		return store.Mapping{}, fmt.Errorf("compacting a mapping: %w", err)
	}
	document := compiled.Document()
	kept := store.Mapping{
		ID: cmp.Or(draft.ID, store.NewMappingID()), Name: document.Name, Document: compact.Bytes(), MadeBy: draft.MadeBy,
	}
	if document.Source != nil {
		kept.Source = document.Source.Operation
	}
	if document.Target != nil {
		kept.Target = document.Target.Operation
	}
	return m.Store.PutMapping(ctx, workspace, kept, draft.Base)
}

// Get finds a mapping in one of its versions; 0: the newest.
func (m *Mappings) Get(ctx context.Context, workspace, id string, version int64) (store.Mapping, error) {
	if m.Store == nil {
		return store.Mapping{}, noStore()
	}
	return m.Store.Mapping(ctx, workspace, id, version)
}

// List lists mappings by id, without their documents.
func (m *Mappings) List(ctx context.Context, workspace string, filter store.MappingFilter) ([]store.Mapping, error) {
	if m.Store == nil {
		return nil, noStore()
	}
	return m.Store.ListMappings(ctx, workspace, filter)
}

// Versions lists the versions of a mapping, newest first.
func (m *Mappings) Versions(ctx context.Context, workspace, id string, before int64, limit int) ([]store.MappingVersion, error) {
	if m.Store == nil {
		return nil, noStore()
	}
	return m.Store.ListMappingVersions(ctx, workspace, id, before, limit)
}

// Delete removes a mapping with all its versions.
func (m *Mappings) Delete(ctx context.Context, workspace, id string, base int64) error {
	if m.Store == nil {
		return noStore()
	}
	return m.Store.DeleteMapping(ctx, workspace, id, base)
}

func noStore() error {
	return operations.Errorf(operations.CodeNotConfigured, "mappings are not kept here; send the mapping itself")
}

// Operation finds an operation by its full name, "jira.create_issue" or "jira:create-issue". A miss is not_found.
func (m *Mappings) Operation(ctx context.Context, workspace, name string) (*operations.Entry, error) {
	connector, operation := SplitName(name)
	catalogue, err := m.Catalogue.Of(ctx, workspace, connector)
	if err != nil {
		return nil, err
	}
	return catalogue.Entry(connector, operation)
}

// SplitName takes the full name of an operation apart: "jira.create_issue", or "jira:create-issue", whose second part is the
// whole.
func SplitName(name string) (connector, operation string) {
	connector, operation, isFull := strings.Cut(name, ".")
	if isFull {
		return connector, operation
	}
	connector, _, _ = strings.Cut(name, ":")
	return connector, name
}
