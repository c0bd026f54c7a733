package ddl

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tidwall/gjson"
	"golang.org/x/text/cases"
)

// List is a whole list, taken apart once for all pages, searches and look-ups. It is safe for concurrent use.
type List struct {
	source    json.RawMessage
	options   []option
	truncated bool

	fold  sync.Once
	value func() map[string]int // the first option of each value
}

// option is one choice. Its texts are parts of one copy of the list.
type option struct {
	raw, text string
	value     gjson.Result
	folded    string // of the text, for search and match
}

// Parse takes a whole list apart: {"result":[{"text","value",…}],"truncated"?}. The list must not be changed afterwards.
func Parse(list json.RawMessage) *List {
	whole := gjson.ParseBytes(list)
	l := &List{source: list, truncated: whole.Get("truncated").Bool()}
	if result := whole.Get("result"); result.IsArray() {
		result.ForEach(func(_, found gjson.Result) bool {
			o := option{raw: found.Raw}
			found.ForEach(func(key, member gjson.Result) bool {
				switch key.Str {
				case "text":
					o.text = member.String()
				case "value":
					o.value = member
				}
				return true
			})
			l.options = append(l.options, o)
			return true
		})
	}
	l.value = sync.OnceValue(l.byValue)
	return l
}

// Is tells whether the list was made of these very bytes, which does not cost a look at them.
func (l *List) Is(list json.RawMessage) bool {
	return len(list) > 0 && len(list) == len(l.source) && &list[0] == &l.source[0]
}

// Size is about how many bytes the list takes in memory.
func (l *List) Size() int {
	const perOption = 150
	return 3*len(l.source) + perOption*len(l.options)
}

// Folded is a text as search and match see it: without case, whatever the script, and without white space around it.
func Folded(text string) string {
	text = strings.TrimSpace(text)
	for i := range len(text) {
		if text[i] >= 0x80 {
			return cases.Fold().String(text)
		}
	}
	return strings.ToLower(text)
}

// folded gives the options with their folded texts.
func (l *List) folded() []option {
	l.fold.Do(func() {
		for i := range l.options {
			l.options[i].folded = Folded(l.options[i].text)
		}
	})
	return l.options
}

func (l *List) byValue() map[string]int {
	at := make(map[string]int, len(l.options))
	for i, o := range slices.Backward(l.options) {
		at[o.value.String()] = i
	}
	return at
}

// Page cuts a page out of the list, a Page as JSON. With a search, options that begin with what is searched for come
// first; an option whose value is just that counts as well.
func (l *List) Page(c Cut) json.RawMessage {
	options := l.matching(c.search)
	options = options[c.start(options):]
	shown := options[:min(len(options), c.limit)]
	page := appendOptions(make([]byte, 0, sizeOf(shown)+200), shown)
	if len(options) > c.limit {
		last := place{passed: c.after.passed + c.limit, value: options[c.limit-1].value.Raw}
		page = strconv.AppendQuote(append(page, `,"next_cursor":`...), last.cursor())
	}
	if l.truncated {
		page = append(page, `,"truncated":true`...)
	}
	return append(page, '}')
}

// Preliminary cuts out of a list that is still being gathered. Its order is not settled, so it has no second page.
func (l *List) Preliminary(c Cut) json.RawMessage {
	var shown []option
	if c.after.passed == 0 {
		shown = l.matching(c.search)
	}
	shown = shown[:min(len(shown), c.limit)]
	return append(appendOptions(make([]byte, 0, sizeOf(shown)+200), shown), `,"building":true}`...)
}

func appendOptions(page []byte, options []option) []byte {
	page = append(page, `{"result":[`...)
	for i, o := range options {
		if i > 0 {
			page = append(page, ',')
		}
		page = append(page, o.raw...)
	}
	return append(page, ']')
}

func sizeOf(options []option) int {
	size := len(options)
	for _, o := range options {
		size += len(o.raw)
	}
	return size
}

// matching gives the options that are searched for.
func (l *List) matching(search string) []option {
	if search == "" {
		return l.options
	}
	var first, then []option
	for _, o := range l.folded() {
		switch {
		case strings.HasPrefix(strings.TrimLeft(o.folded, "#@"), search), strings.HasPrefix(o.folded, search),
			strings.EqualFold(o.value.String(), search):
			first = append(first, o)
		case strings.Contains(o.folded, search):
			then = append(then, o)
		}
	}
	return append(first, then...)
}
