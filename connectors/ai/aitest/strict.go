package aitest

import (
	"fmt"
	"maps"
	"slices"
)

// maxDepth bounds how deep schemas and answers nest.
const maxDepth = 10

// allowed are the keywords that a strict schema may hold.
func allowed() []string {
	return []string{
		"type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "$defs", "$ref", "description",
	}
}

// strictFault says what of a schema strict mode does not take; "" if it takes all:
// https://platform.openai.com/docs/guides/structured-outputs#supported-schemas.
func strictFault(node any, context string, depth int) string {
	schema, isObject := node.(map[string]any)
	if !isObject || depth > maxDepth {
		return context + ", a schema must be an object, and nest at most 10 levels deep."
	}
	for _, keyword := range slices.Sorted(maps.Keys(schema)) {
		if !slices.Contains(allowed(), keyword) {
			return fmt.Sprintf("%s, '%.50s' is not permitted.", context, keyword)
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	if schema["type"] == "object" || properties != nil {
		if fault := objectFault(schema, properties, context); fault != "" {
			return fault
		}
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if fault := strictFault(properties[name], context+".properties."+name, depth+1); fault != "" {
			return fault
		}
	}
	if items, given := schema["items"]; given {
		return strictFault(items, context+".items", depth+1)
	}
	alternatives, _ := schema["anyOf"].([]any)
	for _, alternative := range alternatives {
		if fault := strictFault(alternative, context+".anyOf", depth+1); fault != "" {
			return fault
		}
	}
	return ""
}

func objectFault(schema, properties map[string]any, context string) string {
	if schema["additionalProperties"] != false {
		return context + ", 'additionalProperties' is required to be supplied and to be false."
	}
	required, _ := schema["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if !slices.Contains(required, any(name)) {
			return fmt.Sprintf("%s, 'required' is required to be supplied and to be an array including every key in properties. Missing '%.50s'.", context, name)
		}
	}
	return ""
}
