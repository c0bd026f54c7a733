package mapping

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/operations"
)

// outline is a schema with what a shape leaves out, for those who look at mappings rather than run them.
type outline struct {
	root *shape
	says map[*shape]*facets
}

// facets are what a schema says of a value beside its type.
type facets struct {
	format      string
	pattern     string
	description string
	maxLength   int      // 0: not said
	enum        []string // as compact JSON, without null; nil: any value
	lookup      *fieldLookup
	open        bool // it says that there may be other members
}

// fieldLookup is the x-lookup of a field: the dynamic list that fills it.
type fieldLookup struct {
	Operation string            `json:"operation"` // of the same connector
	Input     map[string]string `json:"input"`     // input of the list → path into the input of the field's operation
}

// maxEnum bounds how many values of an enum are looked at.
const maxEnum = 500

// readOutline reads a schema; an empty one gives an outline that says nothing.
func readOutline(schema operations.Schema) (outline, error) {
	o := outline{says: map[*shape]*facets{}}
	if len(schema) == 0 {
		return o, nil
	}
	if operations.Depth(json.RawMessage(schema)) > operations.MaxDepth {
		return o, fmt.Errorf("reading the schema: it nests more than %d levels deep", operations.MaxDepth)
	}
	var document any
	if err := json.Unmarshal(schema, &document); err != nil {
		return o, fmt.Errorf("reading the schema: %w", err)
	}
	reader := shapeReader{document: document, refs: map[string]*shape{}}
	reader.note = func(s *shape, members map[string]any) { o.note(&reader, s, members) }
	o.root = reader.read(document, 0)
	if reader.count > maxShapes {
		return o, fmt.Errorf("reading the schema: it has more than %d parts", maxShapes)
	}
	return o, nil
}

// of gives what is said of a place; never nil.
func (o outline) of(s *shape) *facets {
	if f := o.says[s]; f != nil {
		return f
	}
	return &facets{}
}

// note adds what a schema says, and what its one branch beside null says.
func (o outline) note(reader *shapeReader, s *shape, members map[string]any) {
	f := o.says[s]
	if f == nil {
		f = &facets{}
		o.says[s] = f
	}
	f.add(members)
	branches := slices.DeleteFunc(append(listOf(members["anyOf"]), listOf(members["oneOf"])...), isNullSchema)
	if len(branches) != 1 {
		return
	}
	branch, _ := branches[0].(map[string]any)
	if ref, isRef := branch["$ref"].(string); isRef {
		branch, _ = reader.resolve(ref).(map[string]any)
	}
	f.add(branch)
}

func isNullSchema(branch any) bool {
	members, isObject := branch.(map[string]any)
	return isObject && typesOf(members) == typeNull
}

// add takes over what is not known yet.
func (f *facets) add(members map[string]any) {
	for name, into := range map[string]*string{"format": &f.format, "pattern": &f.pattern, "description": &f.description} {
		if text, isText := members[name].(string); isText && *into == "" {
			*into = text
		}
	}
	if most, isNumber := members["maxLength"].(float64); isNumber && most >= 0 && most < 1<<31 && f.maxLength == 0 {
		f.maxLength = int(most)
	}
	if f.enum == nil {
		f.enum = enumOf(members)
	}
	if f.lookup == nil {
		f.lookup = lookupHint(members["x-lookup"])
	}
	switch additional := members["additionalProperties"].(type) {
	case bool:
		f.open = f.open || additional
	case map[string]any:
		f.open = true
	}
}

// enumOf gives the values that an enum or const allows, but for null.
func enumOf(members map[string]any) []string {
	values := listOf(members["enum"])
	if constant, given := members["const"]; given {
		values = append(values, constant)
	}
	if len(values) > maxEnum {
		return nil
	}
	var texts []string
	for _, v := range values {
		encoded, err := operations.Encode(v)
		if err == nil && v != nil {
			texts = append(texts, string(encoded))
		}
	}
	return texts
}

// lookupHint reads an x-lookup; nil: there is none that can be read. The older words operation/message nest it under lookup.
func lookupHint(v any) *fieldLookup {
	members, isObject := v.(map[string]any)
	name, isText := members["operation"].(string)
	if !isObject || !isText || name == "" {
		return nil
	}
	hint := &fieldLookup{Operation: name, Input: map[string]string{}}
	inputs, _ := members["input"].(map[string]any)
	for field, path := range inputs {
		if text, isText := path.(string); isText {
			hint.Input[field] = text
		}
	}
	return hint
}

// sampleOutline is what a sample shows. It closes nothing: there may be more than a sample has.
func sampleOutline(sample json.RawMessage) outline {
	o := outline{says: map[*shape]*facets{}}
	if len(sample) > MaxSourceBytes || operations.Depth(sample) > operations.MaxDepth {
		return o
	}
	var document any
	if json.Unmarshal(sample, &document) != nil {
		return o
	}
	count := 0
	o.root = sampleShape(document, &count)
	return o
}

func sampleShape(v any, count *int) *shape {
	if *count++; *count > maxShapes {
		return nil
	}
	s := &shape{types: typeOf(v)}
	switch v := v.(type) {
	case nil:
		return nil // it may be anything else another time
	case []any:
		for _, item := range v[:min(len(v), maxSampleItems)] {
			s.items = joinShapes(s.items, sampleShape(item, count))
		}
	case map[string]any:
		s.properties = make(map[string]*shape, len(v))
		for name, member := range v {
			s.names = append(s.names, name)
			s.properties[name] = nil
			if *count <= maxShapes {
				s.properties[name] = sampleShape(member, count)
			}
		}
		slices.Sort(s.names)
	}
	return s
}

// maxSampleItems bounds how many items of a sample's list are looked at.
const maxSampleItems = 20

// joinShapes joins what two samples of one place show.
func joinShapes(a, b *shape) *shape {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	a.types |= b.types
	a.items = joinShapes(a.items, b.items)
	for _, name := range b.names {
		if a.properties == nil {
			a.properties = map[string]*shape{}
		}
		if known, both := a.properties[name]; both {
			a.properties[name] = joinShapes(known, b.properties[name])
			continue
		}
		a.properties[name] = b.properties[name]
		a.names = append(a.names, name)
	}
	slices.Sort(a.names)
	return a
}
