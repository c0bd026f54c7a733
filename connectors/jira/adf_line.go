package jira

import (
	"slices"
	"strings"
)

// span is a mark in Markdown: what opens it and what closes it.
type span struct{ kind, href string }

func (s span) opening() string {
	return map[string]string{markLink: "[", markStrong: "**", markEm: "*", markStrike: "~~"}[s.kind]
}

func (s span) closing() string {
	if s.kind == markLink {
		return "](" + strings.NewReplacer("(", `\(`, ")", `\)`, " ", "%20", "<", "%3C", "\n", "").Replace(s.href) + ")"
	}
	return s.opening()
}

// spansOf are the marks of a text that Markdown has, from the outermost inwards.
func spansOf(n *node) []span {
	var spans []span
	for _, kind := range []string{markLink, markStrong, markEm, markStrike} {
		for _, m := range n.Marks {
			if m.Type == kind {
				href, _ := m.Attrs["href"].(string)
				spans = append(spans, span{kind, href})
				break
			}
		}
	}
	return spans
}

// line is what stands in a block, being written.
type line struct {
	strings.Builder
	escaper
	open   []span
	spaces string // to be written where no mark begins or ends on them, which Markdown does not take
}

// inlineText writes what stands in a block. Marks that go on from one text to the next are opened once.
func inlineText(content []*node, depth int) string {
	l := line{escaper: escaperFor(content)}
	for i, n := range content {
		switch {
		case n == nil:
		case n.Type == "text" && linkedAlone(content, i):
			l.enter(nil)
			l.WriteString(n.Text)
		case n.Type == "text":
			l.text(n)
		default:
			l.enter(nil)
			drawn, ok := inlineNode(n)
			if !ok && depth < maxDrawn {
				drawn = inlineText(n.Content, depth+1)
			}
			l.WriteString(drawn)
		}
	}
	l.enter(nil)
	return l.String()
}

// enter closes and opens marks, until those given are open. What is open already and can stay so does.
func (l *line) enter(spans []span) {
	same := 0
	for same < len(l.open) && slices.Contains(spans, l.open[same]) {
		same++
	}
	for _, s := range slices.Backward(l.open[same:]) {
		l.WriteString(s.closing())
	}
	l.WriteString(l.spaces)
	l.open, l.spaces = l.open[:same:same], ""
	for _, s := range spans {
		if !slices.Contains(l.open, s) {
			l.WriteString(s.opening())
			l.open = append(l.open, s)
		}
	}
}

func (l *line) text(n *node) {
	spans := spansOf(n)
	if hasMark(n.Marks, markCode) {
		l.enter(slices.DeleteFunc(spans, func(s span) bool { return s.kind != markLink }))
		l.WriteString(codeSpan(n.Text))
		return
	}
	words := strings.TrimSpace(n.Text)
	if words == "" {
		l.spaces += n.Text
		return
	}
	at := strings.Index(n.Text, words)
	l.spaces += n.Text[:at]
	l.enter(spans)
	l.WriteString(l.escape(words, hasMark(n.Marks, markLink)))
	l.spaces = n.Text[at+len(words):]
}

// linkedAlone tells whether a text is a link by itself whose address it is: it needs no brackets.
func linkedAlone(content []*node, i int) bool {
	n := content[i]
	spans := spansOf(n)
	if len(spans) != 1 || spans[0].kind != markLink || hasMark(n.Marks, markCode) || linkedBeside(content, i) {
		return false
	}
	href := spans[0].href
	isBare := href == n.Text || href == "mailto:"+n.Text || strings.HasPrefix(n.Text, "www.") && href == "http://"+n.Text
	return isBare && !strings.ContainsAny(href, " \n*_~`<>()[]\\")
}

// linkedBeside tells whether a neighbour is a link too.
func linkedBeside(content []*node, i int) bool {
	for _, j := range []int{i - 1, i + 1} {
		if j >= 0 && j < len(content) && content[j] != nil && hasMark(content[j].Marks, markLink) {
			return true
		}
	}
	return false
}

func codeSpan(code string) string {
	fence := fenceFor(code, 1)
	if strings.HasPrefix(code, "`") || strings.HasSuffix(code, "`") {
		return fence + " " + code + " " + fence
	}
	return fence + code + fence
}

// fenceFor is a run of ticks, of at least so many, that code does not hold.
func fenceFor(code string, least int) string {
	run, longest := 0, least-1
	for i := range len(code) {
		if run++; code[i] != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return strings.Repeat("`", longest+1)
}
