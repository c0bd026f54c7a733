package mapping

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// line makes the rule that writes a candidate to a target.
func (g *suggester) line(c candidate, to field, score float64) line {
	l := line{target: to.target(), score: score, to: to}
	f := c.fields[0]
	switch c.made {
	case firstPart, lastPart:
		which := "first"
		if c.made == lastPart {
			which = "last"
		}
		l.rule.Source, l.rule.Transforms = f.path, []Transform{bare("split", " "), {Name: which}}
		l.why = fmt.Sprintf("The %s word of %s is taken, which is a whole name.", which, f.path)
	case fullName:
		l.rule.Concat = &Concat{Parts: []Part{sourcePart(f.path), sourcePart(c.fields[1].path)}, Separator: " "}
		l.why = "The first and the last name make the whole name."
	case subjectBody:
		l.rule.Concat = &Concat{Parts: []Part{sourcePart(f.path), g.textPart(c.fields[1])}, Separator: "\n\n"}
		l.rule.Transforms = g.cut(nil, field{says: &facets{}, content: textContent}, to)
		l.why = fmt.Sprintf("The target has no place for %s alone, so it goes above %s.", f.path, c.fields[1].path)
	default:
		l.rule.Expression = g.expression(f, to)
		l.why = g.why(f, to)
	}
	if to.list && !f.list && f.every == "" {
		l.target += "[]"
	}
	l.rule.Target = l.target
	return l
}

func sourcePart(path string) Part { return Part{Expression{Source: path}} }

func (g *suggester) textPart(f field) Part {
	p := sourcePart(f.path)
	if f.content == htmlContent {
		p.Transforms = []Transform{{Name: "html_to_text"}}
	}
	return p
}

// bare is a transform with the argument that may stand alone.
func bare(name string, argument any) Transform {
	return Transform{Name: name, Argument: json.RawMessage(jsonText(argument))}
}

// expression reads one field as the target takes it.
func (g *suggester) expression(f field, to field) Expression {
	path := f.path
	switch {
	case f.every != "" && to.list:
		path = f.every
	case f.list && !to.list && f.content != nameContent && f.content != textContent && f.content != htmlContent && f.content != anyContent:
		path += ".0" // the first of several addresses
	}
	e := Expression{Source: path}
	if f.list && !to.list && path == f.path {
		e.Transforms = append(e.Transforms, joining(f, to))
	}
	if to.says.lookup != nil && !g.sameID(f) {
		return g.lookup(e, to)
	}
	if table := g.table(f, to); table != nil {
		table.On = Part{e}
		return Expression{Switch: table}
	}
	e.Transforms = append(e.Transforms, g.transforms(f, to)...)
	return e
}

// joining makes one text of a list: of names with spaces between.
func joining(f, to field) Transform {
	if to.content == nameContent || f.content == nameContent {
		return bare("join", " ")
	}
	return bare("join", ", ")
}

// sameID tells whether a field is an id that means the same to the target.
func (g *suggester) sameID(f field) bool {
	return g.scorer.same && (f.meaning.reference || f.meaning.attribute == g.scorer.words.byName["id"])
}

// lookup finds a text in the list that fills the target. What a field may do without stays away if nothing is found.
func (g *suggester) lookup(from Expression, to field) Expression {
	operation := to.says.lookup.Operation
	if c := connectorOf(g.options.Target.Operation); c != "" && !strings.Contains(operation, ".") {
		operation = c + "." + operation
	}
	l := &Lookup{Operation: operation, From: Part{from}}
	if !to.required {
		l.OnMiss = OnMissMissing
	}
	return Expression{Lookup: l}
}

// table pairs the values of two enums; nil: there is no need, or no use.
func (g *suggester) table(f, to field) *Switch {
	from := slices.DeleteFunc(slices.Clone(f.says.enum), func(raw string) bool { return !strings.HasPrefix(raw, `"`) })
	if to.says.enum == nil || len(from) == 0 || !slices.ContainsFunc(from, func(raw string) bool { return !slices.Contains(to.says.enum, raw) }) {
		return nil
	}
	cases := enumCases(from, to.says.enum)
	if len(cases) == 0 {
		return nil
	}
	table := &Switch{Cases: map[string]json.RawMessage{}, Miss: Miss{OnMiss: OnMissMissing}}
	for text, raw := range cases {
		table.Cases[text] = json.RawMessage(raw)
	}
	return table
}

// transforms makes of a value what the target takes.
func (g *suggester) transforms(f, to field) []Transform {
	var list []Transform
	switch {
	case to.content.isDate() || f.content.isDate() && to.content == textContent:
		list = dateTransforms(f, to)
	case to.content == emailContent && f.content != emailContent, to.says.format == "email":
		list = append(list, Transform{Name: "email"})
	case to.content == phoneContent && f.content == phoneContent && (strings.HasPrefix(f.text(), "+") || f.described("e.164")):
		list = append(list, Transform{Name: "phone"})
	case f.content == htmlContent && to.content != htmlContent:
		list = append(list, Transform{Name: "html_to_text"})
	case to.content == booleanContent && f.content != booleanContent:
		list = append(list, Transform{Name: "boolean"})
	case to.content == numberContent && f.content == textContent:
		list = append(list, Transform{Name: "number"})
	case to.list && !f.list && f.every == "" && strings.Contains(f.text(), ",") && f.content == textContent:
		list = append(list, bare("split", ","))
	}
	return g.cut(list, f, to)
}

