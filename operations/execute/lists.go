package execute

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

// refreshEvery is how often the callers of all can have an answer read anew, on each node.
const refreshEvery = 5 * time.Second

// inquiry is a request whose operation was found, with its input judged.
type inquiry struct {
	x       *Executor
	request Request
	run     *run
	input   json.RawMessage
	meta    *Meta
}

// output is the operation's; of a drop-down, the page that is asked for.
func (q *inquiry) output(ctx context.Context) (json.RawMessage, error) {
	spec := &q.run.plan.Spec
	if spec.Kind != operations.KindDDL {
		return q.x.cached(ctx, &q.request, q.run, q.input, q.meta)
	}
	if err := q.takeRefresh(); err != nil {
		return nil, err
	}
	if !spec.WholeList {
		output, err := q.x.cached(ctx, &q.request, q.run, q.input, q.meta)
		return q.told(output), err
	}
	cut, rest, err := ddl.Split(q.input)
	if err != nil {
		return nil, err
	}
	list, err := q.whole(ctx, rest)
	switch {
	case err != nil:
		return nil, err
	case q.meta.Building:
		return list.Preliminary(cut), nil
	default:
		return q.told(list.Page(cut)), nil
	}
}

// takeRefresh takes the wish for a new list out of the input: it does not make it another list.
func (q *inquiry) takeRefresh() error {
	wish := gjson.GetBytes(q.input, "refresh")
	if !wish.Exists() {
		return nil
	}
	q.request.Refresh = q.request.Refresh || wish.Bool()
	rest, err := sjson.DeleteBytes(q.input, "refresh")
	if err != nil {
		return fmt.Errorf("taking refresh out of the input: %w", err)
	}
	q.input = rest
	return nil
}

// told adds to a page that it is of an older list. What comes out of the cache is not changed.
func (q *inquiry) told(page json.RawMessage) json.RawMessage {
	end := bytes.LastIndexByte(page, '}')
	if q.meta.Cached != Stale || end < len(`{"`) {
		return page
	}
	return append(append(make([]byte, 0, len(page)+len(`,"stale":true`)), page[:end]...), `,"stale":true}`...)
}

// whole is the list of which an operation gives all options.
func (q *inquiry) whole(ctx context.Context, input json.RawMessage) (*ddl.List, error) {
	output, err := q.x.cached(ctx, &q.request, q.run, input, q.meta)
	if err != nil {
		return nil, err
	}
	return q.x.lists.of(output), nil
}

// lists keeps lists that have been taken apart for as long as the cache gives the same bytes for them.
type lists struct {
	mu   sync.Mutex
	held map[*byte]*ddl.List // by where their bytes begin, which cannot be anything else's as long as they are held
	size int
}

const (
	fewBytes  = 16 << 10 // a list of so few is taken apart each time
	heldBytes = 32 << 20
)

func (l *lists) of(output json.RawMessage) *ddl.List {
	if len(output) < fewBytes {
		return ddl.Parse(output)
	}
	l.mu.Lock()
	list := l.held[&output[0]]
	l.mu.Unlock()
	if list != nil && list.Is(output) {
		return list
	}
	list = ddl.Parse(output)
	l.hold(&output[0], list)
	return list
}

func (l *lists) hold(at *byte, list *ddl.List) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = map[*byte]*ddl.List{}
	}
	if former := l.held[at]; former != nil {
		l.size -= former.Size()
	}
	l.held[at] = list
	l.size += list.Size()
	for other, old := range l.held {
		if l.size <= heldBytes {
			break
		}
		l.size -= old.Size()
		delete(l.held, other)
	}
}

// Bounds of looking through a list that the service pages.
const (
	matchPages   = 5  // of a search
	throughPages = 10 // without one
)

// Match finds the option of a drop-down that a text means, by the rules of ddl.List.Match. The output is a ddl.Found. A list
// that the service pages is searched for the text; if that finds nothing, its first pages are looked through. The request's
// input is that of the drop-down without search, cursor and limit. Errors are those of a call and of ddl.List.Match.
func (x *Executor) Match(ctx context.Context, request Request, text string) (Result, error) {
	return x.serve(ctx, request, func(q *inquiry, ctx context.Context) (json.RawMessage, error) {
		found, err := q.match(ctx, text)
		if err != nil {
			return nil, err
		}
		return q.encoded(found)
	})
}

func (q *inquiry) match(ctx context.Context, text string) (ddl.Found, error) {
	q.request.Early = 0 // a part of a list does not tell
	input, err := q.bare()
	if err != nil {
		return ddl.Found{}, err
	}
	if q.run.plan.Spec.WholeList {
		list, err := q.whole(ctx, input)
		if err != nil {
			return ddl.Found{}, err
		}
		return list.Match(text)
	}
	list, err := q.through(ctx, input, searchFor(text), matchPages, nil)
	if err != nil {
		return ddl.Found{}, err
	}
	found, err := list.Match(text)
	if e := operations.AsError(err); e == nil || e.Reason != ddl.ReasonNoMatch {
		return found, err
	}
	if list, err = q.through(ctx, input, "", throughPages, nil); err != nil {
		return ddl.Found{}, err
	}
	return list.Match(text)
}

