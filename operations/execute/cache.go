package execute

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// Cache keeps answers for a while, for this process or for several. One that is out of reach has nothing and keeps
// nothing; that is no error of any call. It is safe for concurrent use.
type Cache interface {
	// Get finds an answer that is neither too old nor made untrue by a write. What it holds is shared and must not be
	// changed. The stamp is the state of the slot, also where there is no answer.
	Get(ctx context.Context, slot Slot) (Entry, Stamp, bool)
	// Lease asks for the right to fetch the answer of a slot. The stamp is that of the Get before. True: fetch it, and end
	// the lease by Set or Release. False: to AskWait, that there is an answer now, for which Get is to be asked; to AskTry, that
	// another fetches it or that it is not the time.
	Lease(ctx context.Context, slot Slot, stamp Stamp, ask Ask) (Lease, bool)
	// Set keeps an answer and ends the lease whose stamp is given. It keeps nothing if the lease has passed to another, if
	// a write has made the answer untrue since the lease was given, or if the answer is too large.
	Set(ctx context.Context, slot Slot, leased Stamp, entry Entry)
	// Invalidate makes all answers of a tag untrue.
	Invalidate(ctx context.Context, tag Tag)
}

// Stamp is the state of a slot at one moment. What its numbers are is the cache's own matter; two stamps of one slot
// are the same if nothing has happened between them.
type Stamp struct {
	Account, Resource uint64 // the states of the slot's tags
	Entry             uint64 // the answer that is there; 0: none
	Fence             uint64 // of a lease; 0: none, and Set keeps nothing
}

// Ask is how somebody wants to fetch an answer.
type Ask int

// The ways to ask for a lease.
const (
	AskWait Ask = iota // if another fetches it, wait for him: until he is done, gives up or is gone, or the bound is reached
	AskTry             // only if nobody else does, and no refresh has failed lately
	AskTake            // at once: who fetches it by an earlier lease keeps nothing
)

// Lease is the right to fetch the answer of a slot, which one at a time has. It ends by Set, by Release, by an AskTake, and
// by itself some seconds after its context is done or its process is gone.
type Lease struct {
	Stamp   Stamp
	release func(ctx context.Context, rest time.Duration)
}

// NewLease is for those who implement Cache. release may be nil.
func NewLease(stamp Stamp, release func(ctx context.Context, rest time.Duration)) Lease {
	return Lease{Stamp: stamp, release: release}
}

// Release ends the lease without an answer. For as long as rest nobody is to try a refresh.
func (l Lease) Release(ctx context.Context, rest time.Duration) {
	if l.release != nil {
		l.release(ctx, rest)
	}
}

// Entry is a cached answer: an output, or that there is no such record.
type Entry struct {
	Output json.RawMessage
	Fault  *operations.Error // upstream_not_found; nil: there is an output
	Stored time.Time
	Fresh  time.Duration // how long it is fresh
	Keep   time.Duration // how long it may be served at all
}

// answer is what a call gets of the entry.
func (e Entry) answer() (json.RawMessage, error) {
	if e.Fault == nil {
		return e.Output, nil
	}
	fault := *e.Fault
	return nil, &fault
}

// Cached tells where an answer came from.
type Cached string

// Where answers come from.
const (
	Miss  Cached = "miss"  // from the service
	Fresh Cached = "fresh" // from the cache
	Stale Cached = "stale" // from the cache, a new one being fetched meanwhile
)

// Forget drops from the cache what was read with a credential: of one resource, or everything if none is named.
func (x *Executor) Forget(ctx context.Context, workspace, credential, connector, resource string) {
	if x.Cache != nil {
		x.Cache.Invalidate(ctx, Tag{Workspace: workspace, Credential: credential, Connector: connector, Resource: resource})
	}
}

// cached answers from the cache where the operation has a rule, otherwise runs; a write drops what it made untrue.
func (x *Executor) cached(ctx context.Context, request *Request, r *run, input json.RawMessage, meta *Meta) (json.RawMessage, error) {
	if x.Cache == nil || r.plan.Spec.Cache.TTL <= 0 || r.plan.Spec.Effect != operations.EffectRead {
		output, err := r.do(ctx, input)
		x.invalidate(ctx, r, err)
		return output, err
	}
	f := flight{x: x, run: r, slot: slotOf(r, input), input: input, timeout: x.timeout(request.Timeout, &r.plan.Spec), patience: request.Early}
	if request.NoCache && request.Caller.Grant == nil {
		return f.fetch(ctx, AskTake)
	}
	entry, stamp, ok := x.Cache.Get(ctx, f.slot)
	f.stamp = stamp
	if !ok {
		return f.first(ctx, meta)
	}
	age := max(x.Now().Sub(entry.Stored), 0) // another node's clock may be ahead
	meta.AgeSeconds = age.Round(time.Millisecond).Seconds()
	switch {
	case (request.Refresh || request.NoCache) && age >= refreshEvery && x.forced.begin(f.slot.Key, x.Now(), refreshEvery):
		if output, err := f.join(ctx); err == nil {
			meta.AgeSeconds = 0
			return output, nil
		}
		meta.Cached = Stale // and better than nothing
	case age > entry.Fresh:
		meta.Cached = Stale
		f.refresh(ctx)
	default:
		meta.Cached = Fresh
	}
	return entry.answer()
}

// invalidate drops from the cache what a write has made untrue.
func (x *Executor) invalidate(ctx context.Context, r *run, err error) {
	if r.plan.Spec.Effect != operations.EffectRead && x.Cache != nil && r.mayHaveWritten(err) {
		tag := r.tag()
		tag.Resource = r.plan.Spec.Resource // none: everything
		x.Cache.Invalidate(context.WithoutCancel(ctx), tag)
	}
}

// mayHaveWritten tells whether a write that ended so may have changed something. Of several requests an earlier one may
// have gone through.
func (r *run) mayHaveWritten(err error) bool {
	var typed *operations.Error
	if err == nil || !errors.As(err, &typed) {
		return true
	}
	return typed.Code == operations.CodeOutcomeUnknown || typed.Code == operations.CodeInternal || r.usage.Requests.Load() > 1
}
