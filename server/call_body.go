package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// callBody is what a call is asked for with.
type callBody struct {
	credential string
	input      json.RawMessage
	mapped     mappedInput // in place of the input
	timeout    time.Duration
	bulk       bool
}

// maxTimeoutMs bounds timeoutMs before it is a duration; the executor has its own, lower bound.
const maxTimeoutMs = 24 * 60 * 60 * 1000

// decodeCall reads the body of a call. Every call pays for it, so it looks at the top level only and hands the input
// on as it came, within the body: the executor decodes, bounds and validates that.
func decodeCall(body []byte) (callBody, error) {
	if !operations.Valid(body) {
		return callBody{}, malformed(body)
	}
	w := walker{json: body}
	if w.space(); w.peek() != '{' {
		return callBody{}, invalidBody([]operations.InputFault{{Detail: "must be an object"}})
	}
	var out callBody
	var faults []operations.InputFault
	var seen members
	const most = 100
	for len(faults) < most && w.next() {
		name := w.name
		fault := out.set(name, w.value)
		if seen.add(name) {
			fault = "is given twice"
		}
		if fault != "" {
			faults = append(faults, operations.InputFault{Pointer: "/" + escapeToken(string(name)), Detail: fault})
		}
	}
	if len(faults) == 0 {
		faults = out.mapped.faults(out.input != nil)
	}
	if len(faults) > 0 {
		return callBody{}, invalidBody(faults)
	}
	return out, nil
}

// set takes over one member, whose value stays in the body, and says what is wrong with it.
func (b *callBody) set(name, value []byte) (fault string) {
	switch string(name) {
	case "credentialId":
		if value[0] != '"' {
			return "must be a string"
		}
		b.credential = string(text(value))
	case "input":
		b.input = value
		if value[0] != '{' {
			return "must be an object"
		}
	case "timeoutMs":
		number := gjson.ParseBytes(value)
		b.timeout = time.Duration(number.Num) * time.Millisecond
		if number.Type != gjson.Number || number.Num < 1 || number.Num > maxTimeoutMs || number.Num != float64(int64(number.Num)) {
			return fmt.Sprintf("must be a whole number from 1 to %d", maxTimeoutMs)
		}
	case "bulk":
		b.bulk = value[0] == 't'
		if value[0] != 't' && value[0] != 'f' {
			return "must be true or false"
		}
	default:
		return b.mapped.set(name, value)
	}
	return ""
}

// members are the names that have been given.
type members struct {
	known [8]bool
	other map[string]bool
}

// add takes in a name and tells whether it was there already.
func (m *members) add(name []byte) bool {
	names := [len(m.known)]string{"credentialId", "input", "timeoutMs", "bulk", "mappingId", "mappingVersion", "mapping", "source"}
	for i := range names {
		if names[i] == string(name) {
			twice := m.known[i]
			m.known[i] = true
			return twice
		}
	}
	if m.other == nil {
		m.other = map[string]bool{}
	}
	twice := m.other[string(name)]
	m.other[string(name)] = true
	return twice
}

// walker goes through the members of an object. It must be valid JSON.
type walker struct {
	json []byte
	at   int

	name  []byte // as it is meant, not as it is written
	value []byte // as it is written; part of json
}

// next goes on to the next member, if there is one. It begins on the object's bracket.
func (w *walker) next() bool {
	if w.peek() == '}' {
		return false
	}
	w.at++ // behind the bracket or the comma
	if w.space(); w.peek() == '}' {
		return false
	}
	from := w.at
	w.text()
	w.name = text(w.json[from:w.at])
	w.space()
	w.at++ // behind the colon
	w.space()
	from = w.at
	w.skip()
	w.value = w.json[from:w.at:w.at]
	w.space()
	return true
}

func (w *walker) peek() byte { return w.json[w.at] }

func (w *walker) space() {
	for isSpace(w.json[w.at]) {
		w.at++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// skip goes behind a value.
func (w *walker) skip() {
	switch w.peek() {
	case '"':
		w.text()
	case '{', '[':
		w.container()
	default:
		for c := w.peek(); c != ',' && c != '}' && !isSpace(c); c = w.peek() {
			w.at++
		}
	}
}

func (w *walker) container() {
	for depth := 0; ; {
		switch w.peek() {
		case '"':
			w.text()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if w.at++; depth == 0 {
			return
		}
	}
}

// text goes behind a string: to the first quote that no odd number of backslashes stands before.
func (w *walker) text() {
	for {
		w.at += 1 + bytes.IndexByte(w.json[w.at+1:], '"') + 1
		escapes := 0
		for w.json[w.at-2-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return
		}
		w.at--
	}
}

// text is what a string means.
func text(written []byte) []byte {
	if slices.Contains(written, '\\') {
		return []byte(gjson.ParseBytes(written).String())
	}
	return written[1 : len(written)-1]
}
