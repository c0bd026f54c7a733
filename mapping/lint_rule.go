package mapping

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// earlier is a rule that stands before another.
type earlier struct {
	pointer string
	target  string // in one way of writing
	when    string // as JSON; "": it always applies
	makes   string // what it writes, as JSON
	always  bool   // where it applies it has a value
}

// filled is what rules write of the target, as a tree.
type filled struct {
	shape   *shape
	members map[string]*filled
	items   []*filled
	whole   bool   // one rule writes it as a whole
	sure    bool   // one of its rules always has a value
	pointer string // of the first rule that writes it or into it
}

// rule looks at one rule.
func (l *linter) rule(rule Rule, pointer string, s scope, tree *filled, before []earlier) []earlier {
	if rule.When != nil {
		l.condition(*rule.When, pointer+"/when", s, 0)
	}
	steps, err := parseTarget(rule.Target)
	if err != nil || len(rule.Kinds()) != 1 {
		return before
	}
	this := earlier{pointer: pointer, target: targetText(steps), always: rule.always()}
	if rule.When != nil {
		this.when = jsonText(rule.When)
	}
	this.makes = jsonText(struct {
		Expression
		Each *Each `json:"each,omitempty"`
	}{rule.Expression, rule.Each})
	at := l.targetPlace(tree, steps, pointer, this.always && this.when == "")
	l.reach(this, before)
	if rule.Each != nil {
		l.each(*rule.Each, pointer+"/each", s, at, steps)
		return append(before, this)
	}
	given := l.expression(rule.Expression, pointer, s, 0)
	l.put(given, at, pointer, rule)
	return append(before, this)
}

func jsonText(v any) string {
	encoded, err := json.Marshal(v)
	if err != nil { // a value that is no JSON, which is another finding
		return ""
	}
	return string(encoded)
}

// reach tells whether rules before it leave a rule anything to do.
func (l *linter) reach(this earlier, before []earlier) {
	for _, one := range before {
		if one.target != this.target {
			continue
		}
		adds := strings.HasSuffix(this.target, "[]")
		switch {
		case !adds && one.always && (one.when == "" || one.when == this.when):
			l.find(SeverityWarning, FindUnreachableRule, this.pointer, one.pointer+" always has a value for "+this.target+", so this rule never writes it.")
			return
		case one.when == this.when && one.makes == this.makes && this.makes != "":
			l.find(SeverityWarning, FindPointless, this.pointer, "It does the same as "+one.pointer+".")
			return
		}
	}
}

// always tells whether an expression gives a value, whatever the source is, or a fault.
func (r Rule) always() bool { return r.Each == nil && r.Expression.always(0) }

func (e Expression) always(depth int) bool {
	if depth > MaxPartDepth {
		return false
	}
	sure := false
	switch {
	case e.Value != nil:
		sure = !isNull(e.Value)
	case e.Template != "":
		sure = !strings.Contains(strings.ReplaceAll(e.Template, "{{{{", ""), "{{")
	case e.Lookup != nil:
		sure = e.Lookup.Default != nil && !isNull(e.Lookup.Default)
	case e.Switch != nil:
		sure = e.Switch.Default != nil && !isNull(e.Switch.Default) && !slices.ContainsFunc(valuesOf(e.Switch.Cases), isNull)
	case e.Concat != nil:
		sure = slices.ContainsFunc(e.Concat.Parts, func(p Part) bool { return p.always(depth+1) && !p.blankValue() })
	case e.FirstOf != nil:
		sure = slices.ContainsFunc(e.FirstOf, func(p Part) bool { return p.always(depth+1) && !p.blankValue() })
	}
	for _, t := range e.Transforms {
		switch t.Name {
		case "default":
			sure = !isNull(defaultOf(t))
		case "required":
			sure = true
		case "first", "last", "slice":
			sure = false
		}
	}
	return sure
}

// blankValue tells whether a part is the empty text.
func (p Part) blankValue() bool { return string(bytes.TrimSpace(p.Value)) == `""` }

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

func valuesOf(m map[string]json.RawMessage) []json.RawMessage {
	var values []json.RawMessage
	for _, v := range m {
		values = append(values, v)
	}
	return values
}

