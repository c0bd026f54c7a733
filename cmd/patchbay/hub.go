package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/patchbay/patchbay/connectors"
	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/internal/credentials"
	"github.com/patchbay/patchbay/internal/embedtoken"
	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/internal/imports"
	"github.com/patchbay/patchbay/internal/mappings"
	"github.com/patchbay/patchbay/internal/overrides"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
	"github.com/patchbay/patchbay/server"
)

// hub is all parts of a hub, put together.
type hub struct {
	config    config
	log       *slog.Logger
	accessLog *server.AccessLog
	origin    map[string]string // connector → the origin in place of the vendor's

	store   *store.Store
	imports *imports.Imports
	limits  *overrides.Overrides
	vault   *credentials.Vault
	tokens  *embedtoken.Tokens
	shared  shared
	ground  *playground // nil: no sandboxes
	server  *server.Server

	transport *gateway.Transport

	ownKey       string // lets this process in; it is in no store
	newMasterKey string // where the master key is, if it was made just now
	newAdminKey  string // if it was made just now

	closers []func() error
}

// newHub puts a hub together. What it has opened is closed again if there is an error.
func newHub(ctx context.Context, c console, settings config) (*hub, error) {
	log := &batchWriter{to: c.err}
	h := &hub{config: settings, log: settings.batchLogger(log), accessLog: server.NewAccessLog(log, settings.json), ownKey: newOwnKey(), closers: []func() error{log.Close}}
	if err := h.open(ctx, c); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

func (h *hub) open(ctx context.Context, c console) error {
	if err := h.config.checkHub(c); err != nil {
		return err
	}
	if !hasHub(h.config.Data) && h.config.namesOrigins(c) { // nothing can have been imported: what is wrong is said at once
		described, err := operations.NewCatalogue(connectors.All(platform.Options{}))
		if err != nil {
			return fmt.Errorf("reading the catalogue: %w", err)
		}
		if _, err := h.config.origins(c, described, nil); err != nil {
			return err
		}
	}
	if err := h.openStore(ctx); err != nil {
		return err
	}
	h.openTransport()
	builtIn, err := operations.NewCatalogue(connectors.All(platform.Options{Database: h.store, Fetch: h.transport.HTTPClient(false)}))
	if err != nil {
		return fmt.Errorf("reading the catalogue: %w", err)
	}
	if err := h.prepare(ctx, c, builtIn); err != nil {
		return err
	}
	if err := h.openVault(ctx, c); err != nil {
		return err
	}
	if h.server, err = h.newServer(); err != nil {
		return fmt.Errorf("preparing the API: %w", err)
	}
	if h.ground != nil {
		if err := h.seed(ctx); err != nil {
			return err
		}
	}
	if h.config.serving {
		h.warm(ctx)
		return h.admit(ctx, c)
	}
	return nil
}

// warm reads imported connectors while the hub already serves, and follows what other hubs of the same data set limits to.
func (h *hub) warm(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	var reading sync.WaitGroup
	reading.Go(func() { h.imports.Warm(ctx) })
	reading.Go(func() { h.limits.Follow(ctx) })
	h.closers = append(h.closers, func() error {
		cancel()
		reading.Wait()
		return nil
	})
}

// prepare finds out what there is to call and where it is, and starts the sandboxes, if they are wanted.
func (h *hub) prepare(ctx context.Context, c console, builtIn *operations.Catalogue) (err error) {
	if h.imports, err = imports.New(imports.Options{BuiltIn: builtIn, Store: h.store, Log: h.log}); err != nil {
		return err
	}
	if h.limits, err = overrides.New(ctx, overrides.Options{Store: h.store, Catalogue: h.imports, Log: h.log}); err != nil {
		return err
	}
	imported, err := h.store.ImportedNames(ctx)
	if err != nil {
		return err
	}
	if h.origin, err = h.config.origins(c, builtIn, imported); err != nil || !h.config.Sandbox {
		return err
	}
	if h.ground, err = openPlayground("127.0.0.1:0"); err != nil {
		return err
	}
	h.closers = append(h.closers, h.ground.Close)
	for name, origin := range h.ground.origins {
		if _, twice := h.origin[name]; twice {
			return usagef("--sandbox and a base URL for %s are both given; give one", name)
		}
		h.origin[name] = origin
	}
	return nil
}

func (h *hub) openStore(ctx context.Context) error {
	if err := h.findData(); err != nil {
		return err
	}
	options := []store.Option{store.WithLog(h.log)}
	if h.config.IdempotencyRetention > 0 {
		options = append(options, store.WithIdempotencyRetention(h.config.IdempotencyRetention))
	}
	var err error
	if h.store, err = store.Open(ctx, h.config.Data, options...); err != nil {
		return err
	}
	h.closers = append(h.closers, h.store.Close)
	return nil
}

// openTransport makes the way out of the hub.
func (h *hub) openTransport() {
	h.transport = gateway.NewTransport(gateway.TransportOptions{AllowNetworks: h.config.Networks})
	h.closers = append(h.closers, func() error { h.transport.Close(); return nil })
}

func (h *hub) openVault(ctx context.Context, c console) error {
	masterKey, err := h.masterKey(c)
	if err != nil {
		return err
	}
	if err := h.openShared(ctx, c, masterKey); err != nil {
		return err
	}
	if err := h.openTokens(masterKey); err != nil {
		return err
	}
	h.vault, err = credentials.New(ctx, credentials.Options{
		Store: h.store, MasterKey: masterKey, Catalogue: h.imports, HTTP: h.transport.HTTPClient, Origins: h.origin,
	})
	return err
}

// openTokens prepares the tokens of browser pages.
func (h *hub) openTokens(masterKey credentials.MasterKey) error {
	keys, err := masterKey.TokenKeys(embedtoken.Purpose)
	if err != nil {
		return err
	}
	if h.tokens, err = embedtoken.New(embedtoken.Options{Keys: keys, Store: h.store}); err != nil {
		return err
	}
	h.closers = append(h.closers, func() error { h.tokens.Close(); return nil })
	return nil
}

// findData makes a temporary data folder where none is named, and refuses one that is not there, unless the command
// may begin one: a misspelt --data would look like an empty hub.
func (h *hub) findData() error {
	if h.config.Data == "" {
		dir, err := os.MkdirTemp("", "patchbay-")
		if err != nil {
			return fmt.Errorf("making a temporary data folder: %w", err)
		}
		h.config.Data = dir
		h.closers = append(h.closers, func() error { return os.RemoveAll(dir) })
		return nil
	}
	if h.config.mayBegin || h.config.serving {
		return nil
	}
	if _, err := os.Stat(filepath.Join(h.config.Data, store.FileName)); errors.Is(err, os.ErrNotExist) {
		return usagef("--data: there is no hub in the folder %s; \"patchbay serve\" or \"patchbay credential add\" begins one", h.config.Data)
	}
	return nil
}

func (h *hub) masterKey(c console) (credentials.MasterKey, error) {
	if h.config.throwAway {
		key, _, _, err := credentials.LoadMasterKey(credentials.MasterKeyOptions{DataDir: h.config.Data})
		return key, err
	}
	env := c.lookup("PATCHBAY_MASTER_KEY")
	if env != "" && h.config.MasterKeyFile != "" {
		return credentials.MasterKey{}, usagef("PATCHBAY_MASTER_KEY and --master-key-file are both given; give one")
	}
	key, source, generated, err := credentials.LoadMasterKey(credentials.MasterKeyOptions{
		Env: env, File: h.config.MasterKeyFile, DataDir: h.config.Data,
	})
	if generated {
		h.newMasterKey = source
	}
	return key, err
}

func (h *hub) newServer() (*server.Server, error) {
	recorder := h.store.NewRecorder(store.RecorderOptions{MaxAge: h.recordAge()})
	h.closers = append(h.closers, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		return recorder.Close(ctx)
	})
	upstream := gateway.New(gateway.Options{
		Transport: h.transport, Refresher: h.vault, Limiter: h.shared.limiter, Overrides: h.limits, UserAgent: "patchbay/" + version,
	})
	executor := execute.New(execute.Options{
		Catalogue: h.imports, Credentials: h.vault, Recorder: recorder, Log: h.log, Origins: h.origin,
		Upstream: upstream, Cache: h.shared.cache, CheckOutput: checkOutputEvery, RecordBodies: h.config.RecordBodies,
	})
	return server.New(server.Options{
		Catalogue: h.imports, Imports: h.imports, Runner: executor, Keys: ownKeys{h.store, h.ownKey}, Credentials: h.vault,
		Calls: h.store, Idempotency: h.store, Limits: upstream, Overrides: h.limits, Cache: executor,
		Mappings: mappings.New(mappings.Options{Store: h.store, Catalogue: h.imports}),
		Lists:    executor, EmbedTokens: h.tokens, Passes: h.tokens, Recorder: recorder,
		Ready: h.store.Check, Parts: h.parts(), Log: h.log, AccessLog: h.accessLog, Version: version,
		Collectors: slices.Concat(upstream.Collectors(), h.shared.collectors, []prometheus.Collector{droppedRecords(recorder)}),
	})
}

