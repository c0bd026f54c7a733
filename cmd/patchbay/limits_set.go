package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/patchbay/patchbay/operations"
)

// limitPlace is which limit is set, and for whom.
type limitPlace struct{ operation, credential string }

func (l *limitPlace) bind(cmd *cobra.Command, c console, settings *config) {
	cmd.Flags().StringVar(&l.operation, "operation", "", "the `operation` whose own limit it is, if it is not the connector's")
	cmd.Flags().StringVar(&l.credential, "credential", "", "only for this credential: its `id`")
	completeFlagWith(cmd, "credential", completeCredential(c, settings))
}

func (l limitPlace) path(connector, throttler string) string {
	query := url.Values{}
	if l.operation != "" {
		query.Set("operation", l.operation)
	}
	if l.credential != "" {
		query.Set("credentialId", l.credential)
	}
	path := "/v1/limits/overrides/" + url.PathEscape(connector) + "/" + url.PathEscape(throttler)
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// given is a flag whose value counts only if there is one, from the command line or from its variable.
type given[T any] struct {
	value *T
	kind  string
	parse func(string) (T, error)
}

// String gives the value as it was read.
func (g *given[T]) String() string {
	if g.value == nil {
		return ""
	}
	return fmt.Sprint(*g.value)
}

// Type names the argument.
func (g *given[T]) Type() string { return g.kind }

// Set reads the value.
func (g *given[T]) Set(text string) error {
	value, err := g.parse(text)
	if err == nil {
		g.value = &value
	}
	return err
}

// limitValues are the flags of what a limit is set to.
type limitValues struct {
	limit, burst, concurrent given[int]
	ttl                      given[time.Duration]
	enabled                  given[bool]
}

func (v *limitValues) bind(f *pflag.FlagSet) {
	v.limit, v.burst, v.concurrent = numbers(), numbers(), numbers()
	v.ttl = given[time.Duration]{kind: "duration", parse: time.ParseDuration}
	v.enabled = given[bool]{kind: "bool", parse: strconv.ParseBool}
	f.Var(&v.limit, "limit", "requests in a window; 0: any number, if --concurrent bounds them")
	f.Var(&v.burst, "burst", "requests of them at once; 0: all")
	f.Var(&v.ttl, "ttl", "the window, such as 1m or 1h")
	f.Var(&v.concurrent, "concurrent", "requests under way at once; 0: any number")
	f.Var(&v.enabled, "enabled", "whether the limit is held; --enabled=false switches it off")
	f.Lookup("enabled").NoOptDefVal = "true"
}

func numbers() given[int] { return given[int]{kind: "int", parse: strconv.Atoi} }

func (v *limitValues) override() operations.Override {
	o := operations.Override{Limit: v.limit.value, Burst: v.burst.value, Concurrent: v.concurrent.value, Enabled: v.enabled.value}
	if v.ttl.value != nil {
		o.TTL = new(operations.Seconds(*v.ttl.value))
	}
	return o
}

func newLimitsSet(c console) *cobra.Command {
	var settings config
	var place limitPlace
	var values limitValues
	cmd := &cobra.Command{
		Use:   "set CONNECTOR LIMIT",
		Short: "Set a limit in place of what its connector declares",
		Long: `Set a limit in place of what its connector declares: for all credentials of the workspace, or for one. What is not given
stays as declared. It holds at once, on other hubs of the same data within two seconds, and until it is unset.`,
		Example: `  patchbay limits set outreach outreach-user-hour --limit 2000
  patchbay limits set outreach outreach-user-hour --limit 500 --ttl 1h --burst 50 --credential cred_…
  patchbay limits set slack conversations.history-distributed --enabled`,
		Args: arguments(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			override := values.override()
			if override.IsZero() {
				return usagef("say what to set: --limit, --burst, --ttl, --concurrent or --enabled")
			}
			return settings.withHub(cmd, c, func(hub *client) error {
				document, err := hub.do(cmd.Context(), http.MethodPut, place.path(args[0], args[1]), override)
				if err != nil {
					return err
				}
				if wantJSON(cmd) {
					c.printerTo(c.out).document(document)
					return nil
				}
				c.done(false, args[1], "set")
				return nil
			})
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	place.bind(cmd, c, &settings)
	values.bind(cmd.Flags())
	return cmd
}

func newLimitsUnset(c console) *cobra.Command {
	var settings config
	var place limitPlace
	cmd := &cobra.Command{
		Use:   "unset CONNECTOR LIMIT",
		Short: "Give a limit back what its connector declares",
		Args:  arguments(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return settings.withHub(cmd, c, func(hub *client) error {
				if _, err := hub.do(cmd.Context(), http.MethodDelete, place.path(args[0], args[1]), nil); err != nil {
					return err
				}
				c.done(wantJSON(cmd), args[1], "unset")
				return nil
			})
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	place.bind(cmd, c, &settings)
	return cmd
}
