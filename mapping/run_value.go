package mapping

import "fmt"

// eval gives the value of an expression.
func (r *run) eval(e *exprPlan) value {
	v := r.origin(e)
	for i := range e.transforms {
		if v.kind == failedValue {
			return v
		}
		v = r.transform(e, &e.transforms[i], v)
	}
	return v
}

// origin gives the value before transforms.
func (r *run) origin(e *exprPlan) value {
	switch e.kind {
	case KindSource:
		return r.get(e.source)
	case KindValue:
		return e.constant
	case KindTemplate:
		return r.fill(e)
	case KindLookup:
		return r.lookUp(e)
	case KindSwitch:
		return r.choose(e)
	case KindConcat:
		return r.concat(e)
	case KindFirstOf:
		return r.firstOf(e)
	}
	return value{}
}

func (r *run) transform(e *exprPlan, t *transformPlan, v value) value {
	switch {
	case t.on == OnAny:
	case v.kind == missingValue || v.kind == nullValue:
		return v
	case t.on == OnValue && v.kind == listValue:
		return r.transformItems(e, t, v)
	}
	if r.charge(v.size()); r.halted {
		return value{kind: failedValue}
	}
	changed, problem := t.apply(v)
	if problem != "" {
		r.about(e, t.pointer, problem)
		return value{kind: failedValue}
	}
	return changed
}

// transformItems does to each item what a transform does to single values.
func (r *run) transformItems(e *exprPlan, t *transformPlan, v value) value {
	items := v.list()
	changed := make([]value, 0, len(items))
	for _, item := range items {
		one := r.transform(e, t, item)
		if one.kind == failedValue {
			return one
		}
		if one.kind != missingValue {
			changed = append(changed, one)
		}
	}
	return madeList(changed)
}

// fill makes the text of a template. If it has placeholders and none of them has a value, it is missing.
func (r *run) fill(e *exprPlan) value {
	r.scratch = r.scratch[:0]
	placeholders, filled := 0, 0
	for i := range e.template {
		segment := &e.template[i]
		if segment.expr == nil {
			r.scratch = append(r.scratch, segment.text...)
			continue
		}
		placeholders++
		v := r.eval(segment.expr)
		if v.kind == failedValue {
			return v
		}
		if v.kind == listValue {
			joined, problem := join(v.list(), ", ")
			if problem != "" {
				r.about(segment.expr, e.pointer+"/template", problem)
				return value{kind: failedValue}
			}
			v = joined
		}
		if v.kind == objectValue {
			r.about(segment.expr, e.pointer+"/template", "is an object; name a field of it")
			return value{kind: failedValue}
		}
		if v.scalar() {
			filled++
			r.scratch = append(r.scratch, v.text()...)
		}
		if len(r.scratch) > MaxOutputBytes {
			r.halt(tooLarge())
			return value{kind: failedValue}
		}
	}
	if placeholders > 0 && filled == 0 {
		return value{}
	}
	return madeText(string(r.scratch))
}

func tooLarge() string { return fmt.Sprintf("makes the result larger than %d bytes", MaxOutputBytes) }

func (r *run) concat(e *exprPlan) value {
	var items []value
	for _, part := range e.parts {
		v := r.eval(part)
		switch v.kind {
		case failedValue:
			return v
		case listValue:
			items = append(items, v.list()...)
		default:
			items = append(items, v)
		}
	}
	joined, problem := join(items, e.separator)
	switch {
	case problem != "":
		r.about(e, e.pointer+"/concat", problem)
		return value{kind: failedValue}
	case joined.raw == "":
		return value{}
	}
	r.charge(len(joined.raw))
	return joined
}

func (r *run) firstOf(e *exprPlan) value {
	var v value
	for _, part := range e.parts {
		if v = r.eval(part); v.kind == failedValue || !v.blank() {
			return v
		}
	}
	return v
}

// choose looks a value up in a table.
func (r *run) choose(e *exprPlan) value {
	on := r.eval(e.table.on)
	if on.kind != listValue {
		return r.chooseOne(e, on)
	}
	return r.eachOf(on, func(item value) value { return r.chooseOne(e, item) })
}

// eachOf does the same for every item of a list.
func (r *run) eachOf(v value, one func(value) value) value {
	items := []value{}
	for _, item := range v.list() {
		found := one(item)
		if found.kind == failedValue {
			return found
		}
		if found.kind != missingValue {
			items = append(items, found)
		}
	}
	return madeList(items)
}

func (r *run) chooseOne(e *exprPlan, on value) value {
	t := e.table
	switch {
	case on.kind == failedValue:
		return on
	case on.kind == missingValue || on.kind == nullValue:
		return t.miss.without(on)
	case !on.scalar():
		r.about(t.on, t.pointer+"/on", "is "+on.what()+", which no case can name")
		return value{kind: failedValue}
	}
	if found, known := t.cases[t.key(on.text())]; known {
		return found
	}
	if t.miss.then == OnMissError && !t.miss.given {
		r.about(t.on, t.pointer+"/cases", "is none of the cases, and there is no default")
		return value{kind: failedValue}
	}
	return t.miss.found()
}

// without is what is given where there is nothing to look for.
func (m missPlan) without(v value) value {
	if m.given {
		return m.value
	}
	return v
}

// found is what is given for a miss that is no fault.
func (m missPlan) found() value {
	switch {
	case m.given:
		return m.value
	case m.then == OnMissNull:
		return rawValue("null")
	}
	return value{}
}

// holds tells whether a condition is met.
func (r *run) holds(c *conditionPlan) bool {
	if !r.step() {
		return false
	}
	switch c.test {
	case "exists":
		return (r.peek(c.source).kind != missingValue) == c.want
	case "empty":
		return r.peek(c.source).empty() == c.want
	case "in":
		v := r.peek(c.source)
		for _, one := range c.values {
			if v.equals(one) {
				return true
			}
		}
		return false
	case "not":
		return !r.holds(c.inner[0])
	}
	all := c.test == "all"
	for _, inner := range c.inner {
		if r.holds(inner) != all {
			return !all
		}
	}
	return all
}

// peek reads a path without telling the trace: a condition's value is not the rule's.
func (r *run) peek(ref pathRef) value {
	t := r.trace
	r.trace = nil
	v := r.get(ref)
	r.trace = t
	return v
}
