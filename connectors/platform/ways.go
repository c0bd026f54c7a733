package platform

import (
	"context"
	"fmt"
	"slices"
)

// Bounds of what one call looks at, so that it takes as long in a large table as in a small one.
const (
	pageLooks  = 1000 // records, for a page,
	countLooks = 1000 // and to count them
	fewRecords = 1000 // that are rather looked up and sorted than looked for along the order
	probeDepth = 400  // records by which it is estimated how many there are
)

// selective is the rank from which on it pays to look up and sort, in place of walking along the order.
const selective = 5

// way is how a list is read. A filter is looked up in its index, or the records are walked along in their order.
type way struct {
	filter int  // to look up; -1: none
	byKey  bool // with none: the keys of the list are few, and looked up
	many   int  // about how many records there are to look at
}

// best is the filter to look up, -1 for none.
func (l listing[R]) best() int {
	if l.way != nil {
		return l.way.filter
	}
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

// sorts tells whether what is looked up has to be sorted: an index holds its records by key or by id.
func (l listing[R]) sorts() bool {
	best := l.best()
	switch {
	case best < 0:
		return l.way != nil && l.way.byKey && l.order.column != "pk"
	case l.filters[best].column == "pk":
		return true
	case l.keys != nil:
		return l.order.column != "pk"
	default:
		return l.order.column != ""
	}
}

// chosen decides how to read a list whose keys tell how dense its records lie, by looking how far it is to some that pass
// a filter: that whose records lie farthest apart is looked up. It matters most where most records pass one filter
// and few another.
func (l listing[R]) chosen(ctx context.Context, s *session) (listing[R], error) {
	if l.keys == nil {
		return l, nil
	}
	top, err := l.top(ctx, s)
	if err != nil {
		return l, err
	}
	if l.keys = new(*l.keys); l.keys.last > top {
		l.keys.last = top
	}
	if l.way != nil {
		return l, nil
	}
	best, depth := way{filter: -1, many: int(max(0, l.keys.last-l.keys.first+1))}, probeDepth
	if l.order.column != "pk" {
		depth = fewRecords
	}
	for i, f := range l.filters {
		if f.rank == 0 {
			continue
		}
		many, err := l.estimate(ctx, s, i, depth)
		if err != nil {
			return l, err
		}
		if many < best.many {
			best = way{filter: i, many: many}
		}
	}
	if l.order.column != "pk" && best.many > fewRecords {
		best.filter = -1
	}
	best.byKey = best.filter < 0 && best.many <= fewRecords
	l.way = &best
	return l, nil
}

// top is the greatest key of the organisation.
func (l listing[R]) top(ctx context.Context, s *session) (top int64, err error) {
	err = s.selectFrom((*R)(nil)).Column("pk").Where("t.pk BETWEEN ? AND ?", l.keys.first, l.keys.last).OrderExpr("t.pk DESC").Limit(1).Scan(ctx, &top)
	if isMissing(err) {
		return l.keys.first - 1, nil
	}
	if err != nil {
		return 0, fmt.Errorf("looking for the last record: %w", err)
	}
	return top, nil
}

// estimate tells about how many records pass a filter, judged by the newest; that there are no more than depth is certain.
func (l listing[R]) estimate(ctx context.Context, s *session, filter, depth int) (int, error) {
	l.order, l.way = ordering[R]{column: "pk", down: true}, &way{filter: filter}
	var far int64
	err := l.sorted(l.walked(s, s.selectFrom((*R)(nil)).Column("pk"))).Offset(int64(depth)).Limit(1).Scan(ctx, &far)
	if isMissing(err) {
		return depth, nil
	}
	if err != nil {
		return 0, fmt.Errorf("estimating records: %w", err)
	}
	return max(depth+1, int(int64(depth)*(l.keys.last-l.keys.first+1)/max(1, l.keys.last-far))), nil
}

// forCount is the list as it is counted: by key, along the rarest filter, unless there is one on the order itself.
func (l listing[R]) forCount(ctx context.Context, s *session) (listing[R], error) {
	ordered := func(f filter) bool { return f.column == l.order.column }
	if l.keys == nil || l.order.column == "pk" || l.sorts() || slices.ContainsFunc(l.filters, ordered) {
		return l, nil
	}
	l.order, l.way = ordering[R]{column: "pk", down: true}, nil
	return l.chosen(ctx, s)
}
