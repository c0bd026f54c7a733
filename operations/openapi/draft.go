package openapi

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// draft is a schema being written.
type draft struct {
	*schemas
	mode mode
	b    []byte
	refs []*def
	has  map[*def]bool // refs
}

// schema writes one schema. Keywords with values that JSON Schema does not know are left out and reported, so that
// what is written always compiles.
func (d *draft) schema(n *yaml.Node) {
	switch {
	case isTrue(n) || isFalse(n):
		d.b = append(d.b, n.Value...)
		return
	case !isMapping(n):
		d.b = append(d.b, "true"...)
		return
	}
	if nullable(n) && !plainType(n) {
		d.b = append(d.b, `{"anyOf":[`...)
		d.object(n)
		d.b = append(d.b, `,{"type":"null"}]}`...)
		return
	}
	d.object(n)
}

func (d *draft) object(n *yaml.Node) {
	d.b = append(d.b, '{')
	d.keywords(n)
	d.b = append(d.b, '}')
}

// nullable tells whether a schema allows null beside its type. OpenAPI 3.1 has no such keyword; documents have it.
func nullable(n *yaml.Node) bool {
	return isTrue(child(n, "nullable")) || isTrue(child(n, "x-nullable"))
}

// plainType tells whether null can simply be added to the schema's type.
func plainType(n *yaml.Node) bool {
	for _, key := range []string{"$ref", "allOf", "anyOf", "oneOf", "not"} {
		if child(n, key) != nil {
			return false
		}
	}
	return str(child(n, "type")) != ""
}

func (d *draft) keywords(n *yaml.Node) {
	for key, value := range pairs(n) {
		switch key.Value {
		case "$ref":
			d.ref(n, value)
		case "type":
			d.types(n, value)
		case "title", "x-title", "description", "format", "contentMediaType", "contentEncoding":
			d.text(n, key.Value, value)
		case "required", "properties", "patternProperties", "dependentSchemas", "dependentRequired":
			d.members(n, key.Value, value)
		case "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames",
			"unevaluatedItems", "unevaluatedProperties":
			d.inner(key.Value, value)
		case "allOf", "anyOf", "oneOf", "prefixItems":
			d.branches(n, key.Value, value)
		case "default", "const", "enum", "example", "examples":
			d.values(n, key.Value, value)
		case "x-lookup", "lookup":
			d.lookUp(n, key.Value)
		default:
			d.limits(n, key.Value, value)
		}
	}
}

func (d *draft) text(n *yaml.Node, keyword string, value *yaml.Node) {
	if keyword == "title" && child(n, "x-title") != nil {
		return
	}
	if s := clip(str(value), maxText); s != "" {
		d.b = appendString(appendKey(d.b, strings.TrimPrefix(keyword, "x-")), s)
	}
}

func (d *draft) odd(keyword string, n *yaml.Node) {
	if keyword == "required" && n.Tag == "!!bool" {
		return // a common slip of Swagger documents, without a meaning
	}
	d.report.add(Note, "", n, "the keyword %q has a value that JSON Schema does not know; it is left out", keyword)
}

func (d *draft) ref(n, ref *yaml.Node) {
	if ref.Kind != yaml.ScalarNode {
		return
	}
	target := d.target(ref)
	if target == nil || d.loops[n] {
		return
	}
	entry := d.def(target, ref.Value, d.mode)
	d.b = appendString(appendKey(d.b, "$ref"), "#/$defs/"+entry.name)
	d.need(entry)
}

func (d *draft) need(entry *def) {
	if d.has[entry] {
		return
	}
	if d.has == nil {
		d.has = map[*def]bool{}
	}
	d.has[entry] = true
	d.refs = append(d.refs, entry)
}

// jsonType maps the types that documents have onto those of JSON Schema, "" if there is none.
func jsonType(name string) string {
	switch name {
	case "string", "number", "integer", "boolean", "array", "object", "null":
		return name
	case "file", "date", "datetime", "date-time", "uuid":
		return "string"
	case "int", "int32", "int64", "long":
		return "integer"
	case "float", "double", "decimal":
		return "number"
	case "bool":
		return "boolean"
	default:
		return ""
	}
}

