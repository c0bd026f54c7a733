package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations/execute"
)

func newDemo(c console) *cobra.Command {
	var settings config
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See it work: a hub, sandboxes, and a guided run of real calls",
		Long: `Start a hub with a sandbox of every service, make some twenty calls through its HTTP API, show each with what came back,
and then keep serving, with a key, a call to paste, and pages that show the browser SDK. Nothing need be set up, and
nothing is kept: the data folder is a temporary one unless --data names another.

With PATCHBAY_DEMO_EXIT=1 it ends after the calls: exit code 0 if each went as it should, else 1.`,
		Example: "  patchbay demo\n  PATCHBAY_DEMO_EXIT=1 patchbay demo             # as a smoke test",
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			isOwnAddr := !cmd.Flag("addr").Changed && c.lookup(variable(cmd.Flag("addr"))) == ""
			settings.json = wantJSON(cmd)
			return demo(cmd.Context(), c, settings, isOwnAddr)
		},
	}
	flags := cmd.Flags()
	settings.bindHub(flags)
	flags.Lookup("data").DefValue = "a temporary one"
	flags.Lookup("data").Annotations = map[string][]string{variableOf: {"PATCHBAY_DEMO_DATA"}}
	settings.Data, settings.LogLevel = "", warnings
	flags.Lookup("log-level").DefValue = settings.LogLevel.String()
	settings.Sandbox, settings.serving = true, true
	return cmd
}

func demo(ctx context.Context, c console, settings config, mayMove bool) error {
	p := c.printerTo(c.out)
	listener, err := listen(settings.Addr)
	if err != nil && mayMove {
		c.printerTo(c.err).printf("%s is taken; the demo takes a free port instead.\n", settings.Addr)
		listener, err = listen("127.0.0.1:0")
	}
	if err != nil {
		return err
	}
	settings.throwAway = settings.Data == ""
	h, err := newHub(ctx, c, settings)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	return errors.Join(h.demonstrate(ctx, c, p, listener), h.Close())
}

func (h *hub) demonstrate(ctx context.Context, c console, p printer, listener net.Listener) error {
	key, err := h.demoKey(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	serving, end := context.WithCancel(ctx)
	defer end()
	served := make(chan error, 1)
	go func() { served <- h.serve(serving, listener) }()

	at := &client{base: baseURL(listener), key: key, http: &http.Client{CheckRedirect: noRedirect, Timeout: time.Minute}}
	guide := tour{hub: at, p: p, raw: h.config.json}
	guide.run(ctx)
	if c.lookup("PATCHBAY_DEMO_EXIT") == "1" || ctx.Err() != nil {
		end()
		return errors.Join(<-served, guide.verdict())
	}
	examples, stop, err := serveExamples(at)
	if err != nil {
		end()
		return errors.Join(err, <-served)
	}
	if h.config.json {
		p.encode(map[string]any{"address": at.base, "key": at.key, "credentialId": exampleCredential, "examples": examples})
	} else {
		p.keepsServing(at, examples)
	}
	return errors.Join(<-served, stop())
}

// demoKey gives a key to show: the admin key of a new data folder, or one more for builders.
func (h *hub) demoKey(ctx context.Context) (string, error) {
	if h.newAdminKey != "" {
		return h.newAdminKey, nil
	}
	_, secret, err := h.store.CreateKey(ctx, store.DefaultWorkspace, "demo", execute.RoleBuilder)
	return secret, err
}

// exampleCredential is that of the call to paste.
const exampleCredential = "sandbox-outreach"

func (p printer) keepsServing(hub *client, examples string) {
	p.printf(`
The hub keeps running until you press Ctrl-C.

  address  %s   (its API is described at /openapi.json)
  key      %s
  pages    %s   (drop-downs, a mapper and CustomJS in a browser)

Try it yourself, in another terminal:

  curl -s %s/v1/connectors/outreach/operations/list_prospects/call \
    -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' \
    -d '{"credentialId":"%s","input":{"page_size":2}}'

`, hub.base, hub.key, examples, hub.base, hub.key, exampleCredential)
}
