package execute

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

// plan is an operation of a catalogue with the work that the executor does around it.
type plan struct{ *operations.Entry }

// validate checks the input and gives it as the operation will see it.
func (p plan) validate(input json.RawMessage, usage *operations.Usage) (json.RawMessage, error) {
	if len(input) == 0 || string(input) == "null" {
		input = json.RawMessage("{}")
	}
	validator, err := p.Input()
	if err != nil {
		return nil, fmt.Errorf("preparing the input schema of %s: %w", p.Spec.Name, err)
	}
	if !p.Spec.LooseInput && validator.Accepts(input) && isObject(input) {
		return input, nil
	}
	document, err := operations.DecodeInput(input)
	if err != nil {
		return nil, err
	}
	object, ok := document.(map[string]any)
	if !ok {
		return nil, invalid([]operations.InputFault{{Detail: "must be an object"}})
	}
	if p.Spec.LooseInput && p.dropUnknown(object, usage) {
		if input, err = json.Marshal(object); err != nil {
			return nil, fmt.Errorf("encoding the input: %w", err)
		}
	}
	if faults := validator.Faults(object); len(faults) > 0 {
		return nil, invalid(faults)
	}
	return input, nil
}

// isObject tells whether valid JSON is an object.
func isObject(document json.RawMessage) bool {
	for _, c := range document {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			return c == '{'
		}
	}
	return false
}

func invalid(faults []operations.InputFault) *operations.Error {
	detail := "the input does not fit the operation: " + faults[0].Pointer + " " + faults[0].Detail
	if len(faults) > 1 {
		detail = fmt.Sprintf("%s (and %d more)", detail, len(faults)-1)
	}
	return &operations.Error{Code: operations.CodeInvalidInput, Detail: detail, Faults: faults}
}

func (p plan) dropUnknown(object map[string]any, usage *operations.Usage) (dropped bool) {
	properties := gjson.GetBytes(p.Spec.Input, "properties").Map()
	var unknown []string
	for name := range object {
		if _, known := properties[name]; !known {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		delete(object, name)
		usage.Warn("input /" + name + " is not a known field and was left out")
	}
	return len(unknown) > 0
}

// answer gives what an input asks for. Where the operation lists all options there are, the list is got by the rest of
// the input, and what search, cursor and limit ask for is cut out of it.
func (p plan) answer(input json.RawMessage, run func(json.RawMessage) (json.RawMessage, error)) (json.RawMessage, error) {
	if !p.Spec.WholeList {
		return run(input)
	}
	cut, rest, err := ddl.Split(input)
	if err != nil {
		return nil, err
	}
	list, err := run(rest)
	if err != nil {
		return nil, err
	}
	return cut.Of(list)
}

// check looks at an output: it must be a JSON object; how it differs from the schema is a warning, since a service
// may add to its answers at any time.
func (p plan) check(output json.RawMessage, every time.Duration, now time.Time, usage *operations.Usage) error {
	if !isObject(output) || !operations.Valid(output) {
		return p.senseless(usage, "the service's answer is not the JSON object it should be", nil)
	}
	if !p.CheckDue(every, now) {
		return nil
	}
	validator, err := p.Output()
	if err != nil {
		return fmt.Errorf("preparing the output schema of %s: %w", p.Spec.Name, err)
	}
	document, err := operations.Decode(output)
	if err != nil {
		return p.senseless(usage, "the service's answer cannot be used: "+err.Error(), err)
	}
	for i, fault := range validator.Faults(document) {
		if i == 5 {
			usage.Warn("and more differences from the declared output")
			break
		}
		usage.Warn("output " + fault.Pointer + " differs from what is declared: " + fault.Detail)
	}
	return nil
}

// senseless is the error of an answer that cannot be used. A write has then been asked for, and the service took it.
func (p plan) senseless(usage *operations.Usage, detail string, cause error) *operations.Error {
	e := &operations.Error{Code: operations.CodeUpstreamFailed, Detail: detail, Err: cause}
	if p.Spec.Effect != operations.EffectRead && usage.Requests.Load() > 0 {
		e.Code, e.Detail = operations.CodeOutcomeUnknown, detail+"; what was asked may have been done: look before you repeat it"
	}
	return e
}
