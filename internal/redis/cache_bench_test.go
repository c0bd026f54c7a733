package redis_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/redis"
	"github.com/patchbay/patchbay/internal/redis/redistest"
	"github.com/patchbay/patchbay/operations/execute"
)

// BenchmarkCacheGet compares an answer out of the process with one out of Redis. BenchmarkMemoryCacheGet of
// internal/gateway is the third.
func BenchmarkCacheGet(b *testing.B) {
	server := redistest.Start(b)
	option := `{"text":"a channel of no special name","value":"C0123456789"},`
	for name, options := range map[string]redis.CacheOptions{
		"tier": {Slow: 10 * time.Second, TierFor: time.Hour}, "redis": {Slow: 10 * time.Second, TierBytes: -1},
		"redis, sealed": {Slow: 10 * time.Second, TierBytes: -1, Seal: newSealer(b)},
	} {
		for size, times := range map[string]int{"2KB": 35, "100KB": 1800} {
			b.Run(name+"/"+size, func(b *testing.B) {
				options.Prefix = strings.ReplaceAll(b.Name(), "/", ".") + ":"
				c := cacheNode(b, open(b, server.URL()), options)
				output := json.RawMessage(`{"result":[` + strings.TrimSuffix(strings.Repeat(option, times), ",") + `]}`)
				for deadline := time.Now().Add(time.Minute); options.TierBytes == 0 && !c.Status().Listening && time.Now().Before(deadline); {
					time.Sleep(time.Millisecond)
				}
				store(b, c, slot("key"), execute.Entry{Output: output, Stored: time.Now(), Fresh: time.Hour, Keep: time.Hour})
				b.ReportAllocs()
				for b.Loop() {
					if _, _, ok := c.Get(b.Context(), slot("key")); !ok {
						b.Fatal("missing")
					}
				}
			})
		}
	}
}

// BenchmarkCacheMiss is what a fetch costs around itself: a look, a lease and the keeping.
func BenchmarkCacheMiss(b *testing.B) {
	c := cacheNode(b, open(b, redistest.Start(b).URL()), redis.CacheOptions{Slow: 10 * time.Second})
	s := slot("key")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Key[0], s.Key[1], s.Key[2] = byte(i), byte(i>>8), byte(i>>16)
		_, stamp, _ := c.Get(b.Context(), s)
		lease, _ := c.Lease(b.Context(), s, stamp, execute.AskWait)
		c.Set(b.Context(), s, lease.Stamp, answer(`{}`))
	}
}
