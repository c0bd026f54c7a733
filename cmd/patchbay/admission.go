package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"strings"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
	"github.com/patchbay/patchbay/server"
)

// keyPrefix begins every API key, so that scanners for leaked secrets know one.
const keyPrefix = "pb_"

// ownKeys are the keys of the store and one more, with which a command talks to the hub in its own process.
type ownKeys struct {
	server.Keys
	own string
}

func newOwnKey() string { return keyPrefix + rand.Text() }

// Authenticate lets the own key in as an admin of the default workspace.
func (k ownKeys) Authenticate(ctx context.Context, secret string) (store.Key, error) {
	if subtle.ConstantTimeCompare([]byte(secret), []byte(k.own)) == 1 {
		return store.Key{ID: "local", Workspace: store.DefaultWorkspace, Name: "command line", Role: execute.RoleAdmin, Prefix: keyPrefix}, nil
	}
	return k.Keys.Authenticate(ctx, secret)
}

// admit sees to it that there is an admin key: the one that the operator chose, or, where there is none at all, a
// new one.
func (h *hub) admit(ctx context.Context, c console) error {
	chosen, err := c.secret("PATCHBAY_ADMIN_KEY", "admin-key-file", h.config.AdminKeyFile)
	if err != nil {
		return err
	}
	if chosen != "" {
		return h.register(ctx, chosen)
	}
	keys, err := h.store.ListKeys(ctx, store.DefaultWorkspace)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if key.Role == execute.RoleAdmin && key.Revoked == nil {
			return nil
		}
	}
	_, h.newAdminKey, err = h.store.CreateKey(ctx, store.DefaultWorkspace, "first admin key", execute.RoleAdmin)
	return err
}

func (h *hub) register(ctx context.Context, secret string) error {
	if !strings.HasPrefix(secret, keyPrefix) {
		return usagef("PATCHBAY_ADMIN_KEY: an API key begins with %s; make one with: echo %s$(openssl rand -hex 24)", keyPrefix, keyPrefix)
	}
	_, err := h.store.RegisterKey(ctx, store.DefaultWorkspace, "PATCHBAY_ADMIN_KEY", execute.RoleAdmin, secret)
	if err != nil && operations.AsError(err).Code != operations.CodeInternal {
		return usagef("PATCHBAY_ADMIN_KEY: %s", operations.AsError(err).Detail)
	}
	return err
}