// typesOf gives the types of a schema, those that are none left out.
func (d *document) typesOf(n *yaml.Node) []string {
	value := child(n, "type")
	var types []string
	for _, item := range append(slices.Clone(items(value)), value) {
		if name := jsonType(str(item)); name != "" && !slices.Contains(types, name) {
			types = append(types, name)
		}
		if isNull(item) && !slices.Contains(types, "null") {
			types = append(types, "null")
		}
	}
	return types
}

func (d *draft) types(n, value *yaml.Node) {
	types := d.typesOf(n)
	if len(types) == 0 {
		if str(value) != "any" {
			d.odd("type", value)
		}
		return
	}
	if enum := items(child(n, "enum")); len(enum) > 0 && !slices.ContainsFunc(enum, func(n *yaml.Node) bool { return hasType(n, types) }) {
		d.report.add(Approximated, "", value, "no value of the enum is of the type %s; the type is left out", strings.Join(types, " or "))
		return
	}
	if nullable(n) && plainType(n) && !slices.Contains(types, "null") {
		types = append(types, "null")
	}
	d.b = appendKey(d.b, "type")
	if len(types) == 1 {
		d.b = appendString(d.b, types[0])
		return
	}
	d.b = appendStrings(d.b, types)
}

// hasType tells whether a value is of one of the types.
func hasType(n *yaml.Node, types []string) bool {
	return slices.ContainsFunc(types, func(name string) bool {
		switch name {
		case "object":
			return n.Kind == yaml.MappingNode
		case "array":
			return n.Kind == yaml.SequenceNode
		case "string":
			return n.Kind == yaml.ScalarNode && n.Tag == "!!str"
		case "boolean":
			return n.Tag == "!!bool"
		case "null":
			return isNull(n)
		default:
			return isNumber(n)
		}
	})
}

func appendStrings(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, s)
	}
	return append(b, ']')
}

// inner writes a keyword whose value is a schema. An array of items is what prefixItems is now.
func (d *draft) inner(keyword string, value *yaml.Node) {
	if keyword == "items" && value.Kind == yaml.SequenceNode {
		if len(value.Content) > 0 {
			d.list("prefixItems", value)
		}
		return
	}
	if !isMapping(value) && value.Tag != "!!bool" {
		d.odd(keyword, value)
		return
	}
	d.b = appendKey(d.b, keyword)
	d.schema(value)
}

func (d *draft) list(keyword string, value *yaml.Node) {
	if len(items(value)) == 0 {
		d.odd(keyword, value)
		return
	}
	d.b = append(appendKey(d.b, keyword), '[')
	for i, branch := range value.Content {
		if i > 0 {
			d.b = append(d.b, ',')
		}
		d.schema(branch)
	}
	d.b = append(d.b, ']')
}

// limits writes keywords whose value is a number or a boolean, and patterns.
func (d *draft) limits(n *yaml.Node, keyword string, value *yaml.Node) {
	fits := true
	switch keyword {
	case "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties", "minContains", "maxContains":
		_, err := strconv.ParseUint(value.Value, 10, 62)
		fits = isNumber(value) && err == nil
	case "uniqueItems", "deprecated", "readOnly", "writeOnly":
		fits = value.Tag == "!!bool"
	case "maximum", "minimum":
		exclusive := map[string]string{"maximum": "exclusiveMaximum", "minimum": "exclusiveMinimum"}[keyword]
		if fits = isNumber(value); isTrue(child(n, exclusive)) {
			keyword = exclusive
		}
	case "exclusiveMaximum", "exclusiveMinimum":
		if value.Tag == "!!bool" {
			return // said with the limit itself
		}
		fits = isNumber(value)
	case "multipleOf":
		size, err := strconv.ParseFloat(value.Value, 64)
		fits = isNumber(value) && err == nil && size > 0
	case "pattern":
		if fits = value.Kind == yaml.ScalarNode; fits && !d.pattern(value) {
			return
		}
		if fits {
			d.b = appendString(appendKey(d.b, keyword), value.Value)
			return
		}
	default:
		return // an extension, or a keyword of OpenAPI alone
	}
	if !fits {
		d.odd(keyword, value)
		return
	}
	d.b = append(appendKey(d.b, keyword), value.Value...)
}
