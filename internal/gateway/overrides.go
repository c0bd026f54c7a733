package gateway

import "github.com/patchbay/patchbay/operations"

// Overrides are what admins have set in place of declared limits. It is asked for each call, so it must answer from
// memory. It is safe for concurrent use.
type Overrides interface {
	// Of gives what holds for a credential of a connector; nil: everything is as declared. It gives the same pointer as
	// long as nothing has been set anew, and what it points to never changes.
	Of(workspace, connector, credential string) *OverrideSet
}

// Throttled names a throttler of a connector: an operation's own, or, without one, the connector's.
type Throttled struct{ Operation, Throttler string }

// OverrideSet is what is set for the throttlers of a connector.
type OverrideSet struct {
	overrides map[Throttled]operations.Override
}

// NewOverrideSet makes a set. It keeps the map.
func NewOverrideSet(overrides map[Throttled]operations.Override) *OverrideSet {
	return &OverrideSet{overrides: overrides}
}

// Overridden is a throttler as it holds now; set tells whether that is not as declared.
func (s *OverrideSet) Overridden(operation string, declared *operations.Throttler) (t *operations.Throttler, set bool) {
	if s == nil {
		return declared, false
	}
	override, set := s.overrides[Throttled{operation, declared.Name}]
	if !set {
		return declared, false
	}
	changed := override.Apply(*declared)
	return &changed, true
}

// overridesFor looks up what is set for a call. A connector that needs no credential has its limits in common with
// other workspaces, which none of them may change.
func (g *Gateway) overridesFor(connector *operations.Connector, credential *operations.Credential) *OverrideSet {
	if g.overrides == nil || credential == nil {
		return nil
	}
	return g.overrides.Of(credential.Workspace, connector.Name, credential.ID)
}
