package mapping

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/patchbay/patchbay/operations"
)

const maxFaults = 100 // that one answer names

// compiler makes a plan, and gathers the faults of the document on its way.
type compiler struct {
	faults  []operations.InputFault
	scopes  []*scopePlan // that are open, the source document first
	rules   int
	parts   int
	nesting int // of parts
	lookups bool
}

func (c *compiler) fault(pointer, detail string) {
	if len(c.faults) < maxFaults {
		c.faults = append(c.faults, operations.InputFault{Pointer: pointer, Detail: detail})
	}
}

// scope makes the rules of a document or item ready. before is done first, within the scope.
func (c *compiler) scope(rules []Rule, pointer string, target *shape, before func()) *scopePlan {
	s := &scopePlan{depth: len(c.scopes), node: newNode(pathName{index: -1}), whole: -1, tree: &targetPlan{shape: target}}
	c.scopes = append(c.scopes, s)
	before()
	for i, rule := range rules {
		at := pointer + "/" + strconv.Itoa(i)
		if c.rules++; c.rules > MaxRules {
			c.fault(at, fmt.Sprintf("is one rule too many; a mapping has at most %d", MaxRules))
			break
		}
		c.rule(s, rule, at)
	}
	c.scopes = c.scopes[:len(c.scopes)-1]
	s.tree.finish()
	return s
}

func (c *compiler) rule(s *scopePlan, rule Rule, pointer string) {
	steps, err := parseTarget(rule.Target)
	if err != nil {
		c.fault(pointer+"/target", err.Error())
	}
	if !c.oneKind(rule.Kinds(), append(exprKinds(), KindEach), pointer) {
		return
	}
	plan := &rulePlan{pointer: pointer, target: rule.Target}
	if rule.When != nil {
		plan.when = c.condition(*rule.When, pointer+"/when", 0)
	}
	var place *targetPlan
	if err == nil {
		place = c.place(s.tree, steps, plan)
	}
	if rule.Each == nil {
		plan.expr = c.expression(rule.Expression, pointer)
		return
	}
	if len(rule.Transforms) > 0 {
		c.fault(pointer+"/transforms", "cannot stand beside each; a rule within may have transforms")
	}
	plan.each = c.each(*rule.Each, pointer+"/each", place)
}

func (c *compiler) each(each Each, pointer string, place *targetPlan) *eachPlan {
	plan := &eachPlan{pointer: pointer, over: c.path(each.Over, pointer+"/over")}
	if len(c.scopes) > MaxEachDepth {
		c.fault(pointer, fmt.Sprintf("is nested too deep; each may stand in each %d times", MaxEachDepth-1))
		return plan
	}
	var items *shape
	if place != nil {
		items = place.shape.item()
	}
	plan.scope = c.scope(each.Rules, pointer+"/rules", items, func() {
		if each.Where != nil { // it reads the item
			plan.where = c.condition(*each.Where, pointer+"/where", 0)
		}
	})
	return plan
}

// place finds where a rule writes, and puts it there. Nil: it clashes with another, which has been noted.
func (c *compiler) place(tree *targetPlan, steps []targetStep, rule *rulePlan) *targetPlan {
	at := tree
	for _, step := range steps {
		want := objectForm
		if step.isItem {
			want = listForm
		}
		if !c.take(at, want, rule) {
			return nil
		}
		if step.isItem && step.index == targetAppend {
			at.rules = append(at.rules, rule)
			return at
		}
		at = at.child(step, rule.pointer)
	}
	if !c.take(at, leafForm, rule) {
		return nil
	}
	at.rules = append(at.rules, rule)
	return at
}

// take settles what a place is made of.
func (c *compiler) take(at *targetPlan, want form, rule *rulePlan) bool {
	if at.form == openForm {
		at.form = want
		if at.first == "" {
			at.first = rule.pointer
		}
	}
	if at.form != want {
		c.fault(rule.pointer+"/target", fmt.Sprintf("clashes with the target of %s: one writes the whole of what the other writes a part of", at.first))
		return false
	}
	return true
}

// child finds or makes the place one step below.
func (t *targetPlan) child(step targetStep, pointer string) *targetPlan {
	for _, child := range t.children {
		if !step.isItem && child.name == step.name || step.isItem && child.place == step.index {
			return child
		}
	}
	child := &targetPlan{name: step.name, place: step.index, first: pointer}
	if step.isItem {
		child.shape = t.shape.item()
	} else {
		child.shape, _ = t.shape.member(step.name)
		child.key = append(appendText(nil, step.name), ':')
		child.needed = t.shape != nil && slices.Contains(t.shape.required, step.name)
	}
	t.children = append(t.children, child)
	return child
}

// finish orders items by place, and notes what no rule writes.
func (t *targetPlan) finish() {
	if t.form == listForm {
		slices.SortStableFunc(t.children, func(a, b *targetPlan) int { return a.place - b.place })
	}
	if t.shape != nil && (t.form == objectForm || t.form == openForm) {
		for _, name := range t.shape.required {
			if !slices.ContainsFunc(t.children, func(child *targetPlan) bool { return child.name == name }) {
				t.unfilled = append(t.unfilled, name)
			}
		}
	}
	for _, child := range t.children {
		child.finish()
	}
}

// path makes a path ready in the scope that it reads.
func (c *compiler) path(written, pointer string) pathRef {
	p, err := parsePath(written)
	if err != nil {
		c.fault(pointer, err.Error())
		return pathRef{}
	}
	s := c.scopes[len(c.scopes)-1]
	if p.root {
		s = c.scopes[0]
	}
	plain := p.names != nil || p.this()
	for slot, known := range s.paths {
		if known.text == p.text {
			return pathRef{s.depth, slot, plain}
		}
	}
	s.paths = append(s.paths, p)
	ref := pathRef{s.depth, len(s.paths) - 1, plain}
	switch {
	case p.this():
		s.whole = ref.slot
	case plain:
		s.node.add(p.names).slot = ref.slot
		s.wanted++
	}
	return ref
}

// oneKind checks that an expression or rule has exactly one kind.
func (c *compiler) oneKind(kinds, all []string, pointer string) bool {
	switch {
	case len(kinds) == 1:
		return true
	case len(kinds) == 0:
		c.fault(pointer, "needs one of "+strings.Join(all, ", "))
	default:
		c.fault(pointer, "has "+strings.Join(kinds, " and ")+"; exactly one of them may stand here")
	}
	return false
}

func exprKinds() []string {
	return []string{KindSource, KindValue, KindTemplate, KindLookup, KindSwitch, KindConcat, KindFirstOf}
}

// constant makes a value of JSON that a document holds.
func (c *compiler) constant(raw json.RawMessage, pointer string) value {
	if !json.Valid(raw) || !utf8.Valid(raw) {
		c.fault(pointer, "is not JSON")
		return value{}
	}
	return rawValue(string(appendCompact(nil, strings.TrimSpace(string(raw)))))
}
