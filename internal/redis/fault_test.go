package redis_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/internal/redis"
	"github.com/patchbay/patchbay/internal/redis/redistest"
	"github.com/patchbay/patchbay/operations"
)

// brisk is a node alone that notices soon when Redis fails, and when it is back.
var brisk = redis.LimiterOptions{Slow: time.Second, Beat: 20 * time.Millisecond, Nodes: 1}

func hourly(key string, limit int) gateway.Bucket {
	return gateway.Bucket{Key: "{hourly}:" + key, Name: key, Limit: limit, Window: time.Hour}
}

// take takes n places, none of which may need a wait.
func take(t *testing.T, l *redis.Limiter, n int, buckets ...gateway.Bucket) {
	t.Helper()
	for i := range n {
		if _, err := l.Acquire(t.Context(), buckets, live); err != nil {
			t.Fatalf("place %d of %d: %v", i+1, n, err)
		}
	}
}

func refuse(t *testing.T, l *redis.Limiter, buckets ...gateway.Bucket) *operations.Error {
	t.Helper()
	_, err := l.Acquire(t.Context(), buckets, live)
	var refusal *operations.Error
	if !errors.As(err, &refusal) || refusal.Code != operations.CodeRateLimited {
		t.Fatalf("got %v, want a refusal", err)
	}
	return refusal
}

// await waits for something that is sure to come.
func await(t *testing.T, what string, there func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !there(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: it does not come", what)
		}
	}
}

func awaitShared(t *testing.T, l *redis.Limiter) {
	t.Helper()
	await(t, "Redis being back", func() bool { return !l.Status().Degraded })
}

func awaitAlone(t *testing.T, l *redis.Limiter, reasons ...string) {
	t.Helper()
	await(t, "being alone", func() bool { return l.Status().Degraded })
	status := l.Status()
	for _, reason := range reasons {
		if strings.HasSuffix(status.Reason, reason) && !status.Since.IsZero() {
			return
		}
	}
	t.Errorf("got %+v, want one of the reasons %q", status, reasons)
}

func left(t *testing.T, l *redis.Limiter, b gateway.Bucket) int {
	t.Helper()
	states, err := l.Inspect(t.Context(), []gateway.Bucket{b})
	if err != nil {
		t.Fatal(err)
	}
	return states[0].Left
}

func TestScriptsAreForgotten(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	l := node(t, open(t, server.URL()), "", patient)
	b := hourly("flushed", 10)
	for range 10 {
		server.Do(t, "SCRIPT", "FLUSH")
		take(t, l, 1, b)
	}
	refuse(t, l, b)
	if l.Status().Degraded {
		t.Error("the limiter went on without Redis")
	}
}

func TestRedisIsKilledAndComesBackEmpty(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	l := node(t, open(t, server.URL()), "", brisk)
	b, paused, learned := hourly("killed", 10), hourly("paused", 10), hourly("learned", 10)
	take(t, l, 4, b)
	l.Pause(t.Context(), gateway.Pause{Key: paused.Key, Until: time.Now().Add(30 * time.Minute), Reason: "a pause"})
	l.Learn(t.Context(), gateway.Lesson{Key: learned.Key, Limit: 10, Remaining: 3, Reset: time.Now().Add(time.Hour)})
	server.Kill()
	take(t, l, 3, b)
	awaitAlone(t, l, "unreachable")
	refuse(t, l, paused)
	take(t, l, 1, learned)
	server.Restart(t)
	awaitShared(t, l)

	other := node(t, open(t, server.URL()), "", patient)
	if got := left(t, other, b); got != 3 {
		t.Errorf("%d places are left, want 3", got)
	}
	take(t, other, 2, b)
	take(t, l, 1, b)
	refuse(t, l, b)
	refuse(t, other, b)
	if refusal := refuse(t, other, paused); !strings.Contains(refusal.Detail, "a pause") {
		t.Errorf("got %q", refusal.Detail)
	}
	take(t, other, 2, learned)
	refuse(t, other, learned)
}

// TestRedisIsRestartedBetweenTwoRequests: the other node comes to the empty Redis first.
func TestRedisIsRestartedBetweenTwoRequests(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := open(t, server.URL())
	l, other := node(t, client, "", brisk), node(t, client, "", brisk)
	b, idle := hourly("restarted", 10), hourly("idle", 10)
	take(t, l, 4, b, idle)
	server.Kill()
	server.Restart(t)
	awaitShared(t, l)
	awaitShared(t, other)
	take(t, other, 1, b)
	await(t, "the idle bucket being reported", func() bool { return left(t, other, idle) == 6 })
	take(t, l, 3, b)
	take(t, other, 2, b)
	refuse(t, l, b)
	refuse(t, other, b)
}

func TestFlushedRedisIsToldAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := open(t, server.URL())
	l, other := node(t, client, "", patient), node(t, client, "", patient)
	b := hourly("flushed", 6)
	take(t, l, 2, b)
	take(t, other, 2, b)
	server.Do(t, "FLUSHALL")
	take(t, l, 1, b)
	take(t, other, 1, b)
	refuse(t, l, b)
	refuse(t, other, b)
}

// TestFlushedRedisGathersFirst: one node alone knows that Redis has lost its memory, and Redis not yet what the other gave out.
func TestFlushedRedisGathersFirst(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client, options := open(t, server.URL()), patient
	options.Nodes = 2
	l, other := node(t, client, "", options), node(t, client, "", options)
	b := hourly("gathered", 10)
	take(t, l, 4, b)
	take(t, other, 4, b)
	server.Do(t, "FLUSHALL")
	take(t, l, 2, b)
	refuse(t, l, b)
	refuse(t, other, b)
}

