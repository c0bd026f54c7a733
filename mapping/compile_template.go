package mapping

import (
	"fmt"
	"strings"
)

// template makes the stretches of a template.
func (c *compiler) template(written, pointer string) []segment {
	if len(written) > MaxTemplateBytes {
		c.fault(pointer, fmt.Sprintf("is longer than %d bytes", MaxTemplateBytes))
		return nil
	}
	var segments []segment
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			segments = append(segments, segment{text: literal.String()})
			literal.Reset()
		}
	}
	for rest := written; ; {
		before, after, found := strings.Cut(rest, "{{")
		literal.WriteString(before)
		if !found {
			flush()
			return segments
		}
		if strings.HasPrefix(after, "{{") {
			literal.WriteString("{{")
			rest = after[2:]
			continue
		}
		inner, behind, closed := cutClosing(after)
		if !closed {
			c.fault(pointer, "has {{ without }}; a {{ that is to be written is {{{{")
			return nil
		}
		flush()
		segments = append(segments, segment{expr: c.placeholder(inner, pointer)})
		rest = behind
	}
}

// cutClosing cuts at the first }} outside quotes, which queries have.
func cutClosing(s string) (inner, rest string, found bool) {
	quoted := false
	for i := 0; i+1 < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case !quoted && s[i] == '}' && s[i+1] == '}':
			return s[:i], s[i+2:], true
		}
	}
	return "", "", false
}

// placeholder reads "path | transform | transform". White space stands before a pipe that begins a transform; a pipe
// within a path has none.
func (c *compiler) placeholder(inner, pointer string) *exprPlan {
	pieces := splitPipes(inner)
	if c.parts++; c.parts > MaxParts {
		c.fault(pointer, fmt.Sprintf("has one placeholder too many; a mapping has at most %d parts", MaxParts))
		return &exprPlan{}
	}
	p := strings.TrimSpace(pieces[0])
	before := len(c.faults)
	plan := &exprPlan{kind: KindSource, pointer: pointer, source: c.path(p, pointer)}
	if len(c.faults) > before {
		c.faults[before].Detail = "has the path " + quoteShort(p) + ", which " + c.faults[before].Detail
	}
	for _, name := range pieces[1:min(len(pieces), MaxTransforms)] {
		plan.transforms = append(plan.transforms, c.transform(Transform{Name: strings.TrimSpace(name)}, pointer))
	}
	return plan
}

func splitPipes(s string) []string {
	var pieces []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case !quoted && s[i] == '|' && i > 0 && s[i-1] == ' ':
			pieces = append(pieces, s[start:i])
			start = i + 1
		}
	}
	return append(pieces, s[start:])
}
