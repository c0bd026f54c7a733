package redis

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations/execute"
)

// CacheOptions are the settings of a Cache. The zero value works.
type CacheOptions struct {
	// Prefix begins the keys in Redis, default DefaultPrefix. It must hold no braces.
	Prefix string
	// Seal encrypts what is stored; nil: it is stored as it is. What one node has sealed the others must be able to open.
	Seal Sealer
	// Slow is how long an answer of Redis may take before the call goes on without it, default 50 ms.
	Slow time.Duration
	// OpenFor is for how long Redis is left alone after several faults in a row, default 2 s.
	OpenFor time.Duration
	// MaxBytes bounds an answer as it is stored, default 1 MiB; larger ones are not kept. As it is read it may be eight
	// times as large.
	MaxBytes int
	// TierBytes is how much is kept in the process besides, default 32 MiB; less than zero: nothing.
	TierBytes int64
	// TierFor is how long an answer is served out of the process without asking Redis, default 5 s. Other nodes' writes
	// are heard of at once; this bounds what a message that got lost can do.
	TierFor time.Duration
	// Lease is how long the right to fetch an answer outlives a node that dies, default 3 s.
	Lease time.Duration
}

// Sealer encrypts and decrypts. The context is not stored with what is sealed: without the same one it does not open.
type Sealer interface {
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
}

// Cache is the execute.Cache of several nodes.
//
// What is kept of a credential lies in one slot of a cluster, so that an answer is had by one command and kept by one
// script. Each tag has a state, a random number; an answer holds those of its tags at the time it was fetched, and is
// true as long as they are the same. A tag that Redis has lost makes its answers untrue rather than true again.
//
// In front of Redis a tier in the process holds what is fresh. It is kept true by messages; while they cannot be
// received it is not used. On a cluster they go to all its nodes (ordinary PUBLISH), each some 100 bytes, one for a
// write and one where an answer is replaced or waited for.
//
// While Redis is slow, full or gone, nothing is found and nothing kept: each node fetches for itself. What a write has
// made untrue meanwhile is told to Redis when it is back, and not served by this node before. Where Redis fails over to
// a replica that lacks the last write's invalidation, what it made untrue is served until it is too old.
type Cache struct {
	client      *Client
	options     CacheOptions
	scripts     cacheScripts
	metrics     *cacheMetrics
	circuit     *cacheCircuit
	generations *gateway.Generations // of this process: states of tags for the tier
	tier        *cacheTier
	ear         cacheEar
	bells       cacheBells
	debts       cacheDebts
	held        cacheHeld
	reads       singleflight.Group // one look into Redis for all who want the same

	stop context.CancelFunc
	done sync.WaitGroup
}

var _ execute.Cache = (*Cache)(nil)

// NewCache makes a cache. Close it before its client.
func NewCache(client *Client, options CacheOptions) *Cache {
	ctx, stop := context.WithCancel(context.Background())
	if options.Prefix == "" {
		options.Prefix = DefaultPrefix
	}
	options.Slow = orDefault(options.Slow, 50*time.Millisecond)
	options.OpenFor = orDefault(options.OpenFor, 2*time.Second)
	options.MaxBytes = orDefault(options.MaxBytes, 1<<20)
	options.TierFor = orDefault(options.TierFor, 5*time.Second)
	options.Lease = orDefault(options.Lease, 3*time.Second)
	c := &Cache{
		client: client, options: options, scripts: newCacheScripts(), metrics: newCacheMetrics(),
		generations: gateway.NewGenerations(), stop: stop,
	}
	c.circuit = newCacheCircuit(options.OpenFor)
	c.tier = newCacheTier(options.TierBytes, options.TierFor)
	c.debts.wake = make(chan struct{}, 1)
	c.done.Go(func() { c.listen(ctx) })
	c.done.Go(func() { c.payDebts(ctx) })
	return c
}

// Close ends the cache's upkeep. Leases that are still held run out.
func (c *Cache) Close() {
	c.stop()
	c.held.close()
	c.done.Wait()
	c.tier.close()
}

// Get is the execute.Cache's: out of the tier, or else one command to Redis.
func (c *Cache) Get(ctx context.Context, slot execute.Slot) (execute.Entry, execute.Stamp, bool) {
	mark := c.mark(&slot)
	if entry, stamp, ok := c.tier.get(&slot, mark); ok {
		c.metrics.gets[getTier].Inc()
		return entry, stamp, true
	}
	if c.debts.has(slot.Tag) {
		c.metrics.gets[getOff].Inc()
		return execute.Entry{}, mark.stamp, false
	}
	g, _, _ := c.reads.Do(readName(&slot, mark), func() (any, error) { return c.look(ctx, &slot, mark), nil })
	got := g.(looked)
	return got.entry, got.stamp, got.ok
}

