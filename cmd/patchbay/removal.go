package main

import (
	"net/http"
	"net/url"

	"github.com/spf13/cobra"
)

// remove deletes one thing of the hub, by its id below a path of the API, and says what was done to it.
func (c console) remove(cmd *cobra.Command, settings config, path, id, what string) error {
	return settings.withHub(cmd, c, func(hub *client) error {
		if _, err := hub.do(cmd.Context(), http.MethodDelete, path+url.PathEscape(id), nil); err != nil {
			return err
		}
		c.done(wantJSON(cmd), id, what)
		return nil
	})
}

// done tells that something was done to the thing of that id.
func (c console) done(raw bool, id, what string) {
	p := c.printerTo(c.out)
	if raw {
		p.encode(map[string]any{"id": id, what: true})
		return
	}
	p.printf("%s %s\n", id, what)
}
