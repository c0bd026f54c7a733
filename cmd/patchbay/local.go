package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/valyala/fasthttp/fasthttputil"

	"github.com/patchbay/patchbay/connectors"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/server"
)

// withHub lets a command use a hub: the one at --server, or one of its own on the data folder. Both are spoken to by
// the same API, so that a command works the same way on either.
func (c config) withHub(ctx context.Context, w console, use func(*client) error) error {
	if c.Server != "" {
		return c.withServer(w, use)
	}
	if c.Sandbox {
		c.Data, c.throwAway = "", true
	}
	h, err := newHub(ctx, w, c)
	if err != nil {
		return err
	}
	if h.newMasterKey != "" {
		w.printerTo(w.err).masterKeyMade(h.newMasterKey)
	}
	return errors.Join(within(h.server, h.ownKey, use), h.Close())
}

// withCatalogue lets a command read the catalogue, for which it needs no data folder.
func (c config) withCatalogue(_ context.Context, w console, use func(*client) error) error {
	if c.Server != "" {
		return c.withServer(w, use)
	}
	catalogue, err := operations.NewCatalogue(connectors.All())
	if err != nil {
		return fmt.Errorf("reading the catalogue: %w", err)
	}
	key := newOwnKey()
	reader, err := server.New(server.Options{Catalogue: catalogue, Keys: ownKeys{own: key}, Version: version})
	if err != nil {
		return fmt.Errorf("preparing the API: %w", err)
	}
	return within(reader, key, use)
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
