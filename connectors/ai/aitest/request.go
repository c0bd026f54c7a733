package aitest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// request is a request for a completion, read and found good.
type request struct {
	model    string
	messages []turn
	most     int    // tokens to write; 0: any
	form     string // of response_format: text, json_object or json_schema
	schema   map[string]any
}

// turn is one message.
type turn struct{ role, content string }

var schemaName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// known are the parameters that the service has, and whether the sandbox heeds them.
func known() map[string]bool {
	return map[string]bool{
		"model": true, "messages": true, "max_tokens": true, "max_completion_tokens": true, "temperature": true,
		"response_format": true, "stream": true, "n": true,
		"top_p": false, "seed": false, "stop": false, "user": false, "presence_penalty": false, "frequency_penalty": false,
		"metadata": false, "store": false, "service_tier": false, "reasoning_effort": false, "logprobs": false,
	}
}

// readRequest reads a body, or says what is wrong with it as the service would.
func readRequest(body []byte) (request, *refusal) {
	var r request
	document, err := operations.DecodeInput(body)
	fields, isObject := document.(map[string]any)
	if err != nil || !isObject {
		return r, bad("", "", "We could not parse the JSON body of your request.")
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if _, ok := known()[name]; !ok {
			return r, bad("unknown_parameter", name, "Unknown parameter: '%.100s'.", name)
		}
	}
	if r.model, _ = fields["model"].(string); r.model == "" {
		return r, bad("", "", "you must provide a model parameter")
	}
	if !slices.Contains(modelNames(), r.model) {
		return r, noModel(r.model)
	}
	for _, read := range []func(map[string]any) *refusal{r.readMessages, r.readNumbers, r.readOptions, r.readFormat} {
		if e := read(fields); e != nil {
			return r, e
		}
	}
	return r, nil
}

func (r *request) readMessages(fields map[string]any) *refusal {
	list, isList := fields["messages"].([]any)
	switch {
	case fields["messages"] == nil:
		return bad("missing_required_parameter", "messages", "Missing required parameter: 'messages'.")
	case !isList:
		return bad("invalid_type", "messages", "Invalid type for 'messages': expected an array of objects.")
	case len(list) == 0:
		return bad("empty_array", "messages", "Invalid 'messages': empty array. Expected an array with minimum length 1.")
	}
	for i, item := range list {
		at := fmt.Sprintf("messages[%d]", i)
		object, _ := item.(map[string]any)
		role, _ := object["role"].(string)
		content, isText := object["content"].(string)
		if !slices.Contains([]string{"system", "developer", "user", "assistant"}, role) {
			return bad("invalid_value", at+".role", "Invalid value for '%s.role': '%.50s'.", at, role)
		}
		if !isText {
			return bad("invalid_type", at+".content", "Invalid type for '%s.content': expected a string.", at)
		}
		r.messages = append(r.messages, turn{role, content})
	}
	return nil
}

func (r *request) readNumbers(fields map[string]any) *refusal {
	if value, given := fields["temperature"]; given {
		if number, err := asFloat(value); err != nil || number < 0 || number > 2 {
			return bad("invalid_value", "temperature", "Invalid 'temperature': expected a decimal between 0 and 2.")
		}
		if r.model == Reasoning {
			return bad("unsupported_value", "temperature", "Unsupported value: 'temperature' does not support this value with this model. Only the default (1) is supported.")
		}
	}
	for _, name := range []string{"max_tokens", "max_completion_tokens"} {
		value, given := fields[name]
		if !given {
			continue
		}
		number, err := asFloat(value)
		switch {
		case err != nil || number < 1 || number != float64(int(number)):
			return bad("integer_below_min_value", name, "Invalid '%s': expected an integer of at least 1.", name)
		case name == "max_tokens" && r.model == Reasoning:
			return bad("unsupported_parameter", name, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")
		}
		r.most = int(number)
	}
	return nil
}

func asFloat(value any) (float64, error) {
	number, isNumber := value.(json.Number)
	if !isNumber {
		return 0, fmt.Errorf("%T is no number", value)
	}
	return number.Float64()
}

// readOptions refuses what the sandbox does not do.
func (r *request) readOptions(fields map[string]any) *refusal {
	if stream, given := fields["stream"]; given && stream != false {
		return bad("unsupported_value", "stream", "Unsupported value: 'stream' does not support true with this model.")
	}
	if n, given := fields["n"]; given {
		if number, err := asFloat(n); err != nil || number != 1 {
			return bad("unsupported_value", "n", "Unsupported value: 'n' does not support other values than 1 with this model.")
		}
	}
	return nil
}

func (r *request) readFormat(fields map[string]any) *refusal {
	r.form = "text"
	value, given := fields["response_format"]
	if !given {
		return nil
	}
	format, _ := value.(map[string]any)
	r.form, _ = format["type"].(string)
	if r.form != "text" && r.model == Plain || r.form == "json_schema" && r.model == Basic {
		return bad("", "response_format", "Invalid parameter: 'response_format' of type '%s' is not supported with this model.", r.form)
	}
	switch r.form {
	case "text":
		return nil
	case "json_object":
		if !slices.ContainsFunc(r.messages, func(m turn) bool { return strings.Contains(strings.ToLower(m.content), "json") }) {
			return bad("", "messages", "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.")
		}
		return nil
	case "json_schema":
		return r.readSchema(format["json_schema"])
	default:
		return bad("invalid_value", "response_format.type", "Invalid value: '%.50s'. Supported values are: 'json_object', 'json_schema', and 'text'.", r.form)
	}
}

func (r *request) readSchema(value any) *refusal {
	format, _ := value.(map[string]any)
	name, _ := format["name"].(string)
	if !schemaName.MatchString(name) {
		return bad("missing_required_parameter", "response_format.json_schema.name", "Missing or invalid parameter: 'response_format.json_schema.name'.")
	}
	schema, isObject := format["schema"].(map[string]any)
	if !isObject || schema["type"] != "object" {
		return bad("", "response_format", `Invalid schema for response_format '%s': schema must be a JSON Schema of 'type: "object"'.`, name)
	}
	if format["strict"] == true {
		if fault := strictFault(schema, "()", 0); fault != "" {
			return bad("", "response_format", "Invalid schema for response_format '%s': In context=%s", name, fault)
		}
	}
	r.schema = schema
	return nil
}
