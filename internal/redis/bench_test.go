package redis_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/internal/redis"
	"github.com/patchbay/patchbay/internal/redis/redistest"
	"github.com/patchbay/patchbay/operations"
)

const live = operations.PriorityLive

// BenchmarkAcquire compares a place in two buckets, in memory and in Redis, for one caller and for 64.
func BenchmarkAcquire(b *testing.B) {
	client := open(b, redistest.Start(b).URL())
	for name, limiter := range map[string]gateway.Limiter{
		"memory": gateway.NewMemoryLimiter(gateway.MemoryLimiterOptions{}),
		"redis":  node(b, client, "bench:", redis.LimiterOptions{Slow: 10 * time.Second}),
	} {
		for _, callers := range []int{1, 64} {
			b.Run(name+"/callers="+strconv.Itoa(callers), func(b *testing.B) { acquireAtOnce(b, limiter, callers) })
		}
	}
}

func acquireAtOnce(b *testing.B, limiter gateway.Limiter, callers int) {
	buckets := []gateway.Bucket{
		{Key: "limit:{ws/cr/slack}:hourly", Name: "hourly", Limit: 1 << 40, Window: time.Hour},
		{Key: "limit:{ws/cr/slack}:pause", Name: "pause"},
	}
	b.ReportAllocs()
	b.ResetTimer()
	var all sync.WaitGroup
	for i := range callers {
		n := (b.N + i) / callers
		all.Go(func() {
			for range n {
				if _, err := limiter.Acquire(context.Background(), buckets, live); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}
