package execute

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/patchbay/patchbay/operations"
)

const (
	// restAfterFailure is how long a slot is left alone after a refresh has failed, unless the service asks for longer.
	restAfterFailure = 5 * time.Second
	// maxRest bounds how long the service may ask for.
	maxRest = time.Minute
	// restAfterRefusal is how long it is left alone where another node refreshes it, or has failed to.
	restAfterRefusal = time.Second
	// manyRefreshes is how many slots are remembered before those whose time has come are forgotten.
	manyRefreshes = 4096
)

// refreshes are the slots that are not to be refreshed, because that is under way or has failed lately.
type refreshes struct {
	mu    sync.Mutex
	until map[Key]time.Time
	sweep int // when there are so many
}

// begin tells whether a slot is to be refreshed now, by whom it tells so.
func (r *refreshes) begin(key Key, now time.Time, longest time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Before(r.until[key]) {
		return false
	}
	if r.until == nil {
		r.until, r.sweep = map[Key]time.Time{}, manyRefreshes
	}
	if len(r.until) >= r.sweep {
		maps.DeleteFunc(r.until, func(_ Key, until time.Time) bool { return !now.Before(until) })
		r.sweep = max(manyRefreshes, 2*len(r.until))
	}
	r.until[key] = now.Add(longest)
	return true
}

func (r *refreshes) end(key Key, now time.Time, rest time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if rest <= 0 {
		delete(r.until, key)
		return
	}
	r.until[key] = now.Add(rest)
}

// refresh fetches a new answer in the background, once for all nodes. What it costs is not the caller's.
func (f flight) refresh(ctx context.Context) {
	background, cancel := f.context(ctx)
	deadline, _ := background.Deadline()
	now := f.x.Now()
	if !f.x.refreshes.begin(f.slot.Key, now, time.Until(deadline)) {
		cancel()
		return
	}
	own := *f.run
	own.usage = &operations.Usage{}
	f.run = &own
	go func() {
		defer cancel()
		rest := f.tryRefresh(background)
		f.x.refreshes.end(f.slot.Key, f.x.Now(), rest)
	}()
}

// tryRefresh gives the time for which the slot is to be left alone.
func (f flight) tryRefresh(ctx context.Context) time.Duration {
	lease, granted := f.x.Cache.Lease(ctx, f.slot, f.stamp, AskTry)
	if !granted {
		return restAfterRefusal
	}
	output, err := f.run.do(ctx, f.input)
	if f.keep(ctx, lease, output, err) {
		return 0
	}
	rest := restAfter(err)
	lease.Release(ctx, rest)
	f.x.Log.WarnContext(ctx, "refreshing a cached answer failed", "operation", f.run.plan.Spec.Identifier, "error", err, "rest", rest)
	return rest
}

func restAfter(err error) time.Duration {
	var fault *operations.Error
	if errors.As(err, &fault) {
		return min(max(fault.RetryAfter, restAfterFailure), maxRest)
	}
	return restAfterFailure
}
