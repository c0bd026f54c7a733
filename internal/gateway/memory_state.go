package gateway

import (
	"context"
	"sort"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// Pause is the Limiter's.
func (l *MemoryLimiter) Pause(_ context.Context, pause Pause) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	at := now + int64(time.Until(pause.Until))
	if at <= now {
		return
	}
	if b := l.named(pause.Key); at > b.paused {
		b.paused, b.reason = at, pause.Reason
		l.sendAway(b, now)
	}
	l.tidy(now)
}

// Learn is the Limiter's.
func (l *MemoryLimiter) Learn(_ context.Context, lesson Lesson) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	reset := now + int64(time.Until(lesson.Reset))
	if reset <= now || lesson.Remaining < 0 {
		return
	}
	b := l.named(lesson.Key)
	if left := int64(max(lesson.Remaining-lesson.UnderWay, 0)); !b.learned.holds(now) || left < b.learned.left {
		b.learned = learned{limit: int64(lesson.Limit), left: left, reset: reset}
		l.arm(b, now)
		l.sendAway(b, now)
	}
	l.tidy(now)
}

func (l *MemoryLimiter) named(key string) *bucket {
	if b, known := l.buckets[key]; known {
		return b
	}
	return l.add(Bucket{Key: key})
}

// Inspect is the Limiter's.
func (l *MemoryLimiter) Inspect(_ context.Context, buckets []Bucket) ([]BucketState, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, wall := l.now(), time.Now()
	states := make([]BucketState, len(buckets))
	for i, spec := range buckets {
		b, known := l.buckets[spec.Key]
		if !known || b.spec != spec {
			fresh := &bucket{meter: newMeter(spec)}
			if known {
				fresh.paused, fresh.reason, fresh.learned, fresh.underWay, fresh.lines = b.paused, b.reason, b.learned, b.underWay, b.lines
			}
			b = fresh
		}
		states[i] = b.state(now, wall)
	}
	return states, nil
}

func (b *bucket) state(now int64, wall time.Time) BucketState {
	s := BucketState{Bucket: b.spec, Left: b.left(now), UnderWay: b.underWay}
	for i := range b.lines {
		s.Waiting += b.lines[i].Len()
	}
	at := func(then int64) time.Time { return wall.Add(time.Duration(then - now)) }
	if !b.empty(now) {
		s.Reset = at(b.last + int64(b.spec.Window))
	}
	if b.learned.holds(now) && at(b.learned.reset).After(s.Reset) {
		s.Reset = at(b.learned.reset)
	}
	if b.paused > now {
		s.PausedUntil, s.Reason = at(b.paused), b.reason
	}
	return s
}

// left is how many places live requests could have at once, but for a pause; -1: any number.
func (b *bucket) left(now int64) int {
	left := -1
	fewer := func(n int) {
		if left < 0 || n < left {
			left = n
		}
	}
	if !b.unlimited() {
		fewer(sort.Search(b.spec.Limit, func(n int) bool {
			return b.meter.next(now, int64(n), operations.PriorityLive) > now
		}))
	}
	if b.learned.holds(now) {
		fewer(int(b.learned.left))
	}
	if b.spec.Concurrent > 0 {
		fewer(max(b.spec.Concurrent-b.underWay, 0))
	}
	return left
}
