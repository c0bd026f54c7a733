package server

import (
	"context"
	"net/http"

	"github.com/patchbay/patchbay/internal/store"
)

// IdempotencyKeys shows and frees idempotency keys: *store.Store, or a fake. A key that is free is not_found.
type IdempotencyKeys interface {
	IdempotencyKey(ctx context.Context, workspace, key string) (store.IdempotencyKey, error)
	// FreeIdempotencyKey forgets a key; conflict while its call is under way.
	FreeIdempotencyKey(ctx context.Context, workspace, key string) error
}

func (s *Server) getIdempotency(ctx context.Context, x *exchange) error {
	found, err := s.Idempotency.IdempotencyKey(ctx, x.key.Workspace, x.param("idempotency"))
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, found)
}

// deleteIdempotency is how a caller says that he has found out what became of a call, and wants it done, or never again
// asked about.
func (s *Server) deleteIdempotency(ctx context.Context, x *exchange) error {
	if err := s.Idempotency.FreeIdempotencyKey(ctx, x.key.Workspace, x.param("idempotency")); err != nil {
		return err
	}
	x.Status(http.StatusNoContent)
	return nil
}