// TestRedisLosesItsLastPlaces as a replica does that was behind when it became master.
func TestRedisLosesItsLastPlaces(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	l := node(t, open(t, server.URL()), "", patient)
	b := hourly("rolled back", 6)
	key := redis.DefaultPrefix + b.Key
	take(t, l, 2, b)
	before := server.Do(t, "DUMP", key)
	take(t, l, 2, b)
	server.Do(t, "RESTORE", key, 0, before, "REPLACE")
	take(t, l, 2, b)
	refuse(t, l, b)
}

func TestAloneANodeGivesOutItsShare(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	options := brisk
	options.Nodes = 4
	l := node(t, open(t, server.URL()), "", options)
	used, fresh, small := hourly("used", 20), hourly("fresh", 20), hourly("small", 2)
	bursting := gateway.Bucket{Key: "{hourly}:bursting", Name: "bursting", Limit: 100, Burst: 12, Window: time.Hour}
	together := gateway.Bucket{Key: "{hourly}:together", Name: "together", Concurrent: 8}
	take(t, l, 3, used)
	server.Kill()
	take(t, l, 2, used)
	take(t, l, 5, fresh)
	take(t, l, 1, small)
	take(t, l, 3, bursting)
	take(t, l, 2, together)
	for _, b := range []gateway.Bucket{used, fresh, bursting} {
		if wait := refuse(t, l, b).RetryAfter; wait <= 0 || wait > time.Hour {
			t.Errorf("%s: told to wait %s", b.Name, wait)
		}
		if got := left(t, l, b); got != 0 {
			t.Errorf("%s: %d left", b.Name, got)
		}
	}
	if wait := refuse(t, l, small).RetryAfter; wait < 100*time.Minute || wait > 2*time.Hour {
		t.Errorf("told to wait %s; of two an hour, each of four nodes has one in two hours", wait)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := l.Acquire(ctx, []gateway.Bucket{together}, live); err == nil {
		t.Error("a third of eight places for four nodes was given out")
	}
}

func TestRedisIsFull(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--maxmemory-policy", "noeviction")
	l := node(t, open(t, server.URL()), "", brisk)
	b := hourly("full", 10)
	take(t, l, 4, b)
	for _, want := range []int{4, 2} {
		server.Do(t, "CONFIG", "SET", "maxmemory", "1mb")
		take(t, l, 2, b)
		awaitAlone(t, l, "full")
		server.Do(t, "CONFIG", "SET", "maxmemory", "0")
		awaitShared(t, l)
		if got := left(t, l, b); got != want {
			t.Errorf("%d places are left, want %d", got, want)
		}
	}
}

func TestRedisIsSlow(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	options := brisk
	options.Slow = 50 * time.Millisecond
	l := node(t, open(t, server.URL()), "", options)
	b := hourly("slow", 10)
	awaitShared(t, l)
	server.Do(t, "CLIENT", "PAUSE", 700)
	take(t, l, 5, b)
	awaitAlone(t, l, "slow", "unreachable") // the latter where a new connection gets no answer either
	awaitShared(t, l)
	// What Redis took in while it was paused counts twice at worst: never above the limit.
	if got := left(t, l, b); got > 5 || got < 3 {
		t.Errorf("%d places are left, want 5, or one or two less", got)
	}
}

func TestRedisForbidsScripts(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	l := node(t, open(t, server.URL()), "", brisk)
	await(t, "the first beat", func() bool { return fmt.Sprint(server.Do(t, "EXISTS", "patchbay:{nodes}")) == "1" })
	server.Do(t, "ACL", "SETUSER", "default", "-evalsha", "-eval")
	take(t, l, 3, hourly("forbidden", 3))
	awaitAlone(t, l, "refused")
	refuse(t, l, hourly("forbidden", 3))
}

func TestANodeOfTheClusterIsKilled(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	l := node(t, open(t, cluster.URL()), "", brisk)
	var buckets []gateway.Bucket
	for _, tag := range []string{"a", "b", "c", "d", "e", "f"} {
		buckets = append(buckets, gateway.Bucket{Key: "{" + tag + "}:x", Name: tag, Limit: 3, Window: time.Hour})
		take(t, l, 1, buckets[len(buckets)-1])
	}
	cluster.Servers[1].Kill()
	for _, b := range buckets {
		take(t, l, 2, b)
		refuse(t, l, b)
	}
	awaitAlone(t, l, "unreachable", "slow", "failing over")
	cluster.Servers[1].Restart(t)
}

// TestSentinelsMakeAnotherMaster: what the replica has not heard of, the node tells it.
func TestSentinelsMakeAnotherMaster(t *testing.T) {
	t.Parallel()
	sentinel := redistest.StartSentinel(t)
	l := node(t, open(t, sentinel.URL()), "", brisk)
	b := hourly("failover", 10)
	take(t, l, 4, b)
	sentinel.Master.Kill()
	take(t, l, 3, b)
	awaitAlone(t, l, "unreachable", "slow", "failing over")
	awaitShared(t, l)
	take(t, l, 1, b)
	if got := left(t, node(t, open(t, sentinel.Replica.URL()), "", patient), b); got != 2 {
		t.Errorf("the new master knows of %d places that are left, want 2", got)
	}
	take(t, l, 2, b)
	refuse(t, l, b)
}
