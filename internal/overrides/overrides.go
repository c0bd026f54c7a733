// Package overrides keeps what admins have set in place of the limits that connectors declare. It is held in memory,
// so that no call waits for the storage, and changes made by other processes come in within two seconds.
package overrides

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// lookEvery is how often the storage is asked for changes by other processes.
const lookEvery = time.Second

// Store is where overrides are kept: *store.Store.
type Store interface {
	LimitsChanged(ctx context.Context, since int64) (map[string]int64, error)
	ListLimitOverrides(ctx context.Context, workspace string) ([]store.LimitOverride, error)
	PutLimitOverride(ctx context.Context, workspace string, o store.LimitOverride) (store.LimitOverride, error)
	DeleteLimitOverride(ctx context.Context, workspace string, place store.LimitPlace) error
}

// Options are the parts of Overrides. Store and Catalogue are required.
type Options struct {
	Store     Store
	Catalogue operations.Catalogues
	Log       *slog.Logger // default: nothing is logged
}

// Overrides knows what is set in each workspace. It is safe for concurrent use.
type Overrides struct {
	Options
	now atomic.Pointer[edition]

	renewal sync.Mutex  // held by who reads
	failing atomic.Bool // the last look did not work
}

var _ gateway.Overrides = (*Overrides)(nil)

// edition is all that is set, at one time. It never changes.
type edition struct {
	version    int64
	workspaces map[string]map[string]connector // workspace → connector
}

// connector is what is set for one connector.
type connector struct {
	all         *gateway.OverrideSet            // of a credential with nothing of its own
	credentials map[string]*gateway.OverrideSet // with what is set for all
}

// New reads what is set.
func New(ctx context.Context, options Options) (*Overrides, error) {
	if options.Store == nil || options.Catalogue == nil {
		return nil, errors.New("preparing overrides: they need a store and a catalogue")
	}
	o := &Overrides{Options: options}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.now.Store(&edition{})
	if err := o.look(ctx); err != nil {
		return nil, fmt.Errorf("reading what limits are set to: %w", err)
	}
	return o, nil
}

// Of is gateway.Overrides'.
func (o *Overrides) Of(workspace, name, credential string) *gateway.OverrideSet {
	set, known := o.now.Load().workspaces[workspace][name]
	if !known {
		return nil
	}
	if own := set.credentials[credential]; own != nil {
		return own
	}
	return set.all
}

// Follow looks for changes by other processes until ctx ends.
func (o *Overrides) Follow(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			o.report(ctx, o.look(ctx))
		}
	}
}

// report logs that looking does not work any more, or does again. What was known last holds meanwhile.
func (o *Overrides) report(ctx context.Context, err error) {
	switch failed := err != nil && ctx.Err() == nil; {
	case failed && o.failing.CompareAndSwap(false, true):
		o.Log.WarnContext(ctx, "looking for changed limits does not work", "error", err)
	case err == nil && o.failing.CompareAndSwap(true, false):
		o.Log.InfoContext(ctx, "looking for changed limits works again")
	}
}

// look takes over what has changed since the last look.
func (o *Overrides) look(ctx context.Context) error {
	o.renewal.Lock()
	defer o.renewal.Unlock()
	last := o.now.Load()
	changed, err := o.Store.LimitsChanged(ctx, last.version)
	if err != nil || len(changed) == 0 {
		return err
	}
	next := &edition{version: last.version, workspaces: maps.Clone(last.workspaces)}
	if next.workspaces == nil {
		next.workspaces = map[string]map[string]connector{}
	}
	for workspace, version := range changed {
		list, err := o.Store.ListLimitOverrides(ctx, workspace)
		if err != nil {
			return err
		}
		delete(next.workspaces, workspace)
		if len(list) > 0 {
			next.workspaces[workspace] = arrange(list)
		}
		next.version = max(next.version, version)
	}
	o.now.Store(next)
	return nil
}

// arrange makes the sets of a workspace's connectors.
func arrange(list []store.LimitOverride) map[string]connector {
	type overrides = map[gateway.Throttled]operations.Override
	all, own := map[string]overrides{}, map[string]map[string]overrides{} // by connector, and by its credentials
	for _, set := range list {
		if own[set.Connector] == nil {
			all[set.Connector], own[set.Connector] = overrides{}, map[string]overrides{}
		}
		into := all[set.Connector]
		if set.Credential != "" {
			if into = own[set.Connector][set.Credential]; into == nil {
				into = overrides{}
				own[set.Connector][set.Credential] = into
			}
		}
		into[gateway.Throttled{Operation: set.Operation, Throttler: set.Throttler}] = set.Override
	}
	connectors := map[string]connector{}
	for name, credentials := range own {
		made := connector{credentials: map[string]*gateway.OverrideSet{}}
		if len(all[name]) > 0 {
			made.all = gateway.NewOverrideSet(all[name])
		}
		for credential, set := range credentials {
			for place, below := range all[name] {
				set[place] = set[place].Over(below)
			}
			made.credentials[credential] = gateway.NewOverrideSet(set)
		}
		connectors[name] = made
	}
	return connectors
}
