package mapping

import (
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// lookUp asks for the value of the option that a text names.
func (r *run) lookUp(e *exprPlan) value {
	from := r.eval(e.lookup.from)
	switch {
	case from.kind == failedValue:
		return from
	case from.kind == missingValue || from.kind == nullValue:
		return e.lookup.miss.without(from)
	}
	call := e.lookup.call
	if len(e.lookup.inputs) > 0 {
		input, ok := r.lookupInput(e.lookup.inputs)
		if !ok {
			return value{kind: failedValue}
		}
		call.Input = input
	}
	if from.kind != listValue {
		return r.lookUpOne(e, call, from)
	}
	return r.eachOf(from, func(item value) value { return r.lookUpOne(e, call, item) })
}

func (r *run) lookupInput(inputs []inputPlan) ([]byte, bool) {
	out := []byte{'{'}
	for _, input := range inputs {
		v := r.eval(input.expr)
		switch v.kind {
		case failedValue:
			return nil, false
		case missingValue:
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = v.appendJSON(append(out, input.key...))
	}
	return append(out, '}'), true
}

func (r *run) lookUpOne(e *exprPlan, call LookupCall, from value) value {
	l := e.lookup
	switch {
	case from.kind == nullValue:
		return l.miss.without(from)
	case !from.scalar():
		r.about(l.from, l.pointer+"/from", "is "+from.what()+", which names no option")
		return value{kind: failedValue}
	}
	if call.Text = from.text(); strings.TrimSpace(call.Text) == "" {
		return l.miss.without(value{})
	}
	if r.asked++; r.asked > MaxLookups {
		r.halt("asks for more than " + strconv.Itoa(MaxLookups) + " lookups")
		return value{kind: failedValue}
	}
	if r.lookups == nil {
		r.fail(operations.Errorf(operations.CodeNotConfigured, "the mapping looks values up in %s, and nothing here answers lookups", call.Operation))
		return value{kind: failedValue}
	}
	answer, err := r.lookups.Match(r.ctx, call)
	return r.answered(e, answer, err)
}

func (r *run) answered(e *exprPlan, answer []byte, err error) value {
	l := e.lookup
	problem := ""
	switch {
	case err == nil && operations.Depth(answer) <= operations.MaxDepth && isJSON(answer):
		return rawValue(string(appendCompact(nil, strings.TrimSpace(string(answer)))))
	case err == nil:
		err = operations.Errorf(operations.CodeInternal, "the answer to the lookup in %s is not JSON", l.call.Operation)
	}
	refusal := operations.AsError(err)
	switch {
	case refusal.Reason == ReasonNoMatch && (l.miss.given || l.miss.then != OnMissError):
		return l.miss.found()
	case refusal.Reason == ReasonAmbiguous && len(refusal.Suggestion) > 0:
		problem = "is ambiguous: " + refusal.Detail + " (" + strings.Join(refusal.Suggestion, ", ") + ")"
	case isFault(err):
		problem = "finds nothing: " + refusal.Detail
	default:
		r.fail(err)
		return value{kind: failedValue}
	}
	r.about(l.from, l.pointer, problem)
	return value{kind: failedValue}
}
