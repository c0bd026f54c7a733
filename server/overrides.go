package server

import (
	"context"
	"net/http"
	"slices"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// Overrides are what admins set in place of declared limits: *overrides.Overrides, or a fake.
type Overrides interface {
	List(ctx context.Context, workspace string) ([]store.LimitOverride, error)
	// Set puts values in place of declared ones. The pointers of its faults lead into the override.
	Set(ctx context.Context, workspace string, place store.LimitPlace, override operations.Override) (store.LimitOverride, error)
	Unset(ctx context.Context, workspace string, place store.LimitPlace) error
}

func (s *Server) listOverrides(ctx context.Context, x *exchange) error {
	if s.Overrides == nil {
		return lacks("limits")
	}
	found, err := s.Overrides.List(ctx, x.key.Workspace)
	if err != nil {
		return err
	}
	connector, credential := x.Query("connector"), x.Query("credentialId")
	found = slices.DeleteFunc(found, func(o store.LimitOverride) bool {
		return connector != "" && o.Connector != connector || credential != "" && o.Credential != credential
	})
	return x.json(http.StatusOK, map[string]any{"overrides": list(found)})
}

// placeOf reads which limit a request is about.
func placeOf(x *exchange) store.LimitPlace {
	return store.LimitPlace{
		Connector: x.param("connector"), Throttler: x.param("throttler"), Operation: x.Query("operation"), Credential: x.Query("credentialId"),
	}
}

func (s *Server) putOverride(ctx context.Context, x *exchange) error {
	var override operations.Override
	if err := s.decode(x, &override); err != nil {
		return err
	}
	if s.Overrides == nil {
		return lacks("limits")
	}
	place := placeOf(x)
	if place.Credential != "" {
		if _, err := s.credentialOf(ctx, x, place.Credential, place.Connector); err != nil {
			return err
		}
	}
	set, err := s.Overrides.Set(ctx, x.key.Workspace, place, override)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, set)
}

func (s *Server) deleteOverride(ctx context.Context, x *exchange) error {
	if s.Overrides == nil {
		return lacks("limits")
	}
	if err := s.Overrides.Unset(ctx, x.key.Workspace, placeOf(x)); err != nil {
		return err
	}
	x.Status(http.StatusNoContent)
	return nil
}
