package wire

// spelling is how each byte of a header's name is spelt at the beginning of a word [1] and within it [0], as
// textproto.CanonicalMIMEHeaderKey does it; 0: no name holds it.
type spelling [2][256]byte

var ofNames = newSpelling()

func newSpelling() (s spelling) {
	for c := range 256 {
		if !ofTokens[c] {
			continue
		}
		s[0][c], s[1][c] = byte(c), byte(c)
		switch {
		case 'A' <= c && c <= 'Z':
			s[0][c] += 'a' - 'A'
		case 'a' <= c && c <= 'z':
			s[1][c] -= 'a' - 'A'
		}
	}
	return s
}

// spell finds the colon after the name of a field, and spells the name in its usual way; -1: there is no name.
func spell(b []byte, from int) int {
	var differs byte
	word, i := 1, from
	for ; i < len(b) && b[i] != ':'; i++ {
		c := ofNames[word][b[i]]
		if c == 0 {
			return -1
		}
		differs |= c ^ b[i]
		word = wordAfter(c)
	}
	if i == from || i == len(b) {
		return -1
	}
	if differs != 0 {
		word = 1
		for j, c := range b[from:i] {
			b[from+j] = ofNames[word][c]
			word = wordAfter(c)
		}
	}
	return i
}

// wordAfter is 1 if a word of a name begins after c.
func wordAfter(c byte) int {
	if c == '-' {
		return 1
	}
	return 0
}
