package platform

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"
)

// listing is a list of records: which, and in what order.
type listing[R any] struct {
	name    string                                    // tells its cursors from those of other lists
	filters []filter                                  // all of them hold
	order   ordering[R]                               // the zero order is by id: as they were made, newest last
	shape   func(q *bun.SelectQuery) *bun.SelectQuery // adds columns and joins; may be nil
	fixed   func(q *bun.SelectQuery) *bun.SelectQuery // conditions by which an index begins, after org; may be nil
	keys    *keyRange                                 // set where the organisation is in the keys, see keys.go: those of the list
	looks   int                                       // records that are looked at for one page, where that takes long; 0: pageLooks
	named   *naming                                   // what was searched for, if there are many records that hold it
	way     *way                                      // how the list is read; nil: by the filters' ranks
}

// keyRange is a range of keys, both ends in it.
type keyRange struct{ first, last int64 }

// ordering is by a column, and where that is the same by key.
type ordering[R any] struct {
	column string           // "" is by id; "pk" by key
	value  func(row *R) any // what the column holds
	down   bool             // greatest first
}

// index is the column by which the list is ordered.
func (o ordering[R]) index() string {
	if o.column == "" {
		return "uid"
	}
	return o.column
}

// filter keeps the records whose column passes a test.
type filter struct {
	column string // "": the test names its columns itself
	test   string // what follows the column: "= ?", "IS NULL"
	args   []any
	edge   bool // where a page begins or ends: nearly all records pass

	// rank tells how few records pass, where there is an index (org, column): that with the highest is looked up, all
	// others are only checked. 0: never looked up.
	rank int
}

// oneOf keeps the records whose column has one of the values; without values, it is no filter.
func oneOf(column string, rank int, values []any) []filter {
	switch len(values) {
	case 0:
		return nil
	case 1:
		return []filter{{column: column, test: "= ?", args: values, rank: rank}}
	default:
		return []filter{{column: column, test: "IN (?)", args: []any{bun.In(values)}}}
	}
}

// given is the value if it is not zero.
func given[V comparable](value V) []any {
	if value == *new(V) {
		return nil
	}
	return []any{value}
}

// list reads a page. It looks at so many records only, so that a page may be short, or empty, and yet not the last. A
// page number skips however many there are.
func list[R any, P recorded[R]](ctx context.Context, s *session, l listing[R], p paging) ([]R, pageInfo, error) {
	offset, err := p.offset()
	if err != nil {
		return nil, pageInfo{}, err
	}
	question := s.question(l.name)
	if l, err = l.chosen(ctx, s); err != nil {
		return nil, pageInfo{}, err
	}
	whole, info := l, pageInfo{}
	if p.Cursor != "" {
		after, err := s.unseal(question, p.Cursor)
		if err != nil {
			return nil, pageInfo{}, err
		}
		info.Total, info.TotalIsExact = after.Total, after.Exact
		l = l.after(after)
	}
	rows, end, err := page[R, P](ctx, s, l, offset, p.Limit)
	switch {
	case err != nil:
		return nil, pageInfo{}, err
	case p.Cursor != "":
	case offset == 0 && (end == nil || l.looks > 0 && l.named == nil):
		info.Total, info.TotalIsExact = len(rows), end == nil
	default:
		if info.Total, info.TotalIsExact, err = whole.count(ctx, s); err != nil {
			return nil, pageInfo{}, err
		}
	}
	if end != nil {
		end.Total, end.Exact = info.Total, info.TotalIsExact
		info.NextCursor, err = s.seal(question, *end)
	}
	return rows, info, err
}

// page reads the first records of what is left of a list, or those after an offset, and gives where it goes on, nil if
// it does not.
func page[R any, P recorded[R]](ctx context.Context, s *session, l listing[R], offset, limit int) ([]R, *position, error) {
	var end *position
	var err error
	if offset > 0 {
		l = l.unbounded()
	} else if l, end, err = l.bounded(ctx, s, cmp.Or(l.looks, pageLooks)); err != nil {
		return nil, nil, err
	}
	rows, more, err := l.rows(ctx, s, offset, limit)
	if err != nil || !more {
		return rows, end, err
	}
	last := &rows[limit-1]
	end, err = l.end(P(last).meta(), last)
	return rows, end, err
}

// rows reads the records of a page, and tells whether there are more. Where many are passed over or sorted, keys alone are.
func (l listing[R]) rows(ctx context.Context, s *session, offset, limit int) ([]R, bool, error) {
	rows := make([]R, 0, limit+1)
	page := func(q *bun.SelectQuery) *bun.SelectQuery {
		return l.sorted(l.where(s, q)).Offset(int64(offset)).Limit(int64(limit) + 1)
	}
	q := s.selectFrom(&rows)
	if l.sorts() || offset > 0 {
		var keys []int64
		if err := page(s.selectFrom((*R)(nil)).Column("pk")).Scan(ctx, &keys); err != nil || len(keys) == 0 {
			return rows, false, listingFault(err)
		}
		q = l.sorted(q.Where(unindexed("t.org")+" = ?", s.org).Where("t.pk IN (?)", bun.In(keys)))
	} else {
		q = page(q)
	}
	if l.shape != nil {
		q = q.Apply(l.shape)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, false, listingFault(err)
	}
	if len(rows) > limit {
		return rows[:limit], true, nil
	}
	return rows, false, nil
}

func listingFault(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("listing records: %w", err)
}

// end is the position of the last record of a page.
func (l listing[R]) end(meta *record, last *R) (*position, error) {
	var value any
	switch {
	case l.order.column == "pk":
		return &position{Key: meta.PK}, nil
	case l.order.column == "":
		value = meta.UID
	default:
		value = l.order.value(last)
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("making a cursor: %w", err)
	}
	return &position{Key: meta.PK, Value: encoded}, nil
}

// count counts the records, up to a bound, among those that it looks at.
func (l listing[R]) count(ctx context.Context, s *session) (int, bool, error) {
	if l.named != nil {
		return l.countNamed(ctx, s)
	}
	l, err := l.forCount(ctx, s)
	if err != nil {
		return 0, false, err
	}
	l, end, err := l.bounded(ctx, s, countLooks)
	if err != nil {
		return 0, false, err
	}
	some := l.where(s, s.selectFrom((*R)(nil)).ColumnExpr("1")).Limit(countBound + 1)
	var n int
	if err := s.db.NewSelect().Conn(s.conn).TableExpr("(?) AS some", some).ColumnExpr("count(*)").Scan(ctx, &n); err != nil {
		return 0, false, fmt.Errorf("counting records: %w", err)
	}
	return min(n, countBound), n <= countBound && end == nil, nil
}
