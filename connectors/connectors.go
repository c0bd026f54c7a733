// Package connectors lists the connectors that this hub is built with.
package connectors

import (
	"sync"

	"github.com/patchbay/patchbay/connectors/ai"
	"github.com/patchbay/patchbay/connectors/dixa"
	"github.com/patchbay/patchbay/connectors/jira"
	"github.com/patchbay/patchbay/connectors/nimchat"
	"github.com/patchbay/patchbay/connectors/outreach"
	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/connectors/slack"
	"github.com/patchbay/patchbay/operations"
)

// All gives every connector there is, each call anew. desk is what the native one works on; the zero value will do
// where operations are only described. They are made side by side, since each reads documents or structs.
func All(desk platform.Options) []operations.Connector {
	return sideBySide(
		ai.Connector,
		dixa.Connector,
		jira.Connector,
		nimchat.Connector,
		outreach.Connector,
		func() operations.Connector { return platform.Connector(desk) },
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
