package operations

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Tags by what they speak of.
var (
	texts        = [...]string{"format", "pattern"}
	valueNumbers = [...]string{"minLength", "maxLength", "minimum", "maximum", "multipleOf"}
	listNumbers  = [...]string{"minItems", "maxItems"}
)

// tags writes what a field's tags say of its value, or, of a list, what they say of the list itself.
func (m *schemaMaker) tags(tags reflect.StructTag, kind string) error {
	if tags == "" {
		return nil
	}
	isText := kind == "string"
	if title, given := tags.Lookup("title"); given {
		m.set("title", quoted(title))
	}
	if doc, given := tags.Lookup("doc"); given {
		m.set("description", quoted(doc))
	}
	if text, given := tags.Lookup("default"); given {
		m.set("default", literal(text, isText))
	}
	if text, given := tags.Lookup("example"); given {
		m.set("examples", append(append([]byte{'['}, literal(text, isText)...), ']'))
	}
	if err := m.numbers(tags, listNumbers[:]); err != nil || kind == "array" {
		return err
	}
	return m.valueTags(tags, isText)
}

// valueTags writes what a field's tags say of a single value.
func (m *schemaMaker) valueTags(tags reflect.StructTag, isText bool) error {
	for _, name := range texts {
		if text, given := tags.Lookup(name); given {
			m.set(name, quoted(text))
		}
	}
	if list, given := tags.Lookup("enum"); given {
		m.set("enum", enum(list, isText, tags.Get("nullable") == "true"))
	}
	if text, given := tags.Lookup("lookup"); given {
		lookup, err := lookupOf(text)
		if err != nil {
			return err
		}
		m.set("x-lookup", quoted(lookup))
	}
	return m.numbers(tags, valueNumbers[:])
}

func enum(list string, isText, orNull bool) []byte {
	values := []byte{'['}
	for text := range strings.SplitSeq(list, ",") {
		values = append(append(values, literal(text, isText)...), ',')
	}
	if orNull {
		return append(values, "null]"...)
	}
	values[len(values)-1] = ']'
	return values
}

func (m *schemaMaker) numbers(tags reflect.StructTag, names []string) error {
	for _, name := range names {
		text, given := tags.Lookup(name)
		if !given {
			continue
		}
		if _, err := strconv.ParseFloat(text, 64); err != nil || !json.Valid([]byte(text)) {
			return fmt.Errorf("the tag %s:%q is not a number", name, text)
		}
		m.set(name, []byte(text))
	}
	return nil
}

// itemTags are the tags of a list without those that speak of the list itself.
func itemTags(tags reflect.StructTag) reflect.StructTag {
	var b strings.Builder
	for _, names := range [...][]string{texts[:], valueNumbers[:], {"enum", "lookup"}} {
		for _, name := range names {
			if value, given := tags.Lookup(name); given {
				b.WriteString(name + ":" + strconv.Quote(value) + " ")
			}
		}
	}
	return reflect.StructTag(b.String())
}

// literal is a tag's value as JSON.
func literal(text string, isText bool) json.RawMessage {
	if !isText && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return quoted(text)
}

// quoted is a text, or something made of texts, as JSON.
func quoted(value any) json.RawMessage {
	encoded, err := encode(value)
	if err != nil {
		panic(err) // texts always make JSON
	}
	return encoded
}

// lookup is the x-lookup of a field.
type lookup struct {
	Operation string            `json:"operation"`
	Input     map[string]string `json:"input,omitempty"` // the operation's input field → path into ours
}

func lookupOf(text string) (lookup, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return lookup{}, fmt.Errorf("lookup names no operation")
	}
	l := lookup{Operation: words[0]}
	for _, pair := range words[1:] {
		field, path, found := strings.Cut(pair, "=")
		if !found {
			return lookup{}, fmt.Errorf("lookup %q: %q is no pair of an input and a path", text, pair)
		}
		if l.Input == nil {
			l.Input = map[string]string{}
		}
		l.Input[field] = path
	}
	return l, nil
}
