package execute

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// flight is the way to a new answer for a slot.
type flight struct {
	x       *Executor
	run     *run
	slot    Slot
	stamp   Stamp // of the slot when it was looked into
	input   json.RawMessage
	timeout time.Duration // of the call that began it
	// patience is how long a caller waits for it who would rather have less than wait; 0: to its end.
	patience time.Duration
}

// maxTurns bounds how often a flight looks for what another has fetched.
const maxTurns = 3

// errPatience is the end of a caller's patience. The flight goes on.
var errPatience = errors.New("the answer takes longer than the caller wants to wait")

// join runs the operation once for all of this process who ask for the same at the same time. The flight goes on if one
// of them leaves; whoever comes after a write that makes its answer untrue takes another.
func (f flight) join(ctx context.Context) (json.RawMessage, error) {
	done := f.x.flights.DoChan(f.name(), func() (any, error) {
		flying, cancel := f.context(ctx)
		defer cancel()
		return f.fetch(flying, AskWait)
	})
	var late <-chan time.Time
	if f.patience > 0 {
		timer := time.NewTimer(f.patience)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-late:
		return nil, errPatience
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the answer: %w", ctx.Err())
	case result := <-done:
		output, _ := result.Val.(json.RawMessage)
		return output, result.Err
	}
}

// context is that of a flight, which serves others than its beginner too: however soon he wants his answer, it has the
// usual time.
func (f flight) context(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), max(f.timeout, f.x.timeout(0, &f.run.plan.Spec)))
}

func (f flight) name() string {
	b := make([]byte, 0, len(f.slot.Key)+3*8)
	b = append(b, f.slot.Key[:]...)
	for _, n := range []uint64{f.stamp.Account, f.stamp.Resource, f.stamp.Entry} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	return string(b)
}

// fetch gets the answer of the service, or what another has got of it meanwhile.
func (f flight) fetch(ctx context.Context, ask Ask) (json.RawMessage, error) {
	var lease Lease
	for range maxTurns {
		var granted bool
		if lease, granted = f.x.Cache.Lease(ctx, f.slot, f.stamp, ask); granted {
			break
		}
		entry, stamp, found := f.x.Cache.Get(ctx, f.slot)
		if found {
			return entry.answer()
		}
		f.stamp = stamp
	}
	output, err := f.gather(ctx)
	if !f.keep(ctx, lease, output, err) {
		lease.Release(ctx, 0)
	}
	return output, err
}

// keep keeps an answer, if it is one to keep, which ends the lease.
func (f flight) keep(ctx context.Context, lease Lease, output json.RawMessage, err error) bool {
	entry, ok := f.entry(output, err)
	if ok {
		f.x.Cache.Set(ctx, f.slot, lease.Stamp, entry)
	}
	return ok
}

// entry is what is kept of an answer.
func (f flight) entry(output json.RawMessage, err error) (entry Entry, ok bool) {
	rule := f.run.plan.Spec.Cache
	ttl := rule.TTL.Duration()
	entry = Entry{Output: output, Stored: f.x.Now(), Fresh: ttl, Keep: ttl + rule.StaleFor.Duration()}
	if err == nil {
		return entry, true
	}
	var fault *operations.Error
	if rule.NotFound <= 0 || !errors.As(err, &fault) || fault.Code != operations.CodeUpstreamNotFound {
		return Entry{}, false
	}
	known := *fault
	known.Err = nil
	entry.Output, entry.Fault = nil, &known
	entry.Fresh, entry.Keep = rule.NotFound.Duration(), rule.NotFound.Duration()
	return entry, true
}
