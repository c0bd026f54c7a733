// Package imports keeps the connectors that workspaces have made of OpenAPI documents, beside those that are built in.
// They are read when a workspace is first asked for, and there, changed or gone without a restart.
package imports

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

const (
	lookEvery = time.Second      // how long a change by another process may go unseen
	waitFor   = 25 * time.Second // for documents to be read, before a caller is told to come back
	readFor   = time.Minute      // for one document
	readers   = 2                // documents being read at the same time: reading takes memory
)

// Options are the parts of Imports. BuiltIn and Store are required.
type Options struct {
	BuiltIn *operations.Catalogue
	Store   *store.Store
	Log     *slog.Logger     // default: nothing is logged
	Now     func() time.Time // default: time.Now
}

// Imports knows the catalogue of each workspace. It is safe for concurrent use.
type Imports struct {
	Options
	workspaces sync.Map // id → *workspace
	turns      chan struct{}
}

var _ operations.Catalogues = (*Imports)(nil)

// workspace is what is known of one workspace.
type workspace struct {
	id      string
	now     atomic.Pointer[edition] // nil: not read yet
	looked  atomic.Int64            // when the store was last asked for changes, nanoseconds since 1970
	renewal sync.Mutex              // held by who reads
}

// edition is a workspace's catalogue at one time.
type edition struct {
	version   int64
	catalogue *operations.Catalogue // built in and imported
	imported  map[string]imported
}

// imported is one connector, or why it cannot be had.
type imported struct {
	version   int64
	catalogue *operations.Catalogue // of this connector alone
	fault     error
}

// New makes Imports. It reads nothing yet.
func New(options Options) (*Imports, error) {
	if options.BuiltIn == nil || options.Store == nil {
		return nil, errors.New("preparing imports: they need the built-in catalogue and a store")
	}
	i := &Imports{Options: options, turns: make(chan struct{}, readers)}
	if i.Log == nil {
		i.Log = slog.New(slog.DiscardHandler)
	}
	if i.Now == nil {
		i.Now = time.Now
	}
	return i, nil
}

// Of gives the catalogue in which a workspace finds a connector; for an empty name, its whole catalogue. A built-in
// connector is there at once; an imported one once its workspace's documents have been read. Errors: unavailable if
// that takes long or the storage cannot be used, not_configured for a stored document that cannot be used any more.
func (i *Imports) Of(ctx context.Context, id, connector string) (*operations.Catalogue, error) {
	if id == "" || connector != "" && i.BuiltIn.Has(connector) {
		return i.BuiltIn, nil
	}
	w := i.workspace(id)
	now := w.now.Load()
	if now == nil || i.isDue(w) {
		var err error
		if now, err = i.look(ctx, w, nil); err != nil {
			return nil, err
		}
	}
	if broken := now.imported[connector].fault; broken != nil {
		return nil, broken
	}
	return now.catalogue, nil
}

func (i *Imports) workspace(id string) *workspace {
	if w, ok := i.workspaces.Load(id); ok {
		return w.(*workspace)
	}
	w, _ := i.workspaces.LoadOrStore(id, &workspace{id: id})
	return w.(*workspace)
}

// isDue tells one caller in a while to look for changes that another process has made.
func (i *Imports) isDue(w *workspace) bool {
	now, last := i.Now().UnixNano(), w.looked.Load()
	return now-last >= int64(lookEvery) && w.looked.CompareAndSwap(last, now)
}

// look brings a workspace up to date. Reading goes on if the caller leaves: the next one finds it done.
func (i *Imports) look(ctx context.Context, w *workspace, ready *imported) (*edition, error) {
	done := make(chan error, 1)
	go func() { done <- i.renew(context.WithoutCancel(ctx), w, ready) }()
	late := time.NewTimer(waitFor)
	defer late.Stop()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-late.C:
		err = operations.Errorf(operations.CodeUnavailable, "the imported connectors are still being read; try again in a moment")
	}
	now := w.now.Load()
	if err != nil && now == nil {
		return nil, err
	}
	if err != nil {
		i.Log.WarnContext(ctx, "looking for changed connectors did not work", "workspace", w.id, "error", err)
	}
	return now, nil
}

// Warm reads the connectors of all workspaces, so that first calls need not wait. It ends with ctx.
func (i *Imports) Warm(ctx context.Context) {
	ids, err := i.Store.ImportingWorkspaces(ctx)
	for _, id := range ids {
		if err == nil {
			_, err = i.Of(ctx, id, "")
		}
	}
	if err != nil && ctx.Err() == nil {
		i.Log.WarnContext(ctx, "reading the imported connectors did not work", "error", err)
	}
}
