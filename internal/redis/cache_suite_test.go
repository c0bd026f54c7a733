package redis_test

import (
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway/gatewaytest"
	"github.com/patchbay/patchbay/internal/redis"
	"github.com/patchbay/patchbay/internal/redis/redistest"
	"github.com/patchbay/patchbay/operations/execute"
)

// patientCache waits for Redis for so long that a busy machine does not make it go on without.
var patientCache = redis.CacheOptions{Slow: 20 * time.Second}

// cacheNode starts a cache of its own, which shares what it keeps with the others of its prefix.
func cacheNode(t testing.TB, client *redis.Client, options redis.CacheOptions) *redis.Cache {
	t.Helper()
	c := redis.NewCache(client, options)
	t.Cleanup(c.Close)
	return c
}

func cacheSuite(t *testing.T, url string, options redis.CacheOptions) {
	client := open(t, url)
	gatewaytest.TestCache(t, func(t *testing.T) execute.Cache {
		options := options
		options.Prefix = strings.ReplaceAll(t.Name(), "/", ".") + ":"
		c := cacheNode(t, client, options)
		if options.TierBytes >= 0 {
			await(t, "messages being heard", func() bool { return c.Status().Listening })
		}
		t.Cleanup(func() {
			if s := c.Status(); s.Degraded || s.Owed > 0 {
				t.Errorf("the cache went on without Redis: %+v", s)
			}
		})
		return c
	})
}

func TestCacheOnOneServer(t *testing.T) {
	t.Parallel()
	cacheSuite(t, redistest.Start(t).URL(), patientCache)
}

func TestCacheWithoutATier(t *testing.T) {
	t.Parallel()
	options := patientCache
	options.TierBytes, options.Seal = -1, newSealer(t)
	cacheSuite(t, redistest.Start(t).URL(), options)
}

func TestCacheOnACluster(t *testing.T) {
	t.Parallel()
	cacheSuite(t, redistest.StartCluster(t).URL(), patientCache)
}
