package mapping

import (
	"fmt"
	"slices"
	"strings"
)

// Bounds of a path, so that no path takes long on a hostile document.
const (
	maxPathNames   = 32 // names and other components
	maxPathNesting = 3  // queries within queries
	maxPathStars   = 2  // wildcards in one component or in the queries
	maxIndexDigits = 9
)

// path is a source path that has been checked.
type path struct {
	text  string // as gjson takes it, without "$."
	shown string // as it was written
	root  bool   // from the source document, also within each
	// names are the components of a path that is nothing but names and places, which one pass over the document finds.
	names []pathName
	// pipes are the components of each stretch between pipes, which find follows one after the other.
	pipes [][]component
}

// pathName is one component: the name of a member, or the place of an item if the value around it is a list.
type pathName struct {
	name  string
	index int // -1: no place
}

// component is one step of a path.
type component struct {
	kind componentKind
	text string   // as it was written
	name pathName // of a name
}

type componentKind uint8

const (
	nameStep     componentKind = iota // a
	wildStep                          // a*
	itemsStep                         // #
	queryStep                         // #(…): the first item that fits
	queryAllStep                      // #(…)#: all that fit
	modifierStep                      // @keys
)

// this tells whether the path is the whole document or item.
func (p path) this() bool { return p.text == "@this" }

// parsePath checks a source path. The error is a fault's detail.
func parsePath(text string) (path, error) {
	p := path{text: text, shown: text}
	switch {
	case text == "":
		return p, fmt.Errorf("is an empty path; @this is the whole document")
	case len(text) > MaxPathBytes:
		return p, fmt.Errorf("is longer than %d bytes", MaxPathBytes)
	case text == "$":
		p.text, p.root = "@this", true
	case strings.HasPrefix(text, "$."):
		p.text, p.root = text[2:], true
	}
	plain, count := true, 0
	stretches, err := splitPath(p.text, '|')
	for _, stretch := range stretches {
		var components []component
		var texts []string
		if texts, err = splitPath(stretch, '.'); err != nil {
			return p, err
		}
		for _, text := range texts {
			c, err := readComponent(text)
			if err != nil {
				return p, err
			}
			plain = plain && c.kind == nameStep && c.name.name != "" && !c.name.odd()
			components, p.names = append(components, c), append(p.names, c.name)
			count++
		}
		p.pipes = append(p.pipes, components)
	}
	if count > maxPathNames {
		return p, fmt.Errorf("has more than %d components", maxPathNames)
	}
	if !plain || len(p.pipes) > 1 {
		p.names = nil
	}
	return p, err
}

// odd tells whether a name is made of digits and yet is no place, for which the one pass has no room.
func (n pathName) odd() bool { return n.index < 0 && strings.Trim(n.name, "0123456789") == "" }

// splitPath splits a path at separators outside queries.
func splitPath(text string, separator byte) ([]string, error) {
	var pieces []string
	start, nesting, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c < 0x20:
			return nil, fmt.Errorf("holds a control character")
		case c == '\\':
			if i++; i == len(text) {
				return nil, fmt.Errorf("ends in a backslash")
			}
		case nesting > 0 && c == '"':
			quoted = !quoted
		case quoted:
		case c == '(' && i > 0 && text[i-1] == '#':
			if nesting++; nesting > maxPathNesting {
				return nil, fmt.Errorf("nests queries deeper than %d", maxPathNesting)
			}
		case c == ')' && nesting > 0:
			nesting--
		case nesting == 0 && c == separator:
			pieces = append(pieces, text[start:i])
			start = i + 1
		}
	}
	if nesting > 0 || quoted {
		return nil, fmt.Errorf("has a query that does not end")
	}
	return append(pieces, text[start:]), nil
}

// readComponent checks one component.
func readComponent(c string) (component, error) {
	step := component{text: c}
	switch {
	case c == "":
		return step, fmt.Errorf("has an empty name")
	case c == "#":
		step.kind = itemsStep
		return step, nil
	case strings.HasPrefix(c, "#("):
		step.kind = queryStep
		if strings.HasSuffix(c, "#") {
			step.kind = queryAllStep
		}
		return step, checkQuery(c)
	case c[0] == '@':
		if !slices.Contains(pathModifiers(), c) {
			return step, fmt.Errorf("uses %s; only %s may be used, and a name that begins with @ is written \\@", quoteShort(c), strings.Join(pathModifiers(), ", "))
		}
		step.kind = modifierStep
		return step, nil
	case strings.IndexByte("{[(!", c[0]) >= 0:
		return step, fmt.Errorf("has a component that begins with %c; such a name is written \\%c", c[0], c[0])
	}
	return readNamed(c)
}

// pathModifiers are the gjson modifiers that may be used: those that only arrange what is there.
func pathModifiers() []string { return []string{"@this", "@reverse", "@keys", "@values", "@flatten"} }

func readNamed(c string) (component, error) {
	step := component{text: c}
	var b strings.Builder
	stars, escaped := 0, false
	for i := 0; i < len(c); i++ {
		switch c[i] {
		case '\\':
			escaped = true
			i++
		case '*', '?':
			stars++
		case '#':
			return step, fmt.Errorf("has # within a name; such a name is written with \\#")
		}
		b.WriteByte(c[i])
	}
	if stars > 0 && escaped || stars > maxPathStars {
		return step, fmt.Errorf("has a name with more than %d wildcards, or with a wildcard and a backslash", maxPathStars)
	}
	if stars > 0 {
		step.kind = wildStep
	}
	step.name = pathName{name: b.String(), index: -1}
	if !escaped && len(c) <= maxIndexDigits && strings.Trim(c, "0123456789") == "" {
		step.name.index = 0
		for _, digit := range c {
			step.name.index = step.name.index*10 + int(digit-'0')
		}
	}
	return step, nil
}

// checkQuery refuses what could take long or do more than compare within "#(…)" or "#(…)#".
func checkQuery(c string) error {
	inner := strings.TrimSuffix(c, "#")
	if !strings.HasSuffix(inner, ")") {
		return fmt.Errorf("has something behind a query; a dot stands before the next name")
	}
	stars, quoted := 0, false
	for i := 0; i < len(inner); i++ {
		switch ch := inner[i]; {
		case ch == '\\':
			i++
		case ch == '"':
			quoted = !quoted
		case ch == '*' || ch == '?':
			stars++
		case !quoted && (ch == '@' || ch == '{' || ch == '[' || ch == '|'):
			return fmt.Errorf("has %c within a query; only names, numbers, texts in quotes and comparisons may stand there", ch)
		case !quoted && ch == '!' && i+1 < len(inner) && inner[i+1] != '=' && inner[i+1] != '%':
			return fmt.Errorf("has ! within a query; only names, numbers, texts in quotes and comparisons may stand there")
		case !quoted && ch == '.' && i+1 < len(inner) && inner[i+1] == '.':
			return fmt.Errorf("has an empty name")
		case !quoted && ch == '#' && i+1 < len(inner) && inner[i+1] == '.':
			return fmt.Errorf("has #. within a query; a query within it, #(…), may stand there")
		}
	}
	if stars > maxPathStars {
		return fmt.Errorf("has more than %d wildcards in a query", maxPathStars)
	}
	return nil
}

func quoteShort(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		s = string(runes[:60]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
