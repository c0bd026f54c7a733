package openapi

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// synthesiser makes values that fit a schema, out of examples as far as they do.
type synthesiser struct {
	*document
	mode  mode
	made  bool // something was not of an example
	brief bool // only what is required
	steps int
}

// Bounds of a made value: how deep optional properties are made, how deep anything is, how many values in all, and
// how many elements of an example's arrays are kept.
const (
	sampleOptional = 3
	sampleDepth    = 12
	sampleSteps    = 2_000
	sampleItems    = 5
)

// value appends one. example may be nil.
func (g *synthesiser) value(b []byte, schema, example *yaml.Node, depth int) []byte {
	if g.steps++; g.steps > sampleSteps || depth > sampleDepth {
		g.made = true
		return append(b, "null"...)
	}
	s := g.shape(schema)
	if example == nil {
		example = g.declared(s)
	}
	if isNull(example) && (s.kind == "" || slices.Contains(s.types, "null") || slices.ContainsFunc(s.parts, nullable)) {
		return append(b, "null"...)
	}
	kind := s.kind
	if kind == "" && len(s.unions) > 0 {
		return g.branch(b, s, example, depth)
	}
	switch kind {
	case "object":
		return g.object(b, s, example, depth)
	case "array":
		return g.array(b, s, example, depth)
	case "":
		if example != nil {
			return appendJSON(b, example)
		}
		g.made = true
		if otherwise := s.keyword("else"); isMapping(otherwise) {
			return g.value(b, otherwise, nil, depth+1)
		}
		return append(b, "{}"...)
	default:
		return g.scalar(b, s, example)
	}
}

// declared is a value that the schema itself shows.
func (g *synthesiser) declared(s *shape) *yaml.Node {
	for _, name := range []string{"example", "const", "default"} {
		if n := s.keyword(name); n != nil {
			return n
		}
	}
	for _, name := range []string{"examples", "enum"} {
		if list := items(s.keyword(name)); len(list) > 0 {
			return list[0]
		}
	}
	return nil
}

func (g *synthesiser) branch(b []byte, s *shape, example *yaml.Node, depth int) []byte {
	return g.value(b, s.unions[0].branches[0], example, depth+1)
}

// object appends the members of the example that fit, and what is missing.
func (g *synthesiser) object(b []byte, s *shape, example *yaml.Node, depth int) []byte {
	if !isMapping(example) {
		example = nil
	}
	s, tag, tags := g.resolved(s, example, 0)
	b = append(b, '{')
	for name, value := range pairs(example) {
		property := s.property(name.Value)
		switch {
		case name.Value == tag:
			continue
		case property != nil && g.otherWay(property, g.mode), property == nil && isFalse(s.additional):
			continue
		case property == nil && isMapping(s.additional):
			property = s.additional
		}
		b = g.value(appendKey(b, name.Value), property, value, depth+1)
	}
	if tag != "" {
		value := tags[0]
		if given := str(child(example, tag)); slices.Contains(tags, given) {
			value = given
		} else {
			g.made = true
		}
		b = appendString(appendKey(b, tag), value)
	}
	for _, p := range s.properties {
		required := s.requires[p.name]
		optional := example == nil && g.mode == forOutput && depth < sampleOptional && !g.brief
		if g.member(example, p.name) != nil || p.name == tag || g.otherWay(p.schemas[0], g.mode) || !required && !optional {
			continue
		}
		if !required && g.steps > sampleSteps/2 {
			continue
		}
		g.made = true
		b = g.value(appendKey(b, p.name), p.schemas[0], nil, depth+1)
	}
	return append(b, '}')
}

// resolved picks the branch of an object's union that an example belongs to, else the first, and adds it. tags are
// the values that the branch's discriminator may have.
func (g *synthesiser) resolved(s *shape, example *yaml.Node, depth int) (merged *shape, tag string, tags []string) {
	if len(s.unions) == 0 || depth > maxFlat {
		return s, "", nil
	}
	u := s.unions[0]
	chosen := u.branches[0]
	for _, branch := range u.branches {
		if u.disc != nil && slices.Contains(u.disc.values(branch), str(child(example, u.disc.property))) ||
			u.disc == nil && example != nil && g.has(branch, example) {
			chosen = branch
			break
		}
	}
	inner, _, _ := g.resolved(g.shape(chosen), example, depth+1)
	merged = newShape()
	merged.additional = s.additional
	merged.require(s.required)
	merged.require(inner.required)
	for _, p := range slices.Concat(s.properties, inner.properties) {
		merged.add(p.name, p.schemas[0])
	}
	if u.disc != nil {
		if tags = u.disc.values(chosen); len(tags) > 0 {
			tag = u.disc.property
		}
	}
	return merged, tag, tags
}

