package server

import (
	"context"
	"net/http"

	"github.com/patchbay/patchbay/operations"
)

// Forgetter drops cached answers: *execute.Executor, or a fake.
type Forgetter interface {
	// Forget drops what was read with a credential of a connector, or without one: of one resource, or of all.
	Forget(ctx context.Context, workspace, credential, connector, resource string)
}

// maxResource bounds the name of a resource, in bytes.
const maxResource = 200

// deleteCache drops cached answers by hand: of one credential, or of all those of a connector.
func (s *Server) deleteCache(ctx context.Context, x *exchange) error {
	if s.Cache == nil {
		return lacks("cache")
	}
	resource := x.Query("resource")
	if len(resource) > maxResource {
		return operations.Errorf(operations.CodeInvalidInput, "the parameter resource is longer than %d bytes", maxResource)
	}
	connector, ids, err := s.cachedBy(ctx, x)
	if err != nil {
		return err
	}
	for _, id := range ids {
		s.Cache.Forget(ctx, x.key.Workspace, id, connector, resource)
	}
	x.Status(http.StatusNoContent)
	return nil
}

// cachedBy finds the credentials that a request names, by id or as those of a connector.
func (s *Server) cachedBy(ctx context.Context, x *exchange) (connector string, ids []string, err error) {
	connector = x.Query("connector")
	if id := x.Query("credentialId"); id != "" {
		credential, err := s.credentialOf(ctx, x, id, connector)
		return credential.Connector, []string{credential.ID}, err
	}
	if connector == "" {
		return "", nil, operations.Errorf(operations.CodeInvalidInput, "name what is to be forgotten: the parameter credentialId, or connector")
	}
	catalogue, err := s.Catalogue.Of(ctx, x.key.Workspace, connector)
	if err != nil {
		return "", nil, err
	}
	if _, err := catalogue.Connector(connector); err != nil {
		return "", nil, err
	}
	ids = []string{""} // what needs no credential
	found, err := s.Credentials.List(ctx, x.key.Workspace, connector)
	for _, credential := range found {
		ids = append(ids, credential.ID)
	}
	return connector, ids, err
}
