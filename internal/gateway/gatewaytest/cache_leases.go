package gatewaytest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations/execute"
)

// waiter asks for a lease and waits for it.
type waiter struct {
	lease   execute.Lease
	granted bool
	done    chan struct{}
}

func wait(ctx context.Context, c execute.Cache, key string, stamp execute.Stamp) *waiter {
	w := &waiter{done: make(chan struct{})}
	go func() {
		defer close(w.done)
		w.lease, w.granted = c.Lease(ctx, slot(key), stamp, execute.AskWait)
	}()
	return w
}

// still checks that somebody has not stopped waiting. It says nothing if he would stop in a moment.
func (w *waiter) still(t *testing.T) {
	t.Helper()
	select {
	case <-w.done:
		t.Errorf("a lease that another has was granted: %v %+v", w.granted, w.lease.Stamp)
	case <-time.After(20 * time.Millisecond):
	}
}

func (w *waiter) end(t *testing.T) {
	t.Helper()
	select {
	case <-w.done:
	case <-time.After(time.Minute):
		t.Fatal("the wait does not end")
	}
}

func (w *waiter) wantAnswer(t *testing.T) {
	t.Helper()
	if w.end(t); w.granted {
		t.Error("a lease was granted where there is an answer")
	}
}

func (w *waiter) wantLease(t *testing.T) execute.Lease {
	t.Helper()
	if w.end(t); !w.granted || w.lease.Stamp.Fence == 0 {
		t.Fatalf("no lease was granted: %v %+v", w.granted, w.lease.Stamp)
	}
	return w.lease
}

func try(t *testing.T, c execute.Cache, key string, stamp execute.Stamp) bool {
	t.Helper()
	lease, granted := c.Lease(t.Context(), slot(key), stamp, execute.AskTry)
	lease.Release(t.Context(), 0)
	return granted
}

func setWithoutALease(t *testing.T, c execute.Cache) {
	c.Set(t.Context(), slot("key"), wantMiss(t, c, "key"), entry(`{}`))
	wantMiss(t, c, "key")
	lease := take(t, c, "key")
	lease.Release(t.Context(), 0)
	c.Set(t.Context(), slot("key"), lease.Stamp, entry(`{}`))
	wantMiss(t, c, "key")
	lease = take(t, c, "key")
	e := entry(`{}`)
	c.Set(t.Context(), slot("key"), lease.Stamp, e)
	c.Set(t.Context(), slot("key"), lease.Stamp, entry(`{"set":"twice"}`))
	want(t, c, "key", e)
}

func oneHasTheLease(t *testing.T, c execute.Cache) {
	holder := wait(t.Context(), c, "key", wantMiss(t, c, "key")).wantLease(t)
	if try(t, c, "key", execute.Stamp{}) {
		t.Error("it was granted to two")
	}
	if !try(t, c, "other", execute.Stamp{}) {
		t.Error("another slot's was refused")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	other := wait(ctx, c, "key", execute.Stamp{})
	other.still(t)
	cancel()
	if other.end(t); other.lease.Stamp.Fence != 0 {
		t.Error("who went away has the lease")
	}
	e := entry(`{}`)
	c.Set(t.Context(), slot("key"), holder.Stamp, e)
	want(t, c, "key", e)
}

func whoWaitsGetsTheAnswer(t *testing.T, c execute.Cache) {
	stamp := wantMiss(t, c, "key")
	holder := take(t, c, "key")
	var waiters []*waiter
	for range 10 {
		waiters = append(waiters, wait(t.Context(), c, "key", stamp))
	}
	waiters[9].still(t)
	e := entry(`{}`)
	c.Set(t.Context(), slot("key"), holder.Stamp, e)
	for _, w := range waiters {
		w.wantAnswer(t)
	}
	want(t, c, "key", e)
}

// whoComesLateGetsIt: he looked before the answer was there, and asks for the lease after.
func whoComesLateGetsIt(t *testing.T, c execute.Cache) {
	stamp := wantMiss(t, c, "key")
	set(t, c, "key", entry(`{}`))
	wait(t.Context(), c, "key", stamp).wantAnswer(t)
	if try(t, c, "key", stamp) {
		t.Error("a refresh of what is there already was granted")
	}
}

func failurePassesTheLease(t *testing.T, c execute.Cache) {
	stamp := wantMiss(t, c, "key")
	holder := take(t, c, "key")
	one, two := wait(t.Context(), c, "key", stamp), wait(t.Context(), c, "key", stamp)
	one.still(t)
	holder.Release(t.Context(), 0)
	next, last := one, two
	select {
	case <-one.done:
	case <-two.done:
		next, last = two, one
	}
	lease := next.wantLease(t)
	last.still(t)
	c.Set(t.Context(), slot("key"), lease.Stamp, entry(`{}`))
	last.wantAnswer(t)
}

// twoFailuresAreEnough: then everybody fetches for himself.
func twoFailuresAreEnough(t *testing.T, c execute.Cache) {
	const many = 10
	stamp := wantMiss(t, c, "key")
	holder := take(t, c, "key")
	var waiters sync.WaitGroup
	var mu sync.Mutex
	failures, alone := 0, 0
	for range many {
		waiters.Go(func() {
			lease, granted := c.Lease(t.Context(), slot("key"), stamp, execute.AskWait)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case !granted:
				t.Error("there is an answer that nobody has got")
			case lease.Stamp.Fence != 0:
				failures++
				lease.Release(t.Context(), 0)
			default:
				alone++
			}
		})
	}
	time.Sleep(10 * time.Millisecond)
	holder.Release(t.Context(), 0)
	waiters.Wait()
	if failures+alone != many || failures < 1 {
		t.Errorf("%d had the lease and %d went without, want %d together", failures, alone, many)
	}
}