// defaultOf is the value that a default gives.
func defaultOf(t Transform) json.RawMessage {
	var named struct {
		Value json.RawMessage `json:"value"`
	}
	if bytes.HasPrefix(bytes.TrimSpace(t.Argument), []byte("{")) && json.Unmarshal(t.Argument, &named) == nil && named.Value != nil {
		return named.Value
	}
	return t.Argument
}

// targetPlace finds the place that a rule writes, and finds fault with the way there. Its shape is nil where nothing is known.
func (l *linter) targetPlace(tree *filled, steps []targetStep, pointer string, sure bool) *shape {
	at, s := tree, tree.shape
	for i, step := range steps {
		next, known := l.targetStep(s, step, steps[:i+1], pointer)
		if !known {
			return nil
		}
		s = next
		if step.isItem {
			at.items = append(at.items, &filled{shape: s, pointer: pointer, whole: i+1 == len(steps)})
			at = at.items[len(at.items)-1]
			continue
		}
		if at.members == nil {
			at.members = map[string]*filled{}
		}
		if at.members[step.name] == nil {
			at.members[step.name] = &filled{shape: s, pointer: pointer}
		}
		at = at.members[step.name]
	}
	at.whole = true
	at.sure = at.sure || sure
	return s
}

func (l *linter) targetStep(s *shape, step targetStep, way []targetStep, pointer string) (next *shape, known bool) {
	t, before := s.allows(), targetText(way[:len(way)-1])
	if len(way) == 1 {
		before = "the target"
	}
	if step.isItem {
		if t != 0 && !t.has(typeArray) {
			l.find(SeverityError, FindTypeClash, pointer+"/target", before+" is "+t.String()+", so there is no "+targetText(way)+" in it.")
			return nil, false
		}
		return s.item(), true
	}
	if t != 0 && !t.has(typeObject) {
		l.find(SeverityError, FindUnknownTarget, pointer+"/target", before+" is "+t.String()+", so it has no field "+quoteShort(step.name)+".")
		return nil, false
	}
	next, may := s.member(step.name)
	if s == nil {
		return nil, true
	}
	if _, listed := s.properties[step.name]; listed {
		return next, true
	}
	severity, says := SeverityInfo, l.target.of(s)
	switch {
	case !may:
		severity = SeverityError
	case s.additional == nil && !says.open && len(s.names) > 0:
		severity = SeverityWarning
	case s.additional != nil || says.open: // any name will do
		return next, true
	}
	var nearest []string
	if l.named++; l.named <= maxNamed {
		nearest = l.nearestTargets(s, way)
	}
	l.find(severity, FindUnknownTarget, pointer+"/target", "The target has no field "+quoteShort(step.name)+".", nearest...)
	return next, may
}

// nearestTargets gives up to three target paths that may be meant.
func (l *linter) nearestTargets(s *shape, way []targetStep) []string {
	last := way[len(way)-1]
	var near []string
	for _, name := range nearNames(last.name, s.names) {
		near = append(near, targetText(append(slices.Clone(way[:len(way)-1]), targetStep{name: name})))
	}
	for _, candidate := range sameLeaf(l.pathsFrom(place{known: l.target.root}), escapePath(last.name)) {
		if !strings.Contains(candidate, "#") && !slices.Contains(near, candidate) {
			near = append(near, candidate)
		}
	}
	return near[:min(len(near), 3)]
}

// required finds what the target needs and no rule writes.
func (l *linter) required(f *filled, pointer, path string) {
	if f.shape == nil || f.whole || f.shape.types != 0 && !f.shape.types.has(typeObject) && len(f.members) == 0 {
		l.requiredItems(f, path)
		return
	}
	for _, name := range f.shape.required {
		member, full := f.members[name], joinPath(path, escapeTarget(name))
		switch {
		case member == nil:
			at := pointer
			if f.pointer != "" {
				at = f.pointer + "/target"
			}
			l.find(SeverityError, FindRequiredNotFilled, at, full+" is required by the target, and no rule writes it.")
		case member.whole && !member.sure:
			l.find(SeverityInfo, FindMayBeMissing, member.pointer, full+" is required by the target, and its rule may have no value; the transform default gives one.")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.members)) {
		l.required(f.members[name], pointer, joinPath(path, escapeTarget(name)))
	}
	l.requiredItems(f, path)
}

func (l *linter) requiredItems(f *filled, path string) {
	for i, item := range f.items {
		l.required(item, item.pointer, path+"["+strconv.Itoa(i)+"]")
	}
}
