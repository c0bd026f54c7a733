package server

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/patchbay/patchbay/internal/credentials"
	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// Limits tells what holds for credentials: *gateway.Gateway, or a fake.
type Limits interface {
	// Limits tells of one credential of a connector, of which only id, workspace and scheme are given; nil for a connector
	// that needs none.
	Limits(ctx context.Context, connector operations.Connector, credential *operations.Credential) (gateway.Holding, error)
}

// limitLine is a limit in the list of them.
type limitLine struct {
	Connector  string `json:"connector"`
	Credential string `json:"credentialId,omitempty"`
	gateway.LimitState
}

// governed is whose limits are asked for.
type governed struct {
	connector  operations.Connector
	credential *operations.Credential // nil: the connector needs none
}

func (s *Server) listLimits(ctx context.Context, x *exchange) error {
	if s.Limits == nil {
		return lacks("limits")
	}
	who, next, err := s.governed(ctx, x)
	if err != nil {
		return err
	}
	page := struct {
		Limits     []limitLine            `json:"limits"`
		Breakers   []gateway.BreakerState `json:"breakers"`
		NextCursor string                 `json:"next_cursor,omitempty"`
	}{[]limitLine{}, []gateway.BreakerState{}, next}
	for _, g := range who {
		holding, err := s.Limits.Limits(ctx, g.connector, g.credential)
		if err != nil {
			return err
		}
		id := ""
		if g.credential != nil {
			id = g.credential.ID
		}
		for _, state := range holding.Limits {
			page.Limits = append(page.Limits, limitLine{g.connector.Name, id, state})
		}
		page.Breakers = append(page.Breakers, holding.Breakers...)
	}
	return x.json(http.StatusOK, page)
}

func lacks(part string) error {
	return operations.Errorf(operations.CodeNotConfigured, "this hub has no %s", part)
}

// governed finds whose limits a request asks for: those of one credential, of a connector's, or of all, page by page.
func (s *Server) governed(ctx context.Context, x *exchange) (who []governed, next string, err error) {
	connector := x.Query("connector")
	if id := x.Query("credentialId"); id != "" {
		credential, err := s.credentialOf(ctx, x, id, connector)
		if err != nil {
			return nil, "", err
		}
		one, err := s.governedBy(ctx, x, credential)
		return []governed{one}, "", err
	}
	limit, err := wholeNumber(x, "limit", defaultPage, maxPage)
	if err != nil {
		return nil, "", err
	}
	cursor := x.Query("cursor")
	if who, err = s.withoutCredential(ctx, x, connector); err != nil {
		return nil, "", err
	}
	if cursor != "" {
		who = nil // they were on the first page
	}
	found, err := s.Credentials.List(ctx, x.key.Workspace, connector)
	if err != nil {
		return nil, "", err
	}
	slices.SortFunc(found, func(a, b credentials.Metadata) int { return cmp.Compare(a.ID, b.ID) })
	found = slices.DeleteFunc(found, func(c credentials.Metadata) bool { return c.ID <= cursor })
	if len(found) > int(limit) {
		found = found[:limit]
		next = found[limit-1].ID
	}
	for _, credential := range found {
		if one, err := s.governedBy(ctx, x, credential); err == nil { // what has no connector any more has no limits
			who = append(who, one)
		}
	}
	return who, next, nil
}

// credentialOf finds a credential of the workspace, which has to be of the connector, if one is named.
func (s *Server) credentialOf(ctx context.Context, x *exchange, id, connector string) (credentials.Metadata, error) {
	credential, err := s.Credentials.Get(ctx, x.key.Workspace, id)
	if err == nil && connector != "" && connector != credential.Connector {
		err = operations.Errorf(operations.CodeInvalidInput, "that credential belongs to the connector %s", credential.Connector)
	}
	return credential, err
}

func (s *Server) governedBy(ctx context.Context, x *exchange, credential credentials.Metadata) (governed, error) {
	catalogue, err := s.Catalogue.Of(ctx, x.key.Workspace, credential.Connector)
	if err != nil {
		return governed{}, err
	}
	connector, err := catalogue.Connector(credential.Connector)
	return governed{connector, &operations.Credential{
		ID: credential.ID, Workspace: x.key.Workspace, Connector: credential.Connector, Scheme: credential.Scheme,
	}}, err
}

// withoutCredential finds the connectors of a service that need no credential: all, or the one that is named.
func (s *Server) withoutCredential(ctx context.Context, x *exchange, name string) ([]governed, error) {
	catalogue, err := s.Catalogue.Of(ctx, x.key.Workspace, name)
	if err != nil {
		return nil, err
	}
	if name != "" {
		if _, err := catalogue.Connector(name); err != nil {
			return nil, err
		}
	}
	var who []governed
	for _, connector := range catalogue.Connectors() {
		if len(connector.Auth) == 0 && connector.Origin != "" && (name == "" || name == connector.Name) {
			who = append(who, governed{connector: connector})
		}
	}
	return who, nil
}
