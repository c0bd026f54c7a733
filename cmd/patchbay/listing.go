package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
)

// listing is a list of the hub's as a person sees it: a table, a row for each item.
type listing[T any] struct {
	path   string // in the API
	member string // of the answer that holds the items
	header []string
	row    func(T) []string
}

// show prints the list: as a table, or as the document that the hub gave.
func (l listing[T]) show(ctx context.Context, hub *client, p printer, raw bool) error {
	var members map[string]json.RawMessage
	document, err := hub.get(ctx, l.path, &members)
	if err != nil {
		return err
	}
	if raw {
		p.document(document)
		return nil
	}
	var items []T
	if err := json.Unmarshal(members[l.member], &items); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", hub.base, err)
	}
	rows := make([][]string, len(items))
	for i, item := range items {
		rows[i] = l.row(item)
	}
	p.table("", l.header, rows)
	return nil
}

// command is the verb that shows the list of a data folder or of a running hub.
func (l listing[T]) command(c console, short string) *cobra.Command {
	var settings config
	cmd := &cobra.Command{
		Use:   "list",
		Short: short,
		Args:  arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return settings.withHub(cmd, c, func(hub *client) error {
				return l.show(cmd.Context(), hub, c.printerTo(c.out), wantJSON(cmd))
			})
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	return cmd
}
