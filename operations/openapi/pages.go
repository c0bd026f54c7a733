package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/patchbay/patchbay/operations"
)

// maxJoined bounds, in bytes, what all_pages joins.
const maxJoined = 16 << 20

// page is one page of a list.
type page struct {
	response *operations.Response
	items    gjson.Result
	next     string // the cursor of the page after it; "": there is none
}

func (p *paging) run(ctx context.Context, call *operations.Call, o *operation, v values) (json.RawMessage, error) {
	cursor := gjson.GetBytes(call.Input, p.spec.CursorInput).String()
	first, err := p.fetch(ctx, call, o, v, cursor)
	if err != nil {
		return nil, err
	}
	if first.next != "" && first.items.IsArray() && gjson.GetBytes(call.Input, p.spec.AllInput).Bool() {
		if first, err = p.join(ctx, call, o, v, first); err != nil {
			return nil, err
		}
	}
	o.bulk.warn(call, first.response.Body)
	return withNext(wrap(first.response), first.next)
}

// fetch gets one page. The empty cursor means the first.
func (p *paging) fetch(ctx context.Context, call *operations.Call, o *operation, v values, cursor string) (page, error) {
	out, err := p.ask(ctx, call, o, slices.Clone(v), cursor)
	if err != nil {
		return page{}, err
	}
	response, err := call.Send(out)
	if err != nil {
		return page{}, err
	}
	got := page{response: response, items: get(response.Body, p.Items)}
	got.next = p.after(call, out, got, v, cursor)
	return got, nil
}

// join appends the items of further pages to those of the first.
func (p *paging) join(ctx context.Context, call *operations.Call, o *operation, v values, joined page) (page, error) {
	list := appendItems([]byte{'['}, joined.items)
	seen := map[string]bool{}
	for pages := 1; joined.next != "" && pages < p.spec.MaxPages && len(list) < maxJoined; pages++ {
		if seen[joined.next] {
			call.Warn("the service gives the same page again and again; the list ends there")
			joined.next = ""
			break
		}
		seen[joined.next] = true
		further, err := p.fetch(ctx, call, o, v, joined.next)
		if err != nil {
			return page{}, err
		}
		list = appendItems(list, further.items)
		joined.next = further.next
	}
	if joined.next != "" {
		call.Warn("there are more pages; go on with next_cursor")
	}
	list = append(list, ']')
	if p.Items != "" {
		var err error
		if list, err = sjson.SetRawBytes(slices.Clone(joined.response.Body), p.Items, list); err != nil {
			return page{}, operations.Errorf(operations.CodeUpstreamFailed, "the pages cannot be joined: %w", err)
		}
	}
	joined.response = &operations.Response{Status: joined.response.Status, Header: joined.response.Header, Body: list}
	return joined, nil
}

// appendItems adds the elements of an array to one that is being written.
func appendItems(list []byte, items gjson.Result) []byte {
	if !items.IsArray() {
		return list
	}
	inner := bytes.TrimSpace([]byte(items.Raw))
	inner = bytes.TrimSpace(inner[1 : len(inner)-1])
	if len(inner) > 0 && list[len(list)-1] != '[' {
		list = append(list, ',')
	}
	return append(list, inner...)
}

// withNext puts the cursor beside the answer.
func withNext(output json.RawMessage, next string) (json.RawMessage, error) {
	if next == "" || len(output) < 2 {
		return output, nil
	}
	if gjson.GetBytes(output, cursorOutput).Exists() {
		return sjson.SetBytes(output, cursorOutput, next)
	}
	b := append(make([]byte, 0, len(output)+len(next)+20), bytes.TrimSpace(output[:len(output)-1])...)
	return append(appendString(appendKey(b, cursorOutput), next), '}'), nil
}

// ask makes the request for a page.
func (p *paging) ask(ctx context.Context, call *operations.Call, o *operation, v values, cursor string) (*http.Request, error) {
	r := &o.request
	switch {
	case cursor == "":
	case p.wire == "":
		return p.follow(ctx, call, o, v, cursor)
	case p.param < 0:
		out, err := r.build(ctx, call, v)
		if err != nil {
			return nil, err
		}
		query := out.URL.Query()
		query.Set(p.wire, cursor)
		out.URL.RawQuery = query.Encode()
		return out, nil
	case p.Type == "page" || p.Type == "offset":
		n, err := strconv.ParseUint(cursor, 10, 32)
		if err != nil {
			return nil, p.refuse()
		}
		v[p.param] = gjson.Result{Type: gjson.Number, Num: float64(n), Raw: strconv.FormatUint(n, 10)}
	default:
		v[p.param] = gjson.Result{Type: gjson.String, Str: cursor, Raw: string(appendString(nil, cursor))}
	}
	return r.build(ctx, call, v)
}

func (p *paging) refuse() error {
	return field{name: p.spec.CursorInput}.fault("is not a cursor of this list")
}

// escapeOdd escapes what may not stand in the query of a request; what is escaped already stays.
func escapeOdd(query string) string {
	var b strings.Builder
	for i := range len(query) {
		if c := query[i]; c <= ' ' || c >= 0x7f || c == '#' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// follow goes where a link of the service led. Callers of a drop-down are not to reach other parts of the service by
// it: for them, a cursor is a query.
func (p *paging) follow(ctx context.Context, call *operations.Call, o *operation, v values, cursor string) (*http.Request, error) {
	if err := o.request.fromCredential(call, v); err != nil {
		return nil, err
	}
	if query, own := strings.CutPrefix(cursor, "?"); own {
		endpoint, err := o.request.endpoint(v)
		if err != nil {
			return nil, err
		}
		endpoint, _, _ = strings.Cut(endpoint, "?")
		return o.request.to(ctx, call, endpoint+"?"+escapeOdd(query), v)
	}
	if p.ownPath {
		return nil, p.refuse()
	}
	to, err := call.Base.Link(cursor)
	if err != nil {
		return nil, err
	}
	return o.request.toURL(ctx, to, v)
}
