package openapi

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
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
	search int  // the list's field that searches; -1: the hub searches the texts
	odd    bool // the service itself wants a field that is called like one of the hub's
	extra  []string
}

const (
	maxSearched    = 10 // pages that the hub searches itself for one answer
	defaultOptions = 100
	maxOptions     = 1000

	limitInput = "limit"
)

// Spec says what the operation is.
func (d *ddl) Spec() operations.Spec { return d.spec }

// Run gives one page of options: what is left of a page of the service, up to the limit. Where the hub searches, it goes
// through some pages.
func (d *ddl) Run(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
	v := d.list.request.values(call.Input)
	for i, fixed := range d.fixed {
		if fixed.Exists() {
			v[i] = fixed
		}
	}
	asked := gjson.GetManyBytes(call.Input, "search", cursorInput, limitInput)
	search := asked[0].String()
	if d.search >= 0 && search != "" {
		v[d.search] = gjson.Result{Type: gjson.String, Str: search, Raw: string(appendString(nil, search))}
		search = ""
	}
	found := options{ddl: d, search: strings.ToLower(search), left: d.limit(asked[2]), b: []byte(`{"result":[`)}
	skip, cursor := splitCursor(asked[1].String())
	for pages := 1; ; pages++ {
		got, err := d.page(ctx, call, v, cursor)
		if err != nil {
			return nil, err
		}
		if done := found.add(got.response.Body, skip); done > 0 {
			return found.page(joinCursor(done, cursor), false), nil
		}
		if cursor = got.next; found.search == "" || cursor == "" || found.left == 0 || pages == maxSearched {
			return found.page(joinCursor(0, cursor), found.search != "" && found.left > 0 && cursor != ""), nil
		}
		skip = 0
	}
}

// limit is how many options are wanted. The hub cuts a whole list itself.
func (d *ddl) limit(asked gjson.Result) int {
	switch {
	case d.spec.WholeList:
		return math.MaxInt
	case asked.Exists():
		return max(int(asked.Int()), 1)
	default:
		return defaultOptions
	}
}

// splitCursor reads a cursor: how many items of the service's page have been seen, and the service's own cursor of it.
func splitCursor(cursor string) (skip int, page string) {
	digits, rest, found := strings.Cut(cursor, ":")
	if skip, err := strconv.Atoi(digits); found && err == nil && skip >= 0 {
		return skip, rest
	}
	return 0, cursor
}

// joinCursor is the other way. The service's own stays as it is wherever it cannot be taken for a joined one.
func joinCursor(skip int, page string) string {
	if seen, rest := splitCursor(page); skip > 0 || seen != 0 || rest != page {
		return strconv.Itoa(skip) + ":" + page
	}
	return page
}

func (d *ddl) page(ctx context.Context, call *operations.Call, v values, cursor string) (page, error) {
	if d.list.paging != nil {
		return d.list.paging.fetch(ctx, call, d.list, v, cursor)
	}
	response, err := d.list.send(ctx, call, v)
	return page{response: response}, err
}

// options are those that are found for one answer.
type options struct {
	*ddl
	search string // lower case
	left   int    // to be found
	b      []byte // the answer so far
}

// add appends an option for each item whose text holds what is searched for, without the first ones. If it has found
// enough before the last item, it gives the number of items seen.
func (o *options) add(body []byte, skip int) (done int) {
	at := 0
	get(body, o.words.Items).ForEach(func(_, item gjson.Result) bool {
		if at++; at <= skip {
			return true
		}
		if o.left == 0 {
			done = at - 1
			return false
		}
		o.item(item)
		return true
	})
	return done
}

func (o *options) item(item gjson.Result) {
	value := pick(item, o.words.Value)
	if value.Type != gjson.String && value.Type != gjson.Number || value.String() == "" {
		return
	}
	text := value.String()
	for _, words := range o.words.Text {
		if s := strings.TrimSpace(fill(item, words)); s != "" {
			text = s
			break
		}
	}
	if o.search != "" && !strings.Contains(strings.ToLower(text), o.search) {
		return
	}
	if last := o.b[len(o.b)-1]; last != '[' {
		o.b = append(o.b, ',')
	}
	o.left--
	o.b = appendString(append(o.b, `{"text":`...), text)
	o.b = append(append(o.b, `,"value":`...), value.Raw...)
	for _, name := range o.extra {
		if found := pick(item, o.words.Extra[name]); found.Exists() {
			o.b = append(appendKey(o.b, name), found.Raw...)
		}
	}
	o.b = append(o.b, '}')
}

// page ends the answer.
func (o *options) page(cursor string, truncated bool) json.RawMessage {
	o.b = append(o.b, ']')
	if cursor != "" {
		o.b = appendString(appendKey(o.b, cursorOutput), cursor)
	}
	if truncated {
		o.b = append(appendKey(o.b, "truncated"), "true"...)
	}
	return append(o.b, '}')
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

// ddl prepares a drop-down. Its input is the required fields of the list, those that x-ddl names, and
// what all drop-downs take.
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
	d.spec.WholeList = list.paging == nil && d.search < 0 && !d.odd
	d.spec.Paging = &operations.Paging{
		CursorInput: cursorInput, SizeInput: limitInput, CursorOutput: cursorOutput, Items: "result", MaxPages: defaultMaxPages, MaxSize: maxOptions,
	}
	d.spec.Sample = d.sample()
	return d, true
}
