package gateway

import (
	"time"

	"github.com/patchbay/patchbay/operations"
)

// Breaker keeps requests from a service that fails: after some failures in a row it lets none through for a while, then
// one to try, and all again when that one was answered. It is safe for concurrent use.
type Breaker interface {
	// Allow lets a request go, or says at once why not and until when: operations.CodeUpstreamUnreachable.
	Allow(place Place) (Ticket, error)
	// Report tells how a request that Allow let go came out. It belongs to each Allow, once.
	Report(place Place, ticket Ticket, outcome Outcome)
	// States lists the places with failures, in no order.
	States() []BreakerState
}

// Place is what a breaker judges as one: a service, by one credential.
type Place struct {
	Connector, Workspace, Credential string
	Imported                         bool // the connector is a workspace's own
	Base                             operations.Base
}

// Ticket is what Allow gives to be handed back to Report.
type Ticket struct{ done func(error) }

// Outcome is how a request came out. Failure says in what way it failed, for people.
type Outcome struct {
	Verdict Verdict
	Failure string
}

// Verdict is what an outcome says of the service.
type Verdict int

// The verdicts.
const (
	Answered Verdict = iota // whatever it answered: refusals of the request say nothing against the service
	Failed                  // 5xx except 501, no connection, no answer in time
	Unjudged                // the request was not sent, or its caller left
)

// BreakerState is how a breaker stands to a place.
type BreakerState struct {
	Connector  string    `json:"connector"`
	Origin     string    `json:"origin"`
	Workspace  string    `json:"-"`
	Imported   bool      `json:"-"` // the connector is the workspace's own
	Credential string    `json:"credentialId,omitempty"`
	State      string    `json:"state"`    // "closed": requests go; "open": none does; "half_open": one may try
	Failures   int       `json:"failures"` // in a row; while closed
	Until      time.Time `json:"until,omitzero"`
	Reason     string    `json:"reason,omitempty"` // of the last failure
}
