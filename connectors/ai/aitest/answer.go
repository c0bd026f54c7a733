package aitest

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
)

// The model's rules: a text that has to be chosen from some is chosen by words such as "solved" or "waiting", and the
// confidence goes by how many of them there are; summaries and key points are the first sentences; titles are the first
// one; keywords are the longest words that come up most; a ticket that asks how something is done can be deflected.

var (
	schemaBlock = regexp.MustCompile("(?s)```json\n(.*?)\n```")
	wordForm    = regexp.MustCompile(`\p{L}{5,}`)
)

// wanted is the schema that the answer is to have: from response_format, or out of the rules; nil if there is none.
func (r request) wanted() map[string]any {
	if r.schema != nil {
		return r.schema
	}
	for _, m := range r.messages {
		var schema map[string]any
		if found := schemaBlock.FindStringSubmatch(m.content); m.role == "system" && found != nil &&
			json.Unmarshal([]byte(found[1]), &schema) == nil && schema["type"] == "object" {
			return schema
		}
	}
	return nil
}

// answer is the content of the good answer.
func (r request) answer() string {
	f := r.facts()
	schema := r.wanted()
	switch {
	case schema != nil:
	case r.form == "json_object":
		schema = map[string]any{"type": "object", "properties": map[string]any{"answer": map[string]any{"type": "string"}}}
	default:
		return "In short: " + f.short(2)
	}
	w := writer{facts: f, root: schema}
	var encoded strings.Builder
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(w.value("", schema, 0)); err != nil {
		return "{}"
	}
	return strings.TrimSpace(encoded.String())
}

// short is the first sentences of what was said.
func (f facts) short(most int) string {
	if len(f.sentences) == 0 {
		return "Nothing was said."
	}
	return strings.Join(f.sentences[:min(len(f.sentences), most)], ". ") + "."
}

// writer writes values that fit a schema.
type writer struct {
	facts
	root map[string]any
}

// value is what the model says for a property of that name.
func (w writer) value(name string, schema map[string]any, depth int) any {
	if depth > maxDepth {
		return nil
	}
	if given, ok := schema["const"]; ok {
		return given
	}
	if options, ok := schema["enum"].([]any); ok && len(options) > 0 {
		return w.option(options)
	}
	if target := w.resolve(schema); target != nil {
		return w.value(name, target, depth+1)
	}
	switch typeOf(schema) {
	case "object":
		return w.object(schema, depth)
	case "array":
		return w.list(name, schema, depth)
	case "boolean":
		return w.canDeflect()
	case "number", "integer":
		return w.number(name, schema)
	case "null":
		return nil
	default:
		return w.sentence(name)
	}
}

// resolve is the schema that another one stands for, nil if it stands for itself.
func (w writer) resolve(schema map[string]any) map[string]any {
	if alternatives, ok := schema["anyOf"].([]any); ok && len(alternatives) > 0 {
		first, _ := alternatives[0].(map[string]any)
		return first
	}
	reference, _ := schema["$ref"].(string)
	name, ok := strings.CutPrefix(reference, "#/$defs/")
	if !ok {
		return nil
	}
	definitions, _ := w.root["$defs"].(map[string]any)
	target, _ := definitions[name].(map[string]any)
	return target
}

func typeOf(schema map[string]any) string {
	if list, ok := schema["type"].([]any); ok && len(list) > 0 {
		first, _ := list[0].(string)
		return first
	}
	kind, _ := schema["type"].(string)
	return kind
}

func (w writer) object(schema map[string]any, depth int) map[string]any {
	properties, _ := schema["properties"].(map[string]any)
	object := make(map[string]any, len(properties))
	for name, inner := range properties {
		if property, ok := inner.(map[string]any); ok {
			object[name] = w.value(name, property, depth+1)
		}
	}
	return object
}

func (w writer) option(options []any) any {
	names := texts(options)
	if len(names) < len(options) {
		return options[0]
	}
	choice, _ := w.choose(names)
	return choice
}

func texts(values []any) []string {
	var list []string
	for _, value := range values {
		if s, ok := value.(string); ok {
			list = append(list, s)
		}
	}
	return list
}

// number is a confidence by what speaks for the choice, or the least that the schema allows.
func (w writer) number(name string, schema map[string]any) float64 {
	if strings.Contains(name, "confidence") || name == "title" || name == "description" {
		_, words := w.choose(w.choices())
		return math.Round(100*min(0.4+0.35*min(float64(words), 1)+0.1*max(float64(words)-1, 0), 0.95)) / 100
	}
	least, err := asFloat(schema["minimum"])
	if err != nil {
		return 0
	}
	return least
}

// choices are what the schema's first choice has to offer; without one, some that are often offered.
func (w writer) choices() []string {
	properties, _ := w.root["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		inner, _ := properties[name].(map[string]any)
		if options, ok := inner["enum"].([]any); ok {
			return texts(options)
		}
	}
	return []string{"open", "in progress", "on hold", "closed"}
}

func (w writer) canDeflect() bool {
	return count(w.title+" "+w.text, []string{"how do i", "how can i", "where can i", "where do i", "password", "is it possible"}) > 0
}

func (w writer) sentence(name string) string {
	switch {
	case name == "title":
		return clip(cmp.Or(w.first(), w.title, "Untitled"), 80)
	case name == "description" || strings.HasPrefix(name, "technical"):
		return w.short(8)
	case strings.Contains(name, "reason"):
		return clip("The ticket says: "+strings.TrimSpace(w.last), 300)
	default:
		return w.short(2)
	}
}

func (f facts) first() string {
	if len(f.sentences) == 0 {
		return ""
	}
	return f.sentences[0]
}

// list is the options that share a word with the text, keywords, or sentences.
func (w writer) list(name string, schema map[string]any, depth int) []any {
	items, _ := schema["items"].(map[string]any)
	list := []any{}
	switch options, chosen := items["enum"].([]any); {
	case chosen:
		for _, option := range texts(options) {
			if len(list) < 3 && w.shares(option) {
				list = append(list, option)
			}
		}
	case typeOf(items) != "string":
		list = append(list, w.value(name, items, depth+1))
	case strings.Contains(name, "keyword") || strings.Contains(name, "resource"):
		for _, word := range w.keywords() {
			list = append(list, word)
		}
	default:
		for _, sentence := range w.sentences[:min(len(w.sentences), 5)] {
			list = append(list, sentence+".")
		}
	}
	return list
}

// shares tells whether the text holds a word of an option.
func (w writer) shares(option string) bool {
	return count(w.title+" "+w.text, wordForm.FindAllString(strings.ToLower(option), -1)) > 0
}

// keywords are the five words that come up most; of those alike, the first.
func (w writer) keywords() []string {
	times := map[string]int{}
	var words []string
	for _, word := range wordForm.FindAllString(strings.ToLower(w.title+" "+w.text), -1) {
		if times[word]++; times[word] == 1 {
			words = append(words, word)
		}
	}
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(times[b], times[a]) })
	return words[:min(len(words), 5)]
}

func clip(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}
