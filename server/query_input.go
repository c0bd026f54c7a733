package server

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/valyala/fasthttp"

	"github.com/patchbay/patchbay/operations"
)

// queried is an input that is written as the parameters of a query.
type queried struct {
	schema gjson.Result
	names  []string // in the order in which they came first
	values map[string][]string
}

// readQuery takes the parameters of a request, but for those that are not part of an input.
func readQuery(parameters *fasthttp.Args, schema operations.Schema, apart ...string) queried {
	q := queried{schema: gjson.ParseBytes(schema), values: map[string][]string{}}
	for name, value := range parameters.All() {
		key := strings.ToValidUTF8(string(name), "\uFFFD")
		if slices.Contains(apart, key) {
			continue
		}
		if q.values[key] == nil {
			q.names = append(q.names, key)
		}
		q.values[key] = append(q.values[key], strings.ToValidUTF8(string(value), "\uFFFD"))
	}
	return q
}

// input writes the parameters as the schema would have them: texts as they are, numbers, true and false as such, lists of
// parameters given several times, objects of JSON. What does not read as what it should be stays a text, for the schema to
// name.
func (q queried) input() (json.RawMessage, error) {
	b := []byte{'{'}
	var faults []operations.InputFault
	for i, name := range q.names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, encode(name)...), ':')
		property := q.property(name)
		switch types := q.types(property, 0); {
		case slices.Contains(types, "array"):
			b = q.appendList(b, property, q.values[name])
		case len(q.values[name]) > 1:
			faults = append(faults, operations.InputFault{Pointer: "/" + escapeToken(name), Detail: "is given twice, and is no list"})
			b = append(b, "null"...)
		default:
			b = appendTyped(b, types, q.values[name][0])
		}
	}
	if len(faults) > 0 {
		return nil, &operations.Error{
			Code: operations.CodeInvalidInput, Faults: faults,
			Detail: "the query does not fit the operation: " + faults[0].Pointer + " " + faults[0].Detail,
		}
	}
	return append(b, '}'), nil
}

func (q queried) property(name string) gjson.Result {
	var found gjson.Result
	q.schema.Get("properties").ForEach(func(key, value gjson.Result) bool {
		if key.String() == name {
			found = value
		}
		return !found.Exists()
	})
	return found
}

func (q queried) appendList(b []byte, property gjson.Result, values []string) []byte {
	types := q.types(q.resolve(property).Get("items"), 0)
	b = append(b, '[')
	for i, value := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendTyped(b, types, value)
	}
	return append(b, ']')
}

// resolve follows a reference within the schema.
func (q queried) resolve(schema gjson.Result) gjson.Result {
	name, local := strings.CutPrefix(schema.Get("$ref").String(), "#/$defs/")
	if !local {
		return schema
	}
	var found gjson.Result
	q.schema.Get("$defs").ForEach(func(key, value gjson.Result) bool {
		if key.String() == unescapeToken(name) {
			found = value
		}
		return !found.Exists()
	})
	return found
}

// types are those that a schema allows, as far as it says so plainly; none: any.
func (q queried) types(schema gjson.Result, depth int) []string {
	const deepest = 8
	if depth > deepest {
		return nil
	}
	schema = q.resolve(schema)
	var types []string
	for _, t := range schema.Get("type").Array() {
		types = append(types, t.String())
	}
	for _, member := range slices.Concat(schema.Get("anyOf").Array(), schema.Get("oneOf").Array(), schema.Get("allOf").Array()) {
		types = append(types, q.types(member, depth+1)...)
	}
	return types
}

// appendTyped writes a value as one of the types that are allowed.
func appendTyped(b []byte, types []string, text string) []byte {
	is := func(kinds ...string) bool {
		return slices.ContainsFunc(kinds, func(kind string) bool { return slices.Contains(types, kind) })
	}
	value := gjson.Result{}
	if json.Valid([]byte(text)) {
		value = gjson.Parse(text)
	}
	switch {
	case is("string"):
	case value.Type == gjson.Number && is("integer", "number"), value.IsBool() && is("boolean"),
		value.IsObject() && (is("object") || len(types) == 0), value.IsArray() && len(types) == 0,
		value.Type == gjson.Null && value.Exists() && is("null"):
		return append(b, strings.TrimSpace(text)...)
	}
	return append(b, encode(text)...)
}
