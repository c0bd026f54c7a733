package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// transforms tells what is done to a value, to stand behind where it comes from: ", trimmed and cut to 255 characters".
func transforms(list []Transform) string {
	var done []string
	tail := ""
	for _, t := range list[:min(len(list), MaxTransforms)] {
		switch t.Name {
		case "default":
			tail += "; without one, " + valueText(orNull(defaultOf(t)))
		case "required":
			tail += "; it has to be there"
		default:
			done = append(done, transformText(t))
		}
	}
	if len(done) == 0 {
		return tail
	}
	return ", " + enumeration(done, "and") + tail
}

// transformText tells what one transform does, to stand behind "is".
func transformText(t Transform) string {
	a := argumentMap(t)
	switch t.Name {
	case "trim":
		return "trimmed"
	case "lower":
		return "in small letters"
	case "upper":
		return "in capital letters"
	case "title":
		return "with a capital for each word"
	case "truncate":
		return "cut to " + a.plain("length") + " characters" + a.with(" ending in %s", "ellipsis")
	case "replace":
		return "with " + a.text("new") + " in place of " + a.text("old")
	case "split":
		return "split at " + a.text("separator")
	case "email":
		return "as a plain email address"
	case "phone":
		return "as a phone number with its country code" + a.with(" (%s, if it has none)", "region")
	case "hash":
		return "as a hash"
	case "html_to_text":
		return "without its HTML"
	case "text":
		return "as a text"
	case "number":
		return "as a number" + a.with(" with %s before its fraction", "decimal")
	case "integer":
		return "as a whole number"
	case "round":
		return "rounded" + a.with(" to %s digits", "digits")
	case "boolean":
		return "as true or false" + a.with(" (%s is true)", "true") + a.with(" (%s is false)", "false")
	case "date":
		return dateText(a)
	}
	return listTransformText(t, a)
}

func listTransformText(t Transform, a namedArguments) string {
	switch t.Name {
	case "join":
		if a["separator"] == nil {
			return "joined with commas"
		}
		return "joined with " + a.text("separator")
	case "first":
		return "of which the first"
	case "last":
		return "of which the last"
	case "unique":
		return "each only once"
	case "flatten":
		return "as one flat list"
	case "compact":
		return "without empty items"
	case "length":
		return "of which how many there are"
	case "slice":
		return "of which the part" + a.with(" from place %s", "from") + a.with(" to before %s", "to")
	}
	return "changed by " + clip(t.Name, maxQuoted)
}

func dateText(a namedArguments) string {
	text := "as a date"
	if a["to"] != nil {
		form := strings.Trim(a.text("to"), `"`)
		switch form {
		case formDate:
			text = "as a day"
		case formUnix:
			text = "as seconds since 1970"
		case formUnixMs:
			text = "as milliseconds since 1970"
		default:
			text = "as a date in the form " + form
		}
	}
	return text + a.with(" in the zone %s", "to_zone") + a.with(" (read as %s)", "from") + a.with(" (from the zone %s, if it names none)", "from_zone")
}

// namedArguments are those of a transform by name.
type namedArguments map[string]json.RawMessage

// argumentMap names the bare argument too.
func argumentMap(t Transform) namedArguments {
	raw := bytes.TrimSpace(t.Argument)
	named := namedArguments{}
	if bytes.HasPrefix(raw, []byte("{")) && json.Unmarshal(raw, &named) == nil {
		return named
	}
	if info, known := transformNamed(t.Name); known && info.Bare != "" && len(raw) > 0 {
		return namedArguments{info.Bare: raw}
	}
	return namedArguments{}
}

// text writes an argument as a value.
func (a namedArguments) text(name string) string { return valueText(orNull(a[name])) }

// plain writes a number, or a text without its quotes.
func (a namedArguments) plain(name string) string { return strings.Trim(a.text(name), `"`) }

// with writes a phrase about an argument that is given.
func (a namedArguments) with(phrase, name string) string {
	if a[name] == nil {
		return ""
	}
	return fmt.Sprintf(phrase, a.plain(name))
}

// condition tells what has to be so, to stand behind "if".
func (w wording) condition(c Condition, depth int) string {
	if depth > MaxConditionDepth {
		return "something that cannot be told"
	}
	many := func(list []Condition, word string) string {
		var texts []string
		for _, one := range list[:min(len(list), 20)] {
			text := w.condition(one, depth+1)
			if len(one.All)+len(one.Any) > 1 {
				text = "(" + text + ")"
			}
			texts = append(texts, text)
		}
		return strings.Join(texts, " "+word+" ")
	}
	switch {
	case len(c.All) > 0:
		return many(c.All, "and")
	case len(c.Any) > 0:
		return many(c.Any, "or")
	case c.Not != nil:
		return "it is not so that " + w.condition(*c.Not, depth+1)
	}
	path := w.path(c.Source)
	switch {
	case c.Exists != nil:
		return path + choose(*c.Exists, " is there", " is not there")
	case c.Empty != nil:
		return path + choose(*c.Empty, " is empty", " is not empty")
	case c.Equals != nil:
		return path + " is " + valueText(c.Equals)
	}
	var values []string
	for _, raw := range c.In[:min(len(c.In), 20)] {
		values = append(values, valueText(raw))
	}
	return path + " is " + enumeration(values, "or")
}

// choose gives one of two.
func choose[V any](yes bool, then, otherwise V) V {
	if yes {
		return then
	}
	return otherwise
}
