package jira

import (
	"regexp"
	"strings"
	"unicode"
)

// lineStart is what begins a block in Markdown where a text merely begins so.
var lineStart = regexp.MustCompile(`(?m)^( {0,3})(#{1,6}(?:\s|$)|>|[-+](?:\s|$)|-{3,}[ \t]*$|~{3})`)

// orderedStart is a number that would begin a list.
var orderedStart = regexp.MustCompile(`(?m)^( {0,3}\d{1,9})([.)](?:\s|$))`)

// atLineStarts escapes what would begin a block.
func atLineStarts(paragraph string) string {
	paragraph = lineStart.ReplaceAllString(paragraph, `$1\$2`)
	return orderedStart.ReplaceAllString(paragraph, `$1\$2`)
}

// escaper keeps what is written from being read as Markdown. Where a character means nothing it stays as it is, since
// most of what is written here is read by people.
type escaper struct{ stars, scores, ticks, tildes, brackets, angles bool }

// escaperFor looks at a whole block: a character may mean something because of another one far off.
func escaperFor(content []*node) escaper {
	var all strings.Builder
	var e escaper
	for _, n := range content {
		if n == nil {
			continue
		}
		all.WriteString(n.Text)
		e.stars = e.stars || hasMark(n.Marks, markStrong) || hasMark(n.Marks, markEm)
		e.tildes = e.tildes || hasMark(n.Marks, markStrike)
		e.ticks = e.ticks || hasMark(n.Marks, markCode)
	}
	text := all.String()
	return escaper{
		stars: e.stars || strings.Count(text, "*") > 1, scores: strings.Count(text, "_") > 1,
		ticks: e.ticks || strings.Count(text, "`") > 1, tildes: e.tildes || strings.Count(text, "~") > 1,
		brackets: strings.Contains(text, "](") || strings.Contains(text, "[~accountid:"), angles: strings.ContainsAny(text, ":@"),
	}
}

func (e escaper) escape(written string, isLinked bool) string {
	e.brackets = e.brackets || isLinked
	var b strings.Builder
	runes := []rune(written)
	at := func(i int) rune {
		if i < 0 || i >= len(runes) {
			return ' '
		}
		return runes[i]
	}
	for i, r := range runes {
		if e.means(r, at(i-1), at(i+1)) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// means tells whether a character, between two others, means something.
func (e escaper) means(r, before, after rune) bool {
	switch r {
	case '*':
		return e.stars && !(unicode.IsSpace(before) && unicode.IsSpace(after))
	case '_':
		return e.scores && !(isWord(before) && isWord(after))
	case '`':
		return e.ticks
	case '~':
		return e.tildes
	case '[', ']':
		return e.brackets
	case '<':
		return e.angles && unicode.IsLetter(after)
	case '\\':
		return after < unicode.MaxASCII && (unicode.IsPunct(after) || unicode.IsSymbol(after)) || unicode.IsSpace(after)
	default:
		return false
	}
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
