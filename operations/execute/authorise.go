package execute

import (
	"slices"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// Role is what an API key may do.
type Role string

// The roles.
const (
	RoleAdmin   Role = "admin"   // everything in its workspace
	RoleBuilder Role = "builder" // reads the catalogue, sees which credentials there are, calls operations
	RoleEmbed   Role = "embed"   // calls DDL operations only; safe to give to a page's server
)

// Roles lists the roles, most powerful first.
func Roles() []Role { return []Role{RoleAdmin, RoleBuilder, RoleEmbed} }

// Caller is who asks.
type Caller struct {
	Workspace string
	Key       string // the id of the API key, or of the token that the grant is written on
	Role      Role
	Grant     *Grant // all that he may do, whatever his role; nil: what the role may
}

// Check refuses what the caller may not do: forbidden, or unauthenticated for one without a workspace.
func (c Caller) Check(connector string, spec *operations.Spec, credential string) error {
	switch {
	case c.Workspace == "":
		return operations.Errorf(operations.CodeUnauthenticated, "the call names no workspace")
	case c.Grant != nil:
		return c.Grant.Check(connector, spec, credential)
	case c.Role == RoleAdmin || c.Role == RoleBuilder:
		return nil
	case c.Role == RoleEmbed && spec.Kind == operations.KindDDL:
		return nil
	default:
		return operations.Errorf(operations.CodeForbidden, "this key may call DDL operations only")
	}
}

// accepts refuses a credential of an auth scheme that the service does not take for the operation.
func (p plan) accepts(credential *operations.Credential) error {
	if len(p.Spec.Auth) == 0 || credential == nil {
		return nil
	}
	scheme, known := p.Connector.Scheme(credential.Scheme)
	if known && slices.Contains(p.Spec.Auth, scheme.Name) {
		return nil
	}
	return &operations.Error{
		Code: operations.CodeInvalidInput,
		Detail: "this operation needs a credential of the kind " + strings.Join(p.Spec.Auth, " or ") +
			"; the one given is of the kind " + scheme.Name,
		Faults: []operations.InputFault{{Pointer: "/credentialId", Detail: "is of a kind that does not serve here"}},
	}
}
