package mapping

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// types is a set of JSON types; the empty set stands for all.
type types uint8

const (
	typeString types = 1 << iota
	typeNumber
	typeInteger
	typeBoolean
	typeArray
	typeObject
	typeNull
)

func (t types) has(one types) bool { return t&one != 0 }

// takesNull tells whether null may be written.
func (t types) takesNull() bool { return t == 0 || t.has(typeNull) }

func typeNamed(name string) types {
	i := slices.Index([]string{"string", "number", "integer", "boolean", "array", "object", "null"}, name)
	if i < 0 {
		return 0
	}
	return 1 << i
}

// shape is what a JSON Schema says of types. A place that the schema does not speak of has the nil shape, which takes
// everything.
type shape struct {
	types      types
	properties map[string]*shape
	names      []string // of properties, sorted
	additional *shape   // of members that are not among properties
	closed     bool     // there may be no others
	items      *shape
	required   []string
}

// bounds of a schema, which may be somebody's own.
const (
	maxShapes     = 20000
	maxShapeDepth = 64
)

// readShape reads a schema; an empty one gives nil.
func readShape(schema operations.Schema) (*shape, error) {
	if len(schema) == 0 {
		return nil, nil
	}
	var document any
	if err := json.Unmarshal(schema, &document); err != nil {
		return nil, fmt.Errorf("reading the target's schema: %w", err)
	}
	reader := shapeReader{document: document, refs: map[string]*shape{}}
	s := reader.read(document, 0)
	if reader.count > maxShapes {
		return nil, fmt.Errorf("reading the target's schema: it has more than %d parts", maxShapes)
	}
	return s, nil
}

type shapeReader struct {
	document any
	refs     map[string]*shape
	count    int
	note     func(s *shape, members map[string]any) // told of every schema that a shape is made of; nil: nobody asks
}

func (r *shapeReader) read(schema any, depth int) *shape {
	members, isObject := schema.(map[string]any)
	if r.count++; !isObject || depth > maxShapeDepth || r.count > maxShapes {
		return nil
	}
	s := &shape{}
	if ref, isRef := members["$ref"].(string); isRef && !saysMore(members) {
		if known, seen := r.refs[ref]; seen {
			return known
		}
		r.refs[ref] = s
	}
	r.fill(s, members, depth)
	slices.Sort(s.names)
	return s
}

// saysMore tells whether a schema with a reference says something about types of its own.
func saysMore(members map[string]any) bool {
	return slices.ContainsFunc([]string{
		"type", "enum", "const", "properties", "additionalProperties", "required", "items", "allOf", "anyOf", "oneOf",
	}, func(keyword string) bool { _, given := members[keyword]; return given })
}

// fill adds to a shape what a schema says.
func (r *shapeReader) fill(s *shape, members map[string]any, depth int) {
	if r.count++; depth > maxShapeDepth || r.count > maxShapes {
		return
	}
	if ref, isRef := members["$ref"].(string); isRef {
		if target, isObject := r.resolve(ref).(map[string]any); isObject {
			r.fill(s, target, depth+1)
		}
	}
	if r.note != nil {
		r.note(s, members)
	}
	s.types |= typesOf(members)
	r.fillMembers(s, members, depth)
	if items, given := members["items"]; given && s.items == nil {
		s.items = r.read(items, depth+1)
	}
	for _, part := range listOf(members["allOf"]) {
		if inner, isObject := part.(map[string]any); isObject {
			r.fill(s, inner, depth+1)
		}
	}
	r.fillAlternatives(s, append(listOf(members["anyOf"]), listOf(members["oneOf"])...), depth)
}

func (r *shapeReader) fillMembers(s *shape, members map[string]any, depth int) {
	if properties, isObject := members["properties"].(map[string]any); isObject {
		if s.properties == nil {
			s.properties = make(map[string]*shape, len(properties))
		}
		for name, property := range properties {
			if _, known := s.properties[name]; !known {
				s.properties[name] = r.read(property, depth+1)
				s.names = append(s.names, name)
			}
		}
	}
	switch additional := members["additionalProperties"].(type) {
	case bool:
		s.closed = s.closed || !additional
	case map[string]any:
		s.additional = r.read(additional, depth+1)
	}
	for _, name := range listOf(members["required"]) {
		if text, isText := name.(string); isText && !slices.Contains(s.required, text) {
			s.required = append(s.required, text)
		}
	}
}

// fillAlternatives joins what branches allow: the types of all, and the members of all, none of them required.
func (r *shapeReader) fillAlternatives(s *shape, branches []any, depth int) {
	if len(branches) == 0 {
		return
	}
	union, anything := types(0), false
	for _, branch := range branches {
		inner, isObject := branch.(map[string]any)
		if !isObject {
			continue
		}
		one := &shape{}
		r.fill(one, inner, depth+1)
		union, anything = union|one.types, anything || one.types == 0
		for _, name := range one.names {
			if _, known := s.properties[name]; !known {
				if s.properties == nil {
					s.properties = map[string]*shape{}
				}
				s.properties[name] = one.properties[name]
				s.names = append(s.names, name)
			}
		}
		if s.items == nil {
			s.items = one.items
		}
	}
	if s.types == 0 && !anything {
		s.types = union
	}
}

// typesOf gives the types that a schema names, or those of its enum or const.
func typesOf(members map[string]any) types {
	var t types
	switch named := members["type"].(type) {
	case string:
		return typeNamed(named)
	case []any:
		for _, name := range named {
			text, _ := name.(string)
			t |= typeNamed(text)
		}
		return t
	}
	values := listOf(members["enum"])
	if constant, given := members["const"]; given {
		values = append(values, constant)
	}
	for _, v := range values {
		t |= typeOf(v)
	}
	return t
}

func typeOf(v any) types {
	switch v.(type) {
	case nil:
		return typeNull
	case string:
		return typeString
	case float64:
		return typeNumber
	case bool:
		return typeBoolean
	case []any:
		return typeArray
	}
	return typeObject
}

func listOf(v any) []any {
	list, _ := v.([]any)
	return list
}

// resolve follows a reference within the document; nil: there is nothing.
func (r *shapeReader) resolve(ref string) any {
	rest, local := strings.CutPrefix(ref, "#")
	if !local {
		return nil
	}
	at := r.document
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for token := range strings.SplitSeq(strings.TrimPrefix(rest, "/"), "/") {
		if token == "" {
			continue
		}
		members, isObject := at.(map[string]any)
		if !isObject {
			return nil
		}
		at = members[unescape.Replace(token)]
	}
	return at
}

// member is the shape of a member, and whether there may be one of that name.
func (s *shape) member(name string) (*shape, bool) {
	if s == nil {
		return nil, true
	}
	if property, known := s.properties[name]; known {
		return property, true
	}
	return s.additional, !s.closed || s.additional != nil
}

// item is the shape of a list's items.
func (s *shape) item() *shape {
	if s == nil {
		return nil
	}
	return s.items
}

// allows tells which types may be written; 0: any.
func (s *shape) allows() types {
	if s == nil {
		return 0
	}
	return s.types
}
