package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
)

// listing is a list of records: which, and in what order.
type listing[R any] struct {
	name    string                                    // tells its cursors from those of other lists
	filters []filter                                  // all of them hold
	order   ordering[R]                               // the zero order is by id: as they were made, newest last
	shape   func(q *bun.SelectQuery) *bun.SelectQuery // adds columns and joins; may be nil
	fixed   func(q *bun.SelectQuery) *bun.SelectQuery // conditions by which an index begins, after org; may be nil
	keys    func(org int64) (first, last int64)       // set where the organisation is in the keys: see keys.go
}

// ordering is by a column, and where that is the same by key.
type ordering[R any] struct {
	column string           // "" is by id; "pk" by key
	value  func(row *R) any // what the column holds
	down   bool             // greatest first
}

// filter keeps the records whose column passes a test.
type filter struct {
	column string
	test   string // what follows the column: "= ?", "IS NULL"
	args   []any

	// rank tells how few records pass, where there is an index (org, column): that with the highest is looked up, all
	// others are only checked. 0: never looked up.
	rank int
}

// selective is the rank from which on it pays to look up and sort, in place of walking along the order.
const selective = 5

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

// list reads a page.
func list[R any, P recorded[R]](ctx context.Context, s *session, l listing[R], p paging) ([]R, pageInfo, error) {
	offset, err := p.offset()
	if err != nil {
		return nil, pageInfo{}, err
	}
	question := s.question(l.name)
	info := pageInfo{}
	var after *position
	if p.Cursor != "" {
		read, err := s.unseal(question, p.Cursor)
		if err != nil {
			return nil, pageInfo{}, err
		}
		after = &read
		info.Total, info.TotalIsExact = read.Total, read.Exact
	} else if info.Total, info.TotalIsExact, err = l.count(ctx, s); err != nil {
		return nil, pageInfo{}, err
	}
	rows := make([]R, 0, p.Limit+1)
	q := l.sorted(l.where(s, s.selectFrom(&rows)), after).Offset(int64(offset)).Limit(int64(p.Limit) + 1)
	if l.shape != nil {
		q = q.Apply(l.shape)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, pageInfo{}, fmt.Errorf("listing records: %w", err)
	}
	if len(rows) > p.Limit {
		rows = rows[:p.Limit]
		last := &rows[p.Limit-1]
		info.NextCursor, err = l.next(s, question, info, P(last).meta(), last)
	}
	return rows, info, err
}

func (l listing[R]) next(s *session, question string, info pageInfo, meta *record, last *R) (string, error) {
	end := position{Key: meta.PK, Total: info.Total, Exact: info.TotalIsExact}
	if l.order.value != nil || l.order.column == "" {
		var value any = meta.UID
		if l.order.value != nil {
			value = l.order.value(last)
		}
		encoded, err := json.Marshal(value)
		if err != nil {
			return "", fmt.Errorf("making a cursor: %w", err)
		}
		end.Value = encoded
	}
	return s.seal(question, end)
}

// count counts the records, up to a bound.
func (l listing[R]) count(ctx context.Context, s *session) (int, bool, error) {
	l.order.column = l.countBy()
	bound := int64(countBound)
	if len(l.filters) > 2 {
		bound = checkBound // most of those that are walked over do not count
	}
	some := l.where(s, s.selectFrom((*R)(nil)).ColumnExpr("1")).Limit(bound + 1)
	var n int64
	if err := s.db.NewSelect().Conn(s.conn).TableExpr("(?) AS some", some).ColumnExpr("count(*)").Scan(ctx, &n); err != nil {
		return 0, false, fmt.Errorf("counting records: %w", err)
	}
	return int(min(n, bound)), n <= bound, nil
}

// countBy is the order in which to count, which makes no difference but to what is looked up: by key that is the
// rarest filter, unless there is one on the order itself.
func (l listing[R]) countBy() string {
	ordered := func(f filter) bool { return f.column == l.order.column }
	ranked := func(f filter) bool { return f.rank > 0 }
	if l.keys != nil && slices.ContainsFunc(l.filters, ranked) && !slices.ContainsFunc(l.filters, ordered) {
		return "pk"
	}
	return l.order.column
}

// best is the filter to look up, -1 for none.
func (l listing[R]) best() int {
	best, least := -1, 0
	if l.order.column != "pk" {
		least = selective - 1
	}
	for i, f := range l.filters {
		if f.rank > least {
			best, least = i, f.rank
		}
	}
	return best
}

// where keeps the records of the organisation that pass all filters. One of them is looked up, or the records are
// walked along in their order: by no other index.
func (l listing[R]) where(s *session, q *bun.SelectQuery) *bun.SelectQuery {
	best := l.best()
	switch {
	case l.keys != nil && best < 0 && l.order.column == "pk":
		first, last := l.keys(s.org)
		q = q.Where("t.pk BETWEEN ? AND ?", first, last)
	case best >= 0 && l.filters[best].column == "pk":
		q = q.Where(unindexed("t.org")+" = ?", s.org)
	default:
		q = q.Where("t.org = ?", s.org)
	}
	return l.pass(q, best)
}

// pass keeps the records that pass all filters and are not gone.
func (l listing[R]) pass(q *bun.SelectQuery, best int) *bun.SelectQuery {
	q = q.Where("t.deleted_at IS NULL")
	if l.fixed != nil {
		q = q.Apply(l.fixed)
	}
	for i, f := range l.filters {
		column := "t." + f.column
		if i != best && f.column != l.order.column {
			column = unindexed(column)
		}
		q = q.Where(column+" "+f.test, f.args...)
	}
	return q
}

// sorted puts the records in order, beginning after a position.
func (l listing[R]) sorted(q *bun.SelectQuery, after *position) *bun.SelectQuery {
	direction, beyond := "ASC", ">"
	if l.order.down {
		direction, beyond = "DESC", "<"
	}
	column := "t." + l.order.column
	if l.order.column == "" {
		column = "t.uid"
	}
	if l.order.column == "pk" {
		if after != nil {
			q = q.Where("t.pk "+beyond+" ?", after.Key)
		}
		return q.OrderExpr("t.pk " + direction)
	}
	if after != nil {
		value := after.value()
		q = q.Where(column+" "+beyond+"= ?", value).Where("("+column+" "+beyond+" ? OR t.pk "+beyond+" ?)", value, after.Key)
	}
	return q.OrderExpr(column + " " + direction + ", t.pk " + direction)
}

// value is what a position was sealed with: a text or a whole number.
func (p position) value() any {
	var number int64
	if err := json.Unmarshal(p.Value, &number); err == nil {
		return number
	}
	var text string
	if err := json.Unmarshal(p.Value, &text); err != nil {
		return nil
	}
	return text
}
