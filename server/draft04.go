package server

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// The $schema of what the compatible API shows, as its clients know them.
const (
	inputDialect  = "https://api.tray.io/core/v1/connectors/operations/input-schema#"
	outputDialect = "https://api.tray.io/core/v1/connectors/operations/output-schema#"
	draft04       = "http://json-schema.org/draft-04/schema#"
)

// legacySchema writes a schema in the dialect of the compatible API: the subset of JSON Schema draft-04 that its
// clients read, with lookup and advanced. The order of the fields is kept, since forms show it. What draft-04 cannot
// say is left out.
func legacySchema(s operations.Schema, dialect string) json.RawMessage {
	converted := convert(gjson.ParseBytes(s))
	converted = slices.DeleteFunc(converted, func(m member) bool { return m.name == "$schema" })
	return append(object{{"$schema", quote(dialect)}}, converted...).bytes()
}

type member struct {
	name  string
	value json.RawMessage
}

// object is a JSON object whose members have an order.
type object []member

func (o object) bytes() json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quote(m.name))
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

func quote(s string) json.RawMessage { return encode(s) }

func (o *object) add(name string, value json.RawMessage) { *o = append(*o, member{name, value}) }

// list appends to a member that is a list, making it if need be.
func (o *object) list(name string, values ...json.RawMessage) {
	joined := bytes.Join(rawParts(values), []byte(","))
	for i, m := range *o {
		if m.name == name {
			inner := bytes.TrimSuffix(bytes.Clone(m.value), []byte("]"))
			if len(inner) > 1 {
				inner = append(inner, ',')
			}
			(*o)[i].value = append(append(inner, joined...), ']')
			return
		}
	}
	o.add(name, slices.Concat([]byte("["), joined, []byte("]")))
}

func rawParts(values []json.RawMessage) [][]byte {
	parts := make([][]byte, len(values))
	for i, v := range values {
		parts[i] = v
	}
	return parts
}

// subschema converts a value that is a schema, a boolean one too.
func subschema(v gjson.Result) json.RawMessage {
	switch v.Type {
	case gjson.True:
		return json.RawMessage(`{}`)
	case gjson.False:
		return json.RawMessage(`{"not":{}}`)
	default:
		return convert(v).bytes()
	}
}

// convert rewrites one schema object, keyword by keyword.
func convert(schema gjson.Result) object {
	var out object
	schema.ForEach(func(key, value gjson.Result) bool {
		keyword(&out, schema, key.String(), value)
		return true
	})
	if len(out) > 1 && slices.ContainsFunc(out, func(m member) bool { return m.name == "$ref" }) {
		out = refBeside(out)
	}
	return out
}

func keyword(out *object, schema gjson.Result, name string, value gjson.Result) {
	raw := json.RawMessage(value.Raw)
	switch name {
	case "type", "title", "description", "default", "enum", "required", "format", "pattern", "minLength", "maxLength",
		"minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "multipleOf":
		out.add(name, raw)
	case "properties":
		out.add(name, each(value))
		advanced(out, value)
	case "patternProperties", "definitions":
		out.add(name, each(value))
	case "$defs":
		out.add("definitions", each(value))
	case "$ref":
		out.add(name, quote(strings.Replace(value.String(), "#/$defs/", "#/definitions/", 1)))
	case "allOf", "anyOf", "oneOf":
		out.list(name, all(value)...)
	case "not":
		out.add(name, subschema(value))
	case "additionalProperties":
		out.add(name, openOr(value))
	case "const":
		out.add("enum", slices.Concat([]byte("["), raw, []byte("]")))
	case "items", "prefixItems":
		items(out, schema, name, value)
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		bound(out, schema, name, value)
	case "dependentRequired":
		out.add("dependencies", raw)
	case "x-lookup":
		out.add("lookup", legacyLookup(value))
	case "x-advanced":
		if value.IsArray() {
			out.list("advanced", raws(value)...)
		}
	}
}