// looked is what a look into Redis gave, for all who asked for the same at the same time.
type looked struct {
	entry execute.Entry
	stamp execute.Stamp
	ok    bool
}

// readName tells looks apart: one that begins after a write that this node knows of is another.
func readName(slot *execute.Slot, at mark) string {
	return string(slot.Key[:]) + string(bytesOf(at.epoch, at.stamp.Account, at.stamp.Resource))
}

func (c *Cache) look(ctx context.Context, slot *execute.Slot, mark mark) looked {
	keys := c.keysOf(slot)
	values, err := c.read(ctx, keys)
	if err != nil {
		c.metrics.gets[getOff].Inc()
		return looked{stamp: mark.stamp}
	}
	stamp := execute.Stamp{Account: stateOf(values[1]), Resource: stateOf(values[2])}
	entry, ok := c.decode(keys, values[0], &stamp)
	if !ok {
		c.metrics.gets[getMiss].Inc()
		return looked{stamp: stamp}
	}
	c.metrics.gets[getRedis].Inc()
	c.tier.put(slot.Key, mark, entry, stamp)
	return looked{entry, stamp, true}
}

// read gets a slot's value and the states of its tags.
func (c *Cache) read(ctx context.Context, keys *cacheKeys) (values []any, err error) {
	err = c.trip(ctx, "get", func(ctx context.Context) error {
		values, err = c.client.redis.MGet(ctx, keys.value, keys.account, keys.resource).Result()
		if err == nil && len(values) != 3 {
			err = errAnswer
		}
		return err
	})
	return values, err
}

// stateOf reads a tag's state; 0: it has none.
func stateOf(value any) uint64 {
	if text, ok := value.(string); ok && len(text) == 8 {
		return binary.LittleEndian.Uint64([]byte(text))
	}
	return 0
}

// newState makes a state or a fence that has not been there.
func newState() uint64 { return rand.Uint64() | 1 }

func bytesOf(states ...uint64) []byte {
	b := make([]byte, 0, 8*len(states))
	for _, state := range states {
		b = binary.LittleEndian.AppendUint64(b, state)
	}
	return b
}

// Set is the execute.Cache's: one script.
func (c *Cache) Set(ctx context.Context, slot execute.Slot, leased execute.Stamp, entry execute.Entry) {
	if leased.Fence == 0 {
		return
	}
	c.held.drop(leased.Fence)
	keys, mark := c.keysOf(&slot), c.mark(&slot)
	value, err := c.encode(keys, &leased, &entry)
	if err != nil {
		c.metrics.sets.WithLabelValues(setResult(err)).Inc()
		c.release(ctx, &slot, leased.Fence, leftUnkept, min(max(entry.Keep, 0), unkeptFor))
		return
	}
	keep := max(entry.Keep.Milliseconds(), 1)
	outcome := "fault"
	err = c.trip(ctx, "set", func(ctx context.Context) (err error) {
		outcome, err = c.scripts.set.Run(ctx, c.client.redis, keys.all(),
			bytesOf(leased.Fence), bytesOf(leased.Account, leased.Resource), value, keep, keep+tagsFor.Milliseconds(),
			c.channel(), newsOf(slot.Key, leased.Fence)).Text()
		return err
	})
	if err != nil {
		outcome = "fault"
	}
	c.metrics.sets.WithLabelValues(outcome).Inc()
	if outcome == "kept" {
		leased.Entry, leased.Fence = leased.Fence, 0
		entry.Output = bytes.Clone(entry.Output)
		c.tier.put(slot.Key, mark, entry, leased)
	}
}

// tagsFor is how long tags outlive what was kept with them, and last at the least.
const tagsFor = time.Hour

// Invalidate is the execute.Cache's: one script. If Redis does not take it in, it is told later.
func (c *Cache) Invalidate(ctx context.Context, tag execute.Tag) {
	if err := c.trip(ctx, "invalidate", c.invalidation(tag)); err != nil {
		c.debts.add(tag)
		c.metrics.owed.Inc()
	}
	c.generations.Pass(tag) // after Redis knows: what was read before is not put into the tier as if it were true
}

func (c *Cache) invalidation(tag execute.Tag) func(context.Context) error {
	return func(ctx context.Context) error {
		return c.scripts.invalidate.Run(ctx, c.client.redis, []string{c.tagKey(tag)},
			bytesOf(newState()), tagsFor.Milliseconds(), c.channel(), newsOfTag(tag)).Err()
	}
}
