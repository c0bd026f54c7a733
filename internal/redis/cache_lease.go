package redis

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/patchbay/patchbay/operations/execute"
)

const (
	// maxHolders is for how many holders of a lease somebody waits, one after another: beyond, he fetches for himself.
	maxHolders = 2
	// longestWait bounds a wait whose context does not.
	longestWait = 30 * time.Second
	// lookEvery is how often who waits looks for himself. With messages that is only in case one was lost.
	lookEvery = 500 * time.Millisecond
	// lookFirst and lookMost are how often without messages: less and less often.
	lookFirst = 20 * time.Millisecond
	lookMost  = 200 * time.Millisecond
	// maxSlow is how often a lease is asked for whose answer does not come.
	maxSlow = 3
	// unkeptFor is how long nobody needs a lease for a slot whose answer is not one to keep, at the most.
	unkeptFor = time.Minute
)

// What a lease that ends without an answer leaves behind.
const (
	leftNothing = ""
	leftRest    = "r"
	leftUnkept  = "u"
)

// Lease is the execute.Cache's: one script, and as many more as it takes to wait.
func (c *Cache) Lease(ctx context.Context, slot execute.Slot, stamp execute.Stamp, ask execute.Ask) (execute.Lease, bool) {
	w := cacheWait{c: c, key: slot.Key}
	defer w.end()
	fence, slow := newState(), 0 // the same each time: it may have been granted without an answer
	for {
		answer, err := c.askLease(ctx, &slot, stamp, ask, fence)
		if err != nil {
			if slow++; slow < maxSlow && !errors.Is(err, errOwed) && !c.circuit.open() && ctx.Err() == nil {
				continue // a fetch of one's own would cost more
			}
			c.metrics.leases[leaseOff].Inc()
			return execute.Lease{}, ask != execute.AskTry
		}
		switch answer.outcome {
		case "granted":
			c.metrics.leases[leaseGranted].Inc()
			c.hold(ctx, &slot, answer.stamp.Fence)
			return execute.NewLease(answer.stamp, func(ctx context.Context, rest time.Duration) {
				c.release(ctx, &slot, answer.stamp.Fence, leftRest, rest)
			}), true
		case "unkept":
			c.metrics.leases[leaseUnkept].Inc()
			return execute.Lease{}, true
		case "refused", "done":
			c.metrics.leases[leaseRefused].Inc()
			return execute.Lease{}, false
		}
		if !w.more(ctx, answer.holder, answer.left) {
			c.metrics.leases[leaseGivenUp].Inc()
			return execute.Lease{}, true
		}
	}
}

// errOwed is of slots of which Redis has still to be told that their answers are untrue.
var errOwed = errors.New("an invalidation is owed to Redis")

// leaseAnswer is what the script says.
type leaseAnswer struct {
	outcome string
	stamp   execute.Stamp // granted
	holder  uint64        // wait: the fence of who has it
	left    time.Duration // wait: until it runs out
}

func (c *Cache) askLease(ctx context.Context, slot *execute.Slot, seen execute.Stamp, ask execute.Ask, fence uint64) (a leaseAnswer, err error) {
	if c.debts.has(slot.Tag) {
		return a, errOwed
	}
	err = c.trip(ctx, "lease", func(ctx context.Context) error {
		values, err := c.scripts.lease.Run(ctx, c.client.redis, c.keysOf(slot).all(), askWord(ask), bytesOf(seen.Entry), bytesOf(fence),
			bytesOf(newState()), c.options.Lease.Milliseconds(), tagsFor.Milliseconds()).Slice()
		if err != nil {
			return err
		}
		a, err = readLeaseAnswer(values)
		return err
	})
	a.stamp.Fence = fence
	return a, err
}

func askWord(ask execute.Ask) string {
	switch ask {
	case execute.AskTry:
		return "try"
	case execute.AskTake:
		return "take"
	default:
		return "wait"
	}
}

func readLeaseAnswer(values []any) (a leaseAnswer, err error) {
	at := func(i int) any {
		if i < len(values) {
			return values[i]
		}
		return nil
	}
	a.outcome, _ = at(0).(string)
	switch a.outcome {
	case "granted":
		a.stamp = execute.Stamp{Account: stateOf(at(1)), Resource: stateOf(at(2))}
	case "wait":
		a.holder, a.left = stateOf(at(1)), time.Duration(max(number(values, 2), 0))*time.Millisecond
	case "refused", "done", "unkept":
	default:
		err = errAnswer
	}
	return a, err
}

func (c *Cache) release(ctx context.Context, slot *execute.Slot, fence uint64, leaves string, d time.Duration) {
	c.held.drop(fence)
	if d < time.Millisecond {
		leaves = leftNothing
	}
	_ = c.trip(ctx, "release", func(ctx context.Context) error { // if Redis is away, the lease runs out
		return c.scripts.release.Run(ctx, c.client.redis, []string{c.keysOf(slot).lease}, bytesOf(fence), leaves,
			d.Milliseconds(), c.channel(), newsOf(slot.Key, 0)).Err()
	})
}

// cacheWait is somebody's wait for a lease.
type cacheWait struct {
	c       *Cache
	key     execute.Key
	bell    chan struct{}
	until   time.Time
	holder  uint64 // for whom it is waited
	holders int
	looks   int
}

// more waits until it is worth asking again. False: no longer.
func (w *cacheWait) more(ctx context.Context, holder uint64, left time.Duration) bool {
	if holder != w.holder {
		w.holder = holder
		w.holders++
	}
	if w.holders > maxHolders || ctx.Err() != nil {
		return false
	}
	if w.bell == nil {
		w.bell, w.until = w.c.bells.hang(w.key), time.Now().Add(patienceOf(ctx))
		return true // from now on it is heard: look once more
	}
	pause := min(w.pause(), left+time.Millisecond+rand.N(10*time.Millisecond), time.Until(w.until))
	if pause <= 0 {
		return false
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-w.bell:
	case <-timer.C:
	}
	return true
}

func (w *cacheWait) pause() time.Duration {
	if w.c.ear.epoch.Load() != 0 {
		return lookEvery
	}
	w.looks++
	return min(lookFirst*time.Duration(w.looks), lookMost)
}

// patienceOf leaves a quarter of the time for a fetch of one's own.
func patienceOf(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return time.Until(deadline) / 4 * 3
	}
	return longestWait
}

func (w *cacheWait) end() {
	if w.bell != nil {
		w.c.bells.takeDown(w.key, w.bell)
	}
}
