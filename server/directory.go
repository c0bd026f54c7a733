package server

import (
	"maps"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/patchbay/patchbay/operations"
)

// directory has the built-in operations that have been called: what every call of them needs is made once. It never holds
// more than there are.
type directory struct {
	catalogue *operations.Catalogue
	shelves   map[string]*shelf // by the name of the connector
	imported  *listed           // all that workspaces have imported, as one
}

// shelf is one connector.
type shelf struct {
	connector  string
	mu         sync.Mutex                         // of who adds one
	operations atomic.Pointer[map[string]*listed] // by the name or unique identifier; never changed
}

// listed is an operation under one of its names.
type listed struct {
	connector string
	operation string // as it is called here
	name      string
	successes atomic.Pointer[tally] // nil until there is one
}

func newDirectory(catalogue *operations.Catalogue) directory {
	d := directory{catalogue: catalogue, shelves: map[string]*shelf{}, imported: &listed{connector: labelImported, name: labelImported}}
	for _, c := range catalogue.Connectors() {
		if c.Import == nil {
			s := &shelf{connector: c.Name}
			s.operations.Store(&map[string]*listed{})
			d.shelves[c.Name] = s
		}
	}
	return d
}

// has tells whether a connector is built in.
func (d *directory) has(connector string) bool { return d.shelves[connector] != nil }

// find finds a built-in operation; nil: there is none of that name. It does not keep the names.
func (d *directory) find(connector, operation string) *listed {
	s := d.shelves[connector]
	if s == nil {
		return nil
	}
	if known := (*s.operations.Load())[operation]; known != nil {
		return known
	}
	return d.add(s, strings.Clone(operation))
}

func (d *directory) add(s *shelf, operation string) *listed {
	entry, err := d.catalogue.Entry(s.connector, operation)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := *s.operations.Load()
	if known := now[operation]; known != nil {
		return known
	}
	known := &listed{connector: s.connector, operation: operation, name: entry.Spec.Name}
	next := maps.Clone(now)
	next[operation] = known
	s.operations.Store(&next)
	return known
}
