// Package gatewaytest checks that implementations of the gateway's interfaces behave alike, wherever they keep their
// state.
package gatewaytest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

const live = operations.PriorityLive

// Limiters is what the suite needs to know of a gateway.Limiter.
type Limiters struct {
	// Start gives a new one, with the usual bounds of waiting (gateway.MaxWait) and no buckets.
	Start func(t *testing.T) gateway.Limiter
	// Wait lets time pass, by the limiter's clock; nil: time.Sleep.
	Wait func(d time.Duration)
	// Tolerance is how far its times may be off, and how long it may take to notice that a place is there.
	Tolerance time.Duration
}

// suite is a limiter under test.
type suite struct {
	gateway.Limiter
	wait      func(time.Duration)
	tolerance time.Duration
}

// TestLimiter runs the suite for a gateway.Limiter. Windows are either so long that they do not end, or so short that
// waiting for them is no matter.
func TestLimiter(t *testing.T, limiters Limiters) {
	if limiters.Wait == nil {
		limiters.Wait = time.Sleep
	}
	for name, test := range map[string]func(*testing.T, *suite){
		"limit":                     limit,
		"large limit":               largeLimit,
		"burst":                     burst,
		"all or nothing":            allOrNothing,
		"same bucket twice":         sameBucketTwice,
		"keys are apart":            keysAreApart,
		"a place comes back":        placeComesBack,
		"bulk leaves a fifth":       bulkLeavesAFifth,
		"pause":                     pause,
		"pause in the past":         pauseInThePast,
		"pause ends vain waits":     pauseEndsVainWaits,
		"pause is not shortened":    pauseIsNotShortened,
		"bucket without a limit":    bucketWithoutLimit,
		"deadline":                  deadline,
		"caller leaves":             callerLeaves,
		"DDL waits less than live":  ddlWaitsLess,
		"the refusal names a limit": refusalNamesLimit,
		"many at once":              manyAtOnce,
		"many at once, of two":      manyOfTwo,

		"concurrent":                   concurrent,
		"concurrent, all or nothing":   concurrentAllOrNothing,
		"concurrent beside a limit":    concurrentBesideALimit,
		"concurrent leaves a fifth":    concurrentLeavesAFifth,
		"a place given back":           placeGivenBack,
		"released twice":               releasedTwice,
		"refused without a place":      refusedWithoutAPlace,
		"the turn of bulk":             turnOfBulk,
		"the pause has a reason":       pauseHasAReason,
		"lesson":                       lesson,
		"lesson, requests under way":   lessonUnderWay,
		"lesson, used up":              lessonUsedUp,
		"lesson is not made wider":     lessonIsNotMadeWider,
		"lesson of the past":           lessonOfThePast,
		"lesson is over":               lessonIsOver,
		"lesson leaves bulk's fifth":   lessonLeavesAFifth,
		"lesson does not widen limits": lessonDoesNotWiden,
		"inspect":                      inspect,
		"inspect pause and lesson":     inspectPauseAndLesson,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, &suite{Limiter: limiters.Start(t), wait: limiters.Wait, tolerance: limiters.Tolerance})
		})
	}
}

func bucket(key string, limit, burst int, window time.Duration) gateway.Bucket {
	return gateway.Bucket{Key: "{suite}:" + key, Name: key, Limit: limit, Burst: burst, Window: window}
}

// grant takes n places, none of which may need a wait.
func grant(t *testing.T, l *suite, n int, priority operations.Priority, buckets ...gateway.Bucket) []gateway.Grant {
	t.Helper()
	grants := make([]gateway.Grant, n)
	for i := range n {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		given, err := l.Acquire(ctx, buckets, priority)
		cancel()
		if err != nil {
			t.Fatalf("place %d of %d: %v", i+1, n, err)
		}
		grants[i] = given
	}
	return grants
}

// refuse asks for a place that is not to be had, and checks how long the caller is told to wait and that the grant says
// of which bucket it is the refusal.
func refuse(t *testing.T, l *suite, least, most time.Duration, priority operations.Priority, buckets ...gateway.Bucket) *operations.Error {
	t.Helper()
	grant, err := l.Acquire(t.Context(), buckets, priority)
	var refusal *operations.Error
	if !errors.As(err, &refusal) || refusal.Code != operations.CodeRateLimited {
		t.Fatalf("got %v, want a refusal", err)
	}
	if grant.Bucket == "" || grant.Holds() || !strings.Contains(refusal.Detail, grant.Bucket) {
		t.Errorf("the grant of the refusal %q is %+v", refusal.Detail, grant)
	}
	if refusal.RetryAfter < least-l.tolerance || refusal.RetryAfter > most+l.tolerance {
		t.Errorf("told to wait %s, want %s to %s", refusal.RetryAfter, least, most)
	}
	return refusal
}

