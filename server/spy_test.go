package server

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/patchbay/patchbay/operations/execute"
)

// spyRunner keeps what it is asked, the way a cache or a recorder would, and answers with the input.
type spyRunner struct {
	mu   sync.Mutex
	seen []execute.Request
}

func (s *spyRunner) Call(_ context.Context, request execute.Request) (execute.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, request)
	output := request.Input
	if output == nil {
		output = json.RawMessage("{}")
	}
	return execute.Result{Output: output, Meta: execute.Meta{
		RequestID: request.ID, Connector: request.Connector, Operation: request.Operation, Cached: execute.Miss,
	}}, nil
}

func (s *spyRunner) requests() []execute.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}
