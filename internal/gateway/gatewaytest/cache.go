package gatewaytest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations/execute"
)

// TestCache runs the suite for an execute.Cache. start gives an empty one that has room for some hundred KB.
func TestCache(t *testing.T, start func(t *testing.T) execute.Cache) {
	for name, test := range map[string]func(*testing.T, execute.Cache){
		"set and get":          setAndGet,
		"replace":              replace,
		"expiry":               expiry,
		"nothing to keep":      nothingToKeep,
		"invalidate":           invalidate,
		"invalidate account":   invalidateAccount,
		"overtaken by a write": overtaken,
		"set anew":             setAnew,
		"the entry is a copy":  entryIsCopy,
		"many at once":         manyUsers,
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

// slot places an answer: the part of its key before the slash is its resource.
func slot(key string) execute.Slot {
	resource, _, _ := strings.Cut(key, "/")
	return execute.Slot{Key: key, Account: "account", Resource: resource}
}

func set(t *testing.T, c execute.Cache, key string, e execute.Entry) {
	t.Helper()
	_, stamp, _ := c.Get(t.Context(), slot(key))
	c.Set(t.Context(), slot(key), stamp, e)
}

func want(t *testing.T, c execute.Cache, key string, want execute.Entry) {
	t.Helper()
	got, _, ok := c.Get(t.Context(), slot(key))
	if !ok {
		t.Fatalf("%s: not there", key)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", key, diff)
	}
}

func wantMiss(t *testing.T, c execute.Cache, key string) {
	t.Helper()
	if got, _, ok := c.Get(t.Context(), slot(key)); ok {
		t.Errorf("%s: got %s", key, got.Output)
	}
}

func setAndGet(t *testing.T, c execute.Cache) {
	wantMiss(t, c, "key")
	e := entry(`{"a":1}`)
	set(t, c, "key", e)
	want(t, c, "key", e)
	wantMiss(t, c, "other")
	wantMiss(t, c, "tag")
}

func replace(t *testing.T, c execute.Cache) {
	set(t, c, "key", entry(`{"a":1}`))
	e := entry(`{"a":2}`)
	set(t, c, "key", e)
	want(t, c, "key", e)
}

func expiry(t *testing.T, c execute.Cache) {
	short := entry(`{}`)
	short.Keep = 30 * time.Millisecond
	long := entry(`{}`)
	set(t, c, "short", short)
	set(t, c, "long", long)
	for limit := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if _, _, ok := c.Get(t.Context(), slot("short")); !ok {
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
		set(t, c, "key", e)
		wantMiss(t, c, "key")
	}
}

func invalidate(t *testing.T, c execute.Cache) {
	kept := entry(`{"kept":true}`)
	set(t, c, "gone/key1", entry(`{}`))
	set(t, c, "gone/key2", entry(`{}`))
	set(t, c, "kept/key3", kept)
	c.Invalidate(t.Context(), "gone")
	c.Invalidate(t.Context(), "never seen")
	wantMiss(t, c, "gone/key1")
	wantMiss(t, c, "gone/key2")
	want(t, c, "kept/key3", kept)
}

func setAnew(t *testing.T, c execute.Cache) {
	set(t, c, "tag/key", entry(`{"a":1}`))
	c.Invalidate(t.Context(), "tag")
	e := entry(`{"a":2}`)
	set(t, c, "tag/key", e)
	want(t, c, "tag/key", e)
}

func invalidateAccount(t *testing.T, c execute.Cache) {
	set(t, c, "one/key", entry(`{}`))
	set(t, c, "two/key", entry(`{}`))
	c.Invalidate(t.Context(), "account")
	wantMiss(t, c, "one/key")
	wantMiss(t, c, "two/key")
}

func overtaken(t *testing.T, c execute.Cache) {
	for _, tag := range []string{"one", "account"} {
		_, before, _ := c.Get(t.Context(), slot("one/key"))
		c.Invalidate(t.Context(), tag)
		c.Set(t.Context(), slot("one/key"), before, entry(`{"read":"before the write"}`))
		wantMiss(t, c, "one/key")
	}
}

func entryIsCopy(t *testing.T, c execute.Cache) {
	e := entry(`{"a":1}`)
	set(t, c, "key", e)
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
				set(t, c, key, entry(`{"of":"`+key+`"}`))
				if got, _, ok := c.Get(t.Context(), slot(key)); ok && string(got.Output) != `{"of":"`+key+`"}` {
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
