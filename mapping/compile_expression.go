package mapping

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// expression makes an expression ready. Its own pointer is that of the rule or part that it stands in.
func (c *compiler) expression(e Expression, pointer string) *exprPlan {
	kinds := e.Kinds()
	if !c.oneKind(kinds, exprKinds(), pointer) {
		return &exprPlan{}
	}
	plan := &exprPlan{kind: kinds[0], pointer: pointer}
	at := pointer + "/" + plan.kind
	switch plan.kind {
	case KindSource:
		if c.nesting > 0 {
			at = pointer // a part may be the path itself
		}
		plan.source = c.path(e.Source, at)
	case KindValue:
		plan.constant = c.constant(e.Value, at)
	case KindTemplate:
		plan.template = c.template(e.Template, at)
	case KindLookup:
		plan.lookup = c.lookup(*e.Lookup, at)
	case KindSwitch:
		plan.table = c.table(*e.Switch, at)
	case KindConcat:
		plan.separator = e.Concat.Separator
		plan.parts = c.partList(e.Concat.Parts, at+"/parts")
	case KindFirstOf:
		plan.parts = c.partList(e.FirstOf, at)
	}
	if len(e.Transforms) > MaxTransforms {
		c.fault(pointer+"/transforms", fmt.Sprintf("has more than %d transforms", MaxTransforms))
		return plan
	}
	for i, t := range e.Transforms {
		plan.transforms = append(plan.transforms, c.transform(t, pointer+"/transforms/"+strconv.Itoa(i)))
	}
	return plan
}

func (c *compiler) partList(parts []Part, pointer string) []*exprPlan {
	if len(parts) == 0 {
		c.fault(pointer, "needs at least one part")
	}
	plans := make([]*exprPlan, len(parts))
	for i, part := range parts {
		plans[i] = c.part(part, pointer+"/"+strconv.Itoa(i))
	}
	return plans
}

func (c *compiler) part(p Part, pointer string) *exprPlan {
	c.nesting++
	defer func() { c.nesting-- }()
	if c.parts++; c.parts > MaxParts {
		c.fault(pointer, fmt.Sprintf("is one part too many; a mapping has at most %d", MaxParts))
		return &exprPlan{}
	}
	if c.nesting > MaxPartDepth {
		c.fault(pointer, fmt.Sprintf("is nested too deep; parts nest at most %d levels", MaxPartDepth))
		return &exprPlan{}
	}
	return c.expression(p.Expression, pointer)
}

func (c *compiler) lookup(l Lookup, pointer string) *lookupPlan {
	c.lookups = true
	plan := &lookupPlan{pointer: pointer, call: LookupCall{Operation: l.Operation, Credential: l.Credential}}
	if l.Operation == "" {
		c.fault(pointer+"/operation", "names no operation")
	}
	plan.from = c.part(l.From, pointer+"/from")
	for _, name := range slices.Sorted(maps.Keys(l.Input)) {
		plan.inputs = append(plan.inputs, inputPlan{
			key: append(appendText(nil, name), ':'), expr: c.part(l.Input[name], pointer+"/input/"+escapePointer(name)),
		})
	}
	plan.miss = c.miss(l.Miss, pointer)
	return plan
}

func (c *compiler) table(s Switch, pointer string) *switchPlan {
	plan := &switchPlan{pointer: pointer, fold: s.IgnoreCase, cases: make(map[string]value, len(s.Cases))}
	plan.on = c.part(s.On, pointer+"/on")
	for _, name := range slices.Sorted(maps.Keys(s.Cases)) {
		at := pointer + "/cases/" + escapePointer(name)
		key := plan.key(name)
		if _, taken := plan.cases[key]; taken {
			c.fault(at, "is the same as another case, since ignore_case is set")
		}
		plan.cases[key] = c.constant(s.Cases[name], at)
	}
	plan.miss = c.miss(s.Miss, pointer)
	return plan
}

func (s *switchPlan) key(name string) string {
	if s.fold {
		return strings.ToLower(name)
	}
	return name
}

func (c *compiler) miss(m Miss, pointer string) missPlan {
	plan := missPlan{then: m.OnMiss, given: m.Default != nil}
	switch {
	case plan.given && m.OnMiss != "":
		c.fault(pointer+"/on_miss", "cannot stand beside default")
	case plan.given:
		plan.value = c.constant(m.Default, pointer+"/default")
	case m.OnMiss == "":
		plan.then = OnMissError
	case !slices.Contains([]string{OnMissError, OnMissNull, OnMissMissing}, m.OnMiss):
		c.fault(pointer+"/on_miss", "must be error, null or missing")
	}
	return plan
}

// condition makes a condition ready.
func (c *compiler) condition(cond Condition, pointer string, depth int) *conditionPlan {
	plan := &conditionPlan{}
	if depth >= MaxConditionDepth {
		c.fault(pointer, fmt.Sprintf("is nested too deep; conditions nest at most %d levels", MaxConditionDepth))
		return plan
	}
	tests := cond.tests()
	if len(tests) != 1 {
		c.fault(pointer, "needs exactly one of exists, empty, equals and in beside source, or one of all, any and not alone")
		return plan
	}
	plan.test = tests[0]
	switch inner := slices.Concat(cond.All, cond.Any); {
	case plan.test == "not":
		plan.inner = []*conditionPlan{c.condition(*cond.Not, pointer+"/not", depth+1)}
	case len(inner) > 0:
		for i, one := range inner {
			plan.inner = append(plan.inner, c.condition(one, pointer+"/"+plan.test+"/"+strconv.Itoa(i), depth+1))
		}
	default:
		plan.source = c.path(cond.Source, pointer+"/source")
	}
	c.conditionValues(plan, cond, pointer)
	return plan
}

func (c *compiler) conditionValues(plan *conditionPlan, cond Condition, pointer string) {
	switch plan.test {
	case "exists":
		plan.want = *cond.Exists
	case "empty":
		plan.want = *cond.Empty
	case "equals":
		plan.test = "in"
		plan.values = []value{c.comparable(cond.Equals, pointer+"/equals")}
	case "in":
		for i, one := range cond.In {
			plan.values = append(plan.values, c.comparable(one, pointer+"/in/"+strconv.Itoa(i)))
		}
	}
}

func (c *compiler) comparable(raw json.RawMessage, pointer string) value {
	v := c.constant(raw, pointer)
	if v.kind == listValue || v.kind == objectValue {
		c.fault(pointer, "must be a text, a number, a boolean or null")
	}
	return v
}

// tests names the tests that are set; with source beside all, any or not, none.
func (c Condition) tests() []string {
	var own, joined []string
	for _, t := range [...]struct {
		name string
		set  bool
	}{{"exists", c.Exists != nil}, {"empty", c.Empty != nil}, {"equals", c.Equals != nil}, {"in", len(c.In) > 0}} {
		if t.set {
			own = append(own, t.name)
		}
	}
	for _, t := range [...]struct {
		name string
		set  bool
	}{{"all", len(c.All) > 0}, {"any", len(c.Any) > 0}, {"not", c.Not != nil}} {
		if t.set {
			joined = append(joined, t.name)
		}
	}
	if (c.Source != "") != (len(own) > 0) || c.Source != "" && len(joined) > 0 {
		return nil
	}
	return append(own, joined...)
}

// escapePointer writes a name as a JSON pointer has it.
func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
