package operations

import (
	"encoding/binary"
	"encoding/json"
	"math/bits"
)

// scanner walks over JSON without making anything of it. Its methods tell whether what they were to read was there.
type scanner struct {
	data []byte
	at   int
}

// Valid is json.Valid, several times as fast.
func Valid(data []byte) bool {
	const deepest = 256 // beyond it, encoding/json may decide
	var objects [deepest / 64]uint64
	s, depth := scanner{data: data}, 0
	for {
		s.space()
		opened := s.peek()
		switch {
		case opened != '{' && opened != '[':
			if !s.scalar() {
				return false
			}
		case depth == deepest:
			return json.Valid(data)
		default:
			s.at++
			s.space()
			if s.take(opened + 2) { // the two brackets lie two apart
				break
			}
			bit := uint64(1) << (depth % 64)
			if objects[depth/64] &^= bit; opened == '{' {
				objects[depth/64] |= bit
				if !s.member() {
					return false
				}
			}
			depth++
			continue
		}
		for more := false; !more; {
			s.space()
			if depth == 0 {
				return s.at == len(data)
			}
			inner := depth - 1
			object := objects[inner/64]&(1<<(inner%64)) != 0
			switch {
			case s.take(','):
				if more = true; object && !s.member() {
					return false
				}
			case object && s.take('}'), !object && s.take(']'):
				depth--
			default:
				return false
			}
		}
	}
}

// peek is the next byte; 0 at the end.
func (s *scanner) peek() byte {
	if s.at < len(s.data) {
		return s.data[s.at]
	}
	return 0
}

func (s *scanner) take(c byte) bool {
	if s.at < len(s.data) && s.data[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *scanner) space() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\n', '\r', '\t':
			s.at++
		default:
			return
		}
	}
}

// member reads a name and the colon behind it.
func (s *scanner) member() bool {
	s.space()
	if !s.text() {
		return false
	}
	s.space()
	return s.take(':')
}

func (s *scanner) scalar() bool {
	switch s.peek() {
	case '"':
		return s.text()
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	default:
		return s.number()
	}
}

func (s *scanner) word(word string) bool {
	if len(s.data)-s.at < len(word) || string(s.data[s.at:s.at+len(word)]) != word {
		return false
	}
	s.at += len(word)
	return true
}

// text reads a string.
func (s *scanner) text() bool {
	if !s.take('"') {
		return false
	}
	for {
		s.skipPlain()
		switch c := s.peek(); {
		case s.at >= len(s.data) || c < ' ':
			return false
		case c == '"':
			s.at++
			return true
		case c == '\\':
			if !s.escape() {
				return false
			}
		default:
			s.at++
		}
	}
}

// skipPlain goes on to a byte that ends a string or means something in it, or near to the end of the data: eight bytes at
// a time, by https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord.
func (s *scanner) skipPlain() {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for len(s.data)-s.at >= 8 {
		x := binary.LittleEndian.Uint64(s.data[s.at:])
		quote, backslash := x^('"'*ones), x^('\\'*ones)
		special := ((x-' '*ones)&^x | (quote-ones)&^quote | (backslash-ones)&^backslash) & highs
		if special != 0 {
			s.at += bits.TrailingZeros64(special) / 8
			return
		}
		s.at += 8
	}
}

func (s *scanner) escape() bool {
	s.at++
	c := s.peek()
	s.at++
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		for range 4 {
			c := s.peek() | 0x20
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') || s.peek() < '0' {
				return false
			}
			s.at++
		}
		return true
	default:
		return false
	}
}

func (s *scanner) number() bool {
	s.take('-')
	if !s.take('0') && !s.digits() {
		return false
	}
	if s.take('.') && !s.digits() {
		return false
	}
	if s.peek()|0x20 == 'e' {
		s.at++
		if !s.take('+') {
			s.take('-')
		}
		return s.digits()
	}
	return true
}

func (s *scanner) digits() bool {
	from := s.at
	for s.at < len(s.data) && s.data[s.at] >= '0' && s.data[s.at] <= '9' {
		s.at++
	}
	return s.at > from
}
