package openapi

import (
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
	"gopkg.in/yaml.v3"
)

// fromOverlay is the column of nodes that an overlay brought in, whose line is one of the overlay.
const fromOverlay = -1

// child is the value of a mapping's key, nil if there is none.
func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// at follows keys down from n.
func at(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		n = child(n, key)
	}
	return n
}

// pairs walks the keys and values of a mapping.
func pairs(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(*yaml.Node, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// items are the elements of a sequence.
func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// str is the text of a scalar, "" if n is none or null.
func str(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

func isTrue(n *yaml.Node) bool  { return n != nil && n.Tag == "!!bool" && n.Value == "true" }
func isFalse(n *yaml.Node) bool { return n != nil && n.Tag == "!!bool" && n.Value == "false" }
func isNull(n *yaml.Node) bool  { return n != nil && n.Tag == "!!null" }

func isMapping(n *yaml.Node) bool { return n != nil && n.Kind == yaml.MappingNode }

func isNumber(n *yaml.Node) bool { return n != nil && (n.Tag == "!!int" || n.Tag == "!!float") }

// clone copies a tree, so that it can be changed in one place only.
func clone(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, inner := range n.Content {
		c.Content[i] = clone(inner)
	}
	return &c
}

// appendJSON writes a settled tree as JSON.
func appendJSON(b []byte, n *yaml.Node) []byte {
	switch {
	case n == nil || n.Tag == "!!null":
		return append(b, "null"...)
	case n.Kind == yaml.SequenceNode:
		b = append(b, '[')
		for i, item := range n.Content {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, item)
		}
		return append(b, ']')
	case n.Kind == yaml.MappingNode:
		b = append(b, '{')
		for i := 0; i < len(n.Content); i += 2 {
			b = appendKey(b, n.Content[i].Value)
			b = appendJSON(b, n.Content[i+1])
		}
		return append(b, '}')
	case n.Tag == "!!bool" || isNumber(n):
		return append(b, n.Value...)
	default:
		return appendString(b, n.Value)
	}
}

// appendKey begins a member of an object, with a comma where one is due.
func appendKey(b []byte, key string) []byte {
	if last := b[len(b)-1]; last != '{' {
		b = append(b, ',')
	}
	return append(appendString(b, key), ':')
}

func appendString(b []byte, s string) []byte { return gjson.AppendJSONString(b, s) }

// clip bounds a text.
func clip(s string, most int) string {
	s = strings.TrimSpace(s)
	if len(s) <= most {
		return s
	}
	s = s[:most-len("…")]
	for len(s) > 0 && !utf8.ValidString(s[max(0, len(s)-utf8.UTFMax):]) {
		s = s[:len(s)-1]
	}
	return s + "…"
}

// line is a text on one line, at most 200 bytes.
func line(s string) string { return clip(strings.Join(strings.Fields(clip(s, maxText)), " "), 200) }
