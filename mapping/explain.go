package mapping

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Explain tells what a mapping does, a sentence for each rule. Sentences about the items of a list are indented by two spaces more than
// that of the list. It explains what it can of a document that Compile refuses.
func Explain(document Document) []string {
	e := explainer{whose: whose(document.Source)}
	e.head(document)
	e.rules(document.Rules, 0, map[string]bool{})
	return e.lines
}

// ExplainText is Explain as one text, a line for each sentence.
func ExplainText(document Document) string { return strings.Join(Explain(document), "\n") + "\n" }

type explainer struct {
	lines []string
	whose string // what the source document is called: "the ticket"
}

// wording tells in which words paths are named: those of a scope.
type wording struct {
	here  string // what paths begin at: "the ticket", or within each "the item"
	whole string // what "$." begins at
}

// Bounds of what is told.
const (
	maxExplained = 2000 // sentences
	maxQuoted    = 60   // characters of a value
)

// whose names the source document after what its operation is about.
func whose(s *Source) string {
	switch {
	case s == nil:
		return "the source"
	case s.Document == DocumentInput:
		return "the input"
	}
	_, name, _ := strings.Cut(s.Operation, ".")
	tokens := tokenise(name)
	if len(tokens) < 2 {
		return "the source"
	}
	return "the " + strings.Join(tokens[1:], " ")
}

func (e *explainer) head(d Document) {
	if d.Source == nil && d.Target == nil {
		return
	}
	from, to := "A document", "another"
	if s := d.Source; s != nil {
		from = "The output of " + s.Operation
		if s.Document == DocumentInput {
			from = "The input of " + s.Operation
		}
		if s.Items != "" {
			from = "Each item of " + s.Items + " in " + strings.ToLower(from[:1]) + from[1:]
		}
	}
	if d.Target != nil {
		to = "the input of " + d.Target.Operation
	}
	e.lines = append(e.lines, from+" becomes "+to+".")
}

// rules tells what rules do. written are the targets that rules before them may have written.
func (e *explainer) rules(rules []Rule, depth int, written map[string]bool) {
	for _, rule := range rules {
		if len(e.lines) >= maxExplained || depth > MaxEachDepth {
			return
		}
		w := wording{here: e.whose, whole: e.whose}
		if depth > 0 {
			w.here = "the item"
		}
		e.lines = append(e.lines, strings.Repeat("  ", depth)+w.sentence(rule, written[rule.Target]))
		written[rule.Target] = true
		if rule.Each != nil {
			e.rules(rule.Each.Rules, depth+1, map[string]bool{})
		}
	}
}

func (w wording) sentence(rule Rule, again bool) string {
	var b strings.Builder
	target, adds := strings.CutSuffix(rule.Target, "[]")
	if again && !adds {
		b.WriteString("otherwise, ")
	}
	if rule.When != nil {
		b.WriteString("if " + w.condition(*rule.When, 0) + ", ")
	}
	switch {
	case adds:
		b.WriteString("to " + w.placeName(target) + " is added ")
	default:
		b.WriteString(w.placeName(target) + " is ")
	}
	if rule.Each != nil {
		b.WriteString("a list, with an item for each of " + w.path(rule.Each.Over))
		if rule.Each.Where != nil {
			b.WriteString(" where " + wording{here: "the item", whole: w.whole}.condition(*rule.Each.Where, 0))
		}
		b.WriteString(":")
	} else {
		b.WriteString(w.expression(rule.Expression, 0) + ".")
	}
	if rule.Note != "" {
		b.WriteString(" (" + clip(rule.Note, 200) + ")")
	}
	return capital(b.String(), rule)
}

// capital begins a sentence with a capital, unless it begins with the name of a field.
func capital(s string, rule Rule) string {
	for _, word := range []string{"otherwise, ", "if ", "to ", "the whole "} {
		if strings.HasPrefix(s, word) && !strings.HasPrefix(rule.Target, strings.TrimSpace(word)) {
			return strings.ToUpper(s[:1]) + s[1:]
		}
	}
	return s
}

func (w wording) placeName(target string) string {
	if target != targetWhole {
		return clip(target, 100)
	}
	if w.here != w.whole {
		return "the whole item"
	}
	return "the whole result"
}

