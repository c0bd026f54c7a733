package openapi

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// flat is an object body laid open.
type flat struct {
	*shape
	open     *yaml.Node // what properties of any other name are like; nil: there are none
	variants []variant
	tag      string   // the property that tells variants apart; "" if none does
	tags     []string // its values
	laid     int      // shapes, so far
}

// variant is one branch of a body's oneOf or anyOf.
type variant struct {
	title    string
	tags     []string
	required []string
}

// Bounds of a body that is laid open: how deep its unions may nest, how many branches they may have in all, and how
// many properties there may be; beyond them it is one field.
const (
	maxFlat     = 4
	maxBranches = 500
	maxFields   = 1_000
)

// flatten lays an object body open. ok is false if it is no object, or one without declared properties.
func (l *loader) flatten(n *yaml.Node) (f flat, ok bool) {
	f.shape = newShape()
	s := l.shape(n)
	if s.kind != "object" || !l.lay(&f, s, 0) || len(f.properties) == 0 || len(f.properties) > maxFields {
		return f, false
	}
	f.require(s.required)
	if s.additional != nil && !isFalse(s.additional) {
		f.open = s.additional
	}
	if len(s.unions) == 1 {
		l.variants(&f, s.unions[0])
	}
	return f, true
}

// lay adds the properties of a shape and of all branches of its unions.
func (l *loader) lay(f *flat, s *shape, depth int) bool {
	if f.laid++; f.laid > maxBranches {
		return false
	}
	for _, p := range s.properties {
		for _, schema := range p.schemas {
			f.add(p.name, schema)
		}
	}
	for _, u := range s.unions {
		for _, branch := range u.branches {
			inner := l.shape(branch)
			kind := inner.kind
			if kind == "null" || kind == "" && len(inner.required) > 0 {
				continue // a branch that only says what must be there
			}
			if kind != "object" || depth >= maxFlat || !l.lay(f, inner, depth+1) {
				return false
			}
		}
	}
	return true
}

// add is that of a shape, of a bounded number of different schemas for one property.
func (f *flat) add(name string, schema *yaml.Node) {
	const most = 50
	if i, known := f.index[name]; known {
		if schemas := f.properties[i].schemas; len(schemas) >= most || slices.Contains(schemas, schema) {
			return
		}
	}
	f.shape.add(name, schema)
}

func (l *loader) variants(f *flat, u union) {
	for _, branch := range u.branches {
		v := variant{required: l.shape(branch).required, title: component(str(child(branch, "$ref")))}
		v.required = slices.DeleteFunc(slices.Clone(v.required), func(name string) bool {
			_, known := f.index[name]
			return !known || l.otherWay(f.properties[f.index[name]].schemas[0], forInput)
		})
		if u.disc != nil {
			v.tags = u.disc.values(branch)
			f.tags = append(f.tags, v.tags...)
		}
		f.variants = append(f.variants, v)
	}
	if u.disc == nil {
		return
	}
	if slices.ContainsFunc(f.variants, func(v variant) bool { return len(v.tags) == 0 }) {
		f.tags = nil
		return
	}
	slices.Sort(f.tags)
	f.tags, f.tag = slices.Compact(f.tags), u.disc.property
	f.add(f.tag, &yaml.Node{Kind: yaml.MappingNode})
	f.require([]string{f.tag})
}
