package ai

import (
	"encoding/json"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// Bounds of what is told about an answer that does not fit: to the model, and to the caller.
const (
	maxRepaired = 20_000 // characters of the answer that the model is shown again
	maxFaults   = 20     // faults that the model is told
	maxTold     = 3      // faults that the caller is told
	maxShown    = 1_000  // characters of the answer that the caller is shown
)

// wanted is the form that an answer must have.
type wanted struct {
	schema    json.RawMessage // whole
	wire      wireSchema      // as a server is given it
	validator *operations.Validator
}

func newWanted(name string, schema json.RawMessage) (*wanted, error) {
	validator, err := operations.Schema(schema).Compile()
	if err != nil {
		return nil, err
	}
	w := &wanted{schema: schema, validator: validator, wire: wireSchema{Name: name, Schema: schema}}
	if strict, ok := strictForm(schema); ok {
		w.wire.Schema, w.wire.Strict = strict, true
	}
	return w, nil
}

// read finds the answer in what a model wrote, or says what is wrong with it.
func (w *wanted) read(text string) (json.RawMessage, []operations.InputFault) {
	answer, fault := findObject(text)
	if fault != "" {
		return nil, []operations.InputFault{{Detail: fault}}
	}
	document, err := operations.Decode(answer)
	if err != nil {
		return nil, []operations.InputFault{{Detail: operations.AsError(err).Detail}}
	}
	return answer, w.validator.Faults(document)
}

// named words faults, the first so many.
func named(faults []operations.InputFault, most int) []string {
	var words []string
	for _, fault := range faults[:min(len(faults), most)] {
		words = append(words, clip(clean(strings.TrimSpace(fault.Pointer+" "+fault.Detail)), maxDetail))
	}
	return words
}

// maxStarts bounds at how many braces an answer is looked for.
const maxStarts = 50

// findObject finds the one JSON object in a text. Models that are not held to JSON put words or code fences around it,
// and some think aloud before. Of two objects either may be what a customer wrote and the model only quotes, so that
// there must be no other.
func findObject(text string) (object json.RawMessage, fault string) {
	text = strings.TrimSpace(text[:min(len(text), maxAnswer)])
	if end := strings.LastIndex(text, "</think>"); end >= 0 && text[0] != '{' {
		text = text[end+len("</think>"):]
	}
	for range maxStarts {
		start := strings.IndexByte(text, '{')
		if start < 0 {
			break
		}
		found, length := leadingObject(text[start:])
		if length > 0 && object != nil {
			return nil, "the answer holds more than one JSON object"
		}
		if length > 0 {
			object = found
		}
		text = text[start+max(length, 1):]
	}
	if object == nil {
		return nil, "the answer holds no JSON object that can be read"
	}
	return object, ""
}

// leadingObject reads the JSON object that a text begins with. Without one its length is 0.
func leadingObject(text string) (object json.RawMessage, length int) {
	decoder := json.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(&object); err != nil {
		return nil, 0
	}
	return object, int(decoder.InputOffset())
}
