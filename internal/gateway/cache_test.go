package gateway_test

import (
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations/execute"
)

func slotNamed(key string) execute.Slot {
	return execute.Slot{
		Tag: execute.Tag{Workspace: "default", Credential: "cr_01", Connector: "acme", Resource: "thing"}, Key: sha256.Sum256([]byte(key)),
	}
}

func keep(t testing.TB, c *gateway.MemoryCache, key string, entry execute.Entry) {
	t.Helper()
	lease, _ := c.Lease(t.Context(), slotNamed(key), execute.Stamp{}, execute.AskTake)
	c.Set(t.Context(), slotNamed(key), lease.Stamp, entry)
}

func TestMemoryCacheExpiresToTheMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := gateway.NewMemoryCache(1 << 20)
		defer c.Close()
		keep(t, c, "key", execute.Entry{Output: json.RawMessage(`{}`), Keep: 10 * time.Second})
		time.Sleep(10*time.Second - time.Millisecond)
		if _, _, ok := c.Get(t.Context(), slotNamed("key")); !ok {
			t.Error("it was gone before its time")
		}
		time.Sleep(2 * time.Millisecond)
		if _, _, ok := c.Get(t.Context(), slotNamed("key")); ok {
			t.Error("it was there after its time")
		}
	})
}

func TestMemoryCacheIsBounded(t *testing.T) {
	t.Parallel()
	const most, size, many = 1 << 20, 10 << 10, 1000
	c := gateway.NewMemoryCache(most)
	t.Cleanup(c.Close)
	for i := range many {
		keep(t, c, strconv.Itoa(i), execute.Entry{Output: make([]byte, size), Keep: time.Hour})
	}
	deadline := time.Now().Add(time.Minute)
	for held := many; held*size > most; time.Sleep(time.Millisecond) {
		held = 0
		for i := range many {
			if _, _, ok := c.Get(t.Context(), slotNamed(strconv.Itoa(i))); ok {
				held++
			}
		}
		if held == 0 {
			t.Fatal("nothing was kept")
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d entries of %d bytes are held, above %d bytes", held, size, most)
		}
	}
}

func BenchmarkMemoryCacheGet(b *testing.B) {
	c := gateway.NewMemoryCache(0)
	b.Cleanup(c.Close)
	keep(b, c, "key", execute.Entry{Output: make([]byte, 2048), Keep: time.Hour})
	slot := slotNamed("key")
	b.ReportAllocs()
	for b.Loop() {
		if _, _, ok := c.Get(b.Context(), slot); !ok {
			b.Fatal("missing")
		}
	}
}