func holderIsGone(t *testing.T, c execute.Cache) {
	stamp := wantMiss(t, c, "key")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	gone := wait(ctx, c, "key", stamp).wantLease(t)
	one, two := wait(t.Context(), c, "key", stamp), wait(t.Context(), c, "key", stamp)
	one.still(t)
	cancel()
	next, last := one, two
	select {
	case <-one.done:
	case <-two.done:
		next, last = two, one
	}
	lease := next.wantLease(t)
	last.still(t)
	c.Set(t.Context(), slot("key"), gone.Stamp, entry(`{"from":"the dead"}`))
	wantMiss(t, c, "key")
	e := entry(`{}`)
	c.Set(t.Context(), slot("key"), lease.Stamp, e)
	last.wantAnswer(t)
	want(t, c, "key", e)
}

func takenAway(t *testing.T, c execute.Cache) {
	old := take(t, c, "key")
	lease := take(t, c, "key")
	c.Set(t.Context(), slot("key"), old.Stamp, entry(`{"old":true}`))
	wantMiss(t, c, "key")
	e := entry(`{}`)
	c.Set(t.Context(), slot("key"), lease.Stamp, e)
	want(t, c, "key", e)
}

func releasedAfterItWasTaken(t *testing.T, c execute.Cache) {
	old := take(t, c, "key")
	lease := take(t, c, "key")
	old.Release(t.Context(), time.Hour)
	e := entry(`{}`)
	c.Set(t.Context(), slot("key"), lease.Stamp, e)
	if !try(t, c, "key", want(t, c, "key", e)) {
		t.Error("who has no lease any more made the slot rest")
	}
}

// writeEndsTheLease: what its holder reads is untrue, so nobody waits for it.
func writeEndsTheLease(t *testing.T, c execute.Cache) {
	holder := take(t, c, "one/key")
	c.Invalidate(t.Context(), tag("one"))
	lease := wait(t.Context(), c, "one/key", wantMiss(t, c, "one/key")).wantLease(t)
	c.Set(t.Context(), slot("one/key"), holder.Stamp, entry(`{"old":true}`))
	wantMiss(t, c, "one/key")
	e := entry(`{}`)
	c.Set(t.Context(), slot("one/key"), lease.Stamp, e)
	want(t, c, "one/key", e)
}

func aRest(t *testing.T, c execute.Cache) {
	e := entry(`{}`)
	set(t, c, "key", e)
	take(t, c, "key").Release(t.Context(), time.Hour)
	stamp := want(t, c, "key", e)
	if try(t, c, "key", stamp) {
		t.Error("a refresh was granted while the slot rests")
	}
	wait(t.Context(), c, "key", stamp).wantLease(t).Release(t.Context(), 20*time.Millisecond)
	await(t, "the end of the rest", func() bool { return try(t, c, "key", stamp) })
}

func refreshedMeanwhile(t *testing.T, c execute.Cache) {
	set(t, c, "key", entry(`{"a":1}`))
	stamp := want(t, c, "key", entryOf(t, c, "key"))
	e := entry(`{"a":2}`)
	set(t, c, "key", e)
	if try(t, c, "key", stamp) {
		t.Error("a second refresh was granted")
	}
	want(t, c, "key", e)
}

func entryOf(t *testing.T, c execute.Cache, key string) execute.Entry {
	t.Helper()
	e, _, _ := c.Get(t.Context(), slot(key))
	return e
}

func refresh(t *testing.T, c execute.Cache) {
	old := entry(`{"a":1}`)
	set(t, c, "key", old)
	stamp := want(t, c, "key", old)
	lease, granted := c.Lease(t.Context(), slot("key"), stamp, execute.AskTry)
	if !granted {
		t.Fatal("the refresh was refused")
	}
	if try(t, c, "key", stamp) {
		t.Error("a second refresh was granted")
	}
	want(t, c, "key", old)
	e := entry(`{"a":2}`)
	c.Set(t.Context(), slot("key"), lease.Stamp, e)
	if got := want(t, c, "key", e); got == stamp {
		t.Error("the stamp does not tell that there is another answer")
	}
}

// whoWaitsForTooMuch goes on, though nothing was kept.
func whoWaitsForTooMuch(t *testing.T, c execute.Cache) {
	stamp := wantMiss(t, c, "key")
	holder := take(t, c, "key")
	w := wait(t.Context(), c, "key", stamp)
	w.still(t)
	e := entry(`{}`)
	e.Keep = 0
	c.Set(t.Context(), slot("key"), holder.Stamp, e)
	if w.end(t); !w.granted {
		t.Error("there is an answer that was not kept")
	}
}
