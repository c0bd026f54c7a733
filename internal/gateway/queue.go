package gateway

import (
	"container/list"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// bucket is a bucket of the MemoryLimiter, with those who wait for it. Its limiter's lock guards it.
type bucket struct {
	meter
	paused int64                 // until then it gives out nothing
	lines  [priorities]list.List // of *waiter, each first come, first served
	timer  *time.Timer
	armed  int64 // when the timer fires; 0: not set
}

// next says when a place is to be had, if ahead others get theirs before.
func (b *bucket) next(now, ahead int64, priority operations.Priority) int64 {
	if b.paused > now {
		return max(b.paused, b.meter.next(now, ahead, priority))
	}
	return b.meter.next(now, ahead, priority)
}

func (b *bucket) waits() bool {
	for i := range b.lines {
		if b.lines[i].Len() > 0 {
			return true
		}
	}
	return false
}

func (b *bucket) idle(now int64) bool { return b.paused <= now && b.empty(now) && !b.waits() }

// waiter is a request in line, in the lines of all its buckets.
type waiter struct {
	priority operations.Priority
	buckets  []*bucket
	places   []*list.Element // in the lines of buckets
	granted  chan struct{}   // closed when its turn has come
	bound    time.Duration   // of the wait
}

func (w *waiter) join() {
	for _, b := range w.buckets {
		w.places = append(w.places, b.lines[w.priority].PushBack(w))
	}
}

func (w *waiter) leave() {
	for i, b := range w.buckets {
		b.lines[w.priority].Remove(w.places[i])
	}
}

// turn says when a request that now comes last in its line will have its turn, and which bucket makes it wait
// longest.
func (w *waiter) turn(now int64) (slowest *bucket, at int64) {
	for _, b := range w.buckets {
		var ahead int64
		for p := range w.priority + 1 {
			ahead += int64(b.lines[p].Len())
		}
		if free := b.next(now, ahead, w.priority); slowest == nil || free > at {
			slowest, at = b, free
		}
	}
	return slowest, at
}

// blocking finds a bucket that has no place now.
func blocking(buckets []*bucket, now int64, priority operations.Priority) *bucket {
	for _, b := range buckets {
		if b.next(now, 0, priority) > now {
			return b
		}
	}
	return nil
}

func takeAll(buckets []*bucket, now int64) {
	for _, b := range buckets {
		b.take(now)
	}
}

// serve gives the places a bucket has to those in line, best priority first. One who waits for another bucket too is
// passed over, so that one bucket's pause holds up nobody else; the timer of that other bucket will serve him.
func (l *MemoryLimiter) serve(b *bucket, now int64) {
	for p := range b.lines {
		for place := b.lines[p].Front(); place != nil && b.next(now, 0, operations.Priority(p)) <= now; {
			w := place.Value.(*waiter)
			place = place.Next()
			if other := blocking(w.buckets, now, w.priority); other != nil {
				l.arm(other, now)
				continue
			}
			takeAll(w.buckets, now)
			w.leave()
			l.waiting--
			close(w.granted)
		}
	}
	l.arm(b, now)
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
		if b.lines[p].Len() == 0 {
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
		if b.idle(now) || look <= 0 && !b.waits() {
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
