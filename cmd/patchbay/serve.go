package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"
)

// drainFor is how long calls under way may take when the hub stops.
const drainFor = 10 * time.Second

func newServe(c console) *cobra.Command {
	var settings config
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the hub",
		Long: `Run the hub: its HTTP API on --addr, all of its state in --data.

On the first start it makes a master key, which encrypts the credentials, and an admin key, which is shown once.
SIGINT or SIGTERM stops it: calls under way have ten seconds to finish; a second signal ends it at once.

With --json the log is JSON, and one document on stdout says where the hub and its sandboxes are.`,
		Example: `  patchbay serve
  patchbay serve --sandbox                       # every service is a look-alike on this machine
  PATCHBAY_ADMIN_KEY=pb_… patchbay serve --addr :8080 --data /var/lib/patchbay`,
		Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			hurryStart()
			listener, err := listen(settings.Addr)
			if err != nil {
				return err
			}
			settings.json = wantJSON(cmd)
			hub, err := newHub(cmd.Context(), c, settings)
			if err != nil {
				return errors.Join(err, listener.Close())
			}
			hub.announce(c, listener)
			if settings.json {
				c.printerTo(c.out).encode(hub.whereabouts(listener))
			}
			go tuneMemory() // whoever asks first need not wait for it
			return errors.Join(hub.serve(cmd.Context(), listener), hub.Close())
		},
	}
	settings.bindHub(cmd.Flags())
	cmd.Flags().BoolVar(&settings.Sandbox, "sandbox", false, "start a sandbox of every service and point the connectors at it")
	settings.serving = true
	return cmd
}

func listen(addr string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, usagef("--addr: %q is not host:port", addr)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w; choose another address with --addr", addr, cause(err))
	}
	return listener, nil
}

// cause leaves out what a network error repeats.
func cause(err error) error {
	var network *net.OpError
	if errors.As(err, &network) {
		return network.Err
	}
	return err
}

// announce says where the hub is, and the admin key if it has just been made.
func (h *hub) announce(c console, listener net.Listener) {
	p := c.printerTo(c.err)
	if h.newMasterKey != "" {
		p.masterKeyMade(h.newMasterKey)
	}
	if h.newAdminKey != "" {
		p.printf("%s %s\n", p.style(yellow, "Admin key, shown this once:"), h.newAdminKey)
		p.printf("  Send it as \"Authorization: Bearer <key>\", or set PATCHBAY_KEY for the commands with --server.\n")
	}
	if h.ground != nil {
		for _, s := range sandboxes() {
			p.printf("Sandbox of %s: %s, credential %s\n", s.connector, h.ground.origins[s.connector], s.credentialID())
		}
	}
	p.printf("patchbay %s serves on %s (data in %s)\n", version, baseURL(listener), h.config.Data)
}

// whereabouts is what announce says, without the key, for programs.
func (h *hub) whereabouts(listener net.Listener) any {
	type look struct {
		Connector  string `json:"connector"`
		BaseURL    string `json:"baseUrl"`
		Credential string `json:"credentialId"`
	}
	sandboxed := []look{}
	if h.ground != nil {
		for _, s := range sandboxes() {
			sandboxed = append(sandboxed, look{s.connector, h.ground.origins[s.connector], s.credentialID()})
		}
	}
	return map[string]any{"version": version, "address": baseURL(listener), "data": h.config.Data, "sandboxes": sandboxed}
}

func (p printer) masterKeyMade(where string) {
	p.printf("%s A master key was made: %s\n", p.style(yellow, "Back it up:"), where)
	p.printf("  Without it nobody can read the credentials of this hub again. Keep a copy apart from the data.\n")
}

// baseURL is how a client on this machine reaches a listener.
func baseURL(listener net.Listener) string {
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return "http://" + listener.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// serve answers until ctx ends, then lets the calls under way finish.
func (h *hub) serve(ctx context.Context, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- h.server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	h.log.Info("stopping: waiting for the calls under way", "atMost", drainFor)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainFor)
	defer cancel()
	err := h.server.Shutdown(drain)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stopping: calls were still under way after %s and have been cut off", drainFor)
	}
	return errors.Join(err, <-failed)
}