// has tells whether an example has what a branch requires.
func (g *synthesiser) has(branch, example *yaml.Node) bool {
	for _, name := range g.shape(branch).required {
		if g.member(example, name) == nil {
			return false
		}
	}
	return true
}

func (g *synthesiser) array(b []byte, s *shape, example *yaml.Node, depth int) []byte {
	given := items(example)
	most := max(sampleItems, count(s, "minItems"))
	given = given[:min(len(given), most)]
	b = append(b, '[')
	for i, item := range given {
		if i > 0 {
			b = append(b, ',')
		}
		b = g.value(b, s.items, item, depth+1)
	}
	least := min(count(s, "minItems"), 20)
	if example == nil && g.mode == forOutput && depth < sampleOptional {
		least = max(least, 1)
	}
	for i := len(given); i < least; i++ {
		g.made = true
		if i > 0 {
			b = append(b, ',')
		}
		b = g.value(b, s.items, nil, depth+1)
	}
	return append(b, ']')
}

func count(s *shape, keyword string) int {
	n, err := strconv.Atoi(str(s.keyword(keyword)))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// scalar appends the example if it fits, else something that does.
func (g *synthesiser) scalar(b []byte, s *shape, example *yaml.Node) []byte {
	if example != nil && g.fits(s, example) {
		return appendJSON(b, example)
	}
	g.made = true
	if list := items(s.keyword("enum")); len(list) > 0 {
		return appendJSON(b, list[0])
	}
	switch s.kind {
	case "string":
		return appendString(b, makeText(s))
	case "integer", "number":
		return append(b, makeNumber(s)...)
	case "boolean":
		return append(b, "true"...)
	default:
		return append(b, "null"...)
	}
}

// fits tells whether an example is of the schema's type and within its limits.
func (g *synthesiser) fits(s *shape, example *yaml.Node) bool {
	if list := items(s.keyword("enum")); len(list) > 0 {
		return slices.ContainsFunc(list, func(n *yaml.Node) bool { return n.Value == example.Value && n.Tag == example.Tag })
	}
	types := s.types
	if len(types) == 0 {
		types = []string{s.kind}
	}
	return slices.ContainsFunc(types, func(name string) bool {
		switch name {
		case "string":
			return example.Kind == yaml.ScalarNode && example.Tag == "!!str" && fitsText(s, example.Value)
		case "boolean":
			return example.Tag == "!!bool"
		case "integer", "number":
			value, err := strconv.ParseFloat(example.Value, 64)
			return isNumber(example) && err == nil && (name == "number" || value == math.Trunc(value)) && value == within(s, value)
		default:
			return false
		}
	})
}

func fitsText(s *shape, text string) bool {
	length := utf8.RuneCountInString(text)
	if most := count(s, "maxLength"); most > 0 && length > most || length < count(s, "minLength") {
		return false
	}
	if pattern := s.keyword("pattern"); pattern != nil && len(pattern.Value) <= 1000 {
		if compiled, err := regexp.Compile(pattern.Value); err == nil && !compiled.MatchString(text) {
			return false
		}
	}
	return fitsFormat(str(s.keyword("format")), text)
}

// within moves a number between the limits of a schema.
func within(s *shape, value float64) float64 {
	limit := func(name string) (float64, bool) {
		n := s.keyword(name)
		limit, err := strconv.ParseFloat(str(n), 64)
		return limit, isNumber(n) && err == nil
	}
	if least, ok := limit("minimum"); ok {
		value = max(value, least)
		if isTrue(s.keyword("exclusiveMinimum")) && value == least {
			value++
		}
	}
	if above, ok := limit("exclusiveMinimum"); ok && value <= above {
		value = above + 1
	}
	if most, ok := limit("maximum"); ok {
		value = min(value, most)
		if isTrue(s.keyword("exclusiveMaximum")) && value == most {
			value--
		}
	}
	if below, ok := limit("exclusiveMaximum"); ok && value >= below {
		value = below - 1
	}
	if step, ok := limit("multipleOf"); ok && step > 0 {
		value = math.Ceil(value/step) * step
	}
	return value
}

func makeNumber(s *shape) string {
	value := within(s, 1)
	if s.kind == "integer" {
		value = math.Trunc(value)
	}
	text := strconv.FormatFloat(value, 'f', -1, 64)
	if !json.Valid([]byte(text)) || len(text) > 40 {
		return "1"
	}
	return strings.TrimPrefix(text, "+")
}
