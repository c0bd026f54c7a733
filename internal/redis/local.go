package redis

import (
	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// This is how a node decides while Redis is out of reach: of each limit it gives out its share only. What it has given
// out through Redis before counts against the share, so that a Redis that comes and goes gives nobody more.

// cause is what makes a request wait. The scripts know the same numbers.
type cause int64

const (
	none cause = iota
	limit
	pause
	lesson
	tooMany
	yield
)

// share is what this node may give out of a limit by itself. Of a limit smaller than the number of nodes that is one
// place in a longer window.
func (b *book) share(nodes int64, p operations.Priority) allowance {
	a := allowance{limit: int64(b.spec.Limit) / nodes, window: b.spec.Window.Microseconds()}
	if a.limit == 0 {
		a.limit, a.window = 1, a.window*((nodes+int64(b.spec.Limit)-1)/int64(b.spec.Limit))
	}
	if b.spec.Burst > 0 && b.spec.Burst < b.spec.Limit {
		a.burst = max(int64(b.spec.Burst)/nodes, 1)
	}
	if p == operations.PriorityBulk && !b.due(p) {
		a.limit -= int64(gateway.Reserved(int(a.limit)))
		a.burst -= int64(gateway.Reserved(int(a.burst)))
	}
	return a
}

// opens says when the node may give out a place by itself if ahead others get theirs before, and what holds it up.
func (b *book) opens(nodes, now, ahead int64, p operations.Priority) (int64, cause) {
	ahead += b.claimed
	at, why := now, none
	if b.limited() {
		if at = b.given.opens(b.share(nodes, p), now, ahead); at > now {
			why = limit
		}
	}
	if b.learned.holds(now) {
		left := (b.learned.left+nodes-1)/nodes - ahead
		if p == operations.PriorityBulk && !b.due(p) {
			left -= int64(gateway.Reserved(int(b.learned.limit / nodes)))
		}
		if left <= 0 && b.learned.reset >= at {
			at, why = b.learned.reset, lesson
		}
	}
	if b.paused > now && b.paused >= at {
		at, why = b.paused, pause
	}
	if why == none && b.full(nodes, p) {
		why = tooMany
	}
	return at, why
}

func (b *book) full(nodes int64, p operations.Priority) bool {
	most := max(b.spec.Concurrent/int(nodes), 1)
	if p == operations.PriorityBulk && !b.due(p) {
		most -= gateway.Reserved(most)
	}
	return b.spec.Concurrent > 0 && int64(b.leases)+b.claimed >= int64(most)
}

// decideAlone gives a request its places out of this node's share. The limiter's lock is held.
func (l *Limiter) decideAlone(r *request) verdict {
	r.unclaim()
	v := l.alone(r)
	if v.granted = r.take && v.first.why == none; v.granted {
		l.metrics.alone.Inc()
		l.commit(r, v, false)
	}
	return v
}

// alone says what holds a request up, going by this node's share. The limiter's lock is held.
func (l *Limiter) alone(r *request) verdict {
	now, nodes := l.now(), l.nodes()
	v := verdict{now: now}
	for i, b := range r.books {
		at, why := b.opens(nodes, now, 0, r.priority)
		v.first.worsen(obstacle{i, at - now, why})
		if r.ahead[i] > 0 {
			if behind, whyBehind := b.opens(nodes, now, r.ahead[i], r.priority); whyBehind != none {
				at, why = behind, whyBehind
			}
		}
		v.slow.worsen(obstacle{i, at - now, why})
	}
	if v.slow.why == pause {
		v.reason = r.books[v.slow.book].reason
	}
	return v
}
