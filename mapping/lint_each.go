package mapping

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/patchbay/patchbay/operations"
)

// each looks at a rule that maps a list.
func (l *linter) each(each Each, pointer string, s scope, at *shape, steps []targetStep) {
	p, err := parsePath(each.Over)
	if err != nil {
		return
	}
	over := l.follow(s, p, pointer+"/over")
	if t := over.types(); t != 0 && !t.has(typeArray) {
		l.find(SeverityWarning, FindPointless, pointer+"/over", each.Over+" is "+t.String()+", which each takes for a list of one.")
		over = listOfPlace(over)
	}
	adds := len(steps) > 0 && steps[len(steps)-1].isItem && steps[len(steps)-1].index == targetAppend
	items := at
	if !adds {
		if t := at.allows(); t != 0 && !t.has(typeArray) {
			l.find(SeverityError, FindTypeClash, pointer, "It makes a list, and the target takes "+t.String()+".")
			return
		}
		items = at.item()
	}
	inner := append(slices.Clone(s), over.item())
	if each.Where != nil {
		l.condition(*each.Where, pointer+"/where", inner, 0)
	}
	l.scope(each.Rules, pointer+"/rules", inner, items)
}

// condition looks at the paths of a condition, and whether its constants can be what they give.
func (l *linter) condition(c Condition, pointer string, s scope, depth int) {
	if l.work++; depth > MaxConditionDepth || l.work > MaxParts+MaxRules {
		return
	}
	for i, inner := range c.All {
		l.condition(inner, pointer+"/all/"+strconv.Itoa(i), s, depth+1)
	}
	for i, inner := range c.Any {
		l.condition(inner, pointer+"/any/"+strconv.Itoa(i), s, depth+1)
	}
	if c.Not != nil {
		l.condition(*c.Not, pointer+"/not", s, depth+1)
	}
	if c.Source == "" {
		return
	}
	g := l.path(c.Source, pointer+"/source", s)
	if c.Equals != nil {
		l.comes(g, c.Equals, pointer+"/equals")
	}
	for i, raw := range c.In {
		l.comes(g, raw, pointer+"/in/"+strconv.Itoa(i))
	}
}

// comes tells whether a value that a condition asks for can come at all.
func (l *linter) comes(g given, raw json.RawMessage, pointer string) {
	want, have := constantGiven(raw).types(), g.types()
	if have.has(typeInteger) {
		have |= typeNumber
	}
	if want == 0 || have == 0 || isNull(raw) {
		return
	}
	if want&have == 0 {
		l.find(SeverityWarning, FindUnreachableRule, pointer, "This is never so: "+g.name+" is "+g.types().String()+", and this is "+want.String()+".")
		return
	}
	if g.says == nil || g.says.enum == nil || slices.Contains(g.says.enum, jsonText(raw)) {
		return
	}
	var known []string
	for _, one := range g.says.enum {
		known = append(known, rawValue(one).text())
	}
	l.find(SeverityWarning, FindUnreachableRule, pointer, "This is never so: "+g.name+" is none of the values that it is compared with.",
		operations.Nearest(rawValue(jsonText(raw)).text(), known)...)
}

// listSteers are the inputs of a dynamic list that steer what is shown of it, and that a lookup has no need of.
func listSteers() []string { return []string{"search", "cursor", "limit", "refresh"} }

// lookup looks at a lookup: its list, and what the list needs.
func (l *linter) lookup(lookup Lookup, pointer string, s scope, depth int) {
	l.scalarPart(lookup.From, pointer+"/from", s, depth)
	for _, name := range slices.Sorted(maps.Keys(lookup.Input)) {
		l.expression(lookup.Input[name].Expression, pointer+"/input/"+escapePointer(name), s, depth+1)
	}
	if l.lists == nil || lookup.Operation == "" {
		return
	}
	schema, err := l.lists.ListInput(lookup.Operation)
	if err != nil {
		e := operations.AsError(err)
		l.find(SeverityError, FindUnknownLookup, pointer+"/operation", "There is no dynamic list "+quoteShort(lookup.Operation)+".", e.Suggestion...)
		return
	}
	input, err := readShape(schema)
	if err != nil || input == nil {
		return
	}
	for _, name := range input.required {
		if _, given := lookup.Input[name]; !given && !slices.Contains(listSteers(), name) {
			l.find(SeverityError, FindLookupInputMissing, pointer+"/input", lookup.Operation+" needs the input "+quoteShort(name)+".")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(lookup.Input)) {
		if _, may := input.member(name); !may {
			l.find(SeverityError, FindLookupInputUnknown, pointer+"/input/"+escapePointer(name), lookup.Operation+" has no input "+quoteShort(name)+".",
				operations.Nearest(name, input.names)...)
		}
	}
}
