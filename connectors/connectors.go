// Package connectors lists the connectors that this hub is built with.
package connectors

import (
	"sync"

	"github.com/patchbay/patchbay/connectors/dixa"
	"github.com/patchbay/patchbay/connectors/jira"
	"github.com/patchbay/patchbay/connectors/nimchat"
	"github.com/patchbay/patchbay/connectors/outreach"
	"github.com/patchbay/patchbay/connectors/slack"
	"github.com/patchbay/patchbay/operations"
)

// All gives every connector there is, each call anew. They are made side by side, since each reads documents.
func All() []operations.Connector {
	return sideBySide(
		dixa.Connector,
		jira.Connector,
		nimchat.Connector,
		outreach.Connector,
		slack.Connector,
	)
}

func sideBySide(makers ...func() operations.Connector) []operations.Connector {
	connectors := make([]operations.Connector, len(makers))
	var all sync.WaitGroup
	for i, maker := range makers {
		all.Go(func() { connectors[i] = maker() })
	}
	all.Wait()
	return connectors
}
