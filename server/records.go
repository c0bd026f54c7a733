package server

import (
	"context"
	"net/http"
	"strconv"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// Calls are the records of calls: *store.Store, or a fake.
type Calls interface {
	// ListCalls lists the workspace's calls, newest first.
	ListCalls(ctx context.Context, workspace string, filter store.CallFilter) ([]store.Call, error)
}

const (
	defaultPage = 50
	maxPage     = 200
)

func (s *Server) listCalls(ctx context.Context, x *exchange) error {
	limit, err := wholeNumber(x, "limit", defaultPage, maxPage)
	if err != nil {
		return err
	}
	before, err := wholeNumber(x, "cursor", 0, 1<<62)
	if err != nil {
		return err
	}
	calls, err := s.Calls.ListCalls(ctx, x.key.Workspace, store.CallFilter{
		Connector: x.Query("connector"), Operation: x.Query("operation"), Code: x.Query("code"),
		Limit: int(limit) + 1, Before: before,
	})
	if err != nil {
		return err
	}
	page := struct {
		Calls      []store.Call `json:"calls"`
		NextCursor string       `json:"next_cursor,omitempty"`
	}{Calls: list(calls)}
	if len(calls) > int(limit) {
		page.Calls = calls[:limit]
		page.NextCursor = strconv.FormatInt(page.Calls[limit-1].ID, 10)
	}
	return x.json(http.StatusOK, page)
}

// wholeNumber reads a query parameter that is a number from 1 to most.
func wholeNumber(x *exchange, name string, missing, most int64) (int64, error) {
	text := x.Query(name)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > most {
		return 0, operations.Errorf(operations.CodeInvalidInput, "the parameter %s must be a whole number from 1 to %d", name, most)
	}
	return n, nil
}
