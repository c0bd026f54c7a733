package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/uptrace/bun"
)

const (
	fewNamed   = 3000 // hits that may be looked up and sorted: more than are counted
	namedHits  = 500  // that are looked up for one page where there are more,
	namedLooks = 50   // or records in which the words are looked for
)

// search keeps the records of a list that have words beginning with all that a person typed; without words it keeps all.
// Few hits are looked up. Of many, a page is made out of the next ones if they are listed by age; otherwise a record that
// is walked by is soon a hit.
func (l listing[R]) search(ctx context.Context, s *session, part names, words string) (listing[R], error) {
	query := matchBeginnings(words)
	if query == "" {
		return l, nil
	}
	n := s.naming(part, query)
	hits, args := n.hits(false, fewNamed+1)
	var many int
	err := s.conn.QueryRowContext(ctx, `SELECT count(*) FROM (`+hits+`) AS some`, args...).Scan(&many)
	if err != nil {
		return l, fmt.Errorf("searching names: %w", err)
	}
	if many <= fewNamed {
		l.filters = append(l.filters, filter{column: "pk", test: "IN (" + hits + ")", args: args, rank: 10})
		return l, nil
	}
	l.named, l.looks = &n, namedLooks
	return l, nil
}

// boundedByHits is the part of a list by age that has the first hits.
func (l listing[R]) boundedByHits(ctx context.Context, s *session) (listing[R], *position, error) {
	hits, args := l.named.hits(l.order.down, namedHits)
	var rows []int64
	if err := s.db.NewRaw(hits, args...).Conn(s.conn).Scan(ctx, &rows); err != nil {
		return l, nil, fmt.Errorf("searching names: %w", err)
	}
	l.filters = append(l.filters, filter{column: "pk", test: "IN (?)", args: []any{bun.In(rows)}, rank: 10})
	if len(rows) < namedHits {
		return l, nil, nil
	}
	end := position{Key: rows[len(rows)-1]}
	var uid string
	if err := s.selectFrom((*R)(nil)).Column("uid").Where("t.pk = ?", end.Key).Scan(ctx, &uid); err != nil {
		return l, nil, fmt.Errorf("reading the last hit: %w", err)
	}
	end.Value = json.RawMessage(strconv.Quote(uid))
	return l, &end, nil
}

// unbounded is the list with all its hits, for a page that is known by its number.
func (l listing[R]) unbounded() listing[R] {
	if l.named == nil {
		return l
	}
	hits, args := l.named.hits(false, math.MaxInt32)
	l.filters = append(slices.Clone(l.filters), filter{column: "pk", test: "IN (" + hits + ")", args: args})
	return l
}

// countNamed counts the records among the newest hits.
func (l listing[R]) countNamed(ctx context.Context, s *session) (int, bool, error) {
	if len(l.filters) == 0 {
		return countBound, false, nil
	}
	l.order = ordering[R]{down: true}
	l, _, err := l.boundedByHits(ctx, s)
	if err != nil {
		return 0, false, err
	}
	n, err := s.countUpTo(ctx, l.where(s, s.selectFrom((*R)(nil))), namedHits)
	if err != nil {
		return 0, false, fmt.Errorf("counting hits: %w", err)
	}
	return int(n), false, nil
}
