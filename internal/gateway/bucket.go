package gateway

import (
	"cmp"
	"container/list"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// bucket is a bucket of the MemoryLimiter, with those who wait for it. Its limiter's lock guards it.
type bucket struct {
	meter
	learned  learned
	paused   int64 // until then it gives out nothing
	reason   string
	underWay int                   // places held, if spec.Concurrent
	skipped  [priorities]int64     // places that better classes have had since the class had one, up to its turn
	lines    [priorities]list.List // of *waiter, each first come, first served
	timer    *time.Timer
	armed    int64 // when the timer fires; 0: not set
}

// turn is how many places better classes have in a row before another has its turn: DDL's and bulk's both lie among
// EveryTurn.
const turn = EveryTurn - 2

// due tells whether a class has been passed over so often that it is its turn.
func (b *bucket) due(priority operations.Priority) bool { return b.skipped[priority] >= turn }

// next says when a place is to be had, if ahead others get theirs before.
func (b *bucket) next(now, ahead int64, priority operations.Priority) int64 {
	if b.due(priority) {
		priority = operations.PriorityLive // its turn may be in the last fifth
	}
	at := b.meter.next(now, ahead, priority)
	if b.learned.holds(now) {
		at = max(at, b.learned.next(now, ahead, priority))
	}
	if b.paused > now {
		at = max(at, b.paused)
	}
	return at
}

// full tells whether as many requests are under way as may be. When that ends is not known.
func (b *bucket) full(priority operations.Priority) bool {
	most := b.spec.Concurrent
	if priority == operations.PriorityBulk && !b.due(priority) {
		most -= Reserved(most)
	}
	return b.spec.Concurrent > 0 && b.underWay >= most
}

// blocks tells whether the bucket has no place now.
func (b *bucket) blocks(now int64, priority operations.Priority) bool {
	return b.full(priority) || b.next(now, 0, priority) > now
}

// take gives out a place that is to be had now.
func (b *bucket) take(now int64, priority operations.Priority) {
	b.meter.take(now)
	b.learned.left--
	if b.spec.Concurrent > 0 {
		b.underWay++
	}
	b.skipped[priority] = 0
	for p := priority + 1; int(p) < priorities; p++ {
		b.skipped[p] = min(b.skipped[p]+1, turn)
	}
}

func (b *bucket) waits() bool {
	for i := range b.lines {
		if b.lines[i].Len() > 0 {
			return true
		}
	}
	return false
}

// needed tells whether somebody waits for the bucket or holds a place of it.
func (b *bucket) needed() bool { return b.underWay > 0 || b.waits() }

func (b *bucket) idle(now int64) bool {
	return b.paused <= now && !b.learned.holds(now) && b.empty(now) && !b.needed()
}

// refusal is the error for a request whose turn would come at a time that is too late.
func (b *bucket) refusal(now, at int64) *operations.Error {
	wait := time.Duration(max(at-now, int64(time.Millisecond)))
	switch {
	case b.paused > now && b.paused >= at:
		return Refusal(b.spec, wait, cmp.Or(b.reason, "the service has asked for a pause"))
	case b.learned.holds(now) && b.learned.reset >= at && at > now:
		return Refusal(b.spec, wait, "the service says that it is used up")
	case at <= now && b.spec.Concurrent > 0:
		return Refusal(Bucket{Name: b.spec.Name, Concurrent: b.spec.Concurrent}, 0, "")
	default:
		return Refusal(b.spec, wait, "")
	}
}

// learned is what the service says of its own count.
type learned struct{ limit, left, reset int64 }

func (l *learned) holds(now int64) bool { return l.reset > now }

// next says when a place is to be had, if ahead others get theirs before.
func (l *learned) next(now, ahead int64, priority operations.Priority) int64 {
	left := l.left - ahead
	if priority == operations.PriorityBulk {
		left -= int64(Reserved(int(l.limit)))
	}
	if left > 0 {
		return now
	}
	return l.reset
}
