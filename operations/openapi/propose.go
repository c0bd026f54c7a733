package openapi

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Propose reads a document and writes an overlay (YAML) for it: list operations that look like drop-downs, paging
// that it recognises, and parameters that look like ids of things that a drop-down lists. It is a beginning to be
// read and corrected by a person: names are all that it goes by. Errors are as those of Load.
func Propose(ctx context.Context, document []byte) (overlay []byte, err error) {
	l, err := read(ctx, Source{Document: document}, Options{Name: "proposal"})
	if err != nil {
		return nil, err
	}
	if err := l.find(); err != nil {
		return nil, err
	}
	p := &proposer{loader: l, updates: map[*yaml.Node]map[string]any{}, lists: map[string]*listed{}, words: map[string]*listed{}}
	for _, e := range l.entries {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("looking for lists: %w", err)
		}
		p.list(e)
	}
	for _, e := range l.entries {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("looking for look-ups: %w", err)
		}
		p.lookups(e)
	}
	p.locate(l.root, "$")
	return p.write()
}

// proposer gathers updates by the node that they are for.
type proposer struct {
	*loader
	updates map[*yaml.Node]map[string]any
	lists   map[string]*listed // by the path of the collection
	words   map[string]*listed // by the last word of that path; nil where several have it
	actions []action
}

// listed is a list operation that looks like a drop-down.
type listed struct {
	ddl    string
	value  string   // the property that is stored
	inputs []string // what the list requires
}

type action struct {
	Target string         `yaml:"target"`
	Update map[string]any `yaml:"update"`
}

func (p *proposer) update(n *yaml.Node, key string, value any) {
	if p.updates[n] == nil {
		p.updates[n] = map[string]any{}
	}
	if _, said := p.updates[n][key]; !said && child(n, key) == nil {
		p.updates[n][key] = value
	}
}

// list looks at an operation that may list things.
func (p *proposer) list(e entry) {
	if e.method != "GET" || strings.HasSuffix(e.path, "}") {
		return
	}
	answers := p.answers(e)
	if len(answers) == 0 || answers[0].encoding != jsonBody {
		return
	}
	path, each := p.itemsOf(answers[0].schema, true)
	if each == nil {
		return
	}
	if paging := p.paging(e, answers[0].schema, path); paging != nil {
		p.update(e.node, "x-paging", paging)
	}
	item := p.shape(each)
	value := p.named(item, "id", "uuid", "uid", "gid", "_id", "key", "slug", "code", "identifier", "name")
	text := p.named(item, "name", "title", "displayname", "display_name", "label", "full_name", "fullname", "subject", "summary",
		"username", "login", "email", "key", "slug", "identifier")
	if value == "" || text == "" {
		return
	}
	ddl := map[string]any{"items": path, "text": text, "value": value}
	in := p.inputs(e)
	if search := fieldNamed(in, "search", "q", "query", "search_term", "searchterm", "term"); search != "" && !slices.Contains(in.required, search) {
		ddl["search"] = search
	}
	p.update(e.node, "x-ddl", ddl)
	found := &listed{ddl: e.name + "_ddl", value: value, inputs: in.required}
	p.lists[e.path] = found
	word := e.path[strings.LastIndexByte(e.path, '/')+1:]
	if _, taken := p.words[word]; taken || word == "" {
		found = nil
	}
	p.words[word] = found
}

// itemsOf finds the array of objects in an answer: itself, one of its properties, or one in its data.
func (p *proposer) itemsOf(schema *yaml.Node, outer bool) (path string, each *yaml.Node) {
	s := p.shape(schema)
	if s.kind == "array" && s.items != nil && p.shape(s.items).kind == "object" {
		return "", s.items
	}
	var arrays []string
	for _, property := range s.properties {
		inner := p.shape(property.schemas[0])
		if inner.kind == "array" && inner.items != nil && p.shape(inner.items).kind == "object" {
			arrays = append(arrays, property.name)
		}
	}
	usual := []string{"data", "items", "results", "payload", "records", "values", "entries"}
	for _, name := range usual {
		if slices.Contains(arrays, name) {
			return name, p.shape(s.property(name)).items
		}
	}
	if len(arrays) == 1 && len(s.properties) <= 6 {
		return arrays[0], p.shape(s.property(arrays[0])).items
	}
	if data := s.property("data"); outer && data != nil && len(arrays) == 0 && p.shape(data).kind == "object" {
		if path, each := p.itemsOf(data, false); each != nil {
			return "data." + path, each
		}
	}
	return "", nil
}

// named finds the first of the names among the texts and numbers of an object.
func (p *proposer) named(s *shape, names ...string) string {
	for _, name := range names {
		for _, property := range s.properties {
			kind := p.shape(property.schemas[0]).kind
			if strings.EqualFold(property.name, name) && slices.Contains([]string{"string", "integer", "number"}, kind) {
				return property.name
			}
		}
	}
	return ""
}

// fieldNamed finds the first of the names among the query's fields.
func fieldNamed(in *inputs, names ...string) string {
	for _, name := range names {
		for _, f := range in.fields {
			if f.place == inQuery && strings.EqualFold(f.name, name) {
				return f.name
			}
		}
	}
	return ""
}

// locate walks the document and gives every updated node its target.
func (p *proposer) locate(n *yaml.Node, path string) {
	if update, ok := p.updates[n]; ok {
		p.actions = append(p.actions, action{path, update})
	}
	for key, value := range pairs(n) {
		p.locate(value, path+"["+quote(key.Value)+"]")
	}
	for i, item := range items(n) {
		step := fmt.Sprintf("[%d]", i)
		if name := str(child(item, "name")); name != "" && strings.HasSuffix(path, "['parameters']") && str(child(item, "in")) != "" {
			step = fmt.Sprintf("[?@.name == %s && @.in == %s]", quote(name), quote(str(child(item, "in"))))
		}
		p.locate(item, path+step)
	}
}

func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

func (p *proposer) write() ([]byte, error) {
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	err := encoder.Encode(struct {
		Overlay string            `yaml:"overlay"`
		Info    map[string]string `yaml:"info"`
		Actions []action          `yaml:"actions"`
	}{
		Overlay: "1.0.0",
		Info:    map[string]string{"title": p.report.Title + ": proposed by names, to be read before use", "version": "0.1.0"},
		Actions: slices.Concat([]action{}, p.actions[:min(len(p.actions), maxActions)]),
	})
	if err != nil {
		return nil, fmt.Errorf("writing the overlay: %w", err)
	}
	return b.Bytes(), nil
}
