package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/valyala/fasthttp/fasthttputil"

	"github.com/patchbay/patchbay/connectors"
	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/internal/imports"
	"github.com/patchbay/patchbay/internal/mappings"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/server"
)

// withHub lets a command use a hub: the one at --server, or one of its own on the data folder. Both are spoken to by
// the same API, so that a command works the same way on either.
func (c config) withHub(cmd *cobra.Command, w console, use func(*client) error) error {
	if err := c.settlePlace(cmd.Flags()); err != nil {
		return err
	}
	if c.Server != "" {
		return c.withServer(w, use)
	}
	if c.Sandbox {
		c.Data, c.throwAway = "", true
	}
	h, err := newHub(cmd.Context(), w, c)
	if err != nil {
		return err
	}
	if h.newMasterKey != "" {
		w.printerTo(w.err).masterKeyMade(h.newMasterKey)
	}
	return errors.Join(within(h.server, h.ownKey, use), h.Close())
}

// withCatalogue lets a command read the catalogue, for which it needs no master key, and no data folder but for what
// was imported there.
func (c config) withCatalogue(cmd *cobra.Command, w console, use func(*client) error) error {
	if err := c.settlePlace(cmd.Flags()); err != nil {
		return err
	}
	if c.Server != "" {
		return c.withServer(w, use)
	}
	catalogue, err := operations.NewCatalogue(connectors.All(platform.Options{}))
	if err != nil {
		return fmt.Errorf("reading the catalogue: %w", err)
	}
	if !hasHub(c.Data) {
		return readCatalogue(catalogue, use)
	}
	opened, err := store.Open(cmd.Context(), c.Data, store.WithLog(c.logger(w.err)))
	if err != nil {
		return err
	}
	all, err := imports.New(imports.Options{BuiltIn: catalogue, Store: opened, Log: c.logger(w.err)})
	if err == nil {
		err = readCatalogue(all, use)
	}
	return errors.Join(err, opened.Close())
}

func readCatalogue(catalogue operations.Catalogues, use func(*client) error) error {
	key := newOwnKey()
	reader, err := server.New(server.Options{
		Catalogue: catalogue, Keys: ownKeys{own: key}, Version: version, Mappings: mappings.New(mappings.Options{Catalogue: catalogue}),
	})
	if err != nil {
		return fmt.Errorf("preparing the API: %w", err)
	}
	return within(reader, key, use)
}

// settlePlace decides between a running hub, a sandbox and the data folder. A flag wins over a variable, and a flag
// that could have no effect is refused.
func (c *config) settlePlace(flags *pflag.FlagSet) error {
	isServer, isSandbox := flags.Changed("server"), flags.Changed("sandbox")
	switch both := c.Server != "" && c.Sandbox; {
	case both && isServer == isSandbox:
		return usagef("--sandbox and --server are both given; give one")
	case both && isServer:
		c.Sandbox = false
	case both:
		c.Server = ""
	}
	where, idle := "without --server", []string{"key-file"}
	switch {
	case c.Server != "":
		where, idle = "with --server", []string{"data", "master-key-file", "base-url", "allow-networks", "log-level"}
	case c.Sandbox:
		where, idle = "with --sandbox", []string{"data", "master-key-file", "key-file"}
	}
	for _, name := range idle {
		if flags.Changed(name) {
			return usagef("--%s has no effect %s; leave it out", name, where)
		}
	}
	return nil
}

func (c config) withServer(w console, use func(*client) error) error {
	remote, err := c.newClient(w)
	if err != nil {
		return err
	}
	return use(remote)
}

// within runs use against a server that nobody else can reach: it listens in memory only. When use is done nothing is
// under way, so the server is left rather than shut down, which takes its time.
func within(s *server.Server, key string, use func(*client) error) error {
	listener := fasthttputil.NewInmemoryListener()
	served := make(chan error, 1)
	go func() { served <- s.Serve(listener) }()
	transport := &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) { return listener.Dial() },
	}
	err := use(&client{base: "http://in-process", key: key, http: &http.Client{Transport: transport}})
	transport.CloseIdleConnections()
	err = errors.Join(err, listener.Close())
	<-served
	return err
}
