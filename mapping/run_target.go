package mapping

import "fmt"

// place writes a place of the target. Nothing is left of one that no rule had a value for, unless always is set.
func (r *run) place(t *targetPlan, always bool) outcome {
	switch t.form {
	case leafForm:
		return r.leaf(t)
	case listForm:
		return r.list(t)
	}
	return r.object(t, always)
}

func (r *run) object(t *targetPlan, always bool) outcome {
	start := len(r.out)
	r.out = append(r.out, '{')
	result := nothing
	var lacking []*targetPlan
	for _, child := range t.children {
		mark := len(r.out)
		if mark > start+1 {
			r.out = append(r.out, ',')
		}
		r.out = append(r.out, child.key...)
		switch r.place(child, false) {
		case wrote:
			result = wrote
			continue
		case faulted:
			result = max(result, wrote) // what is there, with a fault
		case nothing:
			if child.needed {
				lacking = append(lacking, child)
			}
		}
		r.out = r.out[:mark]
	}
	if result != wrote && !always {
		r.out = r.out[:start]
		return nothing
	}
	r.out = append(r.out, '}')
	for _, child := range lacking {
		r.note(child.first+"/target", child.name+" is required by the target, and "+r.lack(child))
	}
	for _, name := range t.unfilled {
		r.note("/rules", name+" is required by the target, and no rule writes it")
	}
	return wrote
}

// lack says why a place was not written.
func (r *run) lack(t *targetPlan) string {
	if t.form != leafForm || len(t.rules) != 1 || t.rules[0].expr == nil || t.rules[0].expr.kind != KindSource {
		return "no rule has a value for it"
	}
	rule := t.rules[0]
	if rule.when != nil && !r.holds(rule.when) {
		return "its rule does not apply"
	}
	return r.pathOf(rule.expr.source, true) + " is " + r.peek(rule.expr.source).what()
}

// list writes the items that have places, then what rules add.
func (r *run) list(t *targetPlan) outcome {
	start := len(r.out)
	r.out = append(r.out, '[')
	result := nothing
	for _, child := range t.children {
		mark := r.comma()
		switch r.place(child, false) {
		case wrote:
			result = max(result, wrote)
		case faulted:
			result = faulted
			r.out = r.out[:mark]
		case nothing:
			r.out = r.out[:mark]
		}
	}
	for _, rule := range t.rules {
		result = max(result, r.rule(rule, t.shape.item(), true))
	}
	if result == nothing {
		r.out = r.out[:start]
		return nothing
	}
	r.out = append(r.out, ']')
	return result
}

// comma writes one if there is something before it in the list, and tells where it stands.
func (r *run) comma() (mark int) {
	mark = len(r.out)
	if r.out[mark-1] != '[' {
		r.out = append(r.out, ',')
	}
	return mark
}

// leaf lets the first rule that has a value write.
func (r *run) leaf(t *targetPlan) outcome {
	for i, rule := range t.rules {
		if result := r.rule(rule, t.shape, false); result != nothing {
			r.skipRest(t.rules[i+1:])
			return result
		}
	}
	return nothing
}

func (r *run) skipRest(rules []*rulePlan) {
	if r.trace == nil {
		return
	}
	for _, rule := range rules {
		r.trace.skip(rule, r.item(), SkippedWritten)
	}
}

// item names the item that rules read now; "" outside each.
func (r *run) item() string { return r.itemOf(r.depth) }

// rule writes what a rule gives: a value of a shape, or, if it adds to a list, items of that shape.
func (r *run) rule(p *rulePlan, s *shape, adds bool) outcome {
	if !r.step() {
		return faulted
	}
	around := r.current
	r.current = p
	result := nothing
	switch {
	case p.when != nil && !r.holds(p.when):
		if r.trace != nil {
			r.trace.skip(p, r.item(), SkippedWhen)
		}
	case r.trace != nil:
		result = r.traced(p, s, adds)
	default:
		result = r.apply(p, s, adds)
	}
	r.current = around
	return result
}

func (r *run) apply(p *rulePlan, s *shape, adds bool) outcome {
	mark := len(r.out)
	var result outcome
	if p.each != nil {
		result = r.each(p.each, s, adds)
	} else {
		v := r.eval(p.expr)
		r.subject, r.within = p.expr, r.within[:0]
		if adds {
			result = r.add(v, s)
		} else {
			result = r.put(v, s)
		}
	}
	if result == faulted {
		r.out = r.out[:mark]
	}
	return result
}

func (r *run) traced(p *rulePlan, s *shape, adds bool) outcome {
	mark := len(r.out)
	opened := r.trace.open(p, r.item())
	result := r.apply(p, s, adds)
	r.trace.close(opened, r.out[mark:], result, adds)
	return result
}

// add writes the items of a list as further items; what is no list is one item.
func (r *run) add(v value, s *shape) outcome {
	if v.kind != listValue {
		mark := r.comma()
		result := r.put(v, s)
		if result != wrote {
			r.out = r.out[:mark]
		}
		return result
	}
	return max(r.addItems(v, s), wrote)
}

// each maps the items of a list.
func (r *run) each(p *eachPlan, s *shape, adds bool) outcome {
	over := r.get(p.over)
	switch over.kind {
	case missingValue:
		return nothing
	case nullValue:
		r.subject = nil
		return r.put(over, s)
	}
	if !adds {
		if t := s.allows(); t != 0 && !t.has(typeArray) {
			r.note(p.pointer, "makes a list, which the target does not take")
			return faulted
		}
		r.out = append(r.out, '[')
	}
	result := r.eachItem(p, over)
	if !adds {
		r.out = append(r.out, ']')
	}
	return result
}

func (r *run) eachItem(p *eachPlan, over value) outcome {
	f := &r.frames[p.scope.depth]
	f.over, f.index = r.frames[p.over.depth].scope.paths[p.over.slot].shown, 0
	result := wrote
	one := func(raw string) bool {
		if f.index >= MaxItems {
			r.note(p.pointer+"/over", fmt.Sprintf("%s has more than %d items", f.over, MaxItems))
			return false
		}
		r.open(p.scope, raw)
		result = max(result, r.oneItem(p))
		f.index++
		return !r.halted
	}
	r.depth++
	defer func() { r.depth-- }()
	if over.kind != listValue {
		one(over.raw)
		return result
	}
	for raw := range rawItems(over.raw) {
		if !one(raw) {
			return faulted
		}
	}
	return result
}

// oneItem writes the item that is open, if it is wanted and any rule has a value.
func (r *run) oneItem(p *eachPlan) outcome {
	if p.where != nil && !r.holds(p.where) {
		return nothing
	}
	mark := r.comma()
	result := r.place(p.scope.tree, false)
	if result != wrote {
		r.out = r.out[:mark]
	}
	return result
}
