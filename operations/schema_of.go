package operations

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
)

// SchemaOf makes a JSON Schema out of a struct. Its fields are those of encoding/json: "omitempty" and "omitzero" make
// one optional, embedded structs count as their fields. Unknown fields are refused. A json.RawMessage may be anything.
// Tags say what Go has no words for:
//
//	doc, title, format, pattern, example   as they stand
//	enum                                   values with commas between them
//	default                                a JSON value; quotes around a text may be left out
//	minimum, maximum, minLength, maxLength, minItems, maxItems, multipleOf
//	nullable:"true"                        null is a value of its own; otherwise it is refused
//	lookup                                 "list_users_ddl", or "list_types_ddl project=project_key": the operation that
//	                                       fills the field, and for its inputs the fields of ours that fill them
//
// On a slice, what speaks of values (enum, format, pattern, minimum, maximum, minLength, maxLength, lookup) speaks of its items.
func SchemaOf[T any]() (Schema, error) { return schemaOf(reflect.TypeFor[T](), true) }

// schemaOf makes the schema of a struct. One that is not closed lets unknown fields pass.
func schemaOf(t reflect.Type, closed bool) (Schema, error) {
	anything := &jsonschema.Schema{}
	schema, err := jsonschema.ForType(t, &jsonschema.ForOptions{
		TypeSchemas: map[reflect.Type]*jsonschema.Schema{
			reflect.TypeFor[json.RawMessage](): anything,
			reflect.TypeFor[time.Time]():       {Type: "string", Format: "date-time"},
		},
	})
	if err != nil {
		return nil, err
	}
	if err := dress(schema, t, closed); err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(schema)
	if err != nil {
		return nil, fmt.Errorf("encoding the schema: %w", err)
	}
	return encoded, nil
}

// dress adds to a schema what the tags say of the fields of its type.
func dress(s *jsonschema.Schema, t reflect.Type, closed bool) error {
	t = pointedAt(t)
	notNull(s)
	switch {
	case isLeaf(t):
		return nil
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		return dress(s.Items, t.Elem(), closed)
	case t.Kind() == reflect.Map:
		return dress(s.AdditionalProperties, t.Elem(), closed)
	case t.Kind() != reflect.Struct:
		return nil
	}
	if !closed {
		s.AdditionalProperties = nil
	}
	for _, field := range fieldsOf(t) {
		property := s.Properties[field.name]
		if err := dress(property, field.Type, closed); err != nil {
			return err
		}
		if err := applyTags(property, field.Tag); err != nil {
			return fmt.Errorf("reading the tags of %s: %w", field.Name, err)
		}
	}
	return nil
}

func isLeaf(t reflect.Type) bool {
	return t == reflect.TypeFor[json.RawMessage]() || t == reflect.TypeFor[time.Time]() || t.Kind() == reflect.Interface
}

func pointedAt(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// notNull takes out the null that Go's pointers and slices allow.
func notNull(s *jsonschema.Schema) {
	types := slices.DeleteFunc(slices.Clone(s.Types), func(t string) bool { return t == "null" })
	if len(types) == 1 {
		s.Type, s.Types = types[0], nil
	}
}

// namedField is a field of a struct as JSON has it.
type namedField struct {
	reflect.StructField
	name string
}

func fieldsOf(t reflect.Type) []namedField {
	var fields []namedField
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous || !field.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = field.Name
		}
		fields = append(fields, namedField{field, name})
	}
	return fields
}

// defaultsOf is the object of all defaults that a struct's tags give; nil if there are none.
func defaultsOf(t reflect.Type) (json.RawMessage, error) {
	defaults := map[string]json.RawMessage{}
	for _, field := range fieldsOf(t) {
		text, given := field.Tag.Lookup("default")
		switch {
		case given:
			defaults[field.name] = literal(text, pointedAt(field.Type).Kind() == reflect.String)
		case field.Type.Kind() == reflect.Struct && !isLeaf(field.Type):
			inner, err := defaultsOf(field.Type)
			if err != nil {
				return nil, err
			}
			if inner != nil {
				defaults[field.name] = inner
			}
		}
	}
	if len(defaults) == 0 {
		return nil, nil
	}
	encoded, err := json.Marshal(defaults)
	if err != nil {
		return nil, fmt.Errorf("encoding the defaults: %w", err)
	}
	return encoded, nil
}

// literal is a tag's value as JSON.
func literal(text string, isText bool) json.RawMessage {
	if !isText && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return json.RawMessage(strconv.Quote(text))
}
