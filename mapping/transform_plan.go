package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/patchbay/patchbay/operations"
)

// transformPlan is a transform made ready. apply gives what is wrong with a value as the end of a sentence about it; ""
// means nothing is.
type transformPlan struct {
	pointer string
	on      On
	apply   func(value) (value, string)
}

// transform makes a transform ready.
func (c *compiler) transform(t Transform, pointer string) transformPlan {
	info, known := transformTable()[t.Name]
	if !known {
		c.fault(pointer, unknownTransform(t.Name))
		return transformPlan{}
	}
	a := arguments{compiler: c, pointer: pointer}
	before := len(c.faults)
	a.read(t, info)
	if len(c.faults) > before {
		return transformPlan{}
	}
	plan := transformPlan{pointer: pointer, on: info.On}
	for _, group := range [...]func(string) func(value) (value, string){a.textTransform, a.valueTransform, a.listTransform, a.blankTransform} {
		if plan.apply = group(t.Name); plan.apply != nil {
			break
		}
	}
	return plan
}

// transformTable is Transforms by name.
var transformTable = sync.OnceValue(func() map[string]TransformInfo {
	table := map[string]TransformInfo{}
	for _, info := range Transforms() {
		table[info.Name] = info
	}
	return table
})

func unknownTransform(name string) string {
	var names []string
	for _, info := range Transforms() {
		names = append(names, info.Name)
	}
	detail := quoteShort(name) + " is not a transform"
	if near := operations.Nearest(name, names); len(near) > 0 {
		detail += "; did you mean " + strings.Join(near, ", ") + "?"
	}
	return detail
}

// arguments are those of one transform.
type arguments struct {
	compiler *compiler
	pointer  string
	named    map[string]json.RawMessage
}

func (a *arguments) fault(detail string) { a.compiler.fault(a.pointer, detail) }

// read checks that the arguments are those of the transform's row in the table.
func (a *arguments) read(t Transform, info TransformInfo) {
	given := bytes.TrimSpace(t.Argument)
	switch {
	case len(given) == 0:
	case t.Name == "default": // its value may be an object
		a.named = map[string]json.RawMessage{"value": given}
	case given[0] == '{':
		if err := json.Unmarshal(given, &a.named); err != nil {
			a.fault("has arguments that cannot be read")
		}
	case info.Bare == "":
		a.fault(t.Name + " takes no value alone")
	default:
		a.named = map[string]json.RawMessage{info.Bare: given}
	}
	for name := range a.named {
		if !slices.ContainsFunc(info.Args, func(arg ArgInfo) bool { return arg.Name == name }) {
			a.fault(fmt.Sprintf("%s has no argument %s", t.Name, quoteShort(name)))
		}
	}
	for _, arg := range info.Args {
		a.check(t.Name, arg)
	}
}

func (a *arguments) check(transform string, arg ArgInfo) {
	raw, given := a.named[arg.Name]
	if !given {
		if arg.Required {
			a.fault(fmt.Sprintf("%s needs %s", transform, arg.Name))
		}
		return
	}
	var into any
	switch arg.Type {
	case "string":
		into = new(string)
	case "integer":
		into = new(int)
	case "array":
		into = new([]string)
	default:
		into = new(any)
	}
	if err := json.Unmarshal(raw, into); err != nil || arg.Type != "any" && string(raw) == "null" {
		a.fault(fmt.Sprintf("%s of %s must be of the type %s", arg.Name, transform, arg.Type))
	}
}

// text gives a text that read has checked; fallback if it is not given.
func (a *arguments) text(name, fallback string) string {
	if json.Unmarshal(a.named[name], &fallback) != nil {
		return fallback
	}
	return fallback
}

func (a *arguments) integer(name string, fallback int) int {
	if json.Unmarshal(a.named[name], &fallback) != nil {
		return fallback
	}
	return fallback
}

func (a *arguments) texts(name string, fallback []string) []string {
	var given []string
	if json.Unmarshal(a.named[name], &given) != nil || len(given) == 0 {
		return fallback
	}
	return given
}

func (a *arguments) given(name string) bool { return a.named[name] != nil }

// onText makes a transform of single values out of one of texts; numbers and booleans count as what JSON writes.
func onText(do func(string) (value, string)) func(value) (value, string) {
	return func(v value) (value, string) {
		if !v.scalar() {
			return value{}, "is " + v.what() + ", which is no text"
		}
		return do(v.text())
	}
}
