package gateway

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// enqueue puts a request in line, unless its turn would come too late.
func (l *MemoryLimiter) enqueue(ctx context.Context, wanted []Bucket, now int64, priority operations.Priority) (*waiter, error) {
	w := &waiter{priority: priority, since: now, buckets: l.open(nil, wanted, now, true), granted: make(chan struct{})}
	w.bound = Patience(ctx, l.maxWait[priority])
	var at int64
	if w.slowest, at = w.turn(now); time.Duration(at-now) > w.bound || w.bound <= 0 || l.waiting >= l.maxWaiting {
		return w, w.slowest.refusal(now, at)
	}
	l.waiting++
	w.join()
	for _, b := range w.buckets {
		l.arm(b, now)
	}
	return w, nil
}

// await waits for the turn of a request in line.
func (l *MemoryLimiter) await(ctx context.Context, w *waiter) error {
	timer := time.NewTimer(w.bound)
	defer timer.Stop()
	select {
	case <-w.granted:
		if w.tooLate == nil {
			l.spreadOut(ctx, w)
		}
		return w.tooLate
	case <-ctx.Done():
	case <-timer.C:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.serveDue(w.buckets, now)
	select {
	case <-w.granted: // at the last moment
		return w.tooLate
	default:
	}
	l.leave(w)
	if ctx.Err() == context.Canceled {
		return canceled(ctx.Err())
	}
	var at int64
	w.slowest, at = w.turn(now)
	return w.slowest.refusal(now, at)
}

// sendAway refuses those in line who would now wait in vain.
func (l *MemoryLimiter) sendAway(b *bucket, now int64) {
	for p := range b.lines {
		at := b.next(now, 0, operations.Priority(p))
		for place := b.lines[p].Front(); place != nil; {
			w := place.Value.(*waiter)
			place = place.Next()
			if at > w.since+int64(w.bound) {
				w.slowest, w.tooLate = b, b.refusal(now, at)
				l.leave(w)
				close(w.granted)
			}
		}
	}
}

// spreadOut lets those whom one pause has held up go one after another rather than all at once.
func (l *MemoryLimiter) spreadOut(ctx context.Context, w *waiter) {
	if w.paused && l.spread > 0 {
		_ = sleep(ctx, rand.N(l.spread)) // a context that ends is met again where the request is sent
	}
}