// searchFor is what a service is searched for to find a text.
func searchFor(text string) string {
	const longest = 100
	runes := []rune(strings.TrimSpace(text))
	return string(runes[:min(len(runes), longest)])
}

// Resolve finds the options of a drop-down that have these values, at most ddl.MaxValues. The output is a ddl.Resolved. Of a
// list that the service pages, the first pages are looked through until all are found. An Early request may get what has
// been found so far. The request's input is that of the drop-down without search, cursor and limit.
func (x *Executor) Resolve(ctx context.Context, request Request, values []string) (Result, error) {
	return x.serve(ctx, request, func(q *inquiry, ctx context.Context) (json.RawMessage, error) {
		found, err := q.resolve(ctx, values)
		if err != nil {
			return nil, err
		}
		return q.encoded(found)
	})
}

func (q *inquiry) resolve(ctx context.Context, values []string) (ddl.Resolved, error) {
	if len(values) == 0 || len(values) > ddl.MaxValues {
		return ddl.Parse(nil).Resolve(values) // which says so
	}
	input, err := q.bare()
	if err != nil {
		return ddl.Resolved{}, err
	}
	if q.run.plan.Spec.WholeList {
		list, err := q.whole(ctx, input)
		if err != nil {
			return ddl.Resolved{}, err
		}
		return list.Resolve(values)
	}
	list, err := q.through(ctx, input, "", throughPages, func(list *ddl.List) bool {
		found, err := list.Resolve(values)
		return err == nil && len(found.Missing) == 0
	})
	if err != nil {
		return ddl.Resolved{}, err
	}
	return list.Resolve(values)
}

// bare is the input without what picks a page. Only drop-downs have one.
func (q *inquiry) bare() (json.RawMessage, error) {
	if spec := &q.run.plan.Spec; spec.Kind != operations.KindDDL {
		return nil, operations.Errorf(operations.CodeInvalidInput, "%s is no drop-down", spec.Name)
	}
	if err := q.takeRefresh(); err != nil {
		return nil, err
	}
	_, rest, err := ddl.Split(q.input)
	return rest, err
}

// through gathers pages that the service cuts, until there are no more, or enough.
func (q *inquiry) through(ctx context.Context, input json.RawMessage, search string, pages int, enough func(*ddl.List) bool) (*ddl.List, error) {
	found := []byte(`{"result":[`)
	cursor, stale := "", false
	for range pages {
		page, err := q.pageOf(ctx, input, search, cursor)
		if err != nil {
			return nil, err
		}
		stale = stale || q.meta.Cached == Stale
		items := bytes.TrimSpace([]byte(gjson.GetBytes(page, "result").Raw))
		if len(items) > len("[]") {
			if found[len(found)-1] != '[' {
				found = append(found, ',')
			}
			found = append(found, items[1:len(items)-1]...)
		}
		next := gjson.GetBytes(page, "next_cursor").String()
		if next == cursor {
			next = ""
		}
		if cursor = next; cursor == "" || enough != nil && enough(ddl.Parse(append(bytes.Clone(found), "]}"...))) {
			break
		}
	}
	if stale {
		q.meta.Cached = Stale
	}
	found = append(found, ']')
	if cursor != "" {
		found = append(found, `,"truncated":true`...)
	}
	return ddl.Parse(append(found, '}')), nil
}

// pageOf gets one page, as large as the operation has them.
func (q *inquiry) pageOf(ctx context.Context, input json.RawMessage, search, cursor string) (json.RawMessage, error) {
	var err error
	set := func(field string, value any) {
		if err == nil {
			input, err = sjson.SetBytes(input, field, value)
		}
	}
	if most := gjson.GetBytes(q.run.plan.Spec.Input, "properties.limit.maximum"); most.Exists() {
		set("limit", most.Int())
	}
	if search != "" {
		set("search", search)
	}
	if cursor != "" {
		set("cursor", cursor)
	}
	if err != nil {
		return nil, fmt.Errorf("asking for a page: %w", err)
	}
	return q.x.cached(ctx, &q.request, q.run, input, q.meta)
}

func (q *inquiry) encoded(found any) (json.RawMessage, error) {
	output, err := operations.Encode(found)
	if err != nil {
		return nil, err
	}
	if q.meta.Building {
		output = append(output[:len(output)-1], `,"building":true}`...)
	}
	return q.told(output), nil
}
