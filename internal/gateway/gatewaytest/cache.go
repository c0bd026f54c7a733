package gatewaytest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations/execute"
)

// TestCache runs the suite for an execute.Cache. start gives an empty one that has room for some hundred KB.
func TestCache(t *testing.T, start func(t *testing.T) execute.Cache) {
	for name, test := range map[string]func(*testing.T, execute.Cache){
		"set and get":         setAndGet,
		"replace":             replace,
		"expiry":              expiry,
		"nothing to keep":     nothingToKeep,
		"invalidate":          invalidate,
		"set anew":            setAnew,
		"the entry is a copy": entryIsCopy,
		"many at once":        manyUsers,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, start(t))
		})
	}
}

func entry(output string) execute.Entry {
	return execute.Entry{
		Output: json.RawMessage(output), Stored: time.Now().UTC().Truncate(time.Millisecond), Fresh: time.Minute, Keep: time.Hour,
	}
}

func want(t *testing.T, c execute.Cache, key string, want execute.Entry) {
	t.Helper()
	got, ok := c.Get(t.Context(), key)
	if !ok {
		t.Fatalf("%s: not there", key)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", key, diff)
	}
}

func wantMiss(t *testing.T, c execute.Cache, key string) {
	t.Helper()
	if got, ok := c.Get(t.Context(), key); ok {
		t.Errorf("%s: got %s", key, got.Output)
	}
}

func setAndGet(t *testing.T, c execute.Cache) {
	wantMiss(t, c, "key")
	e := entry(`{"a":1}`)
	c.Set(t.Context(), "tag", "key", e)
	want(t, c, "key", e)
	wantMiss(t, c, "other")
	wantMiss(t, c, "tag")
}

func replace(t *testing.T, c execute.Cache) {
	c.Set(t.Context(), "tag", "key", entry(`{"a":1}`))
	e := entry(`{"a":2}`)
	c.Set(t.Context(), "tag", "key", e)
	want(t, c, "key", e)
}

func expiry(t *testing.T, c execute.Cache) {
	short := entry(`{}`)
	short.Keep = 30 * time.Millisecond
	long := entry(`{}`)
	c.Set(t.Context(), "tag", "short", short)
	c.Set(t.Context(), "tag", "long", long)
	for limit := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if _, ok := c.Get(t.Context(), "short"); !ok {
			break
		}
		if time.Now().After(limit) {
			t.Fatal("the entry did not expire")
		}
	}
	want(t, c, "long", long)
}

func nothingToKeep(t *testing.T, c execute.Cache) {
	for _, keep := range []time.Duration{0, -time.Second} {
		e := entry(`{}`)
		e.Keep = keep
		c.Set(t.Context(), "tag", "key", e)
		wantMiss(t, c, "key")
	}
}

func invalidate(t *testing.T, c execute.Cache) {
	kept := entry(`{"kept":true}`)
	c.Set(t.Context(), "gone", "key1", entry(`{}`))
	c.Set(t.Context(), "gone", "key2", entry(`{}`))
	c.Set(t.Context(), "kept", "key3", kept)
	c.Invalidate(t.Context(), "gone")
	c.Invalidate(t.Context(), "never seen")
	wantMiss(t, c, "key1")
	wantMiss(t, c, "key2")
	want(t, c, "key3", kept)
}

func setAnew(t *testing.T, c execute.Cache) {
	c.Set(t.Context(), "tag", "key", entry(`{"a":1}`))
	c.Invalidate(t.Context(), "tag")
	e := entry(`{"a":2}`)
	c.Set(t.Context(), "tag", "key", e)
	want(t, c, "key", e)
}

func entryIsCopy(t *testing.T, c execute.Cache) {
	e := entry(`{"a":1}`)
	c.Set(t.Context(), "tag", "key", e)
	kept := e
	kept.Output = bytes.Clone(e.Output)
	copy(e.Output, "XXXXXXX")
	want(t, c, "key", kept)
}

func manyUsers(t *testing.T, c execute.Cache) {
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			tag := "tag" + strconv.Itoa(i%2)
			for n := range 100 {
				key := tag + "/" + strconv.Itoa(n%10)
				c.Set(t.Context(), tag, key, entry(`{"of":"`+key+`"}`))
				if got, ok := c.Get(t.Context(), key); ok && string(got.Output) != `{"of":"`+key+`"}` {
					t.Errorf("%s: got %s", key, got.Output)
				}
				if n%25 == 0 {
					c.Invalidate(t.Context(), tag)
				}
			}
		})
	}
	all.Wait()
}
