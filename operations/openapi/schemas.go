package openapi

import (
	"crypto/sha256"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/patchbay/patchbay/operations"
)

// mode tells which way a schema is used: properties that are only read are not part of an input, nor those that are
// only written of an output.
type mode int

const (
	forInput mode = iota
	forOutput
)

// schemas turns the document's schemas into JSON Schema 2020-12. What they refer to is written once per mode and
// goes into $defs of those that need it.
type schemas struct {
	*document
	vocabulary *vocabulary
	lookup     func(operation string) string // name of a list operation or DDL → name of the DDL
	lookups    []placedLookup

	defs     [2]map[*yaml.Node]*def
	names    map[*yaml.Node]string
	taken    map[string]int      // names of $defs, with the last number that was given
	state    map[*yaml.Node]int  // of the search for loops
	loops    map[*yaml.Node]bool // references that would make a schema endless
	patterns map[string]bool     // whether they can be compiled
	interned map[[sha256.Size]byte]operations.Schema
	total    int // bytes of all published schemas, those that are alike each
}

// def is one entry of $defs.
type def struct {
	name   string
	target *yaml.Node
	mode   mode
	json   []byte
	refs   []*def
}

func newSchemas(d *document, v *vocabulary) *schemas {
	return &schemas{
		document: d, vocabulary: v,
		defs:  [2]map[*yaml.Node]*def{{}, {}},
		names: map[*yaml.Node]string{}, taken: map[string]int{}, state: map[*yaml.Node]int{},
		loops: map[*yaml.Node]bool{}, patterns: map[string]bool{}, interned: map[[sha256.Size]byte]operations.Schema{},
	}
}

// def gives the entry of what a reference leads to, to be written later.
func (s *schemas) def(target *yaml.Node, ref string, mode mode) *def {
	if known, ok := s.defs[mode][target]; ok {
		return known
	}
	d := &def{name: s.defName(target, ref), target: target, mode: mode}
	s.defs[mode][target] = d
	return d
}

func (s *schemas) defName(target *yaml.Node, ref string) string {
	if name, ok := s.names[target]; ok {
		return name
	}
	base := fieldName(component(ref))
	name := base
	for s.taken[name] > 0 {
		s.taken[base]++
		name = base + "_" + strconv.Itoa(s.taken[base])
	}
	s.taken[name], s.names[target] = 1, name
	return name
}

// maxChain bounds how many references may follow one another in place.
const maxChain = 500

// breakLoops finds references that lead back to where they stand without a step into the value, which no validator
// could ever finish.
func (s *schemas) breakLoops(target *yaml.Node, chain int) {
	const open, done = 1, 2
	if s.state[target] != 0 {
		return
	}
	s.state[target] = open
	s.inPlace(target, func(n, ref *yaml.Node) {
		next := s.target(ref)
		if next != nil && (s.state[next] == open || chain >= maxChain) {
			s.loops[n] = true
			s.report.add(Approximated, "", ref, "the reference %q makes the schema endless; it is left out", line(ref.Value))
			return
		}
		if next != nil {
			s.breakLoops(next, chain+1)
		}
	})
	s.state[target] = done
}

// inPlace visits the references of a schema that apply to the very same value.
func (s *schemas) inPlace(n *yaml.Node, visit func(n, ref *yaml.Node)) {
	for key, value := range pairs(n) {
		switch key.Value {
		case "$ref":
			if value.Kind == yaml.ScalarNode {
				visit(n, value)
			}
		case "allOf", "anyOf", "oneOf":
			for _, branch := range items(value) {
				s.inPlace(branch, visit)
			}
		case "not", "if", "then", "else":
			s.inPlace(value, visit)
		case "dependentSchemas":
			for _, branch := range pairs(value) {
				s.inPlace(branch, visit)
			}
		}
	}
}

// publish closes an object schema, given without its last brace, with the $defs that it needs. ok is false if it
// would be too large.
func (s *schemas) publish(open []byte, refs []*def) (schema operations.Schema, ok bool) {
	closure, ok := s.closure(refs)
	if !ok {
		return nil, false
	}
	b := open
	if len(closure) > 0 {
		b = append(appendKey(b, "$defs"), '{')
		for _, d := range closure {
			b = append(appendKey(b, d.name), d.json...)
		}
		b = append(b, '}')
	}
	b = append(b, '}')
	if s.total += len(b); len(b) > maxSchema || s.total > maxSchemas {
		return nil, false
	}
	sum := sha256.Sum256(b)
	if _, known := s.interned[sum]; !known {
		s.interned[sum] = operations.Schema(slices.Clone(b))
	}
	return s.interned[sum], true
}

// closure is everything that refs need, by name.
func (s *schemas) closure(refs []*def) ([]*def, bool) {
	seen := map[*def]bool{}
	var all []*def
	size := 0
	for queue := slices.Clone(refs); len(queue) > 0; {
		d := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if seen[d] {
			continue
		}
		seen[d] = true
		s.write(d)
		if size += len(d.json); size > maxSchema || s.total+size > maxSchemas || s.ctx.Err() != nil {
			return nil, false
		}
		all = append(all, d)
		queue = append(queue, d.refs...)
	}
	slices.SortFunc(all, func(a, b *def) int { return strings.Compare(a.name, b.name) })
	return all, true
}

func (s *schemas) write(d *def) {
	if d.json == nil {
		s.breakLoops(d.target, 0)
		w := draft{schemas: s, mode: d.mode}
		w.schema(d.target)
		d.json, d.refs = w.b, w.refs
	}
}

// pattern tells whether a regular expression can be had in RE2.
func (s *schemas) pattern(n *yaml.Node) bool {
	const most = 1000
	text := str(n)
	ok, known := s.patterns[text]
	if !known {
		if ok = len(text) <= most; ok {
			_, err := regexp.Compile(text)
			ok = err == nil
		}
		s.patterns[text] = ok
	}
	if !ok {
		s.report.add(Approximated, "", n, "the pattern %q is not one of RE2; it is not checked", line(text))
	}
	return ok
}
