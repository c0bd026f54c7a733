package gateway

import (
	"container/list"
	"slices"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// blocking finds a bucket that has no place now.
func blocking(buckets []*bucket, now int64, priority operations.Priority) *bucket {
	for _, b := range buckets {
		if b.blocks(now, priority) {
			return b
		}
	}
	return nil
}

func takeAll(buckets []*bucket, now int64, priority operations.Priority) {
	for _, b := range buckets {
		b.take(now, priority)
	}
}

// order is the order in which the classes are served: those whose turn it is, then the better ones first.
func (b *bucket) order() [priorities]operations.Priority {
	order := [priorities]operations.Priority{operations.PriorityLive, operations.PriorityDDL, operations.PriorityBulk}
	slices.SortStableFunc(order[:], func(p, q operations.Priority) int {
		switch {
		case b.due(p) == b.due(q):
			return 0
		case b.due(p):
			return -1
		default:
			return 1
		}
	})
	return order
}

// serve gives the places a bucket has to those in line. One who waits for another bucket too is passed over, so that
// one bucket's pause holds up nobody else; the timer of that other bucket will serve him.
func (l *MemoryLimiter) serve(b *bucket, now int64) {
	var places [priorities]*list.Element // whom of each line to look at next
	for p := range places {
		places[p] = b.lines[p].Front()
	}
	for l.serveOne(b, now, &places) {
	}
	l.arm(b, now)
}

func (l *MemoryLimiter) serveOne(b *bucket, now int64, places *[priorities]*list.Element) bool {
	for _, p := range b.order() {
		for places[p] != nil && !b.blocks(now, p) {
			w := places[p].Value.(*waiter)
			places[p] = places[p].Next()
			if other := blocking(w.buckets, now, w.priority); other != nil {
				l.arm(other, now)
				continue
			}
			l.give(w, now)
			return true
		}
	}
	return false
}

// give lets a request in line go.
func (l *MemoryLimiter) give(w *waiter, now int64) {
	takeAll(w.buckets, now, w.priority)
	l.leave(w)
	for _, b := range w.buckets {
		w.paused = w.paused || b.paused > w.since
	}
	w.concurrent = concurrentOf(w.buckets)
	close(w.granted)
}

// serveOwed serves those whose turn has come by a place that went to somebody who had not to wait.
func (l *MemoryLimiter) serveOwed(buckets []*bucket, now int64) {
	for _, b := range buckets {
		if b.lines[operations.PriorityBulk].Len() > 0 && b.due(operations.PriorityBulk) {
			l.serve(b, now)
		}
	}
}

// serveDue serves buckets whose timer is due but has not come round yet.
func (l *MemoryLimiter) serveDue(buckets []*bucket, now int64) {
	for _, b := range buckets {
		if b.armed != 0 && b.armed <= now {
			l.serve(b, now)
		}
	}
}

// arm sets a bucket's timer to when it next has a place for somebody in line.
func (l *MemoryLimiter) arm(b *bucket, now int64) {
	var at int64
	for p := range b.lines {
		if b.lines[p].Len() == 0 || b.full(operations.Priority(p)) { // whoever gives a place back serves
			continue
		}
		if free := b.next(now, 0, operations.Priority(p)); free > now && (at == 0 || free < at) {
			at = free
		}
	}
	if at == 0 || at == b.armed {
		return
	}
	b.armed = at
	if b.timer != nil {
		b.timer.Reset(time.Duration(at - now))
		return
	}
	b.timer = time.AfterFunc(time.Duration(at-now), func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		b.armed = 0
		l.serve(b, l.now())
	})
}

func (l *MemoryLimiter) add(spec Bucket) *bucket {
	b := &bucket{meter: newMeter(spec)}
	l.buckets[spec.Key] = b
	l.added++
	return b
}

// tidy looks at a few buckets for each that was added, and forgets those that are idle. If there are too many all the
// same, it forgets others that nobody waits for: that loses count, but bounds the memory. It belongs at the end of a
// decision, when no bucket is held that has yet to be counted.
func (l *MemoryLimiter) tidy(now int64) {
	if l.added == 0 {
		return
	}
	look := 4 * l.added
	l.added = 0
	for key, b := range l.buckets {
		if b.idle(now) || look <= 0 && !b.needed() {
			l.forget(key, b)
		}
		if look--; look <= 0 && len(l.buckets) <= l.maxBuckets {
			return
		}
	}
}

func (l *MemoryLimiter) forget(key string, b *bucket) {
	if b.timer != nil {
		b.timer.Stop()
	}
	delete(l.buckets, key)
}
