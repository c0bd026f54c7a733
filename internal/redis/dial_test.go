package redis_test

import (
	"sync"
	"testing"

	"github.com/patchbay/patchbay/internal/redis/redistest"
)

// TestRedisIsFoundAgainSoon: however many have asked in vain meanwhile.
func TestRedisIsFoundAgainSoon(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := open(t, server.URL())
	server.Kill()
	var group sync.WaitGroup
	for range 200 {
		group.Go(func() { _ = client.Ping(t.Context()) })
	}
	group.Wait()
	if err := client.Ping(t.Context()); err == nil {
		t.Fatal("a Redis that was killed answered")
	}
	server.Restart(t)
	if err := client.Ping(t.Context()); err != nil {
		t.Errorf("a Redis that answers again was not found: %v", err)
	}
}
