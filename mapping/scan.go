package mapping

import (
	"iter"
	"strings"
)

// node is a name on the way to the places that plain paths read, so that one pass over a document finds them all.
type node struct {
	name     string
	index    int // of an item; -1: no place
	slot     int // where the value goes; -1: nowhere, it only leads on
	children []*node
}

func newNode(name pathName) *node { return &node{name: name.name, index: name.index, slot: -1} }

// add puts a path below the node and gives the node at its end.
func (n *node) add(names []pathName) *node {
	at := n
next:
	for _, name := range names {
		for _, child := range at.children {
			if child.name == name.name && child.index == name.index {
				at = child
				continue next
			}
		}
		child := newNode(name)
		at.children = append(at.children, child)
		at = child
	}
	return at
}

// scanner takes what is wanted out of JSON that checker has read: an item of a list.
type scanner struct {
	json string
	at   int
	left int // values still wanted
	want []string
}

// scan fills the slots below n. It reads no further than it must.
func scan(json string, n *node, slots []string, wanted int) {
	s := scanner{json: json, want: slots, left: wanted}
	s.space()
	s.enter(n)
}

func (s *scanner) space() {
	for s.at < len(s.json) && s.json[s.at] <= ' ' {
		s.at++
	}
}

// enter reads the value at the place, which has children that are wanted.
func (s *scanner) enter(n *node) {
	if s.at >= len(s.json) {
		return
	}
	switch s.json[s.at] {
	case '{':
		s.members(n)
	case '[':
		s.items(n)
	default:
		s.at = skip(s.json, s.at)
	}
}

func (s *scanner) members(n *node) {
	s.at++
	for s.at < len(s.json) {
		s.space()
		if s.at >= len(s.json) || s.json[s.at] == '}' {
			s.at++
			return
		}
		start := s.at
		s.at = skipString(s.json, s.at)
		quoted := s.json[start:s.at]
		child := n.named(quoted, strings.IndexByte(quoted, '\\') >= 0)
		s.space()
		s.at++ // the colon
		s.space()
		if s.value(child); s.left == 0 {
			return
		}
		s.space()
		if s.at < len(s.json) && s.json[s.at] == ',' {
			s.at++
		}
	}
}

func (s *scanner) items(n *node) {
	s.at++
	for i := 0; s.at < len(s.json); i++ {
		s.space()
		if s.at >= len(s.json) || s.json[s.at] == ']' {
			s.at++
			return
		}
		if s.value(n.item(i)); s.left == 0 {
			return
		}
		s.space()
		if s.at < len(s.json) && s.json[s.at] == ',' {
			s.at++
		}
	}
}

// value reads one value, whose node is nil if nothing of it is wanted.
func (s *scanner) value(n *node) {
	start := s.at
	if n == nil {
		s.at = skip(s.json, s.at)
		return
	}
	if len(n.children) > 0 {
		s.enter(n)
		if s.left == 0 && n.slot < 0 {
			return
		}
	}
	if n.slot < 0 || s.want[n.slot] != "" {
		if len(n.children) == 0 {
			s.at = skip(s.json, s.at)
		}
		return
	}
	s.at = skip(s.json, start)
	s.want[n.slot] = s.json[start:min(s.at, len(s.json))]
	s.left--
}

func (n *node) item(i int) *node {
	if n == nil {
		return nil
	}
	for _, child := range n.children {
		if child.index == i {
			return child
		}
	}
	return nil
}

// skip gives the place behind the value that begins at i.
func skip(json string, i int) int {
	if i >= len(json) {
		return i
	}
	switch json[i] {
	case '"':
		return skipString(json, i)
	case '{', '[':
		return skipNested(json, i)
	}
	for i < len(json) && json[i] > ' ' && json[i] != ',' && json[i] != '}' && json[i] != ']' {
		i++
	}
	return i
}

// skipString gives the place behind the string that begins at i.
func skipString(json string, i int) int {
	for i = plainEnd(json, i+1); i < len(json); i = plainEnd(json, i) {
		switch json[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
		i++
	}
	return len(json)
}

func skipNested(json string, i int) int {
	level := 0
	for i < len(json) {
		switch json[i] {
		case '"':
			i = skipString(json, i)
			continue
		case '{', '[':
			level++
		case '}', ']':
			if level--; level == 0 {
				return i + 1
			}
		}
		i++
	}
	return len(json)
}

// rawItems gives the items of a list, each as JSON.
func rawItems(raw string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 1; i < len(raw); {
			switch raw[i] {
			case ' ', '\t', '\n', '\r', ',':
				i++
				continue
			case ']':
				return
			}
			end := skip(raw, i)
			if end <= i || !yield(raw[i:end]) {
				return
			}
			i = end
		}
	}
}

// rawMembers gives the members of an object: the name in quotes, and the value as JSON.
func rawMembers(raw string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		name := ""
		for i := 1; i < len(raw); {
			switch raw[i] {
			case ' ', '\t', '\n', '\r', ',', ':':
				i++
				continue
			case '}':
				return
			}
			end := skip(raw, i)
			if end <= i {
				return
			}
			if name == "" {
				name = raw[i:end]
			} else if !yield(name, raw[i:end]) {
				return
			} else {
				name = ""
			}
			i = end
		}
	}
}
