package server

import (
	"context"
	"net/http"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations/execute"
)

// Keys are the API keys: *store.Store, or a fake.
type Keys interface {
	// Authenticate finds the key of a secret; any that is not valid is unauthenticated.
	Authenticate(ctx context.Context, secret string) (store.Key, error)
	CreateKey(ctx context.Context, workspace, name string, role execute.Role) (key store.Key, secret string, err error)
	ListKeys(ctx context.Context, workspace string) ([]store.Key, error)
	RevokeKey(ctx context.Context, workspace, id string) error
}

func (s *Server) getMe(_ context.Context, x *exchange) error {
	return x.json(http.StatusOK, map[string]any{
		"workspace": x.key.Workspace, "role": x.key.Role,
		"key": map[string]string{"id": x.key.ID, "name": x.key.Name, "prefix": x.key.Prefix},
	})
}

func (s *Server) listKeys(ctx context.Context, x *exchange) error {
	keys, err := s.Keys.ListKeys(ctx, x.key.Workspace)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, map[string]any{"keys": list(keys)})
}

func (s *Server) postKey(ctx context.Context, x *exchange) error {
	var body struct {
		Name string
		Role execute.Role
	}
	if err := s.decode(x, &body); err != nil {
		return err
	}
	key, secret, err := s.Keys.CreateKey(ctx, x.key.Workspace, body.Name, body.Role)
	if err != nil {
		return err
	}
	return x.json(http.StatusCreated, struct {
		store.Key
		Secret string `json:"secret"`
	}{key, secret})
}

func (s *Server) deleteKey(ctx context.Context, x *exchange) error {
	if err := s.Keys.RevokeKey(ctx, x.key.Workspace, x.param("key")); err != nil {
		return err
	}
	x.Status(http.StatusNoContent)
	return nil
}
