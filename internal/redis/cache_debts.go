package redis

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/operations/execute"
)

const (
	// maxDebts bounds the invalidations that are remembered for Redis.
	maxDebts = 10_000
	// payEvery is how often it is tried to tell Redis.
	payEvery = 100 * time.Millisecond
)

// cacheDebts are invalidations of which Redis has still to be told. Until then this node serves nothing of theirs.
type cacheDebts struct {
	count atomic.Int64
	wake  chan struct{}

	mu   sync.Mutex
	owed map[execute.Tag]uint64 // with a number that tells an invalidation from a later one
	last uint64
}

// add remembers an invalidation; of too many, only that of the whole account, and then none, as entries end by age too.
func (d *cacheDebts) add(tag execute.Tag) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.owed == nil {
		d.owed = map[execute.Tag]uint64{}
	}
	if len(d.owed) >= maxDebts/2 {
		tag = tag.Account()
	}
	if _, there := d.owed[tag]; there || len(d.owed) < maxDebts {
		d.last++
		d.owed[tag] = d.last
	}
	d.count.Store(int64(len(d.owed)))
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// has tells whether what is kept under a tag may be untrue.
func (d *cacheDebts) has(tag execute.Tag) bool {
	if d.count.Load() == 0 {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	_, whole := d.owed[tag.Account()]
	_, own := d.owed[tag]
	return whole || own
}

func (d *cacheDebts) len() int { return int(d.count.Load()) }

func (d *cacheDebts) list() map[execute.Tag]uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.owed)
}

func (d *cacheDebts) paid(tag execute.Tag, number uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.owed[tag] == number {
		delete(d.owed, tag)
	}
	d.count.Store(int64(len(d.owed)))
}

// payDebts tells Redis what it has missed, as soon as it listens again.
func (c *Cache) payDebts(ctx context.Context) {
	ticker := time.NewTicker(payEvery)
	defer ticker.Stop()
	for {
		if c.debts.len() == 0 {
			select {
			case <-ctx.Done():
				return
			case <-c.debts.wake:
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		c.pay(ctx)
	}
}

// pay tries each debt, in no order, until it has failed a few times. On a cluster those of other nodes may be paid.
func (c *Cache) pay(ctx context.Context) {
	failed := 0
	for tag, number := range c.debts.list() {
		if err := c.bounded(ctx, "invalidate", c.invalidation(tag)); err == nil {
			c.generations.Pass(tag)
			c.debts.paid(tag, number)
		} else if failed++; failed == maxFaults {
			return
		}
	}
}
