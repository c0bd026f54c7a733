package gateway

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// MemoryLimiterOptions are the settings of a MemoryLimiter. The zero value works.
type MemoryLimiterOptions struct {
	// MaxWait bounds the wait of each priority; default 15 s for live, 5 s for DDL, 60 s for bulk.
	MaxWait map[operations.Priority]time.Duration
	// MaxBuckets bounds how many buckets are remembered, default 20 000. Beyond it some that nobody waits for are forgotten.
	MaxBuckets int
	// MaxWaiting bounds how many requests wait at once, default 10 000.
	MaxWaiting int
}

// priorities is how many there are.
const priorities = int(operations.PriorityBulk) + 1

// MemoryLimiter is the Limiter of a single process.
type MemoryLimiter struct {
	maxWait    [priorities]time.Duration
	maxBuckets int
	maxWaiting int
	began      time.Time

	mu      sync.Mutex
	buckets map[string]*bucket
	waiting int
	added   int // buckets since the last tidying
}

var _ Limiter = (*MemoryLimiter)(nil)

// NewMemoryLimiter makes a limiter.
func NewMemoryLimiter(options MemoryLimiterOptions) *MemoryLimiter {
	l := &MemoryLimiter{
		maxWait:    [priorities]time.Duration{15 * time.Second, 5 * time.Second, time.Minute},
		maxBuckets: options.MaxBuckets, maxWaiting: options.MaxWaiting,
		began: time.Now(), buckets: map[string]*bucket{},
	}
	for priority, wait := range options.MaxWait {
		l.maxWait[class(priority)] = wait
	}
	if l.maxBuckets == 0 {
		l.maxBuckets = 20_000
	}
	if l.maxWaiting == 0 {
		l.maxWaiting = 10_000
	}
	return l
}

// class is a priority as an index; one that is not known counts as bulk.
func class(p operations.Priority) operations.Priority {
	if p < operations.PriorityLive || p > operations.PriorityBulk {
		return operations.PriorityBulk
	}
	return p
}

func (l *MemoryLimiter) now() int64 { return int64(time.Since(l.began)) }

// Acquire is the Limiter's.
func (l *MemoryLimiter) Acquire(ctx context.Context, wanted []Bucket, priority operations.Priority) (time.Duration, error) {
	priority = class(priority)
	var room [4]*bucket
	l.mu.Lock()
	now := l.now()
	held := l.open(room[:0], wanted, now, false)
	l.serveDue(held, now) // before the newcomer
	if blocking(held, now, priority) == nil {
		takeAll(held, now)
		l.tidy(now)
		l.mu.Unlock()
		return 0, nil
	}
	w, err := l.enqueue(ctx, wanted, now, priority)
	l.tidy(now)
	l.mu.Unlock()
	if err != nil {
		return 0, err
	}
	err = l.await(ctx, w)
	return time.Duration(l.now() - now), err
}

// open finds the buckets, and makes those that are not there: of those without a limit only if all.
func (l *MemoryLimiter) open(held []*bucket, wanted []Bucket, now int64, all bool) []*bucket {
	for i := range wanted {
		b, known := l.buckets[wanted[i].Key]
		switch {
		case !known && (all || wanted[i].Limit > 0):
			b = l.add(wanted[i])
		case !known:
			continue
		case b.spec != wanted[i]:
			b.meter = newMeter(wanted[i])
		}
		if !slices.Contains(held, b) {
			held = append(held, b)
		}
	}
	return held
}

// enqueue puts a request in line, unless its turn would come too late.
func (l *MemoryLimiter) enqueue(ctx context.Context, wanted []Bucket, now int64, priority operations.Priority) (*waiter, error) {
	w := &waiter{priority: priority, buckets: l.open(nil, wanted, now, true), granted: make(chan struct{})}
	w.bound = l.maxWait[priority]
	if deadline, ok := ctx.Deadline(); ok {
		w.bound = min(w.bound, time.Until(deadline))
	}
	if slowest, at := w.turn(now); time.Duration(at-now) > w.bound || l.waiting >= l.maxWaiting {
		return nil, refused(slowest, now, at)
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
		return nil
	case <-ctx.Done():
	case <-timer.C:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.serveDue(w.buckets, now)
	select {
	case <-w.granted: // at the last moment
		return nil
	default:
	}
	l.waiting--
	w.leave()
	if ctx.Err() == context.Canceled {
		return canceled(ctx.Err())
	}
	slowest, at := w.turn(now)
	return refused(slowest, now, at)
}

// refused is the error of a request that would have to wait too long.
func refused(b *bucket, now, at int64) *operations.Error {
	wait := time.Duration(max(at-now, int64(time.Millisecond)))
	rounded := (wait + time.Second - 1).Truncate(time.Second)
	if b.paused >= at {
		return &operations.Error{
			Code: operations.CodeRateLimited, RetryAfter: wait,
			Detail: fmt.Sprintf("the service has asked for a pause; try again in %s", rounded),
		}
	}
	return &operations.Error{
		Code: operations.CodeRateLimited, RetryAfter: wait,
		Detail: fmt.Sprintf("the limit %s of %d requests in %s is used up; try again in %s",
			b.spec.Name, b.spec.Limit, b.spec.Window, rounded),
	}
}

// Pause is the Limiter's.
func (l *MemoryLimiter) Pause(_ context.Context, key string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	at := now + int64(time.Until(until))
	if at <= now {
		return
	}
	b, known := l.buckets[key]
	if !known {
		b = l.add(Bucket{Key: key})
	}
	b.paused = max(b.paused, at)
	l.tidy(now)
}
