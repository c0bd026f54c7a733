package openapi

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
	"gopkg.in/yaml.v3"
)

// lookup is x-lookup: which drop-down fills a field. Documents that were written for another hub call it lookup, its
// operation message, and put {{placeholders}} where the other fields' values go; all of that is understood.
type lookup struct {
	Operation string                     `json:"operation"`
	Message   string                     `json:"message"`
	Input     map[string]json.RawMessage `json:"input"`
	Fixed     map[string]json.RawMessage `json:"fixed"`
}

// placedLookup is one that was published, for checking it once all drop-downs are known.
type placedLookup struct {
	ddl   string
	input map[string]bool // the fields that it gives
	node  *yaml.Node
}

// placeholder matches a text that is nothing but one placeholder, in two braces or three.
var placeholder = regexp.MustCompile(`^\{\{\{?\s*([^{}\s]+)\s*\}?\}\}$`)

// lookUp copies x-lookup, with the DDL in place of the list that it is made of.
func (d *draft) lookUp(n *yaml.Node, word string) {
	var l lookup
	if d.mode != forInput || word == "lookup" && (child(n, "x-lookup") != nil || !isMapping(child(n, word))) {
		return
	}
	found := child(n, word)
	d.vocabulary.seen[found] = true
	if err := d.vocabulary.decode(found, "x-lookup", &l); err != nil {
		d.report.add(Skipped, "", found, "%s: %s", word, line(err.Error()))
		return
	}
	if l.Operation == "" {
		l.Operation = l.Message
	}
	name := d.lookup(l.Operation)
	if name == "" {
		d.report.add(Skipped, "", found, "%s: there is no DDL operation %s", word, l.Operation)
		return
	}
	paths, fixed, odd := l.filled(word == "lookup")
	for _, field := range odd {
		d.report.add(Skipped, "", found, "%s: /input/%s mixes a placeholder with text; it is left out", word, field)
	}
	given := map[string]bool{}
	for _, field := range slices.Concat(slices.Collect(maps.Keys(paths)), slices.Collect(maps.Keys(fixed))) {
		given[field] = true
	}
	d.lookups = append(d.lookups, placedLookup{name, given, found})
	d.b = append(appendKey(d.b, "x-lookup"), '{')
	d.b = appendString(appendKey(d.b, "operation"), name)
	if len(paths) > 0 {
		d.b = append(appendKey(d.b, "input"), '{')
		for _, field := range slices.Sorted(maps.Keys(paths)) {
			d.b = appendString(appendKey(d.b, field), paths[field])
		}
		d.b = append(d.b, '}')
	}
	if len(fixed) > 0 {
		d.b = append(appendKey(d.b, "fixed"), '{')
		for _, field := range slices.Sorted(maps.Keys(fixed)) {
			d.b = append(appendKey(d.b, field), fixed[field]...)
		}
		d.b = append(d.b, '}')
	}
	d.b = append(d.b, '}')
}

// filled tells paths into the other fields' values from values that are always the same. A text without a placeholder is a
// path in x-lookup and a value in lookup. odd are the fields that can be neither.
func (l *lookup) filled(foreign bool) (paths map[string]string, fixed map[string]json.RawMessage, odd []string) {
	paths, fixed = map[string]string{}, maps.Clone(l.Fixed)
	if fixed == nil {
		fixed = map[string]json.RawMessage{}
	}
	for field, raw := range l.Input {
		value := gjson.ParseBytes(raw)
		text := strings.TrimSpace(value.Str)
		found := placeholder.FindStringSubmatch(text)
		switch {
		case value.Type == gjson.String && found != nil:
			paths[field] = strings.TrimPrefix(found[1], "properties.")
		case value.Type == gjson.String && strings.Contains(text, "{{"):
			odd = append(odd, field)
		case value.Type == gjson.String && !foreign:
			paths[field] = value.Str
		default:
			fixed[field] = raw
		}
	}
	slices.Sort(odd)
	return paths, fixed, odd
}
