package gatewaytest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// TestCache runs the suite for an execute.Cache. start gives an empty one that has room for some MB, keeps an answer of
// 100 KB and none of 20 MB that cannot be compressed, and whose leases end some seconds after their holders at the most.
func TestCache(t *testing.T, start func(t *testing.T) execute.Cache) {
	for name, test := range map[string]func(*testing.T, execute.Cache){
		"set and get":          setAndGet,
		"replace":              replace,
		"a fault":              faultIsKept,
		"large and small":      largeAndSmall,
		"expiry":               expiry,
		"nothing to keep":      nothingToKeep,
		"invalidate":           invalidate,
		"invalidate account":   invalidateAccount,
		"accounts are apart":   accountsAreApart,
		"stamps tell writes":   stampsTellWrites,
		"overtaken by a write": overtaken,
		"set anew":             setAnew,
		"the entry is a copy":  entryIsCopy,
		"many at once":         manyUsers,

		"set without a lease":         setWithoutALease,
		"one has the lease":           oneHasTheLease,
		"who waits gets the answer":   whoWaitsGetsTheAnswer,
		"who comes late gets it too":  whoComesLateGetsIt,
		"a failure passes the lease":  failurePassesTheLease,
		"two failures are enough":     twoFailuresAreEnough,
		"the holder is gone":          holderIsGone,
		"taken away":                  takenAway,
		"a write ends the lease":      writeEndsTheLease,
		"a rest":                      aRest,
		"refreshed meanwhile":         refreshedMeanwhile,
		"refresh":                     refresh,
		"who waits for too much":      whoWaitsForTooMuch,
		"released after it was taken": releasedAfterItWasTaken,
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

func tag(resource string) execute.Tag {
	return execute.Tag{Workspace: "w", Credential: "c", Connector: "acme", Resource: resource}
}

// slot places an answer: the part of its key before the slash is its resource.
func slot(key string) execute.Slot {
	resource, _, _ := strings.Cut(key, "/")
	return execute.Slot{Key: sha256.Sum256([]byte(key)), Tag: tag(resource)}
}

// take takes the lease, from whoever has it.
func take(t *testing.T, c execute.Cache, key string) execute.Lease {
	t.Helper()
	lease, granted := c.Lease(t.Context(), slot(key), execute.Stamp{}, execute.AskTake)
	if !granted || lease.Stamp.Fence == 0 {
		t.Fatalf("%s: the lease was not to be had: %+v", key, lease.Stamp)
	}
	return lease
}

func set(t *testing.T, c execute.Cache, key string, e execute.Entry) {
	t.Helper()
	c.Set(t.Context(), slot(key), take(t, c, key).Stamp, e)
}

func want(t *testing.T, c execute.Cache, key string, want execute.Entry) execute.Stamp {
	t.Helper()
	got, stamp, ok := c.Get(t.Context(), slot(key))
	if !ok {
		t.Fatalf("%s: not there", key)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", key, diff)
	}
	return stamp
}

func wantMiss(t *testing.T, c execute.Cache, key string) execute.Stamp {
	t.Helper()
	got, stamp, ok := c.Get(t.Context(), slot(key))
	if ok {
		t.Errorf("%s: got %.100s", key, got.Output)
	}
	return stamp
}

func setAndGet(t *testing.T, c execute.Cache) {
	wantMiss(t, c, "key")
	e := entry(`{"a":1}`)
	set(t, c, "key", e)
	want(t, c, "key", e)
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

func faultIsKept(t *testing.T, c execute.Cache) {
	e := entry("")
	e.Output = nil
	e.Fault = &operations.Error{
		Code: operations.CodeUpstreamNotFound, Detail: "the service answered Not Found: no such \"thing\"", Suggestion: []string{"b"},
		Faults:   []operations.InputFault{{Pointer: "/id", Detail: "is not there"}},
		Upstream: &operations.Upstream{Status: 404, Code: "gone", RequestID: "r", Body: json.RawMessage(`{"error":"no"}`)},
	}
	set(t, c, "key", e)
	want(t, c, "key", e)
}

func largeAndSmall(t *testing.T, c execute.Cache) {
	for _, size := range []int{0, 1, 4 << 10, 100 << 10} {
		e := entry(`{"a":"` + strings.Repeat("x", size) + `"}`)
		key := "key" + strconv.Itoa(size)
		set(t, c, key, e)
		want(t, c, key, e)
	}
	noise := make([]byte, 20<<20)
	state := uint32(1)
	for i := range noise {
		state = state*1664525 + 1013904223
		noise[i] = byte(state >> 24)
	}
	set(t, c, "key", entry(`{"old":true}`))
	e := entry("")
	e.Output = noise
	set(t, c, "noise", e)
	wantMiss(t, c, "noise")
}

func expiry(t *testing.T, c execute.Cache) {
	short := entry(`{}`)
	short.Keep = 30 * time.Millisecond
	long := entry(`{}`)
	set(t, c, "short", short)
	set(t, c, "long", long)
	await(t, "the end of an entry", func() bool {
		_, _, ok := c.Get(t.Context(), slot("short"))
		return !ok
	})
	want(t, c, "long", long)
}

func await(t *testing.T, what string, there func() bool) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); !there(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("%s: it does not come", what)
		}
	}
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
	c.Invalidate(t.Context(), tag("gone"))
	c.Invalidate(t.Context(), tag("never seen"))
	wantMiss(t, c, "gone/key1")
	wantMiss(t, c, "gone/key2")
	want(t, c, "kept/key3", kept)
}

