package main

import (
	"context"
	"net/url"
	"time"

	"github.com/spf13/cobra"
)

const idempotencyPath = "/v1/idempotency/"

func newIdempotency(c console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "idempotency",
		Short: "Show and free idempotency keys",
		Long: `Show and free idempotency keys: what became of the first call with a key, and how to have it made again. Where a call
never ended, find out at the service whether it was done before you free its key.`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newIdempotencyShow(c), newIdempotencyFree(c))
	return cmd
}

func newIdempotencyShow(c console) *cobra.Command {
	var settings config
	cmd := &cobra.Command{
		Use:   "show KEY",
		Short: "Show what is known of an idempotency key",
		Args:  arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return settings.withHub(cmd, c, func(hub *client) error {
				return showIdempotency(cmd.Context(), hub, c.printerTo(c.out), args[0], wantJSON(cmd))
			})
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	return cmd
}

func showIdempotency(ctx context.Context, hub *client, p printer, key string, raw bool) error {
	var found struct {
		Key, State       string
		Claimed, Expires time.Time
	}
	document, err := hub.get(ctx, idempotencyPath+url.PathEscape(key), &found)
	if err != nil {
		return err
	}
	if raw {
		p.document(document)
		return nil
	}
	means := map[string]string{
		"in_flight": "the call is under way",
		"done":      "the call has its answer, which the same call gets again",
		"unknown":   "the call never ended: it may have been done",
	}
	p.printf("%s  %s\n", p.style(bold, printable(found.Key)), means[found.State])
	p.fact("state", found.State)
	p.fact("since", day(&found.Claimed))
	p.fact("until", day(&found.Expires))
	return nil
}

func newIdempotencyFree(c console) *cobra.Command {
	var settings config
	cmd := &cobra.Command{
		Use:   "free KEY",
		Short: "Free an idempotency key, so that the next call with it is made",
		Args:  arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.remove(cmd, settings, idempotencyPath, args[0], "freed")
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	return cmd
}
