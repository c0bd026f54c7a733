package gateway

import (
	"context"
	"maps"
	"time"

	"github.com/patchbay/patchbay/operations/execute"
)

const (
	// maxHolders is for how many holders of a lease somebody waits, one after another: beyond, he fetches for himself.
	maxHolders = 2
	// fewLeases is how many leases there are before those that only rest are looked through.
	fewLeases = 1024
)

// memoryLease is the right to fetch a slot's answer, or what is left of it: that no refresh is to be tried for a while.
type memoryLease struct {
	fence uint64
	stamp execute.Stamp
	done  chan struct{} // closed when it ends; nil: it only rests
	until time.Time     // of the rest
	stop  func() bool   // no longer wait for the holder's context
}

// Lease is the execute.Cache's. It ends with the holder's context.
func (c *MemoryCache) Lease(ctx context.Context, slot execute.Slot, stamp execute.Stamp, ask execute.Ask) (execute.Lease, bool) {
	for holders := 0; ; holders++ {
		lease, other, granted := c.lease(ctx, &slot, stamp, ask)
		if other == nil {
			return lease, granted
		}
		if holders == maxHolders {
			return execute.Lease{}, true
		}
		select {
		case <-other.done:
		case <-ctx.Done():
			return execute.Lease{}, true // and the fetch ends at once
		}
	}
}

// lease grants it, or refuses it, or gives the one to wait for.
func (c *MemoryCache) lease(
	ctx context.Context, slot *execute.Slot, seen execute.Stamp, ask execute.Ask,
) (lease execute.Lease, other *memoryLease, granted bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, now, found := c.get(slot)
	held := c.leases[slot.Key]
	if ask != execute.AskTake {
		if found && now.Entry != seen.Entry {
			return execute.Lease{}, nil, false
		}
		valid := held != nil && held.stamp.Account == now.Account && held.stamp.Resource == now.Resource
		switch {
		case valid && held.done != nil && ask == execute.AskWait:
			return execute.Lease{}, held, false
		case valid && ask == execute.AskTry && (held.done != nil || time.Now().Before(held.until)):
			return execute.Lease{}, nil, false
		}
	}
	if held != nil {
		c.end(slot.Key, held, 0)
	}
	return c.grant(ctx, slot.Key, now), nil, true
}

func (c *MemoryCache) grant(ctx context.Context, key execute.Key, now execute.Stamp) execute.Lease {
	c.serial++
	now.Fence = c.serial
	held := &memoryLease{fence: c.serial, stamp: now, done: make(chan struct{})}
	held.stop = context.AfterFunc(ctx, func() { c.release(key, held, 0) })
	c.tidy()
	c.leases[key] = held
	return execute.NewLease(now, func(_ context.Context, rest time.Duration) { c.release(key, held, rest) })
}

func (c *MemoryCache) release(key execute.Key, held *memoryLease, rest time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leases[key] == held && held.done != nil {
		c.end(key, held, rest)
	}
}

// end ends a lease, and lets those go on who wait for it.
func (c *MemoryCache) end(key execute.Key, held *memoryLease, rest time.Duration) {
	if held.done != nil {
		held.stop()
		close(held.done)
	}
	delete(c.leases, key)
	if rest > 0 {
		c.leases[key] = &memoryLease{stamp: held.stamp, until: time.Now().Add(rest)}
	}
}

// tidy forgets the rests that are over, now and then.
func (c *MemoryCache) tidy() {
	if len(c.leases) < c.sweep {
		return
	}
	now := time.Now()
	maps.DeleteFunc(c.leases, func(_ execute.Key, held *memoryLease) bool { return held.done == nil && now.After(held.until) })
	c.sweep = max(fewLeases, 2*len(c.leases))
}