func droppedRecords(recorder *store.Recorder) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "patchbay_call_records_dropped_total", Help: "Call records that could not be kept.",
	}, func() float64 { return float64(recorder.Dropped()) })
}

// checkOutputEvery is how often the outputs of an operation are checked: drift is found soon, and calls do not pay for it.
const checkOutputEvery = 5 * time.Second

// recordAge is --retention in the store's words, where less than zero means for ever.
func (h *hub) recordAge() time.Duration {
	if h.config.Retention == 0 {
		return -1
	}
	return h.config.Retention
}

// seed fills the helpdesk with what its samples refer to, and stores the credential of each sandbox. One from an earlier run may hold tokens that this run's sandbox has
// never given out, so it is made anew.
func (h *hub) seed(ctx context.Context) error {
	if err := platform.Seed(ctx, h.store, store.DefaultWorkspace); err != nil {
		return err
	}
	for _, s := range sandboxes() {
		err := h.vault.Delete(ctx, store.DefaultWorkspace, s.credentialID())
		if err != nil && operations.AsError(err).Code != operations.CodeNotFound {
			return fmt.Errorf("renewing the credential of the sandbox of %s: %w", s.connector, err)
		}
		_, err = h.vault.Create(ctx, store.DefaultWorkspace, credentials.Draft{
			ID: s.credentialID(), Connector: s.connector, Name: "Sandbox", Scheme: s.scheme, Fields: s.fields, Secrets: maps.Clone(s.secrets),
		})
		if err != nil {
			return fmt.Errorf("seeding the credential of the sandbox of %s: %w", s.connector, err)
		}
	}
	return nil
}

// Close ends what the hub has opened, the last first.
func (h *hub) Close() error {
	var errs []error
	for _, end := range slices.Backward(h.closers) {
		errs = append(errs, end())
	}
	h.closers = nil
	return errors.Join(errs...)
}
