package openapi

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// ddlWords is x-ddl.
type ddlWords struct {
	Name        string            `json:"name"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Items       string            `json:"items"`
	Text        paths             `json:"text"`
	Value       string            `json:"value"`
	Search      string            `json:"search"`
	Inputs      []string          `json:"inputs"`
	Input       json.RawMessage   `json:"input"`
	Extra       map[string]string `json:"extra"`
	Cache       *cacheRule        `json:"cache"`
}

// ddl makes a drop-down of a list operation.
type ddl struct {
	spec   operations.Spec
	list   *operation
	words  ddlWords
	fixed  values
	search int // the list's field that searches; -1: the hub searches the texts
	extra  []string
}

// maxSearched bounds how many pages the hub searches itself for one answer.
const maxSearched = 10

// Spec says what the operation is.
func (d *ddl) Spec() operations.Spec { return d.spec }

// Run gives one page of options.
func (d *ddl) Run(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
	v := d.list.request.values(call.Input)
	for i, fixed := range d.fixed {
		if fixed.Exists() {
			v[i] = fixed
		}
	}
	search := gjson.GetBytes(call.Input, "search").String()
	if d.search >= 0 && search != "" {
		v[d.search] = gjson.Result{Type: gjson.String, Str: search, Raw: string(appendString(nil, search))}
		search = ""
	}
	cursor := gjson.GetBytes(call.Input, cursorInput).String()
	b := []byte(`{"result":[`)
	for pages := 1; ; pages++ {
		got, err := d.page(ctx, call, v, cursor)
		if err != nil {
			return nil, err
		}
		b = d.options(b, got.response.Body, search)
		cursor = got.next
		if search == "" || cursor == "" || pages == maxSearched {
			break
		}
	}
	b = append(b, ']')
	if cursor != "" {
		b = appendString(appendKey(b, cursorOutput), cursor)
	}
	if cursor != "" && search != "" {
		b = append(appendKey(b, "truncated"), "true"...)
	}
	return append(b, '}'), nil
}

func (d *ddl) page(ctx context.Context, call *operations.Call, v values, cursor string) (page, error) {
	if d.list.paging != nil {
		return d.list.paging.fetch(ctx, call, d.list, v, cursor)
	}
	response, err := d.list.send(ctx, call, v)
	return page{response: response}, err
}

// options appends an option for each item whose text holds what is searched for.
func (d *ddl) options(b, body []byte, search string) []byte {
	search = strings.ToLower(search)
	get(body, d.words.Items).ForEach(func(_, item gjson.Result) bool {
		value := pick(item, d.words.Value)
		if value.Type != gjson.String && value.Type != gjson.Number || value.String() == "" {
			return true
		}
		text := value.String()
		for _, words := range d.words.Text {
			if s := strings.TrimSpace(fill(item, words)); s != "" {
				text = s
				break
			}
		}
		if search != "" && !strings.Contains(strings.ToLower(text), search) {
			return true
		}
		if last := b[len(b)-1]; last != '[' {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"text":`...), text)
		b = append(append(b, `,"value":`...), value.Raw...)
		for _, name := range d.extra {
			if found := pick(item, d.words.Extra[name]); found.Exists() {
				b = append(appendKey(b, name), found.Raw...)
			}
		}
		b = append(b, '}')
		return true
	})
	return b
}

func pick(item gjson.Result, path string) gjson.Result {
	if path == "" {
		return item
	}
	return item.Get(path)
}

// fill is the value at a path, or a text with {paths} in it; "" if none of them leads to something.
func fill(item gjson.Result, words string) string {
	if !strings.Contains(words, "{") {
		return pick(item, words).String()
	}
	var b strings.Builder
	filled := false
	for {
		before, rest, found := strings.Cut(words, "{")
		path, after, closed := strings.Cut(rest, "}")
		b.WriteString(before)
		if !found || !closed {
			break
		}
		s := pick(item, path).String()
		filled = filled || s != ""
		b.WriteString(s)
		words = after
	}
	if !filled {
		return ""
	}
	return b.String()
}

// ddl prepares a drop-down. Its input is the required fields of the list, those that x-ddl names, search and cursor.
func (l *loader) ddl(in *inputs, list *operation, words ddlWords) (*ddl, bool) {
	d := &ddl{list: list, words: words, search: -1, extra: slices.Sorted(maps.Keys(words.Extra))}
	at := child(in.node, "x-ddl")
	if d.search = in.field(words.Search); words.Search != "" && d.search < 0 {
		l.report.add(Skipped, in.where, at, "x-ddl: the operation has no input field %s", words.Search)
		return nil, false
	}
	if list.paging != nil {
		own := *list
		p := *list.paging
		p.ownPath, own.paging = true, &p
		d.list = &own
	}
	d.fixed = list.request.values(words.Input)
	schema, ok := d.input(in)
	if !ok {
		return nil, false
	}
	s := list.spec
	d.spec = operations.Spec{
		Name: words.Name, Kind: operations.KindDDL, Effect: operations.EffectRead, Resource: s.Resource, Docs: s.Docs,
		Title: cmp.Or(words.Title, s.Title+" (DDL)"), Input: schema, Output: d.output(),
		Description: cmp.Or(words.Description, "The options of a drop-down. "+s.Description), Auth: s.Auth, Scopes: s.Scopes,
		Throttlers: s.Throttlers, Cache: s.Cache,
	}
	d.spec.Cache.Vary = nil // search and cursor count too
	if words.Cache != nil {
		d.spec.Cache = words.Cache.rule()
		l.vocabulary.checkCache(in.where, at, &d.spec)
	}
	if list.paging != nil {
		d.spec.Paging = &operations.Paging{CursorInput: cursorInput, CursorOutput: cursorOutput, Items: "result", MaxPages: 1}
	}
	d.spec.Sample = d.sample()
	return d, true
}
