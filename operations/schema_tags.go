package operations

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// applyTags adds to a field's schema what its tags say.
func applyTags(s *jsonschema.Schema, tag reflect.StructTag) error {
	s.Title, s.Description = tag.Get("title"), tag.Get("doc")
	value := s // what speaks of values speaks of the items of a list
	if s.Items != nil {
		value = s.Items
	}
	set(tag, "format", &value.Format)
	set(tag, "pattern", &value.Pattern)
	isText := value.Type == "string"
	if list, given := tag.Lookup("enum"); given {
		value.Enum = nil
		for text := range strings.SplitSeq(list, ",") {
			value.Enum = append(value.Enum, literal(text, isText))
		}
	}
	if text, given := tag.Lookup("default"); given {
		s.Default = literal(text, s.Type == "string")
	}
	if text, given := tag.Lookup("example"); given {
		s.Examples = []any{literal(text, s.Type == "string")}
	}
	if text, given := tag.Lookup("lookup"); given {
		lookup, err := lookupOf(text)
		if err != nil {
			return err
		}
		value.Extra = map[string]any{"x-lookup": lookup}
	}
	if err := applyBounds(s, value, tag); err != nil {
		return err
	}
	if tag.Get("nullable") == "true" && s.Type != "" {
		s.Types, s.Type = []string{s.Type, "null"}, ""
		if s.Enum != nil {
			s.Enum = append(s.Enum, json.RawMessage("null"))
		}
	}
	return nil
}

func set(tag reflect.StructTag, name string, to *string) {
	if text, given := tag.Lookup(name); given {
		*to = text
	}
}

func applyBounds(s, value *jsonschema.Schema, tag reflect.StructTag) error {
	for name, to := range map[string]**int{
		"minLength": &value.MinLength, "maxLength": &value.MaxLength, "minItems": &s.MinItems, "maxItems": &s.MaxItems,
	} {
		if err := parse(tag, name, to, strconv.Atoi); err != nil {
			return err
		}
	}
	for name, to := range map[string]**float64{
		"minimum": &value.Minimum, "maximum": &value.Maximum, "multipleOf": &value.MultipleOf,
	} {
		err := parse(tag, name, to, func(text string) (float64, error) { return strconv.ParseFloat(text, 64) })
		if err != nil {
			return err
		}
	}
	return nil
}

func parse[N any](tag reflect.StructTag, name string, to **N, read func(string) (N, error)) error {
	text, given := tag.Lookup(name)
	if !given {
		return nil
	}
	n, err := read(text)
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	*to = &n
	return nil
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
