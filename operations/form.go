package operations

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// form is a schema as far as documents can be held against it while they are read. It finds most that are valid; what
// it cannot judge, and what is wrong with a document, is the library's to say. Nil: no document can be judged.
type form struct {
	kinds    kinds
	members  map[string]*member
	required int
	items    *form // nil: arrays cannot be judged
	texts    []string
	pattern  *regexp.Regexp
	format   bool // texts cannot be judged

	leastItems, mostItems, shortest, longest int // -1: no bound
	least, most                              *float64
}

// member is one that an object may have.
type member struct {
	form     *form
	place    int // among the members
	required bool
}

type kinds uint8

const (
	kindNull kinds = 1 << iota
	kindBoolean
	kindInteger
	kindNumber
	kindText
	kindArray
	kindObject
)

// maxMembers bounds the members of an object that can be judged, and maxForms how deep a schema is read.
const (
	maxMembers = 256
	maxForms   = 16
)

// newForm reads a schema. It must know every keyword that could refuse something.
func newForm(schema gjson.Result, depth int) *form {
	if schema.IsBool() && schema.Bool() {
		return &form{kinds: kindNull | kindBoolean | kindInteger | kindNumber | kindText, leastItems: -1, mostItems: -1, shortest: -1, longest: -1}
	}
	if !schema.IsObject() || depth > maxForms {
		return nil
	}
	f := &form{leastItems: -1, mostItems: -1, shortest: -1, longest: -1}
	known, names := true, map[string]bool{}
	schema.ForEach(func(key, value gjson.Result) bool {
		known = !names[key.Str] && f.keyword(key.Str, value, schema, depth)
		names[key.Str] = true
		return known
	})
	if !known {
		return nil
	}
	if f.kinds == 0 {
		f.kinds = kindNull | kindBoolean | kindInteger | kindNumber | kindText | kindArray | kindObject
	}
	return f
}

// keyword takes over one keyword; false: it cannot be judged by.
func (f *form) keyword(name string, value, schema gjson.Result, depth int) bool {
	switch name {
	case "type":
		return f.types(value)
	case "properties":
		return f.properties(value, schema, depth)
	case "required":
		return schema.Get("properties").IsObject() // read with them
	case "additionalProperties": // what they are for is not judged
		return true
	case "items":
		f.items = newForm(value, depth+1)
		return true
	case "minItems":
		return whole(value, &f.leastItems)
	case "maxItems":
		return whole(value, &f.mostItems)
	case "minLength":
		return whole(value, &f.shortest)
	case "maxLength":
		return whole(value, &f.longest)
	case "minimum":
		return decimal(value, &f.least)
	case "maximum":
		return decimal(value, &f.most)
	case "enum":
		return f.enum(value)
	case "pattern":
		pattern, err := regexp.Compile(value.Str)
		f.pattern = pattern
		return err == nil && value.Type == gjson.String
	case "format":
		f.format = true
		return true
	case "$schema":
		return strings.Contains(value.Str, "/2020-12/")
	case "$comment", "$defs", "definitions", "title", "description", "default", "deprecated", "readOnly", "writeOnly", "examples", "example":
		return true
	default:
		return strings.HasPrefix(name, "x-")
	}
}

func (f *form) types(value gjson.Result) bool {
	known := true
	for _, name := range value.Array() { // also of a single value
		kind := map[string]kinds{
			"null": kindNull, "boolean": kindBoolean, "integer": kindInteger, "number": kindInteger | kindNumber,
			"string": kindText, "array": kindArray, "object": kindObject,
		}[name.Str]
		f.kinds |= kind
		known = known && kind != 0
	}
	return known && f.kinds != 0
}

