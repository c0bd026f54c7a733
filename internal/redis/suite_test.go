package redis_test

import (
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/internal/gateway/gatewaytest"
	"github.com/patchbay/patchbay/internal/redis"
	"github.com/patchbay/patchbay/internal/redis/redistest"
)

// patient waits for Redis for so long that a busy machine does not make it decide alone.
var patient = redis.LimiterOptions{Slow: 20 * time.Second, Nodes: 1}

func open(t testing.TB, url string) *redis.Client {
	t.Helper()
	client, err := redis.Open(t.Context(), url, redis.Options{DialTimeout: 10 * time.Second, Timeout: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// node starts a limiter of its own. Limiters of one prefix share their limits.
func node(t testing.TB, client *redis.Client, prefix string, options redis.LimiterOptions) *redis.Limiter {
	t.Helper()
	options.Prefix = prefix
	l := redis.NewLimiter(client, options)
	t.Cleanup(l.Close)
	return l
}

func suite(t *testing.T, url string) {
	client := open(t, url)
	gatewaytest.TestLimiter(t, gatewaytest.Limiters{Tolerance: 50 * time.Millisecond, Start: func(t *testing.T) gateway.Limiter {
		l := node(t, client, strings.ReplaceAll(t.Name(), "/", ".")+":", patient)
		t.Cleanup(func() {
			if status := l.Status(); status.Degraded {
				t.Errorf("the limiter went on without Redis: %s", status.Reason)
			}
		})
		return l
	}})
}

func TestLimiterOnOneServer(t *testing.T) {
	t.Parallel()
	suite(t, redistest.Start(t).URL())
}

func TestLimiterOnACluster(t *testing.T) {
	t.Parallel()
	suite(t, redistest.StartCluster(t).URL())
}
