package gateway

import (
	"bytes"
	"context"
	"math"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/patchbay/patchbay/operations/execute"
)

const (
	// defaultCacheBytes is how much a MemoryCache holds unless told otherwise.
	defaultCacheBytes = 64 << 20
	// largestShare is which part of the cache one answer may take at most: an eighth.
	largestShare = 8
	// entryOverhead is what an entry takes beside its answer: about, in bytes.
	entryOverhead = 300
)

// MemoryCache keeps answers in the process. It is safe for concurrent use.
type MemoryCache struct {
	entries     *otter.Cache[execute.Key, tagged]
	generations *Generations
	largest     int

	mu     sync.Mutex // of the leases, and of storing
	leases map[execute.Key]*memoryLease
	serial uint64 // of fences
	sweep  int    // when there are so many leases, those that only rest are looked through
}

var _ execute.Cache = (*MemoryCache)(nil)

// tagged is an entry with the stamp of the lease by which it was fetched.
type tagged struct {
	execute.Entry
	stamp execute.Stamp
}

// NewMemoryCache makes a cache of about so many bytes; 0 means 64 MiB. An answer of more than an eighth of that is not
// kept. Close it after use.
func NewMemoryCache(maxBytes int64) *MemoryCache {
	if maxBytes <= 0 {
		maxBytes = defaultCacheBytes
	}
	return &MemoryCache{
		generations: NewGenerations(), largest: int(min(maxBytes/largestShare, math.MaxInt32)),
		leases: map[execute.Key]*memoryLease{}, sweep: fewLeases,
		entries: otter.Must(&otter.Options[execute.Key, tagged]{
			MaximumWeight: uint64(maxBytes),
			Weigher:       func(_ execute.Key, value tagged) uint32 { return uint32(CacheWeight(&value.Entry)) },
			ExpiryCalculator: otter.ExpiryWritingFunc(func(entry otter.Entry[execute.Key, tagged]) time.Duration {
				return entry.Value.Keep
			}),
			Executor: func(upkeep func()) { upkeep() }, // it costs less than a goroutine for it
			Logger:   &otter.NoopLogger{},
		}),
	}
}

// CacheWeight is about how many bytes an entry takes in memory.
func CacheWeight(e *execute.Entry) int {
	weight := len(e.Output) + entryOverhead
	if e.Fault != nil {
		weight += len(e.Fault.Detail) + entryOverhead
		if e.Fault.Upstream != nil {
			weight += len(e.Fault.Upstream.Body)
		}
	}
	return weight
}

// Get is the execute.Cache's.
func (c *MemoryCache) Get(_ context.Context, slot execute.Slot) (execute.Entry, execute.Stamp, bool) {
	return c.get(&slot)
}

func (c *MemoryCache) get(slot *execute.Slot) (execute.Entry, execute.Stamp, bool) {
	stamp := c.generations.Of(slot)
	found, ok := c.entries.GetIfPresent(slot.Key)
	if !ok || found.stamp.Account != stamp.Account || found.stamp.Resource != stamp.Resource {
		return execute.Entry{}, stamp, false
	}
	stamp.Entry = found.stamp.Fence
	return found.Entry, stamp, true
}

// Set is the execute.Cache's.
func (c *MemoryCache) Set(_ context.Context, slot execute.Slot, leased execute.Stamp, entry execute.Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	held := c.leases[slot.Key]
	if held == nil || held.fence != leased.Fence || held.done == nil {
		return
	}
	now := c.generations.Of(&slot)
	if entry.Keep > 0 && CacheWeight(&entry) <= c.largest && now.Account == leased.Account && now.Resource == leased.Resource {
		entry.Output = bytes.Clone(entry.Output) // no more than is paid for, and nobody else's
		c.entries.Set(slot.Key, tagged{Entry: entry, stamp: leased})
	}
	c.end(slot.Key, held, 0)
}

// Invalidate is the execute.Cache's.
func (c *MemoryCache) Invalidate(_ context.Context, tag execute.Tag) { c.generations.Pass(tag) }

// Close stops the cache's upkeep. Its contents stay readable.
func (c *MemoryCache) Close() { c.entries.StopAllGoroutines() }
