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

// tagged is an entry with the generations its tags had before it was read.
type tagged struct {
	execute.Entry
	stamp execute.Stamp
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
func (c *MemoryCache) Get(_ context.Context, slot execute.Slot) (execute.Entry, execute.Stamp, bool) {
	now := execute.Stamp{c.generation(slot.Account).Load(), c.generation(slot.Resource).Load()}
	found, ok := c.entries.GetIfPresent(slot.Key)
	if !ok || found.stamp != now {
		return execute.Entry{}, now, false
	}
	return found.Entry, now, true
}

// Set stores an answer for entry.Keep. One that may not be kept is not stored; one that a write has overtaken since
// its stamp was taken is never found.
func (c *MemoryCache) Set(_ context.Context, slot execute.Slot, stamp execute.Stamp, entry execute.Entry) {
	if entry.Keep <= 0 {
		return
	}
	entry.Output = bytes.Clone(entry.Output) // no more than is paid for, and nobody else's
	c.entries.Set(slot.Key, tagged{Entry: entry, stamp: stamp})
}

// Invalidate drops all answers of a tag.
func (c *MemoryCache) Invalidate(_ context.Context, tag string) {
	c.generation(tag).Add(1)
}

// Close stops the cache's upkeep. Its contents stay readable.
func (c *MemoryCache) Close() { c.entries.StopAllGoroutines() }

func (c *MemoryCache) generation(tag string) *atomic.Uint64 {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(tag))
	return &c.generations[hash.Sum64()%tagSlots]
}
