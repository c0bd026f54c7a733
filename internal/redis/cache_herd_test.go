package redis_test

import (
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/redis"
	"github.com/patchbay/patchbay/internal/redis/redistest"
	"github.com/patchbay/patchbay/operations/execute"
)

// TestAHerdLooksOnce: many who want the same while Redis has not answered yet are one trip.
func TestAHerdLooksOnce(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	c := cacheNode(t, open(t, server.URL()), patientCache)
	listening(t, c)
	server.Do(t, "CLIENT", "PAUSE", 300)
	const many = 500
	var all sync.WaitGroup
	for range many {
		all.Go(func() { found(t, c, slot("one")) })
	}
	all.Wait()
	if looks := gets(t, c, "miss"); looks > many/10 {
		t.Errorf("%d who asked at once looked %.0f times", many, looks)
	}
}

// TestASlowLeaseIsAskedForAgain: Redis has given it, but its answer came too late. Whoever went on without would ask the
// service beside the one who has the lease.
func TestASlowLeaseIsAskedForAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	c := cacheNode(t, open(t, server.URL()), redis.CacheOptions{Slow: 200 * time.Millisecond})
	_, stamp, _ := c.Get(t.Context(), slot("one"))
	server.Do(t, "CLIENT", "PAUSE", 1300) // longer than a lease may take, shorter than two
	lease, granted := c.Lease(t.Context(), slot("one"), stamp, execute.AskWait)
	if !granted || lease.Stamp.Fence == 0 {
		t.Errorf("granted: %v, %+v", granted, lease.Stamp)
	}
	c.Set(t.Context(), slot("one"), lease.Stamp, answer(`"kept"`))
	if got := found(t, c, slot("one")); got != `"kept"` {
		t.Errorf("found %q", got)
	}
}
