package gateway

import (
	"context"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// Limiter holds requests to their limits. It is safe for concurrent use.
type Limiter interface {
	// Acquire takes a place in every bucket, or in none. It waits for it, those of a better priority first, but never
	// beyond the context's deadline nor the limiter's own bound; where the wait would be longer the error is
	// operations.CodeRateLimited at once, with RetryAfter. Bulk leaves a fifth of each bucket to the others.
	Acquire(ctx context.Context, buckets []Bucket, priority operations.Priority) (waited time.Duration, err error)
	// Pause gives out no place of a bucket until then. It never makes a pause shorter.
	Pause(ctx context.Context, key string, until time.Time)
}

// Bucket is a limit, counted under a key. In any window there are at most Limit places, of which Burst at once; after
// a burst they come back one by one, Window/Limit apart.
type Bucket struct {
	Key    string // all keys with the same part in braces can be served by one Redis Cluster node
	Name   string // the throttler's, for messages
	Limit  int    // 0: no limit; the bucket can be paused all the same
	Burst  int    // 0, or Limit and more: all of the window at once
	Window time.Duration
}
