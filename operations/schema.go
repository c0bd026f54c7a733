package operations

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// MaxDepth bounds how deep arrays and objects of an input may nest.
const MaxDepth = 64

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
type Validator struct{ schema *jsonschema.Schema }

// Compile makes the schema ready for checking. References to anything outside the document are refused.
func (s Schema) Compile() (*Validator, error) {
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
	return &Validator{schema: schema}, nil
}

type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("reference to %q: a schema may only refer to itself", url)
}

// Faults checks a decoded document (numbers as json.Number) and names everything wrong with it, in the
// document's order of discovery; nil means valid.
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

func leaves(e *jsonschema.ValidationError, printer *message.Printer, faults []InputFault) []InputFault {
	if len(faults) >= maxFaults {
		return faults
	}
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			faults = append(faults, InputFault{pointer(e.InstanceLocation, name), "is not a known field"})
		}
		return faults
	case *kind.Required:
		for _, name := range k.Missing {
			faults = append(faults, InputFault{pointer(e.InstanceLocation, name), "is required"})
		}
		return faults
	case *kind.OneOf, *kind.AnyOf:
		return append(faults, alternatives(e, printer))
	}
	if len(e.Causes) == 0 {
		return append(faults, InputFault{pointer(e.InstanceLocation), e.ErrorKind.LocalizedString(printer)})
	}
	for _, cause := range e.Causes {
		faults = leaves(cause, printer, faults)
	}
	return faults
}

// alternatives says of a failed anyOf or oneOf what each of its branches misses, as one fault.
func alternatives(e *jsonschema.ValidationError, printer *message.Printer) InputFault {
	fault := InputFault{Pointer: pointer(e.InstanceLocation)}
	var reasons []string
	for _, cause := range e.Causes {
		for _, leaf := range leaves(cause, printer, nil) {
			reason := leaf.Detail
			if rest := strings.TrimPrefix(leaf.Pointer, fault.Pointer); rest != "" {
				reason = rest + " " + reason
			}
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

// Decode reads one JSON document with numbers as json.Number. It refuses what nests deeper than MaxDepth before
// any parser sees it.
func Decode(data []byte) (any, error) {
	if d := depth(data); d > MaxDepth {
		return nil, Errorf(CodeMalformedRequest, "the JSON nests more than %d levels deep", MaxDepth)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, Errorf(CodeMalformedRequest, "the JSON cannot be read: %w", err)
	}
	return document, nil
}

// depth measures the nesting of brackets outside strings, up to just beyond MaxDepth.
func depth(data []byte) int {
	deepest, level := 0, 0
	inString := false
	for i := 0; i < len(data) && deepest <= MaxDepth; i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			level++
			deepest = max(deepest, level)
		case c == ']' || c == '}':
			level--
		}
	}
	return deepest
}
