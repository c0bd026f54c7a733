package credentials

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/patchbay/patchbay/operations"
)

// An opened credential is used until it changes. A change through this vault drops it at once; those by other processes are
// looked for.
const (
	lookEvery = time.Second      // how soon a change by another process is seen
	unseenFor = 2 * time.Second  // nothing is used for longer without a look that worked, or having been read
	idleFor   = 10 * time.Minute // what is not used any more is forgotten
	noteEvery = 10 * time.Second // how exact the time of the last use is

	maxOpened = 100_000
)

// opened is a credential that is ready for use.
type opened struct {
	credential *operations.Credential
	read       int64        // when, nanoseconds since 1970
	edition    int64        // changes.edition at that time
	noted      atomic.Int64 // when its use was last noted, nanoseconds since 1970
}

// changes is what is known of changes that other processes make.
type changes struct {
	looked  atomic.Int64 // when somebody last went to look, nanoseconds since 1970
	seen    atomic.Int64 // all changes before that time are known
	edition atomic.Int64 // what was read at a lower one may have changed

	looking sync.Mutex // held by who looks
	version int64      // of the last change that is known
}

// elapsed tells whether so much time lies between two, in either direction: clocks are set back, too.
func elapsed(now, then int64, d time.Duration) bool {
	return now-then >= int64(d) || then-now >= int64(d)
}

// isDue tells one caller in a while to look.
func (c *changes) isDue(now int64) bool {
	last := c.looked.Load()
	return elapsed(now, last, lookEvery) && c.looked.CompareAndSwap(last, now)
}

// holds tells whether an opened credential can be used as it is.
func (c *changes) holds(o *opened, now int64) bool {
	if o.edition == c.edition.Load() && !elapsed(now, c.seen.Load(), unseenFor) {
		return true
	}
	return !elapsed(now, o.read, unseenFor)
}

// newOpened makes the cache of opened credentials.
func (v *Vault) newOpened() *otter.Cache[reference, *opened] {
	return otter.Must(&otter.Options[reference, *opened]{
		MaximumSize:      v.MaxOpened,
		ExpiryCalculator: otter.ExpiryAccessing[reference, *opened](idleFor),
		Clock:            cacheClock{v.Now},
	})
}

// look drops what has changed since the last look. A load that is under way meanwhile begins anew.
func (v *Vault) look(ctx context.Context, now int64) error {
	if !v.changes.looking.TryLock() {
		return nil // somebody is at it
	}
	defer v.changes.looking.Unlock()
	ctx, cancel := context.WithTimeout(ctx, lookEvery)
	defer cancel()
	found, err := v.Store.CredentialsChanged(ctx, v.changes.version)
	if err != nil {
		return err
	}
	if found.All {
		v.changes.edition.Add(1)
	} else {
		for _, changed := range found.Changed {
			v.opened.Invalidate(reference{changed.Workspace, changed.ID})
		}
	}
	v.changes.version = found.Version
	v.changes.seen.Store(now)
	return nil
}

// current finds a credential that is open and can be used as it is.
func (v *Vault) current(ctx context.Context, ref reference) (*operations.Credential, bool) {
	entry, ok := v.opened.GetEntry(ref)
	if ok && v.changes.isDue(entry.SnapshotAtNano) {
		// Where looking does not work, what is open is read again before long.
		_ = v.look(ctx, entry.SnapshotAtNano)
		entry, ok = v.opened.GetEntry(ref)
	}
	if !ok {
		return nil, false
	}
	if !v.changes.holds(entry.Value, entry.SnapshotAtNano) {
		v.drop(ref, entry.Value)
		return nil, false
	}
	if last := entry.Value.noted.Load(); elapsed(entry.SnapshotAtNano, last, noteEvery) &&
		entry.Value.noted.CompareAndSwap(last, entry.SnapshotAtNano) {
		v.Store.CredentialUsed(entry.Key.workspace, entry.Key.id) // ref may hold strings of the caller's
	}
	return entry.Value.credential, true
}

// drop forgets one of the opened, unless it has been read again meanwhile.
func (v *Vault) drop(ref reference, old *opened) {
	v.opened.ComputeIfPresent(ref, func(now *opened) (*opened, otter.ComputeOp) {
		if now == old {
			return nil, otter.InvalidateOp
		}
		return nil, otter.CancelOp
	})
}

// load opens a credential as the store has it.
func (v *Vault) load(ctx context.Context, ref reference) (*opened, error) {
	o := &opened{read: v.Now().UnixNano(), edition: v.changes.edition.Load()}
	_, credential, err := v.read(ctx, ref)
	if err != nil {
		return nil, err
	}
	o.credential = credential
	o.noted.Store(o.read)
	v.Store.CredentialUsed(ref.workspace, ref.id)
	return o, nil
}

// cacheClock lets the cache run on the vault's clock.
type cacheClock struct{ now func() time.Time }

func (c cacheClock) NowNano() int64 { return c.now().UnixNano() }

// Tick gives a real tick: it only cleans up.
func (c cacheClock) Tick(every time.Duration) <-chan time.Time { return time.Tick(every) }
