package wire

import "strings"

// head is what an inspection finds.
type head struct {
	size   int // bytes, with the empty line at its end
	fields int // lines
	status int
	length int64 // of the body
}

const (
	version   = "HTTP/1.1 "
	maxFields = 100
)

// inspect tells whether b begins with the whole head of a plain answer: a final one of HTTP/1.1, with a body whose length
// is told once and in figures, over a connection that stays, in visible ASCII and spaces only, a line to each field.
// It spells the names of fields in their usual way where they stand, as net/http does when it reads them.
func inspect(b []byte) (h head, plain bool) {
	if h.status = statusOf(b); h.status == 0 {
		return h, false
	}
	h.length = -1
	h.size = endOfLine(b, len(version)+len("200 "))
	for h.size > 0 && h.size < len(b) && b[h.size] != '\r' {
		from := h.size
		colon := spell(b, from)
		if h.size = endOfLine(b, colon+1); colon < 0 || h.size < 0 {
			return h, false
		}
		if !h.admit(b[from:colon], b[colon+1:h.size-2]) {
			return h, false
		}
		h.fields++
	}
	if h.size < 0 || endOfLine(b, h.size) != h.size+2 {
		return h, false
	}
	h.size += 2
	return h, h.length >= 0 && h.fields <= maxFields
}

// statusOf is the status of a final answer that has a body; 0: it is none.
func statusOf(b []byte) int {
	if len(b) < len(version)+4 || string(b[:len(version)]) != version {
		return 0
	}
	code := b[len(version) : len(version)+4]
	if code[0] < '2' || code[0] > '9' || !isDigit(code[1]) || !isDigit(code[2]) || code[3] != ' ' {
		return 0
	}
	status := int(code[0]-'0')*100 + int(code[1]-'0')*10 + int(code[2]-'0')
	if status == 204 || status == 304 {
		return 0
	}
	return status
}

// endOfLine is where the next line begins after one of visible ASCII and spaces; -1: it is not such a line.
func endOfLine(b []byte, from int) int {
	for i := from; i < len(b)-1; i++ {
		if c := b[i]; c < ' ' || c > '~' {
			if c == '\r' && b[i+1] == '\n' {
				return i + 2
			}
			return -1
		}
	}
	return -1
}

// admit notes a field; false: there is more to it than to a line of text.
func (h *head) admit(name, value []byte) bool {
	switch string(name) {
	case "Content-Length":
		if h.length >= 0 {
			return false
		}
		h.length = figures(value)
		return h.length >= 0
	case "Connection":
		return strings.EqualFold(strings.Trim(string(value), " "), "keep-alive")
	case "Transfer-Encoding", "Trailer", "Upgrade", "Pragma":
		return false
	default:
		return true
	}
}

// figures is a number of up to 18 figures, with spaces around it; -1: it is none.
func figures(text []byte) (n int64) {
	for len(text) > 0 && text[0] == ' ' {
		text = text[1:]
	}
	for len(text) > 0 && text[len(text)-1] == ' ' {
		text = text[:len(text)-1]
	}
	if len(text) == 0 || len(text) > 18 {
		return -1
	}
	for _, c := range text {
		if !isDigit(c) {
			return -1
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
