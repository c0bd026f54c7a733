package server

import (
	"context"
	"net/http"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// readyWithin bounds the look at the store; a store that is slower is not ready.
const readyWithin = 2 * time.Second

// Part is a part of the hub that has more than one way to work, and may have to do without its best.
type Part struct {
	Name      string // "store", "limiter", "cache"
	Condition func() Condition
}

// Condition is how a part does its work now. Everybody may see it: it holds no address and no secret.
type Condition struct {
	Backend  string    `json:"backend"`          // "memory", "sqlite", "redis"
	Degraded bool      `json:"degraded"`         // it goes on without its best, such as a Redis that is out of reach
	Since    time.Time `json:"since,omitzero"`   // of being degraded
	Reason   string    `json:"reason,omitempty"` // of being degraded, for people
}

// Fixed is the condition of a part that is never degraded.
func Fixed(backend string) func() Condition {
	return func() Condition { return Condition{Backend: backend} }
}

func (s *Server) getHealth(_ context.Context, x *exchange) error {
	return x.json(http.StatusOK, map[string]string{"status": "ok"})
}

// readiness is the answer of a hub that can serve. One that is degraded can.
type readiness struct {
	Status   string      `json:"status"`
	Degraded bool        `json:"degraded"` // any of its parts is
	Parts    []partState `json:"parts"`
}

type partState struct {
	Name string `json:"name"`
	Condition
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
	ready := readiness{Status: "ok", Parts: []partState{}}
	for _, part := range s.Parts {
		state := partState{part.Name, part.Condition()}
		ready.Parts = append(ready.Parts, state)
		ready.Degraded = ready.Degraded || state.Degraded
	}
	return x.json(http.StatusOK, ready)
}