// cut shortens texts to what the target takes.
func (g *suggester) cut(list []Transform, f, to field) []Transform {
	most := to.says.maxLength
	isText := f.content == textContent || f.content == htmlContent || f.content == nameContent || f.content == anyContent
	if most == 0 || !isText || to.content == emailContent || to.content == idContent || f.says.enum != nil || f.says.maxLength > 0 && f.says.maxLength <= most {
		return list
	}
	if to.content == nameContent && utf8.RuneCountInString(f.text())*4 < most {
		return list // names are short
	}
	return append(list, bare("truncate", most))
}

func dateTransforms(f, to field) []Transform {
	forms := map[content]string{dateTimeContent: formRFC3339, dayContent: formDate, unixContent: formUnix, unixMsContent: formUnixMs}
	from, wanted := forms[f.content], cmp.Or(forms[to.content], formRFC3339)
	switch {
	case from == wanted && f.content != textContent:
		return nil
	case f.content == unixContent || f.content == unixMsContent:
		return []Transform{bare("date", map[string]string{"from": from, "to": wanted})}
	case to.content == textContent:
		return nil
	}
	return []Transform{bare("date", wanted)}
}

// fillInputs gives lookups the further inputs of their lists: what the rules write that fill those fields.
func (g *suggester) fillInputs(lines []line) {
	written := map[string]Expression{}
	for _, l := range lines {
		written[strings.TrimSuffix(l.target, "[]")] = l.rule.Expression
	}
	for i := range lines {
		l := &lines[i]
		if l.rule.Lookup == nil {
			continue
		}
		var open []string
		for _, name := range slices.Sorted(maps.Keys(l.to.says.lookup.Input)) {
			e, known := written[l.to.says.lookup.Input[name]]
			if !known || e.Lookup != nil && e.Lookup.Operation == l.rule.Lookup.Operation || !simple(e) {
				open = append(open, name)
				continue
			}
			if l.rule.Lookup.Input == nil {
				l.rule.Lookup.Input = map[string]Part{}
			}
			l.rule.Lookup.Input[name] = Part{e}
		}
		if len(open) > 0 {
			l.why += " The list needs " + strings.Join(open, ", ") + " too, which is for you to give."
		}
	}
}

// simple tells whether an expression may stand within a lookup without making it deep.
func simple(e Expression) bool {
	return len(e.Kinds()) == 1 && (e.Lookup == nil || len(e.Lookup.Input) == 0)
}

// lists pairs lists of objects, and suggests rules for their items.
func (g *suggester) lists(from, to []field, depth int) []line {
	sources := slices.DeleteFunc(slices.Clone(from), func(f field) bool { return !f.objects || f.every != "" })
	if depth+1 >= MaxEachDepth-1 || len(sources) == 0 {
		return nil
	}
	targets := slices.DeleteFunc(slices.Clone(to), func(f field) bool { return !f.objects })
	inner := make([][][]line, len(targets))
	scores := make([][]float64, len(targets))
	for i, target := range targets {
		inner[i], scores[i] = make([][]line, len(sources)), make([]float64, len(sources))
		for j, source := range sources {
			name := g.scorer.names(source, target)
			if name < minScore {
				continue
			}
			inner[i][j] = g.within(source, target, depth)
			if len(inner[i][j]) > 0 {
				scores[i][j] = name * (0.7 + 0.3*mean(inner[i][j]))
			}
		}
	}
	var lines []line
	for i, j := range assign(squared(scores)) {
		if j < 0 || scores[i][j] < minScore {
			continue
		}
		source, target := sources[j], targets[i]
		lines = append(lines, line{
			rule: Rule{Target: target.target(), Each: &Each{Over: source.path}}, target: target.target(), to: target, score: min(scores[i][j], 0.9), within: inner[i][j],
			why: fmt.Sprintf("%s and %s are lists of like things.", source.path, target.target()),
		})
	}
	return lines
}

// within suggests rules for the items of two lists.
func (g *suggester) within(source, target field, depth int) []line {
	return g.lines(
		g.from.fields(source.shape.item(), itemOf(source.sample), maxListFields),
		g.to.fields(target.shape.item(), itemOf(target.sample), maxListFields), depth+1)
}

const maxListFields = 60 // of the items of a list

func itemOf(list gjson.Result) gjson.Result { return list.Get("0") }

func mean(lines []line) float64 {
	sum := 0.0
	for _, l := range lines {
		sum += l.score
	}
	return sum / float64(len(lines))
}
