package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchbay/patchbay/operations/execute"
)

// keyLine is an API key in the hub's answers. Secret is there only when the key has just been made.
type keyLine struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	Role     execute.Role `json:"role"`
	Prefix   string       `json:"prefix"`
	Created  time.Time    `json:"created"`
	LastUsed *time.Time   `json:"lastUsed"`
	Revoked  *time.Time   `json:"revoked"`
	Secret   string       `json:"secret"`
}

func newKey(c console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Make, list and revoke API keys",
		Long:  "Make, list and revoke API keys: in the data folder, or on a running hub with --server and the key of an admin.",
		Args:  noSuchCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newKeyCreate(c), keyListing().command(c, "List API keys, without their secrets"), newKeyRevoke(c))
	return cmd
}

func newKeyCreate(c console) *cobra.Command {
	var settings config
	var role, name string
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make an API key and print its secret, this once",
		Long: `Make an API key. Its secret goes to stdout, this once: only a hash of it is kept.

Roles: admin does everything, builder reads the catalogue and calls operations, embed calls dynamic lists only.`,
		Example: "  patchbay key create --role builder --name 'low-code team'\n  patchbay key create --role embed --name shop > shop.key",
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(execute.Roles(), execute.Role(role)) {
				return usagef("--role: must be one of %s", strings.Join(roles(), ", "))
			}
			if name == "" {
				return usagef("--name: say what the key is for")
			}
			settings.mayBegin = true
			return settings.withHub(cmd, c, func(hub *client) error {
				return createKey(cmd.Context(), c, hub, role, name, wantJSON(cmd))
			})
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	cmd.Flags().StringVar(&role, "role", "", "`role`: "+strings.Join(roles(), ", "))
	cmd.Flags().StringVar(&name, "name", "", "`name` of the key, to tell it from others")
	completeFlag(cmd, "role", roles())
	return cmd
}

func roles() []string {
	var names []string
	for _, role := range execute.Roles() {
		names = append(names, string(role))
	}
	return names
}

func createKey(ctx context.Context, c console, hub *client, role, name string, raw bool) error {
	document, err := hub.do(ctx, http.MethodPost, "/v1/keys", map[string]string{"name": name, "role": role})
	if err != nil {
		return err
	}
	p := c.printerTo(c.out)
	if raw {
		p.document(document)
		return nil
	}
	var made keyLine
	if err := json.Unmarshal(document, &made); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	p.printf("%s\n", made.Secret)
	c.printerTo(c.err).printf("key %s (%s) made; its secret is shown this once\n", made.ID, made.Role)
	return nil
}

func keyListing() listing[keyLine] {
	return listing[keyLine]{
		path: "/v1/keys", member: "keys",
		header: []string{"KEY", "ROLE", "SECRET", "CREATED", "LAST USED", "STATE", "NAME"},
		row: func(key keyLine) []string {
			state := "valid"
			if key.Revoked != nil {
				state = "revoked " + day(key.Revoked)
			}
			return []string{key.ID, string(key.Role), key.Prefix + "…", day(&key.Created), day(key.LastUsed), state, key.Name}
		},
	}
}

func day(t *time.Time) string {
	if t == nil || t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04")
}

func newKeyRevoke(c console) *cobra.Command {
	var settings config
	cmd := &cobra.Command{
		Use:   "revoke ID",
		Short: "End an API key at once",
		Args:  arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.remove(cmd, settings, "/v1/keys/", args[0], "revoked")
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	return cmd
}
