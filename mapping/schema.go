package mapping

import (
	_ "embed" // the schema's file
	"sync"

	"github.com/tidwall/sjson"

	"github.com/patchbay/patchbay/operations"
)

//go:embed mapping.schema.json
var documentSchema string

// DocumentSchema is the JSON Schema (2020-12) of mapping documents, for editors and other programs.
func DocumentSchema() operations.Schema { return operations.Schema(documentSchema) }

// documentValidator checks documents against the schema, but for the choice of exactly one kind, for which newPlan has
// clearer words.
var documentValidator = sync.OnceValues(func() (*operations.Validator, error) {
	schema := documentSchema
	for _, choice := range []string{"$defs.one_kind", "$defs.one_rule_kind", "$defs.one_test"} {
		var err error
		if schema, err = sjson.SetRaw(schema, choice, "true"); err != nil {
			return nil, err
		}
	}
	return operations.Schema(schema).Compile()
})
