package server

import (
	"context"
	"net/http"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// readyWithin bounds the look at the store; a store that is slower is not ready.
const readyWithin = 2 * time.Second

func (s *Server) getHealth(_ context.Context, x *exchange) error {
	return x.json(http.StatusOK, map[string]string{"status": "ok"})
}

func (s *Server) getReady(ctx context.Context, x *exchange) error {
	if s.connections.stopping.Load() {
		return operations.Errorf(operations.CodeUnavailable, "the hub is shutting down")
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		s.log.WarnContext(ctx, "the storage cannot be used", "error", err)
		return operations.Errorf(operations.CodeUnavailable, "the storage cannot be used; the hub's log says why")
	}
	return x.json(http.StatusOK, map[string]string{"status": "ok"})
}
