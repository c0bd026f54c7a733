package redis_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/redis"
	"github.com/patchbay/patchbay/internal/redis/redistest"
	"github.com/patchbay/patchbay/operations/execute"
)

// slot is one of the resource thing.
func slot(name string) execute.Slot {
	return execute.Slot{
		Tag: execute.Tag{Workspace: "default", Credential: "cr_01", Connector: "acme", Resource: "thing"}, Key: sha256.Sum256([]byte(name)),
	}
}

func answer(text string) execute.Entry {
	return execute.Entry{Output: json.RawMessage(text), Stored: time.Now(), Fresh: time.Hour, Keep: time.Hour}
}

func store(t testing.TB, c execute.Cache, slot execute.Slot, entry execute.Entry) {
	t.Helper()
	lease, _ := c.Lease(t.Context(), slot, execute.Stamp{}, execute.AskTake)
	c.Set(t.Context(), slot, lease.Stamp, entry)
}

func found(t testing.TB, c execute.Cache, slot execute.Slot) string {
	t.Helper()
	entry, _, _ := c.Get(t.Context(), slot)
	return string(entry.Output)
}

// briskCache is one that notices soon when Redis fails, and when it is back.
var briskCache = redis.CacheOptions{Slow: time.Second, OpenFor: 50 * time.Millisecond, TierFor: time.Hour}

func listening(t *testing.T, c *redis.Cache) {
	t.Helper()
	await(t, "messages being heard", func() bool { return c.Status().Listening })
}

func TestCacheScriptsAreForgotten(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	c := cacheNode(t, open(t, server.URL()), patientCache)
	for i := range 5 {
		server.Do(t, "SCRIPT", "FLUSH")
		want := fmt.Sprint(i)
		store(t, c, slot("key"), answer(want))
		if got := found(t, c, slot("key")); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		server.Do(t, "SCRIPT", "FLUSH")
		c.Invalidate(t.Context(), slot("key").Tag)
		if got := found(t, c, slot("key")); got != "" {
			t.Errorf("got %q after a write", got)
		}
	}
	if c.Status().Degraded {
		t.Error("the cache went on without Redis")
	}
}

// TestAnotherNodesTier: what one node keeps in its process ends when another one tells of a write, or has a newer answer.
func TestAnotherNodesTier(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{"one server": redistest.Start(t).URL(), "cluster": redistest.StartCluster(t).URL()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := briskCache
			options.Slow = 20 * time.Second
			one, two := cacheNode(t, open(t, url), options), cacheNode(t, open(t, url), options)
			listening(t, one)
			listening(t, two)
			store(t, one, slot("key"), answer("1"))
			for range 3 {
				if got := found(t, two, slot("key")); got != "1" {
					t.Fatalf("got %q", got)
				}
			}
			if hits := gets(t, two, "tier"); hits != 2 {
				t.Errorf("%v answers came out of the tier, want 2", hits)
			}
			store(t, one, slot("key"), answer("2"))
			await(t, "the newer answer", func() bool { return found(t, two, slot("key")) == "2" })
			for _, tag := range []execute.Tag{slot("key").Tag, slot("key").Tag.Account()} {
				one.Invalidate(t.Context(), tag)
				if got := found(t, one, slot("key")); got != "" {
					t.Errorf("who told of the write finds %q", got)
				}
				await(t, "the write being heard of", func() bool { return found(t, two, slot("key")) == "" })
				store(t, one, slot("key"), answer("2"))
				await(t, "the answer", func() bool { return found(t, two, slot("key")) == "2" })
			}
		})
	}
}