func (f *form) properties(value, schema gjson.Result, depth int) bool {
	f.members = map[string]*member{}
	known := value.IsObject()
	value.ForEach(func(key, inner gjson.Result) bool {
		known = known && f.members[key.Str] == nil && len(f.members) < maxMembers && !strings.Contains(key.Str, `\`)
		f.members[key.Str] = &member{form: newForm(inner, depth+1), place: len(f.members)}
		return known
	})
	for _, name := range schema.Get("required").Array() {
		m := f.members[name.Str]
		if known = known && m != nil && name.Type == gjson.String; known && !m.required {
			m.required = true
			f.required++
		}
	}
	return known
}

func (f *form) enum(value gjson.Result) bool {
	f.texts = []string{}
	for _, text := range value.Array() {
		if text.Type != gjson.String {
			return false
		}
		f.texts = append(f.texts, text.Str)
	}
	return value.IsArray()
}

func whole(value gjson.Result, into *int) bool {
	n, err := strconv.Atoi(value.Raw)
	*into = n
	return err == nil && n >= 0
}

func decimal(value gjson.Result, into **float64) bool {
	n, err := strconv.ParseFloat(value.Raw, 64)
	*into = &n
	return err == nil && isShortNumber(value.Raw)
}

// isShortNumber tells whether a number is written plainly and so short that comparing it as a float64 is exact.
func isShortNumber(number string) bool {
	const most = 15 // digits that every float64 tells apart
	return len(number) <= most && !strings.ContainsAny(number, "eE")
}

// accepts tells whether a whole document surely is valid JSON, in which no name is there twice, and fits.
func (f *form) accepts(document []byte) bool {
	s := scanner{data: document}
	if s.space(); !f.read(&s) {
		return false
	}
	s.space()
	return s.at == len(document)
}

// read reads one value; false: it does not fit, or who knows.
func (f *form) read(s *scanner) bool {
	if f == nil {
		return false
	}
	switch c := s.peek(); c {
	case '{':
		return f.kinds&kindObject != 0 && f.readObject(s)
	case '[':
		return f.kinds&kindArray != 0 && f.readArray(s)
	case '"':
		return f.kinds&kindText != 0 && f.readText(s)
	case 't', 'f':
		return f.kinds&kindBoolean != 0 && f.texts == nil && s.scalar()
	case 'n':
		return f.kinds&kindNull != 0 && f.texts == nil && s.scalar()
	default:
		return f.readNumber(s)
	}
}

func (f *form) readObject(s *scanner) bool {
	if f.texts != nil {
		return false
	}
	var seen [maxMembers / 64]uint64
	required := 0
	s.at++
	if s.space(); s.take('}') {
		return f.required == 0
	}
	for {
		from := s.at + 1
		if !s.text() {
			return false
		}
		m := f.members[string(s.data[from:s.at-1])] // one written with an escape is not among them
		if m == nil || seen[m.place/64]&(1<<(m.place%64)) != 0 {
			return false
		}
		seen[m.place/64] |= 1 << (m.place % 64)
		if m.required {
			required++
		}
		if s.space(); !s.take(':') {
			return false
		}
		if s.space(); !m.form.read(s) {
			return false
		}
		if s.space(); s.take('}') {
			return required == f.required
		}
		if !s.take(',') {
			return false
		}
		s.space()
	}
}

func (f *form) readArray(s *scanner) bool {
	if f.items == nil || f.texts != nil {
		return false
	}
	count := 0
	s.at++
	if s.space(); !s.take(']') {
		for {
			if !f.items.read(s) {
				return false
			}
			count++
			if s.space(); s.take(']') {
				break
			}
			if !s.take(',') {
				return false
			}
			s.space()
		}
	}
	return count >= f.leastItems && (f.mostItems < 0 || count <= f.mostItems)
}

func (f *form) readText(s *scanner) bool {
	from := s.at + 1
	if f.format || !s.text() {
		return false
	}
	if f.texts == nil && f.pattern == nil && f.shortest <= 0 && f.longest < 0 {
		return true
	}
	text := s.data[from : s.at-1]
	if bytes.IndexByte(text, '\\') >= 0 || !utf8.Valid(text) {
		return false
	}
	length := utf8.RuneCount(text)
	return length >= f.shortest && (f.longest < 0 || length <= f.longest) &&
		(f.texts == nil || slices.Contains(f.texts, string(text))) && (f.pattern == nil || f.pattern.Match(text))
}

func (f *form) readNumber(s *scanner) bool {
	from := s.at
	if f.kinds&(kindInteger|kindNumber) == 0 || f.texts != nil || !s.number() {
		return false
	}
	number := string(s.data[from:s.at])
	if !isShortNumber(number) || f.kinds&kindNumber == 0 && strings.Contains(number, ".") {
		return false
	}
	if f.least == nil && f.most == nil {
		return true
	}
	n, err := strconv.ParseFloat(number, 64)
	return err == nil && (f.least == nil || n >= *f.least) && (f.most == nil || n <= *f.most)
}
