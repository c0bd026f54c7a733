// Package server is the hub's HTTP API: the native one below /v1, one below /core/v1 that is compatible with the
// connectors API that embedded scripts already speak, and what operators need. It knows what calls are, not how
// they are run.
package server

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
	sdk "github.com/patchbay/patchbay/server/embed"
)

// Options are the parts and settings of a Server. All parts are required but Imports, Mappings, Limits, Overrides,
// Cache, Lists, EmbedTokens, Passes, Recorder, Log, AccessLog, Collectors and Parts.
type Options struct {
	Catalogue   operations.Catalogues // a Catalogue, if all workspaces have the same
	Imports     Imports               // nil: nothing can be imported
	Runner      Runner
	Keys        Keys
	Credentials Credentials
	Calls       Calls
	Idempotency Idempotency
	Mappings    Mappings                    // nil: there are no mappings
	Limits      Limits                      // nil: no limits are shown
	Overrides   Overrides                   // nil: no limits can be set
	Cache       Forgetter                   // nil: nothing can be forgotten
	Lists       Lists                       // what drop-downs are asked beside being read; nil: nothing
	EmbedTokens EmbedTokens                 // nil: no tokens for browser pages can be made
	Passes      Passes                      // nil: browser pages are not let in
	Recorder    execute.Recorder            // of what pages are refused; nil: that is not recorded
	Ready       func(context.Context) error // nil means that the storage can be used
	Log         *slog.Logger                // default: nothing is logged
	AccessLog   *AccessLog                  // has the lines of requests, if Log wants them; nil: they are among the others of Log
	Collectors  []prometheus.Collector      // more to show at /metrics
	Parts       []Part                      // whose condition /readyz shows
	Version     string                      // of the hub, for its description of itself

	ReadTimeout  time.Duration // of a whole request; default 30 s
	WriteTimeout time.Duration // of an answer, once it is made; default 60 s
	IdleTimeout  time.Duration // between requests of a connection; default 120 s
}

// Server answers HTTP requests. It is safe for concurrent use.
type Server struct {
	Options
	app       *fiber.App
	log       *slog.Logger
	metrics   metrics
	headers   *fasthttp.ResponseHeader // of every answer
	table     []route
	directory directory
	bodies    map[string]func() (*operations.Validator, error) // by the name of their schema
	openapi   []byte
	assets    map[string]sdk.Asset // the browser SDK's files

	compatibleLists map[string]func() []byte

	ctx         context.Context // of all calls; ends when the server has to stop
	cancel      context.CancelFunc
	connections connections
	batches     chan struct{} // has one for each that is under way
}

// New makes a server. An error means that the build is wrong, or that a collector is.
func New(options Options) (*Server, error) {
	s := &Server{Options: options, log: options.Log, headers: headers(), batches: make(chan struct{}, maxBatches)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.table = s.routes()
	builtIn, err := options.Catalogue.Of(context.Background(), "", "")
	if err != nil {
		return nil, fmt.Errorf("reading the built-in connectors: %w", err)
	}
	s.directory = newDirectory(builtIn)
	s.compatibleLists = compatibleLists(builtIn)
	if s.assets, err = sdk.Assets(); err != nil {
		return nil, err
	}
	if s.metrics, err = newMetrics(options.Collectors); err != nil {
		return nil, err
	}
	if s.openapi, err = describe(s.table, options.Version); err != nil {
		return nil, fmt.Errorf("describing the API: %w", err)
	}
	s.bodies = bodies(s.table)
	s.connections.patience = patience{
		read: cmp.Or(s.ReadTimeout, 30*time.Second), write: cmp.Or(s.WriteTimeout, 60*time.Second), idle: cmp.Or(s.IdleTimeout, 120*time.Second),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.app = s.newApp()
	return s, nil
}

func (s *Server) newApp() *fiber.App {
	app := fiber.New(fiber.Config{
		AppName: "patchbay", DisableStartupMessage: true,
		CaseSensitive:                true,
		BodyLimit:                    maxBody,
		StreamRequestBody:            true, // see readBody
		DisablePreParseMultipartForm: true,
		ReadBufferSize:               maxHeader,
		ErrorHandler:                 func(c *fiber.Ctx, err error) error { return s.begin(c, nil).fail(err) },
	})
	app.Server().CloseOnShutdown = true
	app.Server().Handler = s.knownMethods(app.Server().Handler)
	s.register(app)
	return app
}

// Listen serves on a TCP address such as ":8080" until Shutdown.
func (s *Server) Listen(addr string) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", addr, err)
	}
	return s.Serve(listener)
}

// Serve serves on a listener until Shutdown, and closes it.
func (s *Server) Serve(listener net.Listener) error {
	if err := s.app.Listener(s.connections.track(listener)); err != nil {
		return fmt.Errorf("serving on %s: %w", listener.Addr(), err)
	}
	return nil
}

// Shutdown stops taking connections and waits for the calls under way. When ctx ends first, it cancels them and
// gives its error.
func (s *Server) Shutdown(ctx context.Context) error {
	defer s.cancel()
	s.connections.stop()
	if err := s.app.ShutdownWithContext(ctx); err != nil {
		return fmt.Errorf("shutting the server down: %w", err)
	}
	return nil
}

// Test answers one request without a network.
func (s *Server) Test(request *http.Request) (*http.Response, error) {
	const noTimeout = -1
	response, err := s.app.Test(request, noTimeout)
	if err != nil {
		return nil, fmt.Errorf("answering %s %s: %w", request.Method, request.URL.Path, err)
	}
	return response, nil
}
