package operations

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"github.com/tidwall/gjson"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// maxFaults bounds how many faults one answer names.
const maxFaults = 100

// Schema is a JSON Schema (2020-12) document. Beside the standard's keywords it may hold x-lookup
// ({operation, input}): the DDL operation that fills the field.
type Schema json.RawMessage

// MarshalJSON writes the schema as it is.
func (s Schema) MarshalJSON() ([]byte, error) {
	if len(s) == 0 {
		return []byte("true"), nil
	}
	return s, nil
}

// UnmarshalJSON keeps a copy of data.
func (s *Schema) UnmarshalJSON(data []byte) error {
	*s = append((*s)[:0], data...)
	return nil
}

// Validator is a compiled Schema. It is safe for concurrent use.
type Validator struct {
	schema *jsonschema.Schema
	form   func() *form // read when first asked for; nil: there is none
}

// Compile makes the schema ready for checking; the empty schema allows everything. References to anything outside
// the document are refused.
func (s Schema) Compile() (*Validator, error) {
	if len(s) == 0 {
		s = Schema("true")
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(s))
	if err != nil {
		return nil, fmt.Errorf("reading schema: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	compiler.UseLoader(noLoader{})
	if err := compiler.AddResource("schema.json", document); err != nil {
		return nil, fmt.Errorf("adding schema: %w", err)
	}
	schema, err := compiler.Compile("schema.json")
	if err != nil {
		return nil, fmt.Errorf("compiling schema: %w", err)
	}
	return &Validator{schema: schema, form: sync.OnceValue(func() *form { return newForm(gjson.ParseBytes(s), 0) })}, nil
}

type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("reference to %q: a schema may only refer to itself", url)
}

// Accepts tells whether a document surely is valid JSON, without a name that is there twice, and fits the schema. It says
// no in all cases of doubt: then DecodeInput and Faults have to tell.
func (v *Validator) Accepts(document []byte) bool {
	f := v.form()
	return f != nil && f.accepts(document)
}

// Faults checks a decoded document (numbers as json.Number) and names everything wrong with it, in the
// order of the pointers; nil means valid.
func (v *Validator) Faults(document any) []InputFault {
	err := v.schema.Validate(document)
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return []InputFault{{Detail: err.Error()}}
	}
	return leaves(invalid, message.NewPrinter(language.English), nil)
}

// leaves gathers what lies at the ends of an error's tree, up to maxFaults.
func leaves(e *jsonschema.ValidationError, printer *message.Printer, faults []InputFault) []InputFault {
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		return appendNamed(faults, e.InstanceLocation, slices.Sorted(slices.Values(k.Properties)), "is not a known field")
	case *kind.Required:
		return appendNamed(faults, e.InstanceLocation, k.Missing, "is required")
	case *kind.OneOf, *kind.AnyOf:
		return appendBounded(faults, alternatives(e, printer))
	}
	if len(e.Causes) == 0 {
		return appendBounded(faults, InputFault{pointer(e.InstanceLocation), describe(e.ErrorKind, printer)})
	}
	causes := slices.SortedStableFunc(slices.Values(e.Causes), func(a, b *jsonschema.ValidationError) int {
		return slices.Compare(a.InstanceLocation, b.InstanceLocation)
	})
	for _, cause := range causes {
		faults = leaves(cause, printer, faults)
	}
	return faults
}

func appendNamed(faults []InputFault, location, names []string, detail string) []InputFault {
	for _, name := range names {
		faults = appendBounded(faults, InputFault{pointer(location, name), detail})
	}
	return faults
}

func appendBounded(faults []InputFault, fault InputFault) []InputFault {
	if len(faults) >= maxFaults {
		return faults
	}
	return append(faults, fault)
}

// describe words a fault without repeating the value, which may be long or secret.
func describe(k jsonschema.ErrorKind, printer *message.Printer) string {
	switch k := k.(type) {
	case *kind.Pattern:
		return "does not match pattern '" + k.Want + "'"
	case *kind.Format:
		return "is not a valid " + k.Want
	}
	return k.LocalizedString(printer)
}

// alternatives says of a failed anyOf or oneOf what each of its branches misses, as one fault.
func alternatives(e *jsonschema.ValidationError, printer *message.Printer) InputFault {
	fault := InputFault{Pointer: pointer(e.InstanceLocation)}
	var reasons []string
	for _, cause := range e.Causes {
		var missed []string
		for _, leaf := range leaves(cause, printer, nil) {
			missed = append(missed, strings.TrimSpace(strings.TrimPrefix(leaf.Pointer, fault.Pointer)+" "+leaf.Detail))
		}
		if reason := strings.Join(missed, " and "); !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	if len(reasons) == 0 {
		fault.Detail = "matches more than one of the forms allowed here; give exactly one"
		return fault
	}
	fault.Detail = "matches none of the forms allowed here: " + strings.Join(reasons, "; or ")
	return fault
}

func pointer(location []string, more ...string) string {
	var b strings.Builder
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	for _, token := range append(append([]string(nil), location...), more...) {
		b.WriteByte('/')
		b.WriteString(escape.Replace(token))
	}
	return b.String()
}