// TestTierIsOffWhileNothingIsHeard: a connection for messages that breaks makes the node ask Redis.
func TestTierIsOffWhileNothingIsHeard(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	options := briskCache
	options.Slow = 20 * time.Second
	one, two := cacheNode(t, open(t, server.URL()), options), cacheNode(t, open(t, server.URL()), options)
	listening(t, two)
	store(t, two, slot("key"), answer("1"))
	server.Do(t, "ACL", "SETUSER", "default", "resetchannels")
	await(t, "the connections for messages being closed", func() bool { return !one.Status().Listening && !two.Status().Listening })
	one.Invalidate(t.Context(), slot("key").Tag)
	if got := found(t, two, slot("key")); got != "" {
		t.Errorf("got %q after a write of which no message came", got)
	}
	store(t, one, slot("key"), answer("2"))
	if got := found(t, two, slot("key")); got != "2" || two.Status().Degraded {
		t.Errorf("got %q, %+v", got, two.Status())
	}
	server.Do(t, "ACL", "SETUSER", "default", "allchannels")
	listening(t, two)
	before := gets(t, two, "tier")
	await(t, "the tier being used again", func() bool { return found(t, two, slot("key")) == "2" && gets(t, two, "tier") > before })
}

// TestLostMessage: what nobody tells is found out all the same, after a while.
func TestLostMessage(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	options := patientCache
	options.TierFor = 50 * time.Millisecond
	c := cacheNode(t, open(t, server.URL()), options)
	listening(t, c)
	store(t, c, slot("key"), answer("1"))
	server.Do(t, "FLUSHALL")
	await(t, "the loss being found out", func() bool { return found(t, c, slot("key")) == "" })
}

func TestCacheOfAKilledRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	c := cacheNode(t, open(t, server.URL()), briskCache)
	listening(t, c)
	store(t, c, slot("key"), answer("1"))
	server.Kill()
	await(t, "nothing being found", func() bool { return found(t, c, slot("key")) == "" })
	for range 20 {
		lease, granted := c.Lease(t.Context(), slot("key"), execute.Stamp{}, execute.AskWait)
		if !granted {
			t.Fatal("nobody may fetch while Redis is away")
		}
		c.Set(t.Context(), slot("key"), lease.Stamp, answer("2"))
		if got := found(t, c, slot("key")); got != "" {
			t.Errorf("got %q", got)
		}
	}
	if s := c.Status(); !s.Degraded || s.Reason == "" || s.Since.IsZero() {
		t.Errorf("got %+v", s)
	}
	if _, granted := c.Lease(t.Context(), slot("key"), execute.Stamp{}, execute.AskTry); granted {
		t.Error("a refresh was granted while Redis is away")
	}
	before := stampOf(t, c)
	c.Invalidate(t.Context(), slot("key").Tag)
	if stampOf(t, c) == before {
		t.Error("who looks after a write would join who looked before")
	}
	server.Restart(t)
	await(t, "Redis being back", func() bool {
		store(t, c, slot("key"), answer("3"))
		return found(t, c, slot("key")) == "3"
	})
	await(t, "the circuit being closed", func() bool { return !c.Status().Degraded && c.Status().Owed == 0 })
}

func stampOf(t *testing.T, c *redis.Cache) execute.Stamp {
	t.Helper()
	_, stamp, _ := c.Get(t.Context(), slot("key"))
	return stamp
}

// TestInvalidationsAreOwed: a write while Redis does not answer counts when it does again, also for other nodes.
func TestInvalidationsAreOwed(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	options := briskCache
	options.Slow = 200 * time.Millisecond
	c, other := cacheNode(t, open(t, server.URL()), options), cacheNode(t, open(t, server.URL()), patientCache)
	await(t, "an answer being kept", func() bool {
		store(t, c, slot("key"), answer("1"))
		return found(t, other, slot("key")) == "1"
	})
	server.Do(t, "ACL", "SETUSER", "default", "-evalsha", "-eval")
	c.Invalidate(t.Context(), slot("key").Tag)
	if s := c.Status(); s.Owed != 1 {
		t.Fatalf("got %+v, want one invalidation to be owed", s)
	}
	if got := found(t, c, slot("key")); got != "" {
		t.Errorf("got %q, which the node knows to be untrue", got)
	}
	if lease, granted := c.Lease(t.Context(), slot("key"), execute.Stamp{}, execute.AskWait); !granted || lease.Stamp.Fence != 0 {
		t.Errorf("%v %+v", granted, lease.Stamp)
	}
	server.Do(t, "ACL", "SETUSER", "default", "+evalsha", "+eval")
	await(t, "the debt being paid", func() bool { return c.Status().Owed == 0 })
	await(t, "the write being known to another node", func() bool { return found(t, other, slot("key")) == "" })
}

func TestCacheOfASlowRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	options := briskCache
	options.Slow, options.TierBytes, options.OpenFor = 50*time.Millisecond, -1, time.Hour
	c := cacheNode(t, open(t, server.URL()), options)
	server.Do(t, "CLIENT", "PAUSE", 3000)
	began := time.Now()
	for range 100 {
		if got := found(t, c, slot("key")); got != "" {
			t.Errorf("got %q", got)
		}
	}
	if took := time.Since(began); took > 2*time.Second || !c.Status().Degraded {
		t.Errorf("100 looks into a cache that does not answer took %s; %+v", took, c.Status())
	}
}

// TestLostTagsMakeNothingTrue: Redis may throw away what it likes.
func TestLostTagsMakeNothingTrue(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	options := patientCache
	options.TierBytes = -1
	c := cacheNode(t, open(t, server.URL()), options)
	store(t, c, slot("key"), answer("1"))
	lease, _ := c.Lease(t.Context(), slot("key"), execute.Stamp{}, execute.AskTake)
	c.Invalidate(t.Context(), slot("key").Tag)
	keys, _ := server.Do(t, "KEYS", "*").([]any)
	for _, key := range keys {
		if !strings.Contains(fmt.Sprint(key), ":v:") && !strings.Contains(fmt.Sprint(key), ":l:") {
			server.Do(t, "DEL", key)
		}
	}
	if got := found(t, c, slot("key")); got != "" {
		t.Errorf("got %q", got)
	}
	c.Set(t.Context(), slot("key"), lease.Stamp, answer("2"))
	if got := found(t, c, slot("key")); got != "" {
		t.Errorf("got %q, which a write has overtaken", got)
	}
	store(t, c, slot("key"), answer("3"))
	if got := found(t, c, slot("key")); got != "3" {
		t.Errorf("got %q, want 3", got)
	}
}

// TestForeignValues: whatever lies where a value should be, it is none.
func TestForeignValues(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	options := patientCache
	options.TierBytes = -1
	c := cacheNode(t, open(t, server.URL()), options)
	store(t, c, slot("key"), answer(`"`+strings.Repeat("large and compressed ", 1000)+`"`))
	key := valueKeys(t, server)[0]
	whole := fmt.Sprint(server.Do(t, "GET", key))
	if len(whole) > 10_000 {
		t.Errorf("20 KB were stored in %d bytes", len(whole))
	}
	for n := range whole {
		server.Do(t, "SET", key, whole[:n])
		if got := found(t, c, slot("key")); got != "" {
			t.Fatalf("the first %d bytes are %.50q", n, got)
		}
	}
	bomb := whole[:25] + "\xff\xff\xff\xff\x0f" + whole[30:]
	for _, other := range []string{"\x20" + whole[1:], "\x13" + whole[1:], bomb} {
		server.Do(t, "SET", key, other)
		if got := found(t, c, slot("key")); got != "" {
			t.Errorf("got %.50q", got)
		}
	}
	server.Do(t, "DEL", key)
	server.Do(t, "LPUSH", key, "a list")
	if got := found(t, c, slot("key")); got != "" || c.Status().Degraded {
		t.Errorf("got %q", got)
	}
}

// gets is how many looks had a result, by the cache's own count.
func gets(t *testing.T, c *redis.Cache, result string) float64 {
	t.Helper()
	for _, collector := range c.Collectors() {
		for _, metric := range gather(collector) {
			if metric.name == "patchbay_cache_gets_total" && metric.label == result {
				return metric.value
			}
		}
	}
	t.Fatalf("there is no count of %s", result)
	return 0
}
