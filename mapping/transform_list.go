package mapping

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

func (a *arguments) listTransform(name string) func(value) (value, string) {
	switch name {
	case "join":
		separator := a.text("separator", ", ")
		return func(v value) (value, string) { return join(v.list(), separator) }
	case "first":
		return func(v value) (value, string) { return pick(v.list(), 0) }
	case "last":
		return func(v value) (value, string) { items := v.list(); return pick(items, len(items)-1) }
	case "unique":
		return func(v value) (value, string) { return madeList(unique(v.list())), "" }
	case "flatten":
		return flatten
	case "compact":
		return func(v value) (value, string) {
			return madeList(keep(v.list(), func(item value) bool { return !item.blank() })), ""
		}
	case "length":
		return length
	case "slice":
		from, to, open := a.integer("from", 0), a.integer("to", 0), !a.given("to")
		return func(v value) (value, string) { return slice(v, from, to, open) }
	}
	return nil
}

func (a *arguments) blankTransform(name string) func(value) (value, string) {
	switch name {
	case "default":
		fallback := a.compiler.constant(orNull(a.named["value"]), a.pointer)
		return func(v value) (value, string) {
			if v.blank() {
				return fallback, ""
			}
			return v, ""
		}
	case "required":
		return func(v value) (value, string) {
			switch {
			case !v.blank():
				return v, ""
			case v.kind == textValue:
				return value{}, "is empty, and is required"
			}
			return value{}, "is " + v.what() + ", and is required"
		}
	}
	return nil
}

func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}

// join makes one text of the texts of items, leaving out those that are blank.
func join(items []value, separator string) (value, string) {
	var b strings.Builder
	for _, item := range items {
		if item.blank() {
			continue
		}
		if !item.scalar() {
			return value{}, "has an item that is " + item.what() + ", which is no text"
		}
		if b.Len() > 0 {
			b.WriteString(separator)
		}
		b.WriteString(item.text())
		if b.Len() > MaxOutputBytes {
			return value{}, fmt.Sprintf("becomes longer than %d bytes", MaxOutputBytes)
		}
	}
	return madeText(b.String()), ""
}

func pick(items []value, i int) (value, string) {
	if i < 0 || i >= len(items) {
		return value{}, ""
	}
	return items[i], ""
}

func keep(items []value, wanted func(value) bool) []value {
	kept := make([]value, 0, len(items))
	for _, item := range items {
		if wanted(item) {
			kept = append(kept, item)
		}
	}
	return kept
}

func unique(items []value) []value {
	seen := make(map[string]bool, len(items))
	return keep(items, func(item value) bool {
		key := string(item.appendJSON(nil))
		if item.kind == textValue { // which may be escaped in two ways
			key = `"` + item.text()
		}
		defer func() { seen[key] = true }()
		return !seen[key]
	})
}

func flatten(v value) (value, string) {
	var items []value
	for _, item := range v.list() {
		items = append(items, item.list()...)
	}
	return madeList(items), ""
}

func length(v value) (value, string) {
	switch v.kind {
	case textValue:
		return madeNumber(strconv.Itoa(characters(v.text()))), ""
	case listValue:
		return madeNumber(strconv.Itoa(len(v.list()))), ""
	}
	return value{}, "is " + v.what() + ", which has no length"
}

func slice(v value, from, to int, open bool) (value, string) {
	switch v.kind {
	case textValue:
		s := v.text()
		from, to = stretch(characters(s), from, to, open)
		start := byteOf(s, from)
		return madeText(s[start : start+byteOf(s[start:], to-from)]), ""
	case listValue:
		items := v.list()
		from, to = stretch(len(items), from, to, open)
		return madeList(items[from:to]), ""
	}
	return value{}, "is " + v.what() + ", of which no stretch can be taken"
}

// stretch gives the bounds of a slice of n: those below 0 count from the end.
func stretch(n, from, to int, open bool) (int, int) {
	if open {
		to = n
	}
	if from < 0 {
		from += n
	}
	if to < 0 {
		to += n
	}
	from = min(max(from, 0), n)
	return from, min(max(to, from), n)
}
