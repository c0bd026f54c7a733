package execute

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// plan is what the executor keeps ready for one operation. Schemas are compiled when first needed, so that start-up
// does not pay for operations nobody calls.
type plan struct {
	connector operations.Connector
	operation operations.Operation
	spec      operations.Spec
	input     func() (*operations.Validator, error)
	output    func() (*operations.Validator, error)
	checked   atomic.Int64 // when the output was last checked, nanoseconds since 1970
}

func newPlan(connector operations.Connector, operation operations.Operation) *plan {
	spec := operation.Spec()
	return &plan{
		connector: connector, operation: operation, spec: spec,
		input:  sync.OnceValues(spec.Input.Compile),
		output: sync.OnceValues(spec.Output.Compile),
	}
}

// validate checks the input and gives it as the operation will see it.
func (p *plan) validate(input json.RawMessage, usage *operations.Usage) (json.RawMessage, error) {
	if len(input) == 0 || string(input) == "null" {
		input = json.RawMessage("{}")
	}
	document, err := operations.DecodeInput(input)
	if err != nil {
		return nil, err
	}
	object, ok := document.(map[string]any)
	if !ok {
		return nil, invalid([]operations.InputFault{{Detail: "must be an object"}})
	}
	if p.spec.LooseInput && p.dropUnknown(object, usage) {
		if input, err = json.Marshal(object); err != nil {
			return nil, fmt.Errorf("encoding the input: %w", err)
		}
	}
	validator, err := p.input()
	if err != nil {
		return nil, fmt.Errorf("preparing the input schema of %s: %w", p.spec.Name, err)
	}
	if faults := validator.Faults(object); len(faults) > 0 {
		return nil, invalid(faults)
	}
	return input, nil
}

func invalid(faults []operations.InputFault) *operations.Error {
	detail := "the input does not fit the operation: " + faults[0].Pointer + " " + faults[0].Detail
	if len(faults) > 1 {
		detail = fmt.Sprintf("%s (and %d more)", detail, len(faults)-1)
	}
	return &operations.Error{Code: operations.CodeInvalidInput, Detail: detail, Faults: faults}
}

func (p *plan) dropUnknown(object map[string]any, usage *operations.Usage) (dropped bool) {
	properties := gjson.GetBytes(p.spec.Input, "properties").Map()
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

// check looks at an output: it must be a JSON object; how it differs from the schema is a warning, since a service
// may add to its answers at any time.
func (p *plan) check(output json.RawMessage, every time.Duration, now time.Time, usage *operations.Usage) error {
	if !json.Valid(output) || !gjson.ParseBytes(output).IsObject() {
		return operations.Errorf(operations.CodeUpstreamFailed, "the service's answer is not the JSON object it should be")
	}
	last := p.checked.Load()
	if every > 0 && last > 0 && now.UnixNano()-last < int64(every) || !p.checked.CompareAndSwap(last, now.UnixNano()) {
		return nil
	}
	validator, err := p.output()
	if err != nil {
		return fmt.Errorf("preparing the output schema of %s: %w", p.spec.Name, err)
	}
	document, err := operations.Decode(output)
	if err != nil {
		return operations.Errorf(operations.CodeUpstreamFailed, "the service's answer cannot be used: %w", err)
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
