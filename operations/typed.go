package operations

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Typed makes an Operation whose schemas come out of the structs In and Out, as SchemaOf says; those of Out let unknown
// fields pass. Defaults that In's tags give are filled in before run sees the input. Typed panics if a struct makes no
// schema: that is a fault of the connector, found by the first test that looks at it.
func Typed[In, Out any](spec Spec, run func(ctx context.Context, call *Call, in In) (Out, error)) Operation {
	in, out := reflect.TypeFor[In](), reflect.TypeFor[Out]()
	spec.Input, spec.Output = mustSchema(spec.Name, in, true), mustSchema(spec.Name, out, false)
	defaults, err := defaultsOf(in)
	if err != nil {
		panic(fmt.Errorf("reading the defaults of %s: %w", spec.Name, err))
	}
	return Func(spec, func(ctx context.Context, call *Call) (json.RawMessage, error) {
		var in In
		if err := decodeInto(&in, defaults, call.Input); err != nil {
			return nil, err
		}
		out, err := run(ctx, call, in)
		if err != nil {
			return nil, err
		}
		return encode(out)
	})
}

// NewSample makes a sample of two JSON texts.
func NewSample(input, output string) Sample {
	return Sample{Input: json.RawMessage(input), Output: json.RawMessage(output)}
}

func mustSchema(operation string, t reflect.Type, closed bool) Schema {
	schema, err := schemaOf(t, closed)
	if err != nil {
		panic(fmt.Errorf("making the schema of %s out of %s: %w", operation, t, err))
	}
	return schema
}

// decodeInto fills in what is given over what is taken where nothing is given.
func decodeInto(in any, defaults, input json.RawMessage) error {
	for _, document := range []json.RawMessage{defaults, input} {
		if len(document) == 0 {
			continue
		}
		if err := json.Unmarshal(document, in); err != nil {
			return misfit(err)
		}
	}
	return nil
}

// misfit is the caller's error for an input that the schema lets pass and the struct does not hold: a number that is
// too large, or a whole one written with a fraction.
func misfit(err error) *Error {
	fault := InputFault{Detail: "cannot be read"}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		fault = InputFault{Pointer: "/" + strings.ReplaceAll(wrong.Field, ".", "/"), Detail: "cannot be a " + wrong.Value + " here"}
	}
	return &Error{
		Code: CodeInvalidInput, Detail: "the input does not fit the operation: " + fault.Pointer + " " + fault.Detail,
		Faults: []InputFault{fault}, Err: err,
	}
}

// Encode writes a value the way outputs are written: without escaping what only HTML would want escaped.
func Encode(value any) (json.RawMessage, error) { return encode(value) }

func encode(out any) (json.RawMessage, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(out); err != nil {
		return nil, fmt.Errorf("encoding the output: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
