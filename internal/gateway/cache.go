package gateway

import (
	"bytes"
	"context"
	"hash/fnv"
	"math"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/patchbay/patchbay/operations/execute"
)

const (
	// defaultCacheBytes is how much a MemoryCache holds unless told otherwise.
	defaultCacheBytes = 64 << 20
	// entryOverhead is what an entry takes beside its key, tag and answer: about, in bytes.
	entryOverhead = 200
	// tagSlots is how many generation counters there are. Tags that share one are invalidated together, which costs a
	// miss and keeps memory bounded.
	tagSlots = 1 << 14
)

// MemoryCache keeps answers in the process. It is safe for concurrent use.
type MemoryCache struct {
	entries     *otter.Cache[string, tagged]
	generations [tagSlots]atomic.Uint64
}

var _ execute.Cache = (*MemoryCache)(nil)

// tagged is an entry with the generation its tag had when it was stored.
type tagged struct {
	execute.Entry
	slot       uint64
	generation uint64
}

// NewMemoryCache makes a cache of about so many bytes; 0 means 64 MiB. Close it after use.
func NewMemoryCache(maxBytes int64) *MemoryCache {
	if maxBytes <= 0 {
		maxBytes = defaultCacheBytes
	}
	return &MemoryCache{
		entries: otter.Must(&otter.Options[string, tagged]{
			MaximumWeight: uint64(maxBytes),
			Weigher: func(key string, value tagged) uint32 {
				return uint32(min(len(key)+len(value.Output)+entryOverhead, math.MaxUint32))
			},
			ExpiryCalculator: otter.ExpiryWritingFunc(func(entry otter.Entry[string, tagged]) time.Duration {
				return entry.Value.Keep
			}),
			Logger: &otter.NoopLogger{},
		}),
	}
}

// Get finds an answer that is neither too old nor invalidated. Its output is shared: it must not be changed.
func (c *MemoryCache) Get(_ context.Context, key string) (execute.Entry, bool) {
	found, ok := c.entries.GetIfPresent(key)
	if !ok || found.generation != c.generations[found.slot].Load() {
		return execute.Entry{}, false
	}
	return found.Entry, true
}

// Set stores an answer for entry.Keep. One that may not be kept is not stored.
func (c *MemoryCache) Set(_ context.Context, tag, key string, entry execute.Entry) {
	if entry.Keep <= 0 {
		return
	}
	entry.Output = bytes.Clone(entry.Output) // no more than is paid for, and nobody else's
	slot := c.slot(tag)
	c.entries.Set(key, tagged{Entry: entry, slot: slot, generation: c.generations[slot].Load()})
}

// Invalidate drops all answers of a tag.
func (c *MemoryCache) Invalidate(_ context.Context, tag string) {
	c.generations[c.slot(tag)].Add(1)
}

// Close stops the cache's upkeep. Its contents stay readable.
func (c *MemoryCache) Close() { c.entries.StopAllGoroutines() }

func (c *MemoryCache) slot(tag string) uint64 {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(tag))
	return hash.Sum64() % tagSlots
}
