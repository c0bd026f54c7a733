package mapping

import (
	"fmt"
	"strings"
)

// why says in a sentence what speaks for a line.
func (g *suggester) why(f, to field) string {
	var reasons []string
	reasons = append(reasons, g.whyName(f, to))
	switch {
	case to.says.lookup != nil && !g.sameID(f):
		reasons = append(reasons, "it is looked up in "+to.says.lookup.Operation)
	case f.content == to.content && f.content != textContent && f.content != anyContent && f.content != objectContent:
		reasons = append(reasons, "both are "+f.content.String())
	case f.content == htmlContent && to.content != htmlContent:
		reasons = append(reasons, "its HTML is made text")
	case f.content.isDate() && to.content.isDate():
		reasons = append(reasons, "the form of the date is changed")
	case f.list && !to.list:
		reasons = append(reasons, "of the list one value is made")
	}
	if f.every != "" && !to.list {
		reasons = append(reasons, "the first of the list is taken")
	}
	return strings.Join(reasons, ", and ") + "."
}

func (g *suggester) whyName(f, to field) string {
	w := g.scorer.words
	a, b := f.meaning, to.meaning
	if strings.EqualFold(foldName(f.leaf()), foldName(to.leaf())) && a.of == b.of {
		return fmt.Sprintf("%s is called the same", f.path)
	}
	what := ""
	if a.attribute >= 0 {
		what = strings.ReplaceAll(w.concepts[a.attribute].Name, "_", " ")
	}
	whom := func(c int) string { return strings.ReplaceAll(w.concepts[c].Name, "_", " ") }
	switch {
	case what == "":
		return fmt.Sprintf("%s is called nearly the same", f.path)
	case a.of >= 0 && b.of >= 0 && a.of != b.of:
		return fmt.Sprintf("%s is the %s of the %s, who may be the %s", f.path, what, whom(a.of), whom(b.of))
	case a.of >= 0:
		return fmt.Sprintf("%s is the %s of the %s", f.path, what, whom(a.of))
	case a.attribute == b.attribute && a.word == b.word:
		return fmt.Sprintf("%s and the target both are called %s", f.path, quoteShort(a.word))
	case a.attribute == b.attribute:
		return fmt.Sprintf("%s and %s mean the same", quoteShort(a.word), quoteShort(b.word))
	}
	return fmt.Sprintf("%s, the %s, is near to it", f.path, what)
}
