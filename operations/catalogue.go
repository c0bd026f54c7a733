package operations

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Catalogue is every connector of the hub, for looking up by name.
type Catalogue struct {
	connectors []Connector
	byName     map[string]int
	operations []map[string]Operation // by name and by unique identifier, in the order of connectors
}

// NewCatalogue indexes connectors. Two of one name, or two operations of one name in a connector, are an error.
func NewCatalogue(connectors []Connector) (*Catalogue, error) {
	c := &Catalogue{byName: map[string]int{}}
	for _, connector := range slices.SortedFunc(slices.Values(connectors), byConnectorName) {
		if _, taken := c.byName[connector.Name]; taken {
			return nil, fmt.Errorf("two connectors are named %q", connector.Name)
		}
		index, err := indexOperations(&connector)
		if err != nil {
			return nil, fmt.Errorf("indexing connector %s: %w", connector.Name, err)
		}
		c.byName[connector.Name] = len(c.connectors)
		c.connectors = append(c.connectors, connector)
		c.operations = append(c.operations, index)
	}
	return c, nil
}

func byConnectorName(a, b Connector) int { return cmp.Compare(a.Name, b.Name) }

func indexOperations(connector *Connector) (map[string]Operation, error) {
	index := make(map[string]Operation, 2*len(connector.Operations))
	completed := make([]Operation, len(connector.Operations))
	for i, operation := range connector.Operations {
		spec := complete(*connector, operation.Spec())
		for _, key := range []string{spec.Name, spec.Identifier} {
			if _, taken := index[key]; taken {
				return nil, fmt.Errorf("two operations are called %q", key)
			}
			completed[i] = specified{Operation: operation, spec: spec}
			index[key] = completed[i]
		}
	}
	connector.Operations = completed
	return index, nil
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

// Connectors lists all connectors by name.
func (c *Catalogue) Connectors() []Connector { return slices.Clone(c.connectors) }

// Connector finds a connector by name. A miss names the nearest.
func (c *Catalogue) Connector(name string) (Connector, error) {
	i, ok := c.byName[name]
	if !ok {
		var names []string
		for _, connector := range c.connectors {
			names = append(names, connector.Name)
		}
		return Connector{}, missing("connector", name, names)
	}
	return c.connectors[i], nil
}

// Operation finds an operation by its name or its unique identifier. A miss names the nearest.
func (c *Catalogue) Operation(connector, name string) (Connector, Operation, error) {
	found, err := c.Connector(connector)
	if err != nil {
		return Connector{}, nil, err
	}
	operation, ok := c.operations[c.byName[connector]][name]
	if !ok {
		var names []string
		for _, o := range found.Operations {
			names = append(names, o.Spec().Name)
		}
		return Connector{}, nil, missing("operation of "+connector, name, names)
	}
	return found, operation, nil
}

// Resolve finds an operation by a full name: "outreach.create_prospect" or "outreach:create-prospect".
func (c *Catalogue) Resolve(full string) (Connector, Operation, error) {
	if connector, name, ok := strings.Cut(full, "."); ok {
		return c.Operation(connector, name)
	}
	for i, index := range c.operations {
		if operation, ok := index[full]; ok && strings.Contains(full, ":") {
			return c.connectors[i], operation, nil
		}
	}
	var names []string
	for _, connector := range c.connectors {
		for _, o := range connector.Operations {
			names = append(names, connector.Name+"."+o.Spec().Name)
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
		if d <= max(2, len(name)/3) || len(name) > 3 && strings.Contains(candidate, name) {
			distance[candidate] = d
			near = append(near, candidate)
		}
	}
	slices.SortStableFunc(near, func(a, b string) int { return cmp.Compare(distance[a], distance[b]) })
	return near[:min(len(near), 3)]
}
