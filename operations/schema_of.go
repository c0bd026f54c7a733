package operations

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// SchemaOf makes a JSON Schema out of a struct. Its fields are those of encoding/json: "omitempty" and "omitzero" make one
// optional, embedded structs count as their fields. Unknown fields are refused. A json.RawMessage may be
// anything. Tags say what Go has no words for:
//
//	doc, title, format, pattern, example   as they stand
//	enum                                   values with commas between them
//	default                                a JSON value; quotes around a text may be left out
//	minimum, maximum, minLength, maxLength, minItems, maxItems, multipleOf
//	nullable:"true"                        null is a value of its own; otherwise it is refused
//	lookup                                 "list_users_ddl", or "list_types_ddl project=project_key": the operation that
//	                                       fills the field, and for its inputs the fields of ours that fill them
//
// On a list, what speaks of values (enum, format, pattern, minimum, maximum, minLength, maxLength, lookup) speaks of its items.
func SchemaOf[T any]() (Schema, error) { return schemaOf(reflect.TypeFor[T](), true) }

// schemaOf makes the schema of a struct. One that is not closed lets unknown fields pass.
func schemaOf(t reflect.Type, closed bool) (Schema, error) {
	m := schemaMaker{closed: closed}
	if err := m.value(t, ""); err != nil {
		return nil, err
	}
	return Schema(m.out), nil
}

// schemaMaker writes a schema. It writes JSON as it goes: a hub makes some hundreds of schemas when it starts.
type schemaMaker struct {
	out    []byte
	closed bool
	within []reflect.Type // the structs around this place
}

// member writes the name of a member; its value follows.
func (m *schemaMaker) member(name string) {
	if m.out[len(m.out)-1] != '{' {
		m.out = append(m.out, ',')
	}
	m.out = append(append(append(m.out, '"'), name...), `":`...)
}

// set writes a member whose value is JSON.
func (m *schemaMaker) set(name string, value []byte) {
	m.member(name)
	m.out = append(m.out, value...)
}

// value writes the schema of a type, with what a field's tags say of it.
func (m *schemaMaker) value(t reflect.Type, tags reflect.StructTag) error {
	t = pointedAt(t)
	m.out = append(m.out, '{')
	kind, err := jsonType(t)
	if err != nil {
		return err
	}
	switch {
	case kind != "" && tags.Get("nullable") == "true":
		m.set("type", quoted([]string{kind, "null"}))
	case kind != "":
		m.set("type", quoted(kind))
	}
	inner := reflect.StructTag("") // what the tags say of items
	if kind == "array" {
		inner = tags
	}
	if err := m.tags(tags, kind); err != nil {
		return err
	}
	if err := m.parts(t, kind, inner); err != nil {
		return err
	}
	m.out = append(m.out, '}')
	return nil
}

// parts writes what a type is made of.
func (m *schemaMaker) parts(t reflect.Type, kind string, inner reflect.StructTag) error {
	switch {
	case t == timeType:
		m.set("format", quoted("date-time"))
	case kind == "array":
		m.member("items")
		return m.value(t.Elem(), itemTags(inner))
	case t.Kind() == reflect.Map:
		m.member("additionalProperties")
		return m.value(t.Elem(), "")
	case kind == "object":
		return m.fields(t)
	}
	return nil
}

func (m *schemaMaker) fields(t reflect.Type) error {
	if slices.Contains(m.within, t) {
		return fmt.Errorf("the type %s holds itself", t)
	}
	m.within = append(m.within, t)
	defer func() { m.within = m.within[:len(m.within)-1] }()
	var required []string
	m.member("properties")
	m.out = append(m.out, '{')
	for _, field := range fieldsOf(t) {
		m.member(field.name)
		if err := m.value(field.Type, field.Tag); err != nil {
			return fmt.Errorf("reading the field %s: %w", field.Name, err)
		}
		if !field.optional {
			required = append(required, field.name)
		}
	}
	m.out = append(m.out, '}')
	if len(required) > 0 {
		m.set("required", quoted(required))
	}
	if m.closed {
		m.set("additionalProperties", []byte("false"))
	}
	return nil
}

var (
	rawType  = reflect.TypeFor[json.RawMessage]()
	timeType = reflect.TypeFor[time.Time]()
)

// jsonType is the JSON type of a Go type; "" is any.
func jsonType(t reflect.Type) (string, error) {
	if t == rawType {
		return "", nil
	}
	if t == timeType {
		return "string", nil
	}
	switch t.Kind() {
	case reflect.Interface:
		return "", nil
	case reflect.Bool:
		return "boolean", nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "integer", nil
	case reflect.Float32, reflect.Float64:
		return "number", nil
	case reflect.String:
		return "string", nil
	case reflect.Slice, reflect.Array:
		return "array", nil
	case reflect.Struct:
		return "object", nil
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return "object", nil
		}
	}
	return "", fmt.Errorf("the type %s has no form in JSON", t)
}

func pointedAt(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// namedField is a field of a struct as JSON has it.
type namedField struct {
	reflect.StructField
	name     string
	optional bool
}

func fieldsOf(t reflect.Type) []namedField {
	var fields []namedField
	for _, field := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous || !field.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = field.Name
		}
		fields = append(fields, namedField{field, name, strings.Contains(options, "omit")})
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
		case field.Type.Kind() == reflect.Struct && field.Type != timeType:
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
	m := schemaMaker{out: []byte{'{'}}
	for _, name := range slices.Sorted(maps.Keys(defaults)) {
		m.set(name, defaults[name])
	}
	return append(m.out, '}'), nil
}
