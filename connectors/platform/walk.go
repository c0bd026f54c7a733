package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
)

// after is what follows a position.
func (l listing[R]) after(p position) listing[R] { return l.cut(p, true) }

// cut keeps what follows a position, or what does not.
func (l listing[R]) cut(p position, following bool) listing[R] {
	up := l.order.down != following // the rest is of the greater
	if l.order.column == "pk" {
		l.keys = new(*l.keys)
		switch {
		case following && up:
			l.keys.first = max(l.keys.first, p.Key+1)
		case following:
			l.keys.last = min(l.keys.last, p.Key-1)
		case up:
			l.keys.first = max(l.keys.first, p.Key)
		default:
			l.keys.last = min(l.keys.last, p.Key)
		}
		return l
	}
	beyond, same := "<", ""
	if up {
		beyond = ">"
	}
	if !following {
		same = "="
	}
	if l.named != nil && l.order.column == "" {
		l.named = new(*l.named)
		if up {
			l.named.keys.first = p.Key + 1
		} else {
			l.named.keys.last = p.Key - 1
		}
	}
	value := p.value()
	column := l.order.index()
	l.filters = append(slices.Clone(l.filters), filter{column: column, test: beyond + "= ?", args: []any{value}},
		filter{test: "(t." + column + " " + beyond + " ? OR t.pk " + beyond + same + " ?)", args: []any{value, p.Key}, edge: true})
	return l
}

// bounded is the part of a list that begins it and has so many records to look at, and the position where it ends: nil
// if it is the whole. What is looked up to be sorted is few anyway.
func (l listing[R]) bounded(ctx context.Context, s *session, looks int) (listing[R], *position, error) {
	switch {
	case l.named != nil && l.order.column == "":
		return l.boundedByHits(ctx, s)
	case l.named != nil:
		l.filters = append(slices.Clone(l.filters), l.named.holds())
	}
	if l.sorts() || !l.checks() || l.way != nil && l.way.byKey {
		return l, nil, nil
	}
	if l.keys != nil && l.best() < 0 && l.order.column == "pk" {
		return l.boundedByKey(looks)
	}
	columns := []string{"pk"}
	if l.order.column != "pk" {
		columns = append(columns, l.order.index())
	}
	var at position
	var value any
	to := []any{&at.Key, &value}[:len(columns)]
	err := l.sorted(l.walked(s, s.selectFrom((*R)(nil)).Column(columns...))).Offset(int64(looks)-1).Limit(1).Scan(ctx, to...)
	if isMissing(err) {
		return l, nil, nil
	}
	if err != nil {
		return l, nil, fmt.Errorf("bounding a list: %w", err)
	}
	if text, ok := value.([]byte); ok {
		value = string(text)
	}
	if l.order.column != "pk" {
		if at.Value, err = json.Marshal(value); err != nil {
			return l, nil, fmt.Errorf("bounding a list: %w", err)
		}
	}
	return l.cut(at, false), &at, nil
}

// boundedByKey is bounded for a list that is walked along its keys, which have no gaps.
func (l listing[R]) boundedByKey(looks int) (listing[R], *position, error) {
	if l.keys.last-l.keys.first < int64(looks) {
		return l, nil, nil
	}
	at := position{Key: l.keys.first + int64(looks) - 1}
	if l.order.down {
		at.Key = l.keys.last - int64(looks) + 1
	}
	return l.cut(at, false), &at, nil
}

// checks tells whether there are filters that may leave few of the records that are looked at.
func (l listing[R]) checks() bool {
	for i := range l.filters {
		if !l.walksBy(i) {
			return true
		}
	}
	return false
}

// where keeps the records of the organisation that pass all filters. One of them is looked up, or the records are
// walked along in their order: by no other index.
func (l listing[R]) where(s *session, q *bun.SelectQuery) *bun.SelectQuery {
	return l.pass(l.walked(s, q))
}

// walked keeps the records that are looked at: those of an index, or a range of it.
func (l listing[R]) walked(s *session, q *bun.SelectQuery) *bun.SelectQuery {
	best := l.best()
	if l.keys != nil && best >= 0 && l.sorts() {
		// In the order of the keys there is but one index for it; what is sorted otherwise might be read along any.
		byKey := l
		byKey.order = ordering[R]{column: "pk"}
		return q.Where(unindexed("t.org")+" = ?", s.org).Where("t.pk IN (?)", byKey.sorted(byKey.walked(s, s.selectFrom((*R)(nil)).Column("pk"))))
	}
	byKey := l.keys != nil && best < 0 && (l.order.column == "pk" || l.sorts())
	switch {
	case byKey:
		q = q.Where("t.pk BETWEEN ? AND ?", l.keys.first, l.keys.last)
	case best >= 0 && l.filters[best].column == "pk":
		q = q.Where(unindexed("t.org")+" = ?", s.org)
	default:
		q = q.Where("t.org = ?", s.org)
	}
	if l.keys != nil && !byKey {
		q = q.Where(l.column("pk", l.order.column == "pk")+" BETWEEN ? AND ?", l.keys.first, l.keys.last)
	}
	if l.fixed != nil {
		q = q.Apply(l.fixed)
	}
	q = q.Where("t.deleted_at IS NULL")
	for i, f := range l.filters {
		switch {
		case f.edge:
			q = q.Where(f.test, f.args...)
		case l.walksBy(i):
			q = q.Where("t."+f.column+" "+f.test, f.args...)
		}
	}
	return q
}

// walksBy tells whether a filter is part of what is looked up or walked along.
func (l listing[R]) walksBy(i int) bool {
	return i == l.best() || l.filters[i].edge || l.filters[i].column == l.order.index() && !l.sorts()
}

// pass keeps the records that pass the filters that are only checked.
func (l listing[R]) pass(q *bun.SelectQuery) *bun.SelectQuery {
	for i, f := range l.filters {
		switch {
		case l.walksBy(i):
		case f.column == "":
			q = q.Where(f.test, f.args...)
		default:
			q = q.Where(l.column(f.column, false)+" "+f.test, f.args...)
		}
	}
	return q
}

// column is a column that may be looked up, or not.
func (l listing[R]) column(name string, indexed bool) string {
	if indexed {
		return "t." + name
	}
	return unindexed("t." + name)
}

// sorted puts the records in order.
func (l listing[R]) sorted(q *bun.SelectQuery) *bun.SelectQuery {
	direction := " ASC"
	if l.order.down {
		direction = " DESC"
	}
	if l.order.column == "pk" {
		return q.OrderExpr("t.pk" + direction)
	}
	return q.OrderExpr(l.column(l.order.index(), !l.sorts()) + direction + ", t.pk" + direction)
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