func limit(t *testing.T, l *suite) {
	b := bucket("hourly", 3, 0, time.Hour)
	grant(t, l, 3, live, b)
	refuse(t, l, 50*time.Minute, time.Hour, live, b)
}

// largeLimit allows for an implementation that counts coarsely, but never above the limit.
func largeLimit(t *testing.T, l *suite) {
	b := bucket("large", 1000, 0, time.Hour)
	grant(t, l, 980, live, b)
	for range 20 {
		if _, err := l.Acquire(t.Context(), []gateway.Bucket{b}, live); err != nil {
			break
		}
	}
	refuse(t, l, 50*time.Minute, time.Hour, live, b)
}

func burst(t *testing.T, l *suite) {
	b := bucket("bursting", 10, 4, time.Hour)
	grant(t, l, 4, live, b)
	refuse(t, l, 5*time.Minute, 6*time.Minute, live, b)
}

func allOrNothing(t *testing.T, l *suite) {
	narrow, wide := bucket("narrow", 1, 0, time.Hour), bucket("wide", 5, 0, time.Hour)
	grant(t, l, 1, live, wide, narrow)
	for range 10 {
		refuse(t, l, 50*time.Minute, time.Hour, live, wide, narrow)
	}
	grant(t, l, 4, live, wide)
	refuse(t, l, 50*time.Minute, time.Hour, live, wide)
}

func sameBucketTwice(t *testing.T, l *suite) {
	b := bucket("twice", 2, 0, time.Hour)
	grant(t, l, 2, live, b, b)
	refuse(t, l, 50*time.Minute, time.Hour, live, b)
}

func keysAreApart(t *testing.T, l *suite) {
	for _, key := range []string{"one", "two", "three"} {
		b := bucket(key, 1, 0, time.Hour)
		grant(t, l, 1, live, b)
		refuse(t, l, 50*time.Minute, time.Hour, live, b)
	}
}

func placeComesBack(t *testing.T, l *suite) {
	const window = 60 * time.Millisecond
	b := bucket("short", 2, 0, window)
	start := time.Now()
	grant(t, l, 5, live, b)
	if took := time.Since(start); took < 2*window-5*time.Millisecond-l.tolerance {
		t.Errorf("five places of two in %s were given out in %s", window, took)
	}
}

func bulkLeavesAFifth(t *testing.T, l *suite) {
	b := bucket("shared", 10, 0, time.Hour)
	grant(t, l, 8, operations.PriorityBulk, b)
	refuse(t, l, 50*time.Minute, time.Hour, operations.PriorityBulk, b)
	grant(t, l, 1, operations.PriorityDDL, b)
	grant(t, l, 1, live, b)
	refuse(t, l, 50*time.Minute, time.Hour, live, b)
}

func pause(t *testing.T, l *suite) {
	b, other := bucket("paused", 100, 0, time.Hour), bucket("other", 100, 0, time.Hour)
	l.Pause(t.Context(), gateway.Pause{Key: b.Key, Until: time.Now().Add(30 * time.Minute)})
	refuse(t, l, 29*time.Minute, 30*time.Minute, live, b)
	refuse(t, l, 29*time.Minute, 30*time.Minute, live, other, b)
	grant(t, l, 1, live, other)
}

// pauseEndsVainWaits: who is in line for a place of the next seconds is refused at once when that will not be.
func pauseEndsVainWaits(t *testing.T, l *suite) {
	b := bucket("in vain", 1, 0, 25*time.Second)
	grant(t, l, 1, live, b)
	paused := make(chan struct{})
	go func() {
		defer close(paused)
		for {
			states, err := l.Inspect(t.Context(), []gateway.Bucket{b})
			if err != nil || states[0].Waiting > 0 {
				break
			}
			l.wait(time.Millisecond)
		}
		l.Pause(t.Context(), gateway.Pause{Key: b.Key, Until: time.Now().Add(time.Hour)})
	}()
	grant, err := l.Acquire(t.Context(), []gateway.Bucket{b}, live)
	var refusal *operations.Error
	if !errors.As(err, &refusal) || refusal.RetryAfter < 59*time.Minute || grant.Waited > 20*time.Second {
		t.Errorf("got %v after %s, want to be told of an hour at once", err, grant.Waited)
	}
	<-paused
}

