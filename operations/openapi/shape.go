package openapi

import "gopkg.in/yaml.v3"

// shape is a schema with its references followed and its allOf merged: what one needs to take an object apart.
type shape struct {
	types      []string
	properties []property
	index      map[string]int
	required   []string
	requires   map[string]bool // the same
	additional *yaml.Node      // nil: not said
	items      *yaml.Node
	unions     []union
	parts      []*yaml.Node // the schemas that were merged
	kind       string       // the JSON type that its values have, "" if that is open
}

// property is one of an object's, with every schema that it has.
type property struct {
	name    string
	schemas []*yaml.Node
}

// union is a oneOf or anyOf.
type union struct {
	branches []*yaml.Node
	disc     *discriminator
}

func newShape() *shape { return &shape{index: map[string]int{}, requires: map[string]bool{}} }

func (d *document) shape(n *yaml.Node) *shape {
	if s, known := d.shapes[n]; known {
		return s
	}
	s := newShape()
	d.shapes[n] = s
	d.merge(s, n, map[*yaml.Node]bool{}, 0)
	s.kind = d.kindOf(s)
	return s
}

// maxMerge bounds how deep allOf and references may nest in one value.
const maxMerge = 64

func (d *document) merge(s *shape, n *yaml.Node, seen map[*yaml.Node]bool, depth int) {
	if !isMapping(n) || seen[n] || depth > maxMerge {
		return
	}
	seen[n] = true
	s.parts = append(s.parts, n)
	if ref := child(n, "$ref"); ref != nil && ref.Kind == yaml.ScalarNode {
		d.merge(s, d.target(ref), seen, depth+1)
	}
	for _, part := range items(child(n, "allOf")) {
		d.merge(s, part, seen, depth+1)
	}
	if types := d.typesOf(n); s.types == nil {
		s.types = types
	}
	for name, schema := range pairs(child(n, "properties")) {
		s.add(name.Value, schema)
	}
	s.require(texts(child(n, "required")))
	if additional := child(n, "additionalProperties"); additional != nil && s.additional == nil {
		s.additional = additional
	}
	if each := child(n, "items"); isMapping(each) && s.items == nil {
		s.items = each
	}
	for _, keyword := range []string{"oneOf", "anyOf"} {
		if branches := items(child(n, keyword)); len(branches) > 0 {
			s.unions = append(s.unions, union{branches, newDiscriminator(n)})
		}
	}
}

func (s *shape) add(name string, schema *yaml.Node) {
	i, known := s.index[name]
	if !known {
		i = len(s.properties)
		s.index[name] = i
		s.properties = append(s.properties, property{name: name})
	}
	s.properties[i].schemas = append(s.properties[i].schemas, schema)
}

func (s *shape) require(names []string) {
	for _, name := range names {
		if !s.requires[name] {
			s.requires[name] = true
			s.required = append(s.required, name)
		}
	}
}

// property gives a property's schema, nil if it is not declared.
func (s *shape) property(name string) *yaml.Node {
	if i, ok := s.index[name]; ok {
		return s.properties[i].schemas[0]
	}
	return nil
}

// keyword gives the first value of a keyword.
func (s *shape) keyword(name string) *yaml.Node {
	for _, part := range s.parts {
		if value := child(part, name); value != nil {
			return value
		}
	}
	return nil
}

// kindOf looks at what a schema says of its values' type, or at what all branches of its union do.
func (d *document) kindOf(s *shape) string {
	for _, name := range s.types {
		if name != "null" {
			return name
		}
	}
	switch {
	case len(s.types) > 0:
		return "null"
	case len(s.properties) > 0 || s.additional != nil && !isFalse(s.additional):
		return "object"
	case s.items != nil:
		return "array"
	}
	common := ""
	if len(s.unions) == 0 {
		return common
	}
	for _, branch := range s.unions[0].branches {
		kind := d.shape(branch).kind
		if kind == "null" && len(s.unions[0].branches) > 1 {
			continue
		}
		if kind == "" || common != "" && kind != common {
			return ""
		}
		common = kind
	}
	return common
}