// path names a source path.
func (w wording) path(path string) string {
	switch {
	case path == "@this":
		return w.here
	case path == "$":
		return w.whole
	}
	if rest, isRoot := strings.CutPrefix(path, "$."); isRoot {
		return w.whole + "'s " + clip(rest, 100)
	}
	return w.here + "'s " + clip(path, 100)
}

// expression tells where a value comes from and what is done to it.
func (w wording) expression(e Expression, depth int) string {
	kinds := e.Kinds()
	if depth > MaxPartDepth || len(kinds) != 1 {
		return "something that cannot be told"
	}
	text, done := w.origin(e, kinds[0], depth), transforms(e.Transforms)
	if depth > 0 && done != "" {
		return text + " (" + strings.TrimLeft(done, ",; ") + ")"
	}
	return text + done
}

func (w wording) origin(e Expression, kind string, depth int) string {
	switch kind {
	case KindSource:
		return w.path(e.Source)
	case KindValue:
		return valueText(e.Value)
	case KindTemplate:
		return "the text " + quoted(e.Template)
	case KindLookup:
		return w.lookupText(*e.Lookup, depth)
	case KindSwitch:
		return w.switchText(*e.Switch, depth)
	case KindConcat:
		return w.concatText(*e.Concat, depth)
	}
	return "the first with a value of " + w.parts(e.FirstOf, depth, "and")
}

// parts lists parts with commas between, and a word before the last.
func (w wording) parts(list []Part, depth int, last string) string {
	const most = 20
	var texts []string
	for _, part := range list[:min(len(list), most)] {
		texts = append(texts, w.expression(part.Expression, depth+1))
	}
	if len(list) > most {
		texts = append(texts, fmt.Sprintf("%d more", len(list)-most))
	}
	return enumeration(texts, last)
}

func enumeration(texts []string, last string) string {
	if len(texts) < 2 {
		return strings.Join(texts, "")
	}
	return strings.Join(texts[:len(texts)-1], ", ") + " " + last + " " + texts[len(texts)-1]
}

func (w wording) lookupText(l Lookup, depth int) string {
	text := "what " + l.Operation + " has for " + w.expression(l.From.Expression, depth+1)
	if len(l.Input) > 0 {
		var inputs []string
		for _, name := range sortedNames(l.Input) {
			inputs = append(inputs, name+" "+w.expression(l.Input[name].Expression, depth+1))
		}
		text += " (with " + enumeration(inputs, "and") + ")"
	}
	return text + missText(l.Miss, "if it has nothing")
}

func (w wording) switchText(s Switch, depth int) string {
	const most = 12
	var cases []string
	names := sortedNames(s.Cases)
	for _, name := range names[:min(len(names), most)] {
		cases = append(cases, quoted(name)+" becomes "+valueText(s.Cases[name]))
	}
	if len(names) > most {
		cases = append(cases, fmt.Sprintf("%d more cases", len(names)-most))
	}
	text := w.expression(s.On.Expression, depth+1) + ", by a table: " + strings.Join(cases, ", ")
	if s.IgnoreCase {
		text += ", in capital or small letters"
	}
	return text + missText(s.Miss, "for anything else")
}

func missText(m Miss, when string) string {
	switch {
	case m.Default != nil:
		return "; " + when + ", " + valueText(m.Default)
	case m.OnMiss == OnMissNull:
		return "; " + when + ", null"
	case m.OnMiss == OnMissMissing:
		return "; " + when + ", no value"
	}
	return ""
}

func (w wording) concatText(c Concat, depth int) string {
	text := w.parts(c.Parts, depth, "and") + ", put together"
	switch c.Separator {
	case "":
		return text
	case " ":
		return text + " with a space between"
	case "\n":
		return text + " with a new line between"
	case "\n\n":
		return text + " with an empty line between"
	}
	return text + " with " + quoted(c.Separator) + " between"
}

// valueText writes a constant.
func valueText(raw json.RawMessage) string {
	v := rawValue(strings.TrimSpace(string(raw)))
	if v.kind == textValue && json.Valid(raw) {
		return quoted(v.text())
	}
	return clip(strings.Join(strings.Fields(string(raw)), " "), maxQuoted)
}

// quoted writes a text in quotes, on one line.
func quoted(s string) string {
	short := clip(s, maxQuoted)
	return `"` + strings.NewReplacer("\n", " ", "\r", "", "\t", " ").Replace(short) + `"`
}

func clip(s string, most int) string {
	if characters(s) <= most {
		return s
	}
	return s[:byteOf(s, most-1)] + "…"
}
