package gateway_test

import (
	"encoding/json"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations/execute"
)

func TestMemoryCacheExpiresToTheMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := gateway.NewMemoryCache(1 << 20)
		defer c.Close()
		c.Set(t.Context(), execute.Slot{Key: "key"}, execute.Stamp{}, execute.Entry{Output: json.RawMessage(`{}`), Keep: 10 * time.Second})
		time.Sleep(10*time.Second - time.Millisecond)
		if _, _, ok := c.Get(t.Context(), execute.Slot{Key: "key"}); !ok {
			t.Error("it was gone before its time")
		}
		time.Sleep(2 * time.Millisecond)
		if _, _, ok := c.Get(t.Context(), execute.Slot{Key: "key"}); ok {
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
		c.Set(t.Context(), execute.Slot{Key: strconv.Itoa(i)}, execute.Stamp{}, execute.Entry{Output: make([]byte, size), Keep: time.Hour})
	}
	deadline := time.Now().Add(time.Minute)
	for held := many; held*size > most; time.Sleep(time.Millisecond) {
		held = 0
		for i := range many {
			if _, _, ok := c.Get(t.Context(), execute.Slot{Key: strconv.Itoa(i)}); ok {
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
	c.Set(b.Context(), execute.Slot{Key: "key"}, execute.Stamp{}, execute.Entry{Output: make([]byte, 2048), Keep: time.Hour})
	b.ReportAllocs()
	for b.Loop() {
		if _, _, ok := c.Get(b.Context(), execute.Slot{Key: "key"}); !ok {
			b.Fatal("missing")
		}
	}
}
