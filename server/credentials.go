package server

import (
	"context"
	"net/http"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/patchbay/patchbay/internal/credentials"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// Credentials are the stored accounts: *credentials.Vault, or a fake. None of its answers holds a secret.
type Credentials interface {
	CredentialReader
	CredentialWriter
}

// CredentialReader shows credentials. One that is not in the workspace is not_found.
type CredentialReader interface {
	Get(ctx context.Context, workspace, id string) (credentials.Metadata, error)
	List(ctx context.Context, workspace, connector string) ([]credentials.Metadata, error)
}

// CredentialWriter changes credentials.
type CredentialWriter interface {
	Create(ctx context.Context, workspace string, draft credentials.Draft) (credentials.Metadata, error)
	Update(ctx context.Context, workspace, id string, patch credentials.Patch) (credentials.Metadata, error)
	Delete(ctx context.Context, workspace, id string) error
}

func (s *Server) listCredentials(ctx context.Context, x *exchange) error {
	found, err := s.Credentials.List(ctx, x.key.Workspace, x.Query("connector"))
	if err != nil {
		return err
	}
	for i := range found {
		found[i] = whole(found[i])
	}
	return x.json(http.StatusOK, map[string]any{"credentials": list(found)})
}

// whole makes what is empty show as such, rather than as null.
func whole(m credentials.Metadata) credentials.Metadata {
	m.Secrets = list(m.Secrets)
	if m.Fields == nil {
		m.Fields = map[string]string{}
	}
	return m
}

func (s *Server) getCredential(ctx context.Context, x *exchange) error {
	found, err := s.Credentials.Get(ctx, x.key.Workspace, x.param("credential"))
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, whole(found))
}

func (s *Server) postCredential(ctx context.Context, x *exchange) error {
	var draft credentials.Draft
	if err := s.decode(x, &draft); err != nil {
		return err
	}
	made, err := s.Credentials.Create(ctx, x.key.Workspace, draft)
	if err != nil {
		return err
	}
	x.Set(fiber.HeaderLocation, "/v1/credentials/"+made.ID)
	return x.json(http.StatusCreated, whole(made))
}

func (s *Server) patchCredential(ctx context.Context, x *exchange) error {
	var patch credentials.Patch
	if err := s.decode(x, &patch); err != nil {
		return err
	}
	changed, err := s.Credentials.Update(ctx, x.key.Workspace, x.param("credential"), patch)
	if err != nil {
		return err
	}
	s.forget(ctx, x, changed)
	return x.json(http.StatusOK, whole(changed))
}

// forget drops what was read with a credential that may now be another account, or none.
func (s *Server) forget(ctx context.Context, x *exchange, credential credentials.Metadata) {
	if s.Cache != nil {
		s.Cache.Forget(ctx, x.key.Workspace, credential.ID, credential.Connector, "")
	}
}

func (s *Server) deleteCredential(ctx context.Context, x *exchange) error {
	credential, err := s.Credentials.Get(ctx, x.key.Workspace, x.param("credential"))
	if err != nil {
		return err
	}
	if err := s.Credentials.Delete(ctx, x.key.Workspace, credential.ID); err != nil {
		return err
	}
	s.forget(ctx, x, credential)
	x.Status(http.StatusNoContent)
	return nil
}

func cannotTry(connector string) error {
	return operations.Errorf(operations.CodeNotConfigured,
		"the connector %s names no operation that tries such a credential out; call one of your choice", connector)
}

// testCredential runs the operation that the connector names for it, past the cache.
func (s *Server) testCredential(ctx context.Context, x *exchange) error {
	credential, err := s.Credentials.Get(ctx, x.key.Workspace, x.param("credential"))
	if err != nil {
		return err
	}
	catalogue, err := s.Catalogue.Of(ctx, x.key.Workspace, credential.Connector)
	if err != nil {
		return err
	}
	c, err := catalogue.Connector(credential.Connector)
	if err != nil {
		return err
	}
	verify := c.VerifyFor(credential.Scheme)
	if verify == "" {
		return cannotTry(c.Name)
	}
	_, o, err := catalogue.Operation(c.Name, verify)
	if err != nil {
		return err
	}
	if kinds := o.Spec().Auth; len(kinds) > 0 && !slices.Contains(kinds, credential.Scheme) {
		return cannotTry(c.Name)
	}
	result, err := s.run(ctx, execute.Request{
		ID: x.id, Caller: x.caller(), Connector: c.Name, Operation: verify, Credential: credential.ID,
		Input: o.Spec().Sample.Input, NoCache: true,
	})
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, struct {
		OK   bool         `json:"ok"`
		Meta execute.Meta `json:"meta"`
	}{true, result.Meta})
}
