package operations

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Catalogue is a set of connectors, for looking up by name. It never changes.
type Catalogue struct {
	shelves []*shelf // by name
	byName  map[string]*shelf
}

// shelf is one connector with its operations, by name and by unique identifier. Catalogues may share it.
type shelf struct {
	connector Connector
	entries   map[string]*Entry
}

// Catalogues gives a workspace the catalogue in which it finds a connector, its own ones among them; for an empty
// name, the whole of its catalogue. A workspace without a name has what everybody has. A Catalogue is one: the same
// for all. Errors: the context's, unavailable.
type Catalogues interface {
	Of(ctx context.Context, workspace, connector string) (*Catalogue, error)
}

// NewCatalogue indexes connectors. Two of one name, or two operations of one name in a connector, are an error.
func NewCatalogue(connectors []Connector) (*Catalogue, error) {
	c := &Catalogue{byName: make(map[string]*shelf, len(connectors))}
	for _, connector := range connectors {
		s, err := newShelf(connector)
		if err != nil {
			return nil, fmt.Errorf("indexing connector %s: %w", connector.Name, err)
		}
		if err := c.add(s); err != nil {
			return nil, err
		}
	}
	c.sort()
	return c, nil
}

// Join makes one catalogue of several. It shares what they have learnt about their operations, and costs no more than
// there are connectors. Two connectors of one name are an error.
func Join(catalogues ...*Catalogue) (*Catalogue, error) {
	joined := &Catalogue{byName: map[string]*shelf{}}
	for _, c := range catalogues {
		for _, s := range c.shelves {
			if err := joined.add(s); err != nil {
				return nil, err
			}
		}
	}
	joined.sort()
	return joined, nil
}

func (c *Catalogue) add(s *shelf) error {
	if _, taken := c.byName[s.connector.Name]; taken {
		return fmt.Errorf("two connectors are named %q", s.connector.Name)
	}
	c.byName[s.connector.Name] = s
	c.shelves = append(c.shelves, s)
	return nil
}

func (c *Catalogue) sort() {
	slices.SortFunc(c.shelves, func(a, b *shelf) int { return cmp.Compare(a.connector.Name, b.connector.Name) })
}

func newShelf(connector Connector) (*shelf, error) {
	s := &shelf{entries: make(map[string]*Entry, 2*len(connector.Operations))}
	completed := make([]Operation, len(connector.Operations))
	for i, operation := range connector.Operations {
		spec := complete(connector, operation.Spec())
		completed[i] = specified{Operation: operation, spec: spec}
		entry := newEntry(&s.connector, completed[i], spec)
		for _, key := range []string{spec.Name, spec.Identifier} {
			if _, taken := s.entries[key]; taken {
				return nil, fmt.Errorf("two operations are called %q", key)
			}
			s.entries[key] = entry
		}
	}
	connector.Operations = completed
	s.connector = connector
	return s, nil
}

// specified is an operation whose spec has its derived fields filled in.
type specified struct {
	Operation
	spec Spec
}

func (s specified) Spec() Spec { return s.spec }

func complete(c Connector, s Spec) Spec {
	s.Identifier = cmp.Or(s.Identifier, c.Name+":"+strings.ReplaceAll(s.Name, "_", "-"))
	s.Version = cmp.Or(s.Version, 1)
	s.Source = cmp.Or(s.Source, "Registered App")
	s.Docs = cmp.Or(s.Docs, c.Docs)
	return s
}

// Of gives the catalogue itself, which is the same for every workspace.
func (c *Catalogue) Of(context.Context, string, string) (*Catalogue, error) { return c, nil }

// Has tells whether there is a connector of that name.
func (c *Catalogue) Has(connector string) bool { return c.byName[connector] != nil }

// Connectors lists all connectors by name.
func (c *Catalogue) Connectors() []Connector {
	connectors := make([]Connector, len(c.shelves))
	for i, s := range c.shelves {
		connectors[i] = s.connector
	}
	return connectors
}

// Connector finds a connector by name. A miss names the nearest.
func (c *Catalogue) Connector(name string) (Connector, error) {
	s, err := c.shelf(name)
	if err != nil {
		return Connector{}, err
	}
	return s.connector, nil
}

func (c *Catalogue) shelf(connector string) (*shelf, error) {
	if s := c.byName[connector]; s != nil {
		return s, nil
	}
	var names []string
	for _, s := range c.shelves {
		names = append(names, s.connector.Name)
	}
	return nil, missing("connector", connector, names)
}

// Entry finds an operation by its name or its unique identifier. A miss names the nearest.
func (c *Catalogue) Entry(connector, name string) (*Entry, error) {
	s, err := c.shelf(connector)
	if err != nil {
		return nil, err
	}
	if entry := s.entries[name]; entry != nil {
		return entry, nil
	}
	var names []string
	for _, o := range s.connector.Operations {
		names = append(names, o.Spec().Name)
	}
	return nil, missing("operation of "+connector, name, names)
}

// Operation finds an operation by its name or its unique identifier. A miss names the nearest.
func (c *Catalogue) Operation(connector, name string) (Connector, Operation, error) {
	entry, err := c.Entry(connector, name)
	if err != nil {
		return Connector{}, nil, err
	}
	return *entry.Connector, entry.Operation, nil
}

// Resolve finds an operation by a full name: "outreach.create_prospect" or "outreach:create-prospect".
func (c *Catalogue) Resolve(full string) (Connector, Operation, error) {
	if connector, name, ok := strings.Cut(full, "."); ok {
		return c.Operation(connector, name)
	}
	for _, s := range c.shelves {
		if entry := s.entries[full]; entry != nil && strings.Contains(full, ":") {
			return s.connector, entry.Operation, nil
		}
	}
	var names []string
	for _, s := range c.shelves {
		for _, o := range s.connector.Operations {
			names = append(names, s.connector.Name+"."+o.Spec().Name)
		}
	}
	return Connector{}, nil, missing("operation", full, names)
}

func missing(what, name string, names []string) *Error {
	near := Nearest(name, names)
	e := &Error{Code: CodeNotFound, Detail: fmt.Sprintf("there is no %s named %q", what, clip(name)), Suggestion: near}
	if len(near) > 0 {
		e.Detail += "; did you mean " + strings.Join(near, ", ") + "?"
	}
	return e
}

func clip(s string) string {
	const most = 100
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// Nearest picks up to three names that look like name, best first.
func Nearest(name string, names []string) []string {
	name = strings.ToLower(clip(name))
	distance := map[string]int{}
	var near []string
	for _, candidate := range names {
		d := levenshtein.ComputeDistance(name, strings.ToLower(candidate))
		alike := d <= 1 || d <= max(2, len(name)/3) && 2*d <= max(len(name), len(candidate))
		if alike || len(name) > 3 && strings.Contains(candidate, name) {
			distance[candidate] = d
			near = append(near, candidate)
		}
	}
	slices.SortStableFunc(near, func(a, b string) int { return cmp.Compare(distance[a], distance[b]) })
	return near[:min(len(near), 3)]
}
