package imports

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/openapi"
)

// renew makes the workspace's next edition if the store has changed. What has not changed is taken over, and ready,
// if it is not nil, is what was just stored.
func (i *Imports) renew(ctx context.Context, w *workspace, ready *imported) error {
	w.renewal.Lock()
	defer w.renewal.Unlock()
	last := w.now.Load()
	version, err := i.Store.ConnectorsVersion(ctx, w.id)
	if err != nil {
		return err
	}
	if last != nil && last.version == version {
		return nil
	}
	version, names, err := i.Store.ConnectorVersions(ctx, w.id)
	if err != nil {
		return err
	}
	next := &edition{version: version, imported: map[string]imported{}}
	parts := []*operations.Catalogue{i.BuiltIn}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		one, err := i.take(ctx, w, name, names[name], ready)
		if err != nil {
			return err
		}
		if one.version == 0 {
			continue
		}
		next.imported[name] = one
		if one.fault == nil {
			parts = append(parts, one.catalogue)
		}
	}
	if next.catalogue, err = operations.Join(parts...); err != nil {
		return fmt.Errorf("joining the catalogues: %w", err)
	}
	w.looked.Store(i.Now().UnixNano())
	w.now.Store(next)
	return nil
}

// take gives one connector in the version wanted; the zero one if it is not to be had any more. An error is the
// storage's, and may pass.
func (i *Imports) take(ctx context.Context, w *workspace, name string, version int64, ready *imported) (imported, error) {
	if i.BuiltIn.Has(name) {
		i.Log.WarnContext(ctx, "an imported connector is hidden by a built-in one of the same name", "workspace", w.id, "connector", name)
		return imported{}, nil
	}
	if last := w.now.Load(); last != nil && last.imported[name].version == version {
		return last.imported[name], nil
	}
	if ready != nil && ready.version == version {
		return *ready, nil
	}
	row, err := i.Store.Connector(ctx, w.id, name)
	if err != nil && operations.AsError(err).Code == operations.CodeNotFound {
		return imported{}, nil // removed meanwhile
	}
	if err != nil {
		return imported{}, err
	}
	connector, _, err := i.read(ctx, row)
	if err == nil {
		one, err := finish(connector, row)
		return one, err
	}
	var own *operations.Error
	if !errors.As(err, &own) && !errors.Is(err, context.DeadlineExceeded) {
		return imported{}, err
	}
	i.Log.ErrorContext(ctx, "a stored connector cannot be used", "workspace", w.id, "connector", name, "error", err)
	return imported{version: row.Version, fault: operations.Errorf(operations.CodeNotConfigured,
		"the imported connector %s cannot be used: %w; import it again", name, err)}, nil
}

// read makes a connector of its document, when it is its turn.
func (i *Imports) read(ctx context.Context, row store.ConnectorRow) (operations.Connector, *openapi.Report, error) {
	leave, err := i.enter(ctx)
	if err != nil {
		return operations.Connector{}, nil, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, readFor)
	defer cancel()
	return openapi.Load(ctx, openapi.Source{Document: row.Document, Overlay: row.Overlay}, openapi.Options{
		Name: row.Name, Title: row.Title, Docs: row.Docs, Server: row.BaseURL,
	})
}

func (i *Imports) enter(ctx context.Context) (leave func(), err error) {
	late := time.NewTimer(readFor)
	defer late.Stop()
	select {
	case i.turns <- struct{}{}:
		return func() { <-i.turns }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting to read a document: %w", ctx.Err())
	case <-late.C:
		return nil, operations.Errorf(operations.CodeUnavailable, "other documents are being read; try again in a moment")
	}
}

// finish makes a connector the workspace's own.
func finish(connector operations.Connector, row store.ConnectorRow) (imported, error) {
	connector.Import = &operations.Import{Workspace: row.Workspace, Version: row.Version}
	catalogue, err := operations.NewCatalogue([]operations.Connector{connector})
	if err != nil {
		return imported{}, fmt.Errorf("indexing the operations: %w", err)
	}
	return imported{version: row.Version, catalogue: catalogue}, nil
}
