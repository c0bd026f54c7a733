package ai

import (
	"math"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// mode is how a server is asked for JSON of a certain shape.
type mode string

// The modes, from the strictest. A server that refuses one is asked by the next.
const (
	modeSchema mode = "json_schema" // the server holds the model to the schema
	modeObject mode = "json_object" // the server holds the model to JSON; the schema is in the prompt
	modePrompt mode = "prompt"      // all is in the prompt
)

// weaker is the mode to try where a server refuses this one, "" if there is none.
func (m mode) weaker() mode {
	return map[mode]mode{modeSchema: modeObject, modeObject: modePrompt}[m]
}

// settings are what a credential says beside where the server is.
type settings struct {
	model  string
	mode   mode
	prices *prices // nil: not known
}

// prices are US dollars per million tokens.
type prices struct{ input, output float64 }

// readSettings reads the fields of a credential. A field that makes no sense is invalid_input.
func readSettings(fields map[string]string) (settings, error) {
	s := settings{model: strings.TrimSpace(fields["model"]), mode: mode(strings.TrimSpace(fields["structured_output"]))}
	switch s.mode {
	case "":
		s.mode = modeSchema
	case modeSchema, modeObject, modePrompt:
	default:
		return s, misset("structured_output", "must be json_schema, json_object or prompt")
	}
	input, given, err := readPrice(fields, "price_per_million_input")
	if err != nil {
		return s, err
	}
	output, both, err := readPrice(fields, "price_per_million_output")
	if err != nil {
		return s, err
	}
	if given && both {
		s.prices = &prices{input, output}
	}
	return s, nil
}

func readPrice(fields map[string]string, name string) (price float64, given bool, err error) {
	text := strings.TrimSpace(fields[name])
	if text == "" {
		return 0, false, nil
	}
	price, err = strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(price) || price < 0 || price > 1e6 {
		return 0, false, misset(name, "must be a price in US dollars, such as 0.15")
	}
	return price, true, nil
}

func misset(field, detail string) *operations.Error {
	return &operations.Error{
		Code: operations.CodeInvalidInput, Detail: "the credential's field " + field + " " + detail,
		Faults: []operations.InputFault{{Pointer: "/credentialId", Detail: "has a field " + field + " that cannot be used"}},
	}
}
