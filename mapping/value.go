package mapping

import (
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// kind is what a value is.
type kind uint8

const (
	missingValue kind = iota // nothing there
	failedValue              // there was a fault, which has been noted
	nullValue
	booleanValue
	numberValue
	textValue
	listValue
	objectValue
)

// value is a value on its way through a rule. One that comes from a document keeps its bytes. It is kept small, since it
// is handed on by value.
type value struct {
	raw   string   // JSON; of a text that was made, the text itself
	items *[]value // of a list that was made
	kind  kind
	made  bool // it is a text that was made
}

func madeText(s string) value { return value{kind: textValue, raw: s, made: true} }

func madeList(items []value) value { return value{kind: listValue, items: &items} }

func madeNumber(digits string) value { return value{kind: numberValue, raw: digits} }

func madeBoolean(b bool) value { return value{kind: booleanValue, raw: strconv.FormatBool(b)} }

// rawValue is the value of JSON that is known to be valid and begins with its first character; "" is missing.
func rawValue(raw string) value {
	if raw == "" {
		return value{}
	}
	v := value{kind: numberValue, raw: raw}
	switch raw[0] {
	case '"':
		v.kind = textValue
	case '{':
		v.kind = objectValue
	case '[':
		v.kind = listValue
	case 't', 'f':
		v.kind = booleanValue
	case 'n':
		v.kind = nullValue
	}
	return v
}

// text decodes a text, or gives a number or boolean as JSON writes it.
func (v value) text() string {
	if v.kind != textValue || v.made {
		return v.raw
	}
	inner := v.raw[1 : len(v.raw)-1]
	if strings.IndexByte(inner, '\\') < 0 {
		return inner
	}
	return gjson.Parse(v.raw).Str
}

// blank tells whether the value is missing, null or empty text.
func (v value) blank() bool {
	switch v.kind {
	case missingValue, nullValue:
		return true
	case textValue:
		return v.raw == "" || !v.made && len(v.raw) == len(`""`)
	}
	return false
}

// scalar tells whether the value can be read as a text.
func (v value) scalar() bool {
	return v.kind == textValue || v.kind == numberValue || v.kind == booleanValue
}

// size is about how many bytes the value has.
func (v value) size() int {
	n := len(v.raw)
	if v.items != nil {
		for _, item := range *v.items {
			n += 1 + item.size()
		}
	}
	return n
}

// list gives the items of a list; of anything else, itself.
func (v value) list() []value {
	switch {
	case v.kind != listValue:
		return []value{v}
	case v.items != nil:
		return *v.items
	}
	items := make([]value, 0, 8)
	for item := range rawItems(v.raw) {
		items = append(items, rawValue(item))
	}
	return items
}

// each goes through the items of a list, or through the one value that it is, without making a slice of them.
func (v value) each() iter.Seq[value] {
	return func(yield func(value) bool) {
		if v.kind != listValue || v.items != nil {
			for _, item := range v.list() {
				if !yield(item) {
					return
				}
			}
			return
		}
		for raw := range rawItems(v.raw) {
			if !yield(rawValue(raw)) {
				return
			}
		}
	}
}

// what names a value's kind for people.
func (v value) what() string {
	switch v.kind {
	case missingValue, failedValue:
		return "missing"
	case nullValue:
		return "null"
	case booleanValue:
		return "a boolean"
	case numberValue:
		return "a number"
	case textValue:
		return "a text"
	case listValue:
		return "a list"
	}
	return "an object"
}

// appendJSON writes a value as compact JSON; missing as null.
func (v value) appendJSON(dst []byte) []byte {
	switch {
	case v.kind == missingValue || v.kind == failedValue:
		return append(dst, "null"...)
	case v.made:
		return appendText(dst, v.raw)
	case v.items == nil:
		return appendCompact(dst, v.raw)
	}
	dst = append(dst, '[')
	for i, item := range *v.items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = item.appendJSON(dst)
	}
	return append(dst, ']')
}

// appendCompact copies valid JSON without the white space in it.
func appendCompact(dst []byte, raw string) []byte {
	if raw[0] != '{' && raw[0] != '[' {
		return append(dst, raw...)
	}
	for i := 0; i < len(raw); {
		switch raw[i] {
		case '"':
			end := skipString(raw, i)
			dst = append(dst, raw[i:end]...)
			i = end
		case ' ', '\t', '\n', '\r':
			i++
		default:
			dst = append(dst, raw[i])
			i++
		}
	}
	return dst
}

const hexDigits = "0123456789abcdef"

// appendText writes a text as JSON, escaping only what must be.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			dst = append(dst, `\u00`...)
			dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
		}
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// characters counts code points.
func characters(s string) int { return utf8.RuneCountInString(s) }
