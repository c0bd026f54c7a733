package gatewaytest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

func atOnce(key string, n int) gateway.Bucket {
	return gateway.Bucket{Key: "{suite}:" + key, Name: key, Concurrent: n}
}

// refuseAtOnce asks for a place that nobody gives back.
func refuseAtOnce(t *testing.T, l *suite, priority operations.Priority, buckets ...gateway.Bucket) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond+2*l.tolerance)
	defer cancel()
	given, err := l.Acquire(ctx, buckets, priority)
	var refusal *operations.Error
	if !errors.As(err, &refusal) || refusal.Code != operations.CodeRateLimited || given.Holds() {
		t.Fatalf("got %+v, %v, want a refusal", given, err)
	}
}

func release(grants []gateway.Grant) {
	for _, given := range grants {
		given.Release()
	}
}

func concurrent(t *testing.T, l *suite) {
	b := atOnce("three", 3)
	for range 3 {
		held := grant(t, l, 3, live, b)
		refuseAtOnce(t, l, live, b)
		release(held)
	}
}

func concurrentAllOrNothing(t *testing.T, l *suite) {
	narrow, wide := atOnce("narrow", 1), atOnce("wide", 3)
	held := grant(t, l, 1, live, wide, narrow)
	for range 3 {
		refuseAtOnce(t, l, live, wide, narrow)
	}
	both := grant(t, l, 2, live, wide)
	release(held)
	release(both)
	grant(t, l, 1, live, wide, narrow)
}

// concurrentBesideALimit: what was given back has been used all the same.
func concurrentBesideALimit(t *testing.T, l *suite) {
	b := bucket("both", 2, 0, time.Hour)
	b.Concurrent = 1
	for range 2 {
		release(grant(t, l, 1, live, b))
	}
	refuse(t, l, 50*time.Minute, time.Hour, live, b)
}

func concurrentLeavesAFifth(t *testing.T, l *suite) {
	b := atOnce("shared", 5)
	held := grant(t, l, 4, operations.PriorityBulk, b)
	refuseAtOnce(t, l, operations.PriorityBulk, b)
	grant(t, l, 1, live, b)
	refuseAtOnce(t, l, live, b)
	release(held[:2])
	grant(t, l, 1, operations.PriorityBulk, b)
	refuseAtOnce(t, l, operations.PriorityBulk, b)
}

func placeGivenBack(t *testing.T, l *suite) {
	b := atOnce("one", 1)
	held := grant(t, l, 1, live, b)
	done := make(chan gateway.Grant)
	go func() {
		given, err := l.Acquire(t.Context(), []gateway.Bucket{b}, live)
		if err != nil {
			t.Errorf("waiting: %v", err)
		}
		done <- given
	}()
	l.wait(5 * time.Millisecond)
	select {
	case <-done:
		t.Fatal("two places of one were given out")
	default:
	}
	release(held)
	given := <-done
	if given.Waited <= 0 || given.Bucket != b.Name {
		t.Errorf("the grant says that %s was waited for %q", given.Waited, given.Bucket)
	}
	refuseAtOnce(t, l, live, b)
	given.Release()
	grant(t, l, 1, live, b)
}

func releasedTwice(t *testing.T, l *suite) {
	b := atOnce("two", 2)
	held := grant(t, l, 2, live, b)
	again := held[0]
	held[0].Release()
	again.Release()
	held[0].Release()
	gateway.Grant{}.Release()
	grant(t, l, 1, live, b)
	refuseAtOnce(t, l, live, b)
}

// refusedWithoutAPlace: who is refused by one bucket holds nothing of another.
func refusedWithoutAPlace(t *testing.T, l *suite) {
	spent, free := bucket("spent", 1, 0, time.Hour), atOnce("free", 1)
	grant(t, l, 1, live, spent)
	for range 3 {
		refuse(t, l, 50*time.Minute, time.Hour, live, free, spent)
	}
	grant(t, l, 1, live, free)
}

// turnOfBulk: of gateway.EveryTurn places bulk has one, if need be of the last fifth.
func turnOfBulk(t *testing.T, l *suite) {
	b := bucket("busy", 100, 0, time.Hour)
	grant(t, l, 80, operations.PriorityBulk, b)
	refuse(t, l, 50*time.Minute, time.Hour, operations.PriorityBulk, b)
	grant(t, l, gateway.EveryTurn-1, live, b)
	grant(t, l, 1, operations.PriorityBulk, b)
	refuse(t, l, 50*time.Minute, time.Hour, operations.PriorityBulk, b)
	grant(t, l, 4, live, b)
	refuse(t, l, 50*time.Minute, time.Hour, live, b)
}
