package redis

import (
	"math"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations/execute"
)

const defaultTierBytes = 32 << 20

// cacheTier holds answers of Redis in the process. Nil holds nothing.
type cacheTier struct {
	entries *otter.Cache[execute.Key, tiered]
	most    time.Duration
}

// mark is what this process knows of a slot's tags at one moment. An answer that was asked for at a mark is true as long
// as the mark is.
type mark struct {
	stamp execute.Stamp // generations
	epoch uint64        // of listening; 0: nothing is heard
}

type tiered struct {
	execute.Entry
	stamp execute.Stamp
	mark  mark
	until time.Time
}

func newCacheTier(bytes int64, most time.Duration) *cacheTier {
	if bytes < 0 {
		return nil
	}
	if bytes == 0 {
		bytes = defaultTierBytes
	}
	return &cacheTier{most: most, entries: otter.Must(&otter.Options[execute.Key, tiered]{
		MaximumWeight: uint64(bytes),
		Weigher: func(_ execute.Key, value tiered) uint32 {
			return uint32(min(gateway.CacheWeight(&value.Entry), math.MaxInt32))
		},
		ExpiryCalculator: otter.ExpiryWritingFunc(func(otter.Entry[execute.Key, tiered]) time.Duration { return most }),
		Executor:         func(upkeep func()) { upkeep() }, // it costs less than a goroutine for it
		Logger:           &otter.NoopLogger{},
	})}
}

func (c *Cache) mark(slot *execute.Slot) mark {
	return mark{epoch: c.ear.epoch.Load(), stamp: c.generations.Of(slot)}
}

// get finds an answer that is fresh; whether there is a newer one than what is stale, Redis knows.
func (t *cacheTier) get(slot *execute.Slot, now mark) (execute.Entry, execute.Stamp, bool) {
	if t == nil || now.epoch == 0 {
		return execute.Entry{}, execute.Stamp{}, false
	}
	found, ok := t.entries.GetIfPresent(slot.Key)
	if !ok || found.mark != now || time.Now().After(found.until) {
		return execute.Entry{}, execute.Stamp{}, false
	}
	return found.Entry, found.stamp, true
}

// put keeps an answer that was asked for at a mark.
func (t *cacheTier) put(key execute.Key, at mark, entry execute.Entry, stamp execute.Stamp) {
	if t == nil || at.epoch == 0 {
		return
	}
	until := time.Now().Add(t.most)
	for _, end := range []time.Time{entry.Stored.Add(entry.Fresh), entry.Stored.Add(entry.Keep)} {
		if end.Before(until) {
			until = end
		}
	}
	if time.Now().Before(until) {
		t.entries.Set(key, tiered{Entry: entry, stamp: stamp, mark: at, until: until})
	}
}

// drop forgets a slot's answer, unless it is the one with that number.
func (t *cacheTier) drop(key execute.Key, but uint64) {
	if t == nil {
		return
	}
	if found, ok := t.entries.GetIfPresent(key); ok && found.stamp.Entry != but {
		t.entries.Invalidate(key)
	}
}

func (t *cacheTier) close() {
	if t != nil {
		t.entries.StopAllGoroutines()
	}
}
