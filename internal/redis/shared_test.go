package redis_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/internal/redis"
	"github.com/patchbay/patchbay/internal/redis/redistest"
)

func TestNodesShareALimit(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	b, small := hourly("shared", 2000), hourly("small", 128)
	b.Window = 24 * time.Hour
	var granted, of [4]atomic.Int64
	var all sync.WaitGroup
	for i := range granted {
		l := node(t, open(t, server.URL()), "", patient)
		for range 16 {
			all.Go(func() {
				for {
					if _, err := l.Acquire(t.Context(), []gateway.Bucket{b}, live); err != nil {
						break
					}
					granted[i].Add(1)
				}
				for {
					if _, err := l.Acquire(t.Context(), []gateway.Bucket{small}, live); err != nil {
						return
					}
					of[i].Add(1)
				}
			})
		}
	}
	all.Wait()
	var sum, sumOfSmall int64
	for i := range granted {
		sum, sumOfSmall = sum+granted[i].Load(), sumOfSmall+of[i].Load()
	}
	if sum > 2000 || sum < 1900 || sumOfSmall != 128 {
		t.Errorf("%d of 2000 and %d of 128 were given out", sum, sumOfSmall)
	}
}

func TestNodesShareConcurrentPlaces(t *testing.T) {
	t.Parallel()
	client := open(t, redistest.Start(t).URL())
	b := gateway.Bucket{Key: "{c}:calls", Name: "calls", Concurrent: 3}
	var underWay, most, served atomic.Int64
	var all sync.WaitGroup
	for range 3 {
		l := node(t, client, "", patient)
		for range 8 {
			all.Go(func() {
				given, err := l.Acquire(t.Context(), []gateway.Bucket{b}, live)
				if err != nil {
					t.Error(err)
					return
				}
				if n := underWay.Add(1); n > most.Load() {
					most.Store(n)
				}
				time.Sleep(time.Millisecond)
				underWay.Add(-1)
				served.Add(1)
				given.Release()
			})
		}
	}
	all.Wait()
	if most.Load() > 3 || served.Load() != 24 {
		t.Errorf("%d at once, %d served", most.Load(), served.Load())
	}
}

func TestPlacesOfADeadNodeComeBack(t *testing.T) {
	t.Parallel()
	client := open(t, redistest.Start(t).URL())
	b := gateway.Bucket{Key: "{c}:calls", Name: "calls", Concurrent: 1, Lease: 100 * time.Millisecond}
	dead, other := redis.NewLimiter(client, patient), node(t, client, "", patient)
	if _, err := dead.Acquire(t.Context(), []gateway.Bucket{b}, live); err != nil {
		t.Fatal(err)
	}
	dead.Close()
	if _, err := other.Acquire(t.Context(), []gateway.Bucket{b}, live); err != nil {
		t.Error(err)
	}
}

func TestPlacesOfALivingNodeAreRenewed(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	l := node(t, open(t, server.URL()), "", brisk)
	b := gateway.Bucket{Key: "{c}:calls", Name: "calls", Concurrent: 1, Lease: time.Second}
	given, err := l.Acquire(t.Context(), []gateway.Bucket{b}, live)
	if err != nil {
		t.Fatal(err)
	}
	const key = redis.DefaultPrefix + "{c}:calls|held"
	ends := func() float64 {
		held := server.Do(t, "ZRANGE", key, 0, -1, "WITHSCORES").([]any)
		if len(held) == 0 {
			return 0
		}
		return held[0].([]any)[1].(float64)
	}
	before := ends()
	await(t, "a renewal", func() bool { return ends() > before })
	given.Release()
	await(t, "the release", func() bool { return fmt.Sprint(server.Do(t, "ZCARD", key)) == "0" })
}

func TestBucketsOfSeveralSlots(t *testing.T) {
	t.Parallel()
	client := open(t, redistest.StartCluster(t).URL())
	l := node(t, client, "", patient)
	narrow := gateway.Bucket{Key: "limit:{account}:narrow", Name: "narrow", Limit: 1, Window: time.Hour}
	wide := gateway.Bucket{Key: "limit:{service}:wide", Name: "wide", Limit: 5, Window: time.Hour}
	calls := gateway.Bucket{Key: "calls without braces", Name: "calls", Concurrent: 2}
	given, err := l.Acquire(t.Context(), []gateway.Bucket{wide, calls, narrow}, live)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if refusal := refuse(t, l, wide, calls, narrow); refusal.RetryAfter < 50*time.Minute {
			t.Errorf("told to wait %s", refusal.RetryAfter)
		}
	}
	if got := left(t, l, calls); got != 1 {
		t.Errorf("%d calls are left, want 1", got)
	}
	given.Release()
	if got := left(t, l, calls); got != 2 {
		t.Errorf("%d calls are left, want 2", got)
	}
	take(t, l, 4, wide)
	refuse(t, l, wide)
}

func TestKeysExpire(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	l := node(t, open(t, server.URL()), "hub:", patient)
	b := hourly("expiring", 300)
	b.Concurrent = 2
	take(t, l, 2, b)
	l.Pause(t.Context(), gateway.Pause{Key: "{p}:paused", Until: time.Now().Add(time.Hour)})
	l.Learn(t.Context(), gateway.Lesson{Key: "{p}:learned", Remaining: 1, Reset: time.Now().Add(time.Hour)})
	await(t, "the first beat", func() bool { return fmt.Sprint(server.Do(t, "EXISTS", "hub:{nodes}")) == "1" })
	for _, key := range server.Do(t, "KEYS", "*").([]any) {
		if ttl := server.Do(t, "PTTL", key).(int64); ttl <= 0 || ttl > 2*time.Hour.Milliseconds() {
			t.Errorf("%s lives for %d ms", key, ttl)
		}
	}
}

func TestNodesKnowHowManyTheyAre(t *testing.T) {
	t.Parallel()
	client := open(t, redistest.Start(t).URL())
	one, two, three := node(t, client, "", brisk), node(t, client, "", brisk), redis.NewLimiter(client, brisk)
	await(t, "three", func() bool { return one.Status().Nodes == 3 && two.Status().Nodes == 3 })
	three.Close()
	await(t, "two", func() bool { return one.Status().Nodes == 2 && two.Status().Nodes == 2 })
}

// TestFewRights has a user who may do what the package's documentation lists, and no more.
func TestFewRights(t *testing.T) {
	t.Parallel()
	rights := strings.Fields("on >s3cret ~patchbay:* -@all +evalsha +eval +getrange +setrange +exists +set +time +pexpire " +
		"+pexpireat +zadd +zrem +zcard +zcount +zremrangebyscore +ping +hello +client|setname +info")
	server := redistest.Start(t, append([]string{"--user", "hub"}, rights...)...)
	client, err := redis.Open(t.Context(), "redis://hub@"+server.Addr(), redis.Options{Password: "s3cret", Timeout: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	l := node(t, client, "", patient)
	b := hourly("little", 3)
	b.Concurrent = 3
	given, err := l.Acquire(t.Context(), []gateway.Bucket{b}, live)
	if err != nil {
		t.Fatal(err)
	}
	given.Release()
	l.Pause(t.Context(), gateway.Pause{Key: "other", Until: time.Now().Add(time.Hour)})
	if got := left(t, l, b); got != 2 {
		t.Errorf("%d are left, want 2", got)
	}
	await(t, "the first beat", func() bool { return fmt.Sprint(server.Do(t, "EXISTS", "patchbay:{nodes}")) == "1" })
	if status := l.Status(); status.Degraded {
		t.Errorf("the limiter went on without Redis: %s", status.Reason)
	}
}
