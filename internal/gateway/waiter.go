package gateway

import (
	"container/list"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// waiter is a request in line, in the lines of all its buckets.
type waiter struct {
	priority operations.Priority
	since    int64
	buckets  []*bucket
	slowest  *bucket         // makes it wait longest
	places   []*list.Element // in the lines of buckets
	bound    time.Duration   // of the wait

	granted    chan struct{} // closed when its turn has come, or is sure to come too late; then these are set:
	tooLate    error
	concurrent []*bucket // of which it holds a place
	paused     bool      // a pause held it up
}

func (w *waiter) join() {
	for _, b := range w.buckets {
		w.places = append(w.places, b.lines[w.priority].PushBack(w))
	}
}

// leave takes a waiter out of line for good.
func (l *MemoryLimiter) leave(w *waiter) {
	for i, b := range w.buckets {
		b.lines[w.priority].Remove(w.places[i])
	}
	l.waiting--
}

// turn says when a request that now comes last in its line will have its turn, and which bucket makes it wait
// longest. Where places must first be given back, the time is the earliest.
func (w *waiter) turn(now int64) (slowest *bucket, at int64) {
	for _, b := range w.buckets {
		free := b.next(now, b.ahead(w.priority), w.priority)
		if slowest == nil || free > at || at <= now && b.full(w.priority) {
			slowest, at = b, free
		}
	}
	return slowest, at
}

// ahead is how many get their place before one who now comes last in the line of a class: his own line, better ones
// until it is the turn of his, and worse ones whose turn comes meanwhile.
func (b *bucket) ahead(priority operations.Priority) int64 {
	own := int64(b.lines[priority].Len())
	ahead := own
	for p := range priority {
		ahead += int64(b.lines[p].Len())
	}
	ahead = min(ahead, (own+1)*EveryTurn-1-b.skipped[priority])
	for p := priority + 1; int(p) < priorities; p++ {
		ahead += min(int64(b.lines[p].Len()), (ahead+b.skipped[p])/turn)
	}
	return ahead
}
