package platform

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
)

const (
	hitsAtOnce = 1000            // documents that are looked through together
	maxHits    = 20 * hitsAtOnce // documents that are looked through for one page
)

// found is what a search keeps in its cursor beside the place: the count of the first page.
type found struct {
	Total int  `json:"n"`
	Exact bool `json:"x"`
}

// searchTickets reads a page of the tickets of a list that hold the words searched for, newest first.
func (s *session) searchTickets(ctx context.Context, l listing[ticketRow], in listTicketsInput) ([]ticketRow, pageInfo, error) {
	if err := checkSearch(in); err != nil {
		return nil, pageInfo{}, err
	}
	question := s.question(l.name)
	until := documentOf(lastKey(s.org, ticketBits), maxComments)
	var count *found
	if in.Cursor != "" {
		p, err := s.unseal(question, in.Cursor)
		if err != nil {
			return nil, pageInfo{}, err
		}
		count = &found{}
		if err := json.Unmarshal(p.Value, count); err != nil {
			return nil, pageInfo{}, refuse("/cursor", "is not the nextCursor of an earlier answer")
		}
		until = documentOf(p.Key-1, maxComments)
	}
	keys, rest, count, err := s.gather(ctx, l, in, until, count)
	if err != nil {
		return nil, pageInfo{}, err
	}
	info := pageInfo{Total: count.Total, TotalIsExact: count.Exact}
	if rest != 0 {
		value, err := json.Marshal(count)
		if err != nil {
			return nil, pageInfo{}, fmt.Errorf("making a cursor: %w", err)
		}
		if info.NextCursor, err = s.seal(question, position{Value: value, Key: rest}); err != nil {
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

// gather finds the keys of a page, looking through hits until it is full. rest is the key before which the next page
// goes on, 0 if there is none. Without a count it makes one out of the first hits.
func (s *session) gather(ctx context.Context, l listing[ticketRow], in listTicketsInput, until document, count *found) (keys []int64, rest int64, _ *found, err error) {
	for range maxHits / hitsAtOnce {
		documents, err := s.hits(ctx, in.Search, until, hitsAtOnce)
		if err != nil {
			return nil, 0, nil, err
		}
		fit, err := s.fitting(ctx, l, ticketsOf(documents))
		if err != nil {
			return nil, 0, nil, err
		}
		last := len(documents) < hitsAtOnce
		if count == nil {
			count = &found{Total: len(fit), Exact: last}
		}
		room := in.Limit - len(keys)
		if len(fit) > room || len(fit) == room && !last {
			keys = append(keys, fit[:room]...)
			return keys, keys[len(keys)-1], count, nil
		}
		keys = append(keys, fit...)
		if last {
			return keys, 0, count, nil
		}
		rest = documents[len(documents)-1].ticket()
		until = documentOf(rest-1, maxComments)
	}
	return keys, rest, count, nil
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
	q := s.selectFrom((*ticketRow)(nil)).Column("pk").Where(unindexed("t.org")+" = ?", s.org).Where("t.pk IN (?)", bun.In(keys))
	if err := l.pass(q, -1).Scan(ctx, &fit); err != nil {
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
