package ai

import (
	"encoding/json"
	"slices"

	"github.com/tidwall/gjson"
)

// strictForm writes a schema in the part of JSON Schema to which a server can hold a model word by word: every object
// closed, every property required, no bounds. The bounds are checked when the answer is there. ok is false if the schema
// cannot be written so; order is kept, since models write in the order of the schema.
//
// Source: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
func strictForm(schema json.RawMessage) (strict json.RawMessage, ok bool) {
	return strictNode(gjson.ParseBytes(schema))
}

func strictNode(node gjson.Result) (strict []byte, ok bool) {
	if !node.IsObject() || !isClosed(node) {
		return nil, false
	}
	ok = node.Get("type").Exists() || node.Get("enum").Exists() || node.Get("$ref").Exists() || node.Get("anyOf").Exists()
	return strictMembers(node, ok, func(key string, value gjson.Result) (part []byte, keep, ok bool) {
		switch key {
		case "type", "enum", "const", "description", "$ref", "required", "additionalProperties":
			return []byte(value.Raw), true, true
		case "properties", "$defs":
			part, ok = strictMembers(value, value.IsObject(), func(_ string, inner gjson.Result) ([]byte, bool, bool) {
				part, ok := strictNode(inner)
				return part, true, ok
			})
			return part, true, ok
		case "items":
			part, ok = strictNode(value)
			return part, true, ok
		case "anyOf":
			part, ok = strictList(value)
			return part, true, ok
		default:
			return nil, false, slices.Contains(checkedLater(), key)
		}
	})
}

// checkedLater are the keywords that a server need not know.
func checkedLater() []string {
	return []string{
		"$schema", "$id", "$comment", "title", "default", "example", "examples", "format", "pattern", "minLength", "maxLength",
		"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems",
		"minProperties", "maxProperties",
	}
}

// isClosed tells whether an object has no properties but those that it must have; what is no object is closed.
func isClosed(node gjson.Result) bool {
	properties := node.Get("properties")
	if node.Get("type").String() != "object" && !properties.Exists() {
		return !slices.ContainsFunc(node.Get("type").Array(), func(t gjson.Result) bool { return t.Str == "object" })
	}
	required := map[string]bool{}
	for _, name := range node.Get("required").Array() {
		required[name.Str] = true
	}
	closed := properties.IsObject() && node.Get("additionalProperties").Type == gjson.False
	properties.ForEach(func(name, _ gjson.Result) bool {
		closed = closed && required[name.Str]
		return closed
	})
	return closed
}

// strictMembers writes an object anew, with the members that write keeps.
func strictMembers(object gjson.Result, ok bool, write func(string, gjson.Result) (part []byte, keep, ok bool)) ([]byte, bool) {
	written := []byte{'{'}
	object.ForEach(func(key, value gjson.Result) bool {
		part, keep, fits := write(key.Str, value)
		if ok = ok && fits; !ok || !keep {
			return ok
		}
		if len(written) > 1 {
			written = append(written, ',')
		}
		written = append(append(append(written, key.Raw...), ':'), part...)
		return true
	})
	return append(written, '}'), ok
}

func strictList(list gjson.Result) (written []byte, ok bool) {
	written, ok = []byte{'['}, list.IsArray()
	list.ForEach(func(_, item gjson.Result) bool {
		var part []byte
		if part, ok = strictNode(item); !ok {
			return false
		}
		if len(written) > 1 {
			written = append(written, ',')
		}
		written = append(written, part...)
		return true
	})
	return append(written, ']'), ok
}
