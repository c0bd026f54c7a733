package mapping

import (
	"slices"
	"strings"
)

// candidate is what a rule may read: a field, a part of one, or several together.
type candidate struct {
	made   made
	fields []field
}

// made tells how a candidate is made out of its fields.
type made uint8

const (
	asItIs    made = iota
	firstPart      // of a full name
	lastPart
	fullName    // of a first and a last name
	subjectBody // a subject line and the text below
)

// shares tells whether two candidates read the same field.
func (c candidate) shares(o candidate) bool {
	for _, f := range c.fields {
		if slices.ContainsFunc(o.fields, func(g field) bool { return g.path == f.path }) {
			return true
		}
	}
	return false
}

// candidates lists what can be read: every field, and what can be made of names and texts.
func (g *suggester) candidates(from, to []field) []candidate {
	var all []candidate
	for _, f := range from {
		if !f.objects && f.path != "" {
			all = append(all, candidate{fields: []field{f}})
		}
	}
	w := g.scorer.words
	first, last, whole := g.told(from, "first_name"), g.told(from, "last_name"), g.told(from, "name")
	for _, f := range whole {
		if f.content == nameContent || g.aboutPerson(f) {
			if sameBearer(f, first) == nil && sameBearer(f, last) == nil {
				all = append(all, candidate{firstPart, []field{f}}, candidate{lastPart, []field{f}})
			}
		}
	}
	for _, f := range first {
		if other := sameBearer(f, last); other != nil && sameBearer(f, whole) == nil {
			all = append(all, candidate{fullName, []field{f, *other}})
		}
	}
	hasSubject := slices.ContainsFunc(to, func(f field) bool { return f.meaning.attribute == w.byName["subject"] })
	if hasSubject {
		return all
	}
	bodies := g.told(from, "body")
	for _, f := range g.told(from, "subject") {
		if body := sameBearer(f, bodies); body != nil && f.every == "" {
			all = append(all, candidate{subjectBody, []field{f, *body}})
		}
	}
	return all
}

// told lists the single fields that tell an attribute.
func (g *suggester) told(fields []field, attribute string) []field {
	c := g.scorer.words.byName[attribute]
	var told []field
	for _, f := range fields {
		if f.meaning.attribute == c && !f.meaning.implied && !f.list && !f.objects && len(f.meaning.apart) == 0 && f.content != objectContent {
			told = append(told, f)
		}
	}
	return told
}

// aboutPerson tells whether a field tells something of a person.
func (g *suggester) aboutPerson(f field) bool {
	of := f.meaning.of
	if of < 0 {
		of = g.from.subject
	}
	return g.scorer.words.kindOf(of) == "person"
}

// sameBearer finds a field that is told of the same, at the same place.
func sameBearer(f field, others []field) *field {
	for i := range others {
		if o := &others[i]; slices.Equal(o.names[:len(o.names)-1], f.names[:len(f.names)-1]) && o.meaning.of == f.meaning.of {
			return o
		}
	}
	return nil
}

// scoreOf is how well a candidate fits a target.
func (g *suggester) scoreOf(c candidate, to field) float64 {
	w, s := g.scorer.words, &g.scorer
	if c.made == asItIs {
		return s.score(c.fields[0], to)
	}
	if to.list || to.says.lookup != nil || to.types&^typeNull != 0 && !to.types.has(typeString) {
		return 0
	}
	of := s.bearers(c.fields[0], to)
	wanted, base := "", 0.0
	switch c.made {
	case firstPart:
		wanted, base = "first_name", 0.84
	case lastPart:
		wanted, base = "last_name", 0.84
	case fullName:
		wanted, base = "name", 0.92
	case subjectBody:
		wanted, base = "body", 0.93
		if s.score(c.fields[1], to) == 0 {
			return 0
		}
	}
	if to.meaning.attribute != w.byName[wanted] || to.meaning.implied || len(to.meaning.apart) > 0 && c.made == subjectBody {
		return 0
	}
	if score := base * (0.4 + 0.6*of); score >= minScore {
		return min(score, 0.88)
	}
	return 0
}

// further finds more for targets that are lists: other addresses of the same kind that no other target takes.
func (g *suggester) further(lines []line, candidates []candidate, to []field, scores [][]float64, pairs []int) []line {
	taken := slices.Clone(pairs)
	for i, target := range to {
		if !target.list || pairs[i] < 0 || target.says.lookup != nil || candidates[pairs[i]].made != asItIs {
			continue
		}
		first := candidates[pairs[i]].fields[0]
		for j, c := range candidates {
			f := c.fields[0]
			alike := c.made == asItIs && f.every == "" && f.path != first.path && f.meaning.attribute == first.meaning.attribute && f.meaning.of == first.meaning.of
			if !alike || slices.Contains(taken, j) || scores[i][j] < minScore {
				continue
			}
			taken = append(taken, j)
			lines = addTo(lines, g.line(c, target, 0.9*scores[i][j]))
		}
	}
	return lines
}

// addTo puts a line behind others of the same list, all of which add to it then.
func addTo(lines []line, further line) []line {
	list := strings.TrimSuffix(further.target, "[]") + "[]"
	further.target, further.rule.Target = list, list
	for i := range lines {
		if lines[i].target+"[]" == list {
			lines[i].target, lines[i].rule.Target = list, list
		}
	}
	return append(lines, further)
}
