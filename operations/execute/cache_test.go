package execute_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// shelf is a Cache without bounds and without a queue for leases.
type shelf struct {
	mu      sync.Mutex
	entries map[execute.Key]stamped
	tags    map[execute.Tag]uint64
	leases  uint64
	tries   int // to refresh
	resting map[execute.Key]time.Time
}

type stamped struct {
	execute.Entry
	stamp execute.Stamp
}

func newShelf() *shelf {
	return &shelf{entries: map[execute.Key]stamped{}, tags: map[execute.Tag]uint64{}, resting: map[execute.Key]time.Time{}}
}

func (s *shelf) stamp(slot execute.Slot) execute.Stamp {
	return execute.Stamp{Account: s.tags[slot.Tag.Account()], Resource: s.tags[slot.Tag]}
}

func (s *shelf) Get(_ context.Context, slot execute.Slot) (execute.Entry, execute.Stamp, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, entry := s.stamp(slot), s.entries[slot.Key]
	found := entry.Keep > 0 && entry.stamp == now && time.Since(entry.Stored) <= entry.Keep
	return entry.Entry, now, found
}

func (s *shelf) Lease(_ context.Context, slot execute.Slot, _ execute.Stamp, ask execute.Ask) (execute.Lease, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ask == execute.AskTry {
		s.tries++
	}
	if ask == execute.AskTry && time.Now().Before(s.resting[slot.Key]) {
		return execute.Lease{}, false
	}
	s.leases++
	stamp := s.stamp(slot)
	stamp.Fence = s.leases
	return execute.NewLease(stamp, func(_ context.Context, rest time.Duration) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.resting[slot.Key] = time.Now().Add(rest)
	}), true
}

func (s *shelf) Set(_ context.Context, slot execute.Slot, leased execute.Stamp, entry execute.Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	leased.Fence = 0
	s.entries[slot.Key] = stamped{entry, leased}
}

func (s *shelf) Invalidate(_ context.Context, tag execute.Tag) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tags[tag]++
}

func cachingHub(t *testing.T, runs *atomic.Int64) *hub {
	t.Helper()
	reads := spec("count", anything)
	reads.Cache = operations.CacheRule{TTL: operations.Seconds(time.Minute), StaleFor: operations.Seconds(time.Hour)}
	writes := spec("change", anything)
	writes.Effect = operations.EffectWrite
	raw := writes
	raw.Name, raw.Resource = "raw", ""
	count := operations.Func(reads, func(context.Context, *operations.Call) (json.RawMessage, error) {
		time.Sleep(time.Second)
		return json.RawMessage(fmt.Sprintf(`{"n":%d}`, runs.Add(1))), nil
	})
	return newHub(t, func(o *execute.Options) {
		o.Cache = newShelf()
	}, count, answering(writes, `{}`, nil), answering(raw, `{}`, nil))
}

func TestCache(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		h := cachingHub(t, &runs)
		want := func(step, input, output string, cached execute.Cached) {
			t.Helper()
			result, err := h.call(t.Context(), "count", input)
			if err != nil || string(result.Output) != output || result.Meta.Cached != cached {
				t.Errorf("%s: %s %s, %v; want %s %s", step, result.Output, result.Meta.Cached, err, output, cached)
			}
		}
		want("first", `{"a":1,"b":2}`, `{"n":1}`, execute.Miss)
		want("same input in another order", ` {"b":2, "a":1} `, `{"n":1}`, execute.Fresh)
		want("other input", `{"a":2}`, `{"n":2}`, execute.Miss)
		time.Sleep(2 * time.Minute)
		want("grown stale", `{"a":1,"b":2}`, `{"n":1}`, execute.Stale)
		synctest.Wait()
		time.Sleep(2 * time.Second)
		want("refreshed behind", `{"a":1,"b":2}`, `{"n":3}`, execute.Fresh)
		if _, err := h.call(t.Context(), "change", `{}`); err != nil {
			t.Fatal(err)
		}
		want("after a write", `{"a":1,"b":2}`, `{"n":4}`, execute.Miss)
		if _, err := h.call(t.Context(), "raw", `{}`); err != nil {
			t.Fatal(err)
		}
		want("after a write that names no resource", `{"a":1,"b":2}`, `{"n":5}`, execute.Miss)
	})
}

func TestOneFlightForMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		h := cachingHub(t, &runs)
		var all sync.WaitGroup
		for i := range 1000 {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				if i == 0 {
					cancel()
				}
				result, err := h.call(ctx, "count", `{}`)
				if i > 0 && (err != nil || string(result.Output) != `{"n":1}`) {
					t.Errorf("caller %d: %s %v", i, result.Output, err)
				}
			})
		}
		all.Wait()
		if runs.Load() != 1 {
			t.Errorf("the operation ran %d times, want 1", runs.Load())
		}
	})
}

func TestAWriteOvertakesARead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		h := cachingHub(t, &runs)
		var all sync.WaitGroup
		all.Go(func() { _, _ = h.call(t.Context(), "count", `{}`) })
		time.Sleep(time.Second / 2)
		if _, err := h.call(t.Context(), "change", `{}`); err != nil {
			t.Fatal(err)
		}
		result, err := h.call(t.Context(), "count", `{}`)
		if err != nil || string(result.Output) != `{"n":2}` {
			t.Errorf("after the write: %s %v, want a read that began after it", result.Output, err)
		}
		all.Wait()
		if result, err = h.call(t.Context(), "count", `{}`); err != nil || string(result.Output) != `{"n":2}` {
			t.Errorf("later: %s %v, want what was read after the write", result.Output, err)
		}
	})
}
