package store

import (
	"context"

	"github.com/patchbay/patchbay/operations/execute"
)

// Call is a recorded call. IDs grow with time.
type Call struct {
	ID int64 `json:"id"`
	execute.Record
}

// CallFilter picks calls. Empty fields let everything through.
type CallFilter struct {
	Connector string
	Operation string
	Code      string // an error code, or CodeOK for calls that went well
	Limit     int    // default 50, at most 1,000
	Before    int64  // only calls with a smaller id: the last one of the page before
}

// CodeOK is the CallFilter.Code of calls that went well.
const CodeOK = "ok"

const (
	defaultCalls = 50
	maxCalls     = 1000
)

// ListCalls lists the workspace's recorded calls, newest first. For the next page, set Before to the last call's id;
// a page shorter than the limit is the last.
func (s *Store) ListCalls(ctx context.Context, workspace string, filter CallFilter) ([]Call, error) {
	limit := filter.Limit
	if limit <= 0 {
		limit = defaultCalls
	}
	limit = min(limit, maxCalls)
	stored, err := s.segmentCalls(ctx, workspace, &filter, limit)
	if err == nil {
		err = s.loadBodies(ctx, workspace, stored)
	}
	if err != nil {
		return nil, fault("listing calls", err)
	}
	list := make([]Call, 0, len(stored))
	for i := range stored {
		list = append(list, stored[i].Call)
	}
	if len(list) == limit {
		return list, nil
	}
	old, err := s.rowCalls(ctx, workspace, &filter, limit-len(list))
	if err != nil {
		return nil, fault("listing calls", err)
	}
	return append(list, old...), nil
}
