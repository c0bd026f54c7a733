package execute

import (
	"slices"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// Grant is all that a caller may do who was let in for a while: some operations with some credentials. It stands in place
// of a role.
type Grant struct {
	EndUser     string   // who is let in, in the words of whoever does so
	Credentials []string // ids; a connector that needs none is open
	Operations  []string // "connector.operation", "connector.*_ddl" or AllLists
}

// AllLists grants the drop-downs of all connectors.
const AllLists = "*_ddl"

// Reasons of refusals.
const (
	ReasonOperation  = "operation_not_allowed"
	ReasonCredential = "credential_not_allowed"
)

// Grantable tells whether an operation may be granted at all: one that sends requests of the caller's own making, or goes
// where a link leads, is never.
func Grantable(kind operations.Kind) bool {
	return kind == operations.KindAction || kind == operations.KindDDL
}

// NotGranted is what a caller with a grant is told of an operation that is not there: no more than of one that he may not run.
func NotGranted() *operations.Error {
	e := operations.Errorf(operations.CodeForbidden, "this token may not run that operation")
	e.Reason = ReasonOperation
	return e
}

// Check refuses what is not granted.
func (g *Grant) Check(connector string, spec *operations.Spec, credential string) error {
	if !g.includes(connector, spec) {
		e := operations.Errorf(operations.CodeForbidden, "this token may not run %s.%s", connector, spec.Name)
		e.Reason = ReasonOperation
		return e
	}
	if credential != "" && !slices.Contains(g.Credentials, credential) {
		e := operations.Errorf(operations.CodeForbidden, "this token may not use that credential")
		e.Reason = ReasonCredential
		return e
	}
	return nil
}

func (g *Grant) includes(connector string, spec *operations.Spec) bool {
	if !Grantable(spec.Kind) {
		return false
	}
	return slices.ContainsFunc(g.Operations, func(granted string) bool {
		if lists, wild := strings.CutSuffix(granted, AllLists); wild {
			return spec.Kind == operations.KindDDL && (lists == "" || lists == connector+".")
		}
		of, name, _ := strings.Cut(granted, ".")
		return of == connector && (name == spec.Name || name == spec.Identifier)
	})
}
