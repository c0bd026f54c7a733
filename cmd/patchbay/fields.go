package main

import (
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// field is one line of an input table: a property of a schema, or of an object within it.
type field struct {
	path, kind, lookup, description string
	required                        bool
}

// maxFieldDepth bounds how deep objects are shown; deeper ones are told by their type.
const maxFieldDepth = 3

// fieldsOf lists the properties of a JSON Schema in its own order. Objects within objects become dotted paths, those
// within lists "name[].".
func fieldsOf(schema string) []field {
	root := gjson.Parse(schema)
	return collectFields(root, root, "", maxFieldDepth, nil)
}

func collectFields(root, schema gjson.Result, prefix string, depth int, fields []field) []field {
	schema = resolve(root, schema)
	required := map[string]bool{}
	for _, name := range schema.Get("required").Array() {
		required[name.String()] = true
	}
	properties := schema.Get("properties").Map()
	for _, name := range requiredFirst(schema.Get("properties"), required) {
		property := resolve(root, properties[name])
		path := prefix + name
		fields = append(fields, field{
			path: path, kind: typeOf(root, property), lookup: property.Get("x-lookup.operation").String(),
			description: describeProperty(property), required: required[name],
		})
		if depth > 1 {
			fields = collectFields(root, property, path+".", depth-1, fields)
			fields = collectFields(root, property.Get("items"), path+"[].", depth-1, fields)
		}
	}
	return fields
}

func requiredFirst(properties gjson.Result, required map[string]bool) []string {
	var first, rest []string
	properties.ForEach(func(name, _ gjson.Result) bool {
		if required[name.String()] {
			first = append(first, name.String())
		} else {
			rest = append(rest, name.String())
		}
		return true
	})
	return append(first, rest...)
}

// resolve follows references within the document, a few deep.
func resolve(root, schema gjson.Result) gjson.Result {
	for range 8 {
		reference := schema.Get(`$ref`).String()
		path, local := strings.CutPrefix(reference, "#/")
		if !local {
			break
		}
		path = strings.NewReplacer("~1", "/", "~0", "~").Replace(strings.NewReplacer(".", `\.`, "/", ".").Replace(path))
		target := root.Get(path)
		if !target.Exists() {
			break
		}
		schema = target
	}
	return schema
}

func typeOf(root, property gjson.Result) string {
	property = resolve(root, property)
	for _, word := range []string{"oneOf", "anyOf"} {
		if branches := property.Get(word); branches.Exists() && !property.Get("type").Exists() {
			return branchTypes(root, branches)
		}
	}
	var names []string
	for _, t := range property.Get("type").Array() {
		names = append(names, t.String())
	}
	name := oneOf(names)
	switch {
	case name == "array":
		if items := typeOf(root, property.Get("items")); items != "any" {
			return "list of " + items
		}
		return "list"
	case name == "" && property.Get("enum").Exists():
		return "one of a set"
	case name == "":
		return "any"
	case property.Get("format").Exists():
		return name + " (" + property.Get("format").String() + ")"
	}
	return name
}

func branchTypes(root, branches gjson.Result) string {
	var names []string
	seen := map[string]bool{}
	for _, branch := range branches.Array() {
		if name := typeOf(root, branch); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return oneOf(names)
}

func oneOf(types []string) string {
	const most = 3
	if len(types) > most {
		return "several types"
	}
	return strings.Join(types, " or ")
}

// describeProperty is the description with what else a caller must know, in sentences.
func describeProperty(property gjson.Result) string {
	var b strings.Builder
	say := func(format string, args ...any) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		text := fmt.Sprintf(format, args...)
		b.WriteString(text)
		if !strings.HasSuffix(text, ".") {
			b.WriteByte('.')
		}
	}
	if text := property.Get("description").String(); text != "" {
		say("%s", text)
	}
	for _, values := range []gjson.Result{property.Get("enum"), property.Get("items.enum")} {
		if values.Exists() {
			say("one of: %s", listValues(values))
		}
	}
	for _, values := range []gjson.Result{property.Get("examples"), property.Get("items.examples")} {
		if values.Exists() {
			say("for example: %s", listValues(values))
		}
	}
	const beyondUse = 1e15 // bounds that only guard against overflow
	switch low, high := property.Get("minimum"), property.Get("maximum"); {
	case low.Exists() && high.Exists() && high.Num < beyondUse:
		say("%s to %s", low.Raw, high.Raw)
	case low.Exists():
		say("at least %s", low.Raw)
	case high.Exists() && high.Num < beyondUse:
		say("at most %s", high.Raw)
	}
	if value := property.Get("default"); value.Exists() {
		say("default: %s", value.Raw)
	}
	return b.String()
}

func listValues(values gjson.Result) string {
	var names []string
	for _, value := range values.Array() {
		name := value.String()
		if value.Type != gjson.String {
			name = value.Raw
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
