// Package connectors lists the connectors that this hub is built with.
package connectors

import (
	"github.com/patchbay/patchbay/connectors/outreach"
	"github.com/patchbay/patchbay/operations"
)

// All gives every connector there is, each call anew.
func All() []operations.Connector {
	return []operations.Connector{outreach.Connector()}
}