func pauseInThePast(t *testing.T, l *suite) {
	b := bucket("past", 1, 0, time.Hour)
	l.Pause(t.Context(), gateway.Pause{Key: b.Key, Until: time.Now().Add(-time.Minute)})
	grant(t, l, 1, live, b)
}

func pauseIsNotShortened(t *testing.T, l *suite) {
	b := bucket("paused twice", 100, 0, time.Hour)
	l.Pause(t.Context(), gateway.Pause{Key: b.Key, Until: time.Now().Add(30 * time.Minute)})
	l.Pause(t.Context(), gateway.Pause{Key: b.Key, Until: time.Now().Add(time.Minute)})
	refuse(t, l, 29*time.Minute, 30*time.Minute, live, b)
}

func bucketWithoutLimit(t *testing.T, l *suite) {
	b := bucket("free", 0, 0, 0)
	grant(t, l, 100, operations.PriorityBulk, b)
	l.Pause(t.Context(), gateway.Pause{Key: b.Key, Until: time.Now().Add(30 * time.Minute)})
	refuse(t, l, 29*time.Minute, 30*time.Minute, live, b)
}

func deadline(t *testing.T, l *suite) {
	b := bucket("slow", 1, 0, 8*time.Second)
	grant(t, l, 1, live, b)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	_, err := l.Acquire(ctx, []gateway.Bucket{b}, live)
	var refusal *operations.Error
	if !errors.As(err, &refusal) || refusal.Code != operations.CodeRateLimited || ctx.Err() != nil {
		t.Errorf("got %v (context: %v), want a refusal at once", err, ctx.Err())
	}
}

func callerLeaves(t *testing.T, l *suite) {
	b := bucket("left", 1, 0, 10*time.Second)
	grant(t, l, 1, live, b)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	left := make(chan error)
	go func() {
		_, err := l.Acquire(ctx, []gateway.Bucket{b}, live)
		left <- err
	}()
	cancel()
	var canceled *operations.Error
	if err := <-left; !errors.As(err, &canceled) || canceled.Code != operations.CodeCanceled {
		t.Errorf("got %v, want canceled", err)
	}
}

func ddlWaitsLess(t *testing.T, l *suite) {
	b := bucket("ten seconds", 1, 0, 10*time.Second)
	grant(t, l, 1, live, b)
	refuse(t, l, 5*time.Second, 10*time.Second, operations.PriorityDDL, b)
}

func refusalNamesLimit(t *testing.T, l *suite) {
	b, wide := bucket("tier 3", 1, 0, time.Hour), bucket("wide", 10, 0, time.Hour)
	grant(t, l, 1, live, wide, b)
	refusal := refuse(t, l, 50*time.Minute, time.Hour, live, wide, b)
	if want := "tier 3"; !strings.Contains(refusal.Detail, want) {
		t.Errorf("the refusal %q does not name %q", refusal.Detail, want)
	}
}

func manyAtOnce(t *testing.T, l *suite) {
	b := bucket("busy", 20, 0, time.Hour)
	var granted atomic.Int64
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if _, err := l.Acquire(t.Context(), []gateway.Bucket{b}, live); err == nil {
				granted.Add(1)
			}
		})
	}
	all.Wait()
	if n := granted.Load(); n != 20 {
		t.Errorf("%d places of 20 were given out", n)
	}
}

func manyOfTwo(t *testing.T, l *suite) {
	one, two := bucket("one of two", 30, 0, time.Hour), bucket("two of two", 20, 0, time.Hour)
	var granted atomic.Int64
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			buckets := []gateway.Bucket{one, two}
			if i%2 == 0 {
				buckets = []gateway.Bucket{two, one}
			}
			if _, err := l.Acquire(t.Context(), buckets, live); err == nil {
				granted.Add(1)
			}
		})
	}
	all.Wait()
	if n := granted.Load(); n != 20 {
		t.Errorf("%d places of 20 were given out", n)
	}
	grant(t, l, 10, live, one)
	refuse(t, l, 50*time.Minute, time.Hour, live, one)
}
