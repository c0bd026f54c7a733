package gateway

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// Limiter holds requests to their limits. It is safe for concurrent use.
type Limiter interface {
	// Acquire takes a place in every bucket, or in none. It waits for it, those of a better priority first, but never
	// beyond what Patience leaves of the context's deadline, nor the limiter's own bound; where the wait would be longer the error is
	// operations.CodeRateLimited at once, with RetryAfter where it can be known (of Concurrent places it cannot: a
	// request waits for one up to its bound, and is then refused). The grant of a refusal names the bucket that refused
	// and how long was waited for it.
	//
	// Bulk leaves a fifth of each bucket to the others. Nobody starves all the same: of EveryTurn places of a bucket in
	// a row at least one is DDL's and one is bulk's, if they ask; for that one bulk may take from the last fifth too.
	Acquire(ctx context.Context, buckets []Bucket, priority operations.Priority) (Grant, error)
	// Pause gives out no place of a bucket until then. It never makes a pause shorter.
	Pause(ctx context.Context, pause Pause)
	// Learn takes over what the service says of a bucket: until lesson.Reset at most Remaining more places, less those
	// that it may not have counted, of which bulk leaves a fifth of lesson.Limit to the others. It never makes a declared limit wider. While one lesson is in
	// force another counts only if it leaves fewer places; answers may overtake one another.
	Learn(ctx context.Context, lesson Lesson)
	// Inspect tells the state of buckets, in their order, and changes nothing.
	Inspect(ctx context.Context, buckets []Bucket) ([]BucketState, error)
}

// Patience is how long a request may wait for its places: at most so long, and of the time its call has left an eighth, or a
// second, less. One that got its place at the very end would be cut off after it was sent.
func Patience(ctx context.Context, most time.Duration) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return most
	}
	left := time.Until(deadline)
	return min(most, left-min(left/8, time.Second))
}

// EveryTurn is how many places of a bucket in a row others may have before a class that asks has its turn.
const EveryTurn = 16

// DefaultLease is how long a place of a bucket with Concurrent is held for a holder that has died.
const DefaultLease = 20 * time.Second

// Grant is what Acquire gives. The zero Grant holds nothing.
type Grant struct {
	Waited time.Duration
	Bucket string // the name of the bucket that made it wait longest, or refused; "" if none

	release func()
}

// NewGrant makes a grant of a Limiter. release gives back the places of buckets with Concurrent, and is called once at
// most; nil: there are none.
func NewGrant(waited time.Duration, bucket string, release func()) Grant {
	if release != nil {
		release = sync.OnceFunc(release)
	}
	return Grant{Waited: waited, Bucket: bucket, release: release}
}

// Release gives back the places of buckets with Concurrent. It may be called more than once.
func (g Grant) Release() {
	if g.release != nil {
		g.release()
	}
}

// Holds tells whether there is anything to release.
func (g Grant) Holds() bool { return g.release != nil }

// Bucket is a limit, counted under a key. In any window there are at most Limit places, of which Burst at once; after
// a burst they come back one by one, Window/Limit apart. At most Concurrent of them are held at a time.
type Bucket struct {
	Key        string // all keys with the same part in braces can be served by one Redis Cluster node
	Name       string // the throttler's, for messages
	Limit      int    // 0: no limit; the bucket can be paused all the same
	Burst      int    // 0, or Limit and more: all of the window at once
	Window     time.Duration
	Concurrent int           // places held until Grant.Release; 0: any number
	Lease      time.Duration // of a held place, where its holder may die unnoticed; 0: DefaultLease
}

// Pause is a time in which a bucket gives out no place.
type Pause struct {
	Key    string
	Until  time.Time
	Reason string // for people, such as "Retry-After of the service"
}

// Lesson is what a service says of its own count of a bucket.
type Lesson struct {
	Key       string
	Limit     int // of the service's window; 0: not told
	Remaining int
	UnderWay  int       // requests of this process that the service may not have counted when it said so
	Reset     time.Time // when the service's count starts anew; a lesson whose reset has passed is none
}

// BucketState is what holds for a bucket now.
type BucketState struct {
	Bucket      Bucket
	Left        int       // places that live requests could have at once, but for a pause; -1: any number
	Reset       time.Time // when all places are back if none is taken till then; zero: they are
	PausedUntil time.Time // zero: not paused
	Reason      string    // of the pause
	UnderWay    int       // places held, of a bucket with Concurrent
	Waiting     int       // requests in line, as far as this process knows
}

// MaxWait bounds the wait of a priority unless a limiter is told otherwise. A job waits longest, and somebody who fills a
// drop-down least. A call waits as long as calls usually may take, so that in a crowd nobody is passed over: in a line all are
// served in turn, while of those who are sent away and come again some never find room.
func MaxWait(priority operations.Priority) time.Duration {
	switch priority {
	case operations.PriorityLive:
		return 30 * time.Second
	case operations.PriorityDDL:
		return 5 * time.Second
	default:
		return time.Minute
	}
}

// Reserved is how many of n places bulk leaves to the others: a fifth, rounded up, but never all of them.
func Reserved(n int) int { return min((n+4)/5, max(n-1, 0)) }

// Refusal is the error for a request that would have to wait too long for a bucket. wait 0: it is not known how long.
// reason is that of a pause, or what else holds the bucket up; empty: its limit is used up.
func Refusal(bucket Bucket, wait time.Duration, reason string) *operations.Error {
	e := &operations.Error{Code: operations.CodeRateLimited, RetryAfter: wait}
	again := "later"
	if wait > 0 {
		again = "in " + (wait + time.Second - 1).Truncate(time.Second).String()
	}
	switch {
	case reason != "":
		e.Detail = fmt.Sprintf("requests of the limit %s are held back (%s); try again %s", bucket.Name, reason, again)
	case bucket.Limit == 0 && bucket.Concurrent > 0:
		e.Detail = fmt.Sprintf("the limit %s of %d requests at a time is used up; try again %s", bucket.Name, bucket.Concurrent, again)
	default:
		e.Detail = fmt.Sprintf("the limit %s of %d requests in %s is used up; try again %s", bucket.Name, bucket.Limit, bucket.Window, again)
	}
	return e
}