// legacyLookup writes the values that a look-up takes from other fields as placeholders, beside those that are fixed.
func legacyLookup(lookup gjson.Result) json.RawMessage {
	var out, input object
	lookup.ForEach(func(name, value gjson.Result) bool {
		switch name.String() {
		case "input":
			value.ForEach(func(field, path gjson.Result) bool {
				if strings.Contains(path.String(), "{{") {
					input.add(field.String(), json.RawMessage(path.Raw))
				} else {
					input.add(field.String(), quote("{{{"+path.String()+"}}}"))
				}
				return true
			})
		case "fixed":
			value.ForEach(func(field, fixed gjson.Result) bool {
				input.add(field.String(), json.RawMessage(fixed.Raw))
				return true
			})
		default:
			out.add(name.String(), json.RawMessage(value.Raw))
		}
		return true
	})
	if lookup.Get("input").Exists() || lookup.Get("fixed").Exists() {
		out.add("input", input.bytes())
	}
	return out.bytes()
}

// refBeside wraps a reference that has company: draft-04 ignores what stands beside one.
func refBeside(o object) object {
	var out object
	for _, m := range o {
		if m.name == "$ref" {
			out.list("allOf", object{m}.bytes())
		}
	}
	for _, m := range o {
		switch m.name {
		case "$ref":
		case "allOf":
			out.list("allOf", raws(gjson.ParseBytes(m.value))...)
		default:
			out = append(out, m)
		}
	}
	return out
}

// each converts every value of an object of schemas.
func each(schemas gjson.Result) json.RawMessage {
	var out object
	schemas.ForEach(func(name, schema gjson.Result) bool {
		out.add(name.String(), subschema(schema))
		return true
	})
	return out.bytes()
}

func all(schemas gjson.Result) (out []json.RawMessage) {
	for _, schema := range schemas.Array() {
		out = append(out, subschema(schema))
	}
	return out
}

func raws(list gjson.Result) (out []json.RawMessage) {
	for _, v := range list.Array() {
		out = append(out, json.RawMessage(v.Raw))
	}
	return out
}

// openOr keeps a boolean, which draft-04 allows here, and converts a schema.
func openOr(v gjson.Result) json.RawMessage {
	if v.IsBool() {
		return json.RawMessage(v.Raw)
	}
	return convert(v).bytes()
}

// advanced lists the properties that call themselves advanced.
func advanced(out *object, properties gjson.Result) {
	properties.ForEach(func(name, property gjson.Result) bool {
		if property.Get("x-advanced").Type == gjson.True {
			out.list("advanced", quote(name.String()))
		}
		return true
	})
}

// items tells the schema of all items from the list of schemas by position, which draft-04 names alike.
func items(out *object, schema gjson.Result, name string, value gjson.Result) {
	switch {
	case name == "prefixItems":
		out.list("items", all(value)...)
	case schema.Get("prefixItems").Exists():
		out.add("additionalItems", openOr(value))
	default:
		out.add("items", subschema(value))
	}
}

// bound turns a numeric exclusive bound into draft-04's pair of a bound and a flag. Where both bounds are given, the
// tighter one counts.
func bound(out *object, schema gjson.Result, name string, value gjson.Result) {
	side := strings.ToLower(strings.TrimPrefix(name, "exclusive"))
	exclusive := schema.Get("exclusive" + strings.ToUpper(side[:1]) + side[1:])
	inclusive := schema.Get(side)
	tighter := exclusive.Type == gjson.Number
	if tighter && inclusive.Type == gjson.Number {
		tighter = exclusive.Num >= inclusive.Num
		if side == "maximum" {
			tighter = exclusive.Num <= inclusive.Num
		}
	}
	switch isExclusive := strings.HasPrefix(name, "exclusive"); {
	case isExclusive && tighter:
		out.add(side, json.RawMessage(value.Raw))
		out.add(name, json.RawMessage("true"))
	case !isExclusive && !tighter:
		out.add(side, json.RawMessage(value.Raw))
	}
}
