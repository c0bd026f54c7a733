package execute

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// Cache keeps answers for a while. A write makes answers untrue by a tag; the stamp handed out by Get before a read
// is run keeps an answer that such a write has overtaken from being stored as if it were true.
type Cache interface {
	Get(ctx context.Context, slot Slot) (Entry, Stamp, bool)
	Set(ctx context.Context, slot Slot, stamp Stamp, entry Entry)
	Invalidate(ctx context.Context, tag string)
}

// Slot is the place of an answer: its key, and the tags by which it is invalidated.
type Slot struct {
	Key      string
	Account  string // everything read with one credential
	Resource string // everything read of one resource with it
}

// Stamp is the state of a slot's tags at one moment.
type Stamp [2]uint64

// Entry is a cached answer.
type Entry struct {
	Output json.RawMessage
	Stored time.Time
	Fresh  time.Duration // how long it is fresh
	Keep   time.Duration // how long it may be served at all
}

// Cached tells where an answer came from.
type Cached string

// Where answers come from.
const (
	Miss  Cached = "miss"  // from the service
	Fresh Cached = "fresh" // from the cache
	Stale Cached = "stale" // from the cache, a new one being fetched meanwhile
)

// cached answers from the cache where the operation has a rule, otherwise runs; a write drops what it made untrue.
func (x *Executor) cached(ctx context.Context, request Request, r *run, input json.RawMessage, meta *Meta) (json.RawMessage, error) {
	rule := r.plan.Spec.Cache
	if x.Cache == nil || rule.TTL == 0 || r.plan.Spec.Effect != operations.EffectRead {
		output, err := r.do(ctx, input)
		x.invalidate(ctx, r, err)
		return output, err
	}
	slot := slotOf(r, input)
	entry, stamp, ok := x.Cache.Get(ctx, slot)
	if ok && !request.NoCache {
		age := x.Now().Sub(entry.Stored)
		meta.AgeSeconds = age.Round(time.Millisecond).Seconds()
		if meta.Cached = Fresh; age > entry.Fresh {
			meta.Cached = Stale
			x.refresh(ctx, request, r, slot, stamp, input)
		}
		return entry.Output, nil
	}
	return x.fly(ctx, request, r, slot, stamp, input)
}

// invalidate drops from the cache what a write has made untrue.
func (x *Executor) invalidate(ctx context.Context, r *run, err error) {
	if r.plan.Spec.Effect != operations.EffectRead && x.Cache != nil && wasSent(err) {
		x.Cache.Invalidate(context.WithoutCancel(ctx), touched(r))
	}
}

// wasSent tells whether a write may have changed something.
func wasSent(err error) bool {
	return err == nil || operations.AsError(err).Code == operations.CodeOutcomeUnknown
}

// fly runs the operation once for all who ask for the same at the same time. The flight goes on if one of them leaves;
// whoever comes after a write that makes its answer untrue takes another.
func (x *Executor) fly(ctx context.Context, request Request, r *run, slot Slot, stamp Stamp, input json.RawMessage) (json.RawMessage, error) {
	done := x.flights.DoChan(fmt.Sprint(slot.Key, stamp), func() (any, error) {
		flight, cancel := context.WithTimeout(context.WithoutCancel(ctx), x.timeout(request, r.plan.Spec))
		defer cancel()
		output, err := r.do(flight, input)
		if err == nil {
			rule := r.plan.Spec.Cache
			x.Cache.Set(flight, slot, stamp, Entry{
				Output: output, Stored: x.Now(), Fresh: rule.TTL.Duration(), Keep: rule.TTL.Duration() + rule.StaleFor.Duration(),
			})
		}
		return output, err
	})
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the answer: %w", ctx.Err())
	case result := <-done:
		output, _ := result.Val.(json.RawMessage)
		return output, result.Err
	}
}

// refresh fetches a new answer in the background. What it costs is not the caller's.
func (x *Executor) refresh(ctx context.Context, request Request, r *run, slot Slot, stamp Stamp, input json.RawMessage) {
	background := *r
	background.usage = &operations.Usage{}
	go func() {
		if _, err := x.fly(context.WithoutCancel(ctx), request, &background, slot, stamp, input); err != nil {
			x.Log.WarnContext(ctx, "refreshing a cached answer failed", "operation", r.plan.Spec.Identifier, "error", err)
		}
	}()
}

func accountTag(r *run) string {
	credential := ""
	if r.credential != nil {
		credential = r.credential.ID
	}
	return r.caller.Workspace + "/" + credential + "/" + r.plan.Connector.Name
}

// touched is the tag of what a write makes untrue: its resource, or everything where it names none.
func touched(r *run) string {
	if r.plan.Spec.Resource == "" {
		return accountTag(r)
	}
	return accountTag(r) + "/" + r.plan.Spec.Resource
}

// slotOf names the place of an answer. The input counts in canonical form.
func slotOf(r *run, input json.RawMessage) Slot {
	sum := sha256.Sum256(operations.Canonical(input))
	account := accountTag(r)
	return Slot{
		Key:     account + "@" + r.plan.revision() + "/" + r.plan.Spec.Name + "/" + hex.EncodeToString(sum[:]),
		Account: account, Resource: account + "/" + r.plan.Spec.Resource,
	}
}

// revision tells apart what a connector has been; an import may be replaced by another of the same version.
func (p plan) revision() string {
	if p.Connector.Import == nil {
		return p.Connector.Version
	}
	return p.Connector.Version + "+" + strconv.FormatInt(p.Connector.Import.Version, 10)
}
