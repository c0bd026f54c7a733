package mapping

import (
	"math/bits"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// checker reads a source document once: it refuses what is not JSON or nests too deep, and takes out what plain paths
// read on its way. Of two members of one name the first counts, as gjson has it.
type checker struct {
	json  string
	at    int
	want  []string // by slot
	wrong bool     // it is not JSON
	deep  bool     // it nests deeper than operations.MaxDepth
}

// check fills the slots below n.
func check(json string, n *node, slots []string) (wrong, deep bool) {
	c := checker{json: json, want: slots}
	c.space()
	c.value(n, 0)
	c.space()
	return c.wrong || c.at != len(json), c.deep
}

func (c *checker) space() {
	if c.at < len(c.json) && c.json[c.at] <= ' ' {
		c.spaces()
	}
}

func (c *checker) spaces() {
	for c.at < len(c.json) {
		switch c.json[c.at] {
		case ' ', '\t', '\n', '\r':
			c.at++
		default:
			return
		}
	}
}

// peek is the next character; 0 at the end.
func (c *checker) peek() byte {
	if c.at < len(c.json) {
		return c.json[c.at]
	}
	return 0
}

// refuse ends the reading.
func (c *checker) refuse() {
	c.wrong = true
	c.at = len(c.json)
}

// value reads one value, whose node is nil if nothing of it is wanted.
func (c *checker) value(n *node, depth int) {
	start := c.at
	switch first := c.peek(); {
	case first == '"':
		c.text()
	case first == '{' || first == '[':
		if depth++; depth > operations.MaxDepth {
			c.deep = true
			c.refuse()
			return
		}
		if first == '{' {
			c.members(n, depth)
		} else {
			c.items(n, depth)
		}
	case first == '-' || first >= '0' && first <= '9':
		c.number()
	case first == 't':
		c.literal("true")
	case first == 'f':
		c.literal("false")
	default:
		c.literal("null")
	}
	if n != nil && n.slot >= 0 && c.want[n.slot] == "" {
		c.want[n.slot] = c.json[start:c.at]
	}
}

func (c *checker) literal(word string) {
	if end := c.at + len(word); end <= len(c.json) && c.json[c.at:end] == word {
		c.at = end
		return
	}
	c.refuse()
}

func (c *checker) number() {
	start := c.at
	for c.at < len(c.json) {
		if b := c.json[c.at]; b >= '0' && b <= '9' || b == '.' || b == '-' || b == '+' || b == 'e' || b == 'E' {
			c.at++
			continue
		}
		break
	}
	if !isNumber(c.json[start:c.at]) {
		c.refuse()
	}
}

func (c *checker) members(n *node, depth int) {
	c.at++
	if c.space(); c.peek() == '}' {
		c.at++
		return
	}
	for {
		if c.peek() != '"' {
			c.refuse()
			return
		}
		start := c.at
		escaped := c.text()
		child := n.named(c.json[start:c.at], escaped)
		if c.space(); c.peek() != ':' {
			c.refuse()
			return
		}
		c.at++
		c.space()
		c.value(child, depth)
		if c.space(); c.more('}') {
			return
		}
	}
}

func (c *checker) items(n *node, depth int) {
	c.at++
	if c.space(); c.peek() == ']' {
		c.at++
		return
	}
	for i := 0; ; i++ {
		c.value(n.item(i), depth)
		if c.space(); c.more(']') {
			return
		}
	}
}

// more passes a comma, or tells that there is no more.
func (c *checker) more(closing byte) (ended bool) {
	switch c.peek() {
	case ',':
		c.at++
		c.space()
		return false
	case closing:
		c.at++
		return true
	}
	c.refuse()
	return true
}

// text reads a string and tells whether there are escapes in it.
func (c *checker) text() (escaped bool) {
	for c.at++; ; {
		c.at = plainEnd(c.json, c.at)
		switch c.peek() {
		case '"':
			c.at++
			return escaped
		case '\\':
			escaped = true
			if c.escape(); !c.wrong {
				continue
			}
		}
		c.refuse() // a control character, or the end
		return escaped
	}
}

// escape reads a backslash and what it escapes.
func (c *checker) escape() {
	c.at += 2
	switch c.json[min(c.at, len(c.json))-1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		c.wrong = c.at > len(c.json)
		return
	case 'u':
		end := c.at + 4
		for ; c.at < min(end, len(c.json)) && isHex(c.json[c.at]); c.at++ {
		}
		c.wrong = c.at != end
		return
	}
	c.wrong = true
}

func isHex(b byte) bool { return b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'f' }

// plainEnd gives the place of the next quote, backslash or control character, eight bytes at a time.
func plainEnd(s string, i int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(s); i += 8 {
		w := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		quote, backslash := w^(ones*'"'), w^(ones*'\\')
		found := ((w-ones*0x20)&^w | (quote-ones)&^quote | (backslash-ones)&^backslash) & highs
		if found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(s); i++ {
		if b := s[i]; b == '"' || b == '\\' || b < 0x20 {
			return i
		}
	}
	return i
}

// named finds the child for a member's name in quotes.
func (n *node) named(quoted string, escaped bool) *node {
	if n == nil || len(n.children) == 0 || len(quoted) < 2 {
		return nil
	}
	name := quoted[1 : len(quoted)-1]
	if escaped {
		name = gjson.Parse(quoted).Str
	}
	for _, child := range n.children {
		if child.name == name {
			return child
		}
	}
	return nil
}
