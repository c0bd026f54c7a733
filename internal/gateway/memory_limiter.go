package gateway

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// MemoryLimiterOptions are the settings of a MemoryLimiter. The zero value works.
type MemoryLimiterOptions struct {
	// MaxWait bounds the wait of each priority; default MaxWait.
	MaxWait map[operations.Priority]time.Duration
	// Spread is the time over which requests that waited for a pause to end are spread, each at random; default none.
	Spread time.Duration
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
	spread     time.Duration
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
		maxBuckets: options.MaxBuckets, maxWaiting: options.MaxWaiting, spread: options.Spread,
		began: time.Now(), buckets: map[string]*bucket{},
	}
	for priority := range l.maxWait {
		l.maxWait[priority] = MaxWait(operations.Priority(priority))
	}
	for priority, wait := range options.MaxWait {
		l.maxWait[ranked(priority)] = wait
	}
	if l.maxBuckets == 0 {
		l.maxBuckets = 20_000
	}
	if l.maxWaiting == 0 {
		l.maxWaiting = 10_000
	}
	return l
}

// ranked is a priority as an index; one that is not known counts as bulk.
func ranked(p operations.Priority) operations.Priority {
	if p < operations.PriorityLive || p > operations.PriorityBulk {
		return operations.PriorityBulk
	}
	return p
}

func (l *MemoryLimiter) now() int64 { return int64(time.Since(l.began)) }

// Acquire is the Limiter's.
func (l *MemoryLimiter) Acquire(ctx context.Context, wanted []Bucket, priority operations.Priority) (Grant, error) {
	priority = ranked(priority)
	var room [4]*bucket
	l.mu.Lock()
	now := l.now()
	held := l.open(room[:0], wanted, now, false)
	l.serveDue(held, now) // before the newcomer
	if blocking(held, now, priority) == nil {
		takeAll(held, now, priority)
		l.serveOwed(held, now)
		concurrent := concurrentOf(held)
		l.tidy(now)
		l.mu.Unlock()
		return l.granted(0, "", concurrent), nil
	}
	w, err := l.enqueue(ctx, wanted, now, priority)
	l.tidy(now)
	l.mu.Unlock()
	if err != nil {
		return Grant{Bucket: w.slowest.spec.Name}, err
	}
	if err = l.await(ctx, w); err != nil {
		return Grant{Waited: time.Duration(l.now() - now), Bucket: w.slowest.spec.Name}, err
	}
	return l.granted(time.Duration(l.now()-now), w.slowest.spec.Name, w.concurrent), nil
}

// granted makes a grant that gives its held places back.
func (l *MemoryLimiter) granted(waited time.Duration, name string, concurrent []*bucket) Grant {
	if len(concurrent) == 0 {
		return Grant{Waited: waited, Bucket: name}
	}
	return NewGrant(waited, name, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		now := l.now()
		for _, b := range concurrent {
			b.underWay--
		}
		for _, b := range concurrent {
			l.serve(b, now)
		}
	})
}

func concurrentOf(held []*bucket) []*bucket {
	var concurrent []*bucket
	for _, b := range held {
		if b.spec.Concurrent > 0 {
			concurrent = append(concurrent, b)
		}
	}
	return concurrent
}

// open finds the buckets, and makes those that are not there: of those without a limit only if all.
func (l *MemoryLimiter) open(held []*bucket, wanted []Bucket, now int64, all bool) []*bucket {
	for i := range wanted {
		b, known := l.buckets[wanted[i].Key]
		switch {
		case !known && (all || wanted[i].Limit > 0 || wanted[i].Concurrent > 0):
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
