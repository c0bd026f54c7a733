package outreach

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/operations"
)

// object is a JSON Schema, or a part of one.
type object map[string]any

func (o object) schema() operations.Schema {
	encoded, err := json.Marshal(o)
	if err != nil {
		panic(fmt.Errorf("encoding a schema: %w", err)) // maps, slices and plain values can be encoded
	}
	return operations.Schema(encoded)
}

// closed describes an object that has the given fields and no other.
func closed(properties object, required ...string) object {
	o := object{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		slices.Sort(required)
		o["required"] = required
	}
	return o
}

// anID describes the id of a record: an integer, which may come as a string of digits, as some hosts hand it on.
func anID(description string) object {
	return object{
		"type": []string{"integer", "string"}, "minimum": 1, "maximum": int64(1e18) - 1, "pattern": "^[0-9]{1,18}$",
		"description": description,
	}
}

// idOf describes the id of a record of some type.
func (m *maker) idOf(recordType, description string) object {
	return m.lookUp(Attribute{Record: recordType}, anID(description))
}

// lookUp adds the drop-down that fills the field, where there is one.
func (m *maker) lookUp(attribute Attribute, field object) object {
	if list, ok := m.lists[attribute.Record]; ok {
		field["x-lookup"] = object{"operation": list}
	}
	return field
}

// input describes what can be written into an attribute; null clears it where it is nullable.
func (a Attribute) input(nullable bool) object {
	o := a.describe(nullable)
	if a.Type == "date" {
		o["anyOf"] = []object{{"format": "date"}, {"format": "date-time"}}
	}
	if a.Type == "array" {
		o["items"] = object{"type": "string"}
	}
	if len(a.Enum) > 0 && !a.Open {
		values := make([]any, 0, len(a.Enum)+1)
		for _, value := range a.Enum {
			values = append(values, value)
		}
		if nullable {
			values = append(values, nil)
		}
		delete(o, "examples")
		o["enum"] = values
	}
	return o
}

// describe is an attribute as answers show it, without holding the vendor to its own lists of values.
func (a Attribute) describe(nullable bool) object {
	o := object{}
	jsonType := a.Type
	switch a.Type {
	case "date-time":
		jsonType, o["format"] = "string", "date-time"
	case "date":
		jsonType = "string"
	}
	switch {
	case a.Type == "any":
	case nullable:
		o["type"] = []string{jsonType, "null"}
	default:
		o["type"] = jsonType
	}
	if a.Format != "" {
		o["format"] = a.Format
	}
	if len(a.Enum) > 0 {
		o["examples"] = a.Enum
	}
	if a.Description != "" {
		o["description"] = a.Description
	}
	return o
}

// spaced turns "callDisposition" into "call disposition".
func spaced(name string) string {
	out := []byte(snake(name))
	for i, c := range out {
		if c == '_' {
			out[i] = ' '
		}
	}
	return string(out)
}
