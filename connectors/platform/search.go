package platform

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
)

const (
	firstHits = 250  // documents that are looked through together at first, and counted,
	moreHits  = 1000 // and then
	maxHits   = 3250 // documents that are looked through for one page

	fewTickets  = 1000 // in which the words are rather looked for than the tickets among all hits,
	ticketLooks = 50   // so many for one page
)

// searchTickets reads a page of the tickets of a list that hold the words searched for, newest first: out of all that do,
// or, where the filters leave few, out of those.
func (s *session) searchTickets(ctx context.Context, l listing[ticketRow], in listTicketsInput) ([]ticketRow, pageInfo, error) {
	if err := checkSearch(in); err != nil {
		return nil, pageInfo{}, err
	}
	l, err := l.chosen(ctx, s)
	if err != nil {
		return nil, pageInfo{}, err
	}
	if l.way.filter >= 0 && l.way.many <= fewTickets {
		l.filters, l.looks = append(l.filters, s.holds(in.Search)), ticketLooks
		return list(ctx, s, l, in.paging)
	}
	return s.searchHits(ctx, l, in)
}

// searchHits reads a page out of all hits.
func (s *session) searchHits(ctx context.Context, l listing[ticketRow], in listTicketsInput) ([]ticketRow, pageInfo, error) {
	question := s.question(l.name)
	until := documentOf(l.keys.last, maxComments)
	var counted *position
	if in.Cursor != "" {
		p, err := s.unseal(question, in.Cursor)
		if err != nil {
			return nil, pageInfo{}, err
		}
		counted, until = &p, documentOf(min(p.Key-1, l.keys.last), maxComments)
	}
	keys, end, err := s.gather(ctx, l, in, until, counted)
	if err != nil {
		return nil, pageInfo{}, err
	}
	info := pageInfo{Total: end.Total, TotalIsExact: end.Exact}
	if end.Key != 0 {
		if info.NextCursor, err = s.seal(question, end); err != nil {
			return nil, pageInfo{}, err
		}
	}
	rows, err := s.ticketsByKey(ctx, l, keys)
	return rows, info, err
}

func checkSearch(in listTicketsInput) error {
	var f faults
	if in.Sort != newestFirst {
		f.add("/sort", "cannot be given beside search, which lists newest first")
	}
	if in.Page > 1 {
		f.add("/page", "cannot be given beside search; go on with cursor")
	}
	return f.err()
}

// gather finds the keys of a page, looking through hits until it is full. The end is the key before which the next page
// goes on, 0 if there is none, and the count of the first hits, which is that given if there is one.
func (s *session) gather(
	ctx context.Context, l listing[ticketRow], in listTicketsInput, until document, counted *position,
) (keys []int64, end position, err error) {
	if counted != nil {
		end = *counted
	}
	for looked, atOnce := 0, firstHits; looked < maxHits; looked, atOnce = looked+atOnce, moreHits {
		documents, err := s.hits(ctx, in.Search, documentOf(l.keys.first, 0), until, atOnce)
		if err != nil {
			return nil, end, err
		}
		fit, err := s.fitting(ctx, l, ticketsOf(documents))
		if err != nil {
			return nil, end, err
		}
		last := len(documents) < atOnce
		if looked == 0 && counted == nil {
			end.Total, end.Exact = len(fit), last
		}
		room := in.Limit - len(keys)
		if len(fit) > room || len(fit) == room && !last {
			keys = append(keys, fit[:room]...)
			end.Key = keys[len(keys)-1]
			return keys, end, nil
		}
		keys = append(keys, fit...)
		if last {
			end.Key = 0
			return keys, end, nil
		}
		end.Key = documents[len(documents)-1].ticket()
		until = documentOf(end.Key-1, maxComments)
	}
	return keys, end, nil
}

// ticketsOf gives the keys of the documents' tickets, each once.
func ticketsOf(documents []document) []int64 {
	keys := make([]int64, len(documents))
	for i, d := range documents {
		keys[i] = d.ticket()
	}
	return slices.Compact(keys)
}

// fitting keeps the keys of tickets that are in the list, newest first.
func (s *session) fitting(ctx context.Context, l listing[ticketRow], keys []int64) ([]int64, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	var fit []int64
	l.filters = append([]filter{{column: "pk", test: "IN (?)", args: []any{bun.In(keys)}}}, l.filters...)
	l.keys, l.way = nil, &way{filter: 0}
	if err := l.where(s, s.selectFrom((*ticketRow)(nil)).Column("pk")).Scan(ctx, &fit); err != nil {
		return nil, fmt.Errorf("looking at hits: %w", err)
	}
	slices.SortFunc(fit, func(a, b int64) int { return cmp.Compare(b, a) })
	return fit, nil
}

// ticketsByKey reads tickets, newest first.
func (s *session) ticketsByKey(ctx context.Context, l listing[ticketRow], keys []int64) ([]ticketRow, error) {
	rows := []ticketRow{}
	if len(keys) == 0 {
		return rows, nil
	}
	err := l.shape(s.selectFrom(&rows).Where(unindexed("t.org")+" = ?", s.org).Where("t.pk IN (?)", bun.In(keys))).
		OrderExpr("t.pk DESC").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading hits: %w", err)
	}
	return rows, nil
}