func setAnew(t *testing.T, c execute.Cache) {
	set(t, c, "tag/key", entry(`{"a":1}`))
	c.Invalidate(t.Context(), tag("tag"))
	e := entry(`{"a":2}`)
	set(t, c, "tag/key", e)
	want(t, c, "tag/key", e)
}

func invalidateAccount(t *testing.T, c execute.Cache) {
	set(t, c, "one/key", entry(`{}`))
	set(t, c, "two/key", entry(`{}`))
	set(t, c, "", entry(`{}`))
	c.Invalidate(t.Context(), tag(""))
	wantMiss(t, c, "one/key")
	wantMiss(t, c, "two/key")
	wantMiss(t, c, "")
}

// accountsAreApart has names that hold what may have a meaning where they are put together.
func accountsAreApart(t *testing.T, c execute.Cache) {
	tags := []execute.Tag{
		{Workspace: "a", Credential: "b", Connector: "c", Resource: "d"},
		{Workspace: "a/b", Connector: "c", Resource: "d"},
		{Workspace: "a", Credential: "b/c", Resource: "d"},
		{Workspace: "a{b}", Credential: "{", Connector: "}", Resource: "d:t"},
		{Workspace: "a", Credential: "b", Connector: "c", Resource: "d/e"},
		{},
	}
	slotOf := func(tag execute.Tag, i int) execute.Slot {
		return execute.Slot{Tag: tag, Key: sha256.Sum256([]byte{byte(i)})}
	}
	there := func(i int) bool {
		_, _, ok := c.Get(t.Context(), slotOf(tags[i], i))
		return ok
	}
	for i, tag := range tags {
		lease, _ := c.Lease(t.Context(), slotOf(tag, i), execute.Stamp{}, execute.AskTake)
		c.Set(t.Context(), slotOf(tag, i), lease.Stamp, entry(strconv.Itoa(i)))
	}
	for gone, tag := range tags {
		c.Invalidate(t.Context(), tag)
		for i := range tags {
			if there(i) != (i > gone) {
				t.Errorf("after %+v was invalidated, %+v is there: %v", tag, tags[i], there(i))
			}
		}
	}
}

// stampsTellWrites: whoever looks after a write must not join those who looked before.
func stampsTellWrites(t *testing.T, c execute.Cache) {
	seen := map[execute.Stamp]bool{}
	for i, tag := range []execute.Tag{tag("other"), tag("one"), tag("one"), tag(""), tag("")} {
		seen[wantMiss(t, c, "one/key")] = true
		if again := wantMiss(t, c, "one/key"); !seen[again] {
			t.Errorf("write %d: the stamp changed by itself", i)
		}
		c.Invalidate(t.Context(), tag)
	}
	seen[wantMiss(t, c, "one/key")] = true
	if len(seen) != 5 {
		t.Errorf("there were %d stamps, want 5: one write of five was of something else", len(seen))
	}
}

func overtaken(t *testing.T, c execute.Cache) {
	for _, resource := range []string{"one", ""} {
		lease := take(t, c, "one/key")
		c.Invalidate(t.Context(), tag(resource))
		c.Set(t.Context(), slot("one/key"), lease.Stamp, entry(`{"read":"before the write"}`))
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
			resource := "tag" + strconv.Itoa(i%2)
			for n := range 100 {
				key := resource + "/" + strconv.Itoa(n%10)
				ctx, cancel := context.WithCancel(t.Context())
				if lease, granted := c.Lease(ctx, slot(key), execute.Stamp{}, execute.Ask(n%3)); granted && n%7 != 0 {
					c.Set(ctx, slot(key), lease.Stamp, entry(`{"of":"`+key+`"}`))
				} else if granted {
					lease.Release(ctx, 0)
				}
				cancel()
				if got, _, ok := c.Get(t.Context(), slot(key)); ok && string(got.Output) != `{"of":"`+key+`"}` {
					t.Errorf("%s: got %s", key, got.Output)
				}
				if n%25 == 0 {
					c.Invalidate(t.Context(), tag(resource))
				}
			}
		})
	}
	all.Wait()
}
