package nimchat

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/patchbay/patchbay/operations"
)

// defaulted makes a required input optional: where it is left out, the credential's field of that name counts.
func defaulted(operation operations.Operation, field string) operations.Operation {
	spec := operation.Spec()
	spec.Input = optional(spec.Input, field)
	return operations.Func(spec, func(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
		if gjson.GetBytes(call.Input, field).Exists() {
			return operation.Run(ctx, call)
		}
		value := call.Field[field]
		if value == "" {
			return nil, &operations.Error{
				Code: operations.CodeInvalidInput, Detail: "give " + field + ", or enter it in the credential",
				Faults: []operations.InputFault{{Pointer: "/" + field, Detail: "is required, as the credential does not name one"}},
			}
		}
		input, err := sjson.SetBytes(slices.Clone(call.Input), field, value)
		if err != nil {
			return nil, fmt.Errorf("adding %s to the input: %w", field, err)
		}
		with := *call
		with.Input = input
		return operation.Run(ctx, &with)
	})
}

// optional takes a field out of the schema's required ones.
func optional(schema operations.Schema, field string) operations.Schema {
	required := []string{}
	for _, name := range gjson.GetBytes(schema, "required").Array() {
		if name.Str != field {
			required = append(required, name.Str)
		}
	}
	changed, err := sjson.SetBytes(slices.Clone(schema), "required", required)
	if err != nil {
		panic(fmt.Errorf("changing the schema of an input: %w", err)) // it was made by this program
	}
	return changed
}
