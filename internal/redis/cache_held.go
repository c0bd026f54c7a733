package redis

import (
	"context"
	"sync"
	"time"

	"github.com/patchbay/patchbay/operations/execute"
)

// cacheHeld are the leases that this node holds, by their fences. They are renewed until they are dropped.
type cacheHeld struct {
	mu     sync.Mutex
	timers map[uint64]*time.Timer
	closed bool
}

// hold renews a lease for as long as its context lasts. A fetch is mostly over before that is needed.
func (c *Cache) hold(ctx context.Context, slot *execute.Slot, fence uint64) {
	c.held.mu.Lock()
	defer c.held.mu.Unlock()
	if c.held.closed {
		return
	}
	if c.held.timers == nil {
		c.held.timers = map[uint64]*time.Timer{}
	}
	key := c.keysOf(slot).lease
	c.held.timers[fence] = time.AfterFunc(c.renewEvery(), func() { c.renew(ctx, key, fence) })
}

func (c *Cache) renewEvery() time.Duration { return c.options.Lease / 3 }

func (c *Cache) renew(ctx context.Context, key string, fence uint64) {
	if ctx.Err() != nil {
		c.held.drop(fence)
		return
	}
	var held int
	err := c.trip(ctx, "renew", func(ctx context.Context) (err error) {
		held, err = c.scripts.renew.Run(ctx, c.client.redis, []string{key}, bytesOf(fence), c.options.Lease.Milliseconds()).Int()
		return err
	})
	if err == nil && held == 0 {
		c.held.drop(fence)
		return
	}
	c.held.mu.Lock()
	defer c.held.mu.Unlock()
	if timer := c.held.timers[fence]; timer != nil {
		timer.Reset(c.renewEvery())
	}
}

func (h *cacheHeld) drop(fence uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if timer := h.timers[fence]; timer != nil {
		timer.Stop()
		delete(h.timers, fence)
	}
}

func (h *cacheHeld) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, timer := range h.timers {
		timer.Stop()
	}
	h.timers, h.closed = nil, true
}
