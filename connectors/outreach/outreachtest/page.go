package outreachtest

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/patchbay/patchbay/internal/sandbox"
)

const (
	defaultPage = 50
	maxPage     = 1_000
	maxOffset   = 10_000
)

// paging is which page of a list is asked for: by cursor, or by offset in the older way.
type paging struct {
	order    ordering
	cursors  sandbox.Cursors
	size     int
	after    *position
	before   *position
	offset   int
	byOffset bool
}

// page is a piece of a list.
type page struct {
	paging
	records  []*record
	first    position // of the page's records
	last     position
	previous bool // there are records before these
	next     bool // there are records after these
}

// paging reads page[size], page[after], page[before], or page[limit] and page[offset].
func (x *exchange) paging(order ordering) (paging, *problem) {
	p := paging{order: order, cursors: sandbox.Cursors{Kind: "outreach " + x.kind.Type + " " + order.name()}}
	p.byOffset = x.query.Has("page[limit]") || x.query.Has("page[offset]")
	size := "page[size]"
	if p.byOffset {
		if x.query.Has("page[size]") || x.query.Has("page[after]") || x.query.Has("page[before]") {
			return p, badParameter("page[offset]", "Page by cursor or by offset, not by both.")
		}
		size = "page[limit]"
	}
	var wrong *problem
	if p.size, wrong = x.number(size, defaultPage, 1, maxPage); wrong != nil {
		return p, wrong
	}
	if p.offset, wrong = x.number("page[offset]", 0, 0, maxOffset); wrong != nil {
		return p, wrong
	}
	if p.after, wrong = x.cursor(p, "page[after]"); wrong != nil {
		return p, wrong
	}
	if p.before, wrong = x.cursor(p, "page[before]"); wrong != nil {
		return p, wrong
	}
	if p.after != nil && p.before != nil {
		return p, badParameter("page[before]", "Give page[after] or page[before], not both.")
	}
	return p, nil
}

func (x *exchange) number(name string, usual, least, most int) (int, *problem) {
	if !x.query.Has(name) {
		return usual, nil
	}
	n, err := strconv.Atoi(x.query.Get(name))
	if err != nil || n < least || n > most {
		return 0, badParameter(name, fmt.Sprintf("%s must be a number from %d to %d.", name, least, most))
	}
	return n, nil
}

func (x *exchange) cursor(p paging, name string) (*position, *problem) {
	if !x.query.Has(name) {
		return nil, nil
	}
	var at position
	if err := p.cursors.Open(x.query.Get(name), &at); err != nil || len(at.Keys) != len(p.order.by) {
		return nil, badParameter(name, "The cursor is not valid.")
	}
	return &at, nil
}

// cut takes the page out of the sorted list. A cursor is the place of a record, not a count: what was added or deleted
// meanwhile shifts nothing.
func (p paging) cut(list []placed) page {
	from, to := min(p.offset, len(list)), len(list)
	switch {
	case p.after != nil:
		from, _ = slices.BinarySearchFunc(list, *p.after, func(e placed, at position) int {
			return p.beyond(p.order.compare(e.at, at))
		})
	case p.before != nil:
		to, _ = slices.BinarySearchFunc(list, *p.before, func(e placed, at position) int {
			return p.order.compare(e.at, at)
		})
		from = max(0, to-p.size)
	}
	to = min(from+p.size, to)
	cut := page{paging: p, previous: from > 0, next: to < len(list)}
	for _, e := range list[from:to] {
		cut.records = append(cut.records, e.record)
	}
	if to > from {
		cut.first, cut.last = list[from].at, list[to-1].at
	}
	return cut
}

// beyond makes a search for a place stop behind the record that stands there.
func (paging) beyond(comparison int) int {
	if comparison == 0 {
		return -1
	}
	return comparison
}

// pageLinks are the addresses of the neighbouring pages: the request's own query with another place in it.
func (x *exchange) pageLinks(p page) map[string]string {
	links := map[string]string{"first": x.pageLink(nil)}
	if p.byOffset {
		if p.previous {
			links["prev"] = x.pageLink(map[string]string{"page[offset]": strconv.Itoa(max(0, p.offset-p.size))})
		}
		if p.next && p.offset+p.size <= maxOffset {
			links["next"] = x.pageLink(map[string]string{"page[offset]": strconv.Itoa(p.offset + p.size)})
		}
		return links
	}
	if len(p.records) == 0 {
		return links
	}
	if cursor, err := p.cursors.Seal(p.first); err == nil && p.previous {
		links["prev"] = x.pageLink(map[string]string{"page[before]": cursor})
	}
	if cursor, err := p.cursors.Seal(p.last); err == nil && p.next {
		links["next"] = x.pageLink(map[string]string{"page[after]": cursor})
	}
	return links
}

func (x *exchange) pageLink(place map[string]string) string {
	query := url.Values(maps.Clone(x.query))
	for _, name := range []string{"page[after]", "page[before]", "page[offset]"} {
		query.Del(name)
	}
	for name, value := range place {
		query.Set(name, value)
	}
	if len(query) == 0 {
		return x.link(x.kind.Path)
	}
	return x.link(x.kind.Path + "?" + query.Encode())
}
