package gateway

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// maxHolding bounds how many buckets Limits looks at.
const maxHolding = 1000

// Holding is what holds for a credential now.
type Holding struct {
	Limits   []LimitState   `json:"limits"`
	Breakers []BreakerState `json:"breakers"` // of services that fail by this credential
}

// LimitState is a limit and how much of it is left.
type LimitState struct {
	Name          string             `json:"name"`
	Operation     string             `json:"operation,omitempty"` // whose limit it is; empty: the connector's
	Match         string             `json:"match,omitempty"`     // which requests count
	Method        string             `json:"method,omitempty"`    // of a limit that counts by method
	Limit         int                `json:"limit,omitempty"`
	WindowSeconds operations.Seconds `json:"windowSeconds,omitempty"`
	Burst         int                `json:"burst,omitempty"`
	Concurrent    int                `json:"concurrent,omitempty"`
	Overridden    bool               `json:"overridden,omitempty"` // an admin has set it in place of what is declared
	Left          *int               `json:"left,omitempty"`       // nil: any number
	Reset         time.Time          `json:"reset,omitzero"`
	PausedUntil   time.Time          `json:"pausedUntil,omitzero"`
	Reason        string             `json:"reason,omitempty"` // of the pause
	UnderWay      int                `json:"underWay,omitempty"`
	Waiting       int                `json:"waiting,omitempty"`
}

// Limits tells what holds for one credential of a connector: every limit declared for it, also those of single
// operations, but none that depends on an operation's input. Limits that the connector counts by operation or method
// are told only where they are in use. credential is nil for a connector that needs none.
func (g *Gateway) Limits(ctx context.Context, connector operations.Connector, credential *operations.Credential) (Holding, error) {
	h := &holder{credential: credential, seen: map[string]bool{}}
	for _, operation := range connector.Operations {
		spec := operation.Spec()
		h.add(g.planOf(&connector, &spec, credential), spec.Name)
	}
	if len(connector.Operations) == 0 {
		h.add(g.planOf(&connector, &operations.Spec{}, credential), "")
	}
	states, err := g.limiter.Inspect(ctx, h.buckets)
	if err != nil {
		return Holding{}, fmt.Errorf("looking at limits: %w", err)
	}
	holding := Holding{Limits: h.join(states), Breakers: []BreakerState{}}
	for _, state := range g.breaker.States() {
		if state.Connector == connector.Name && (credential == nil && state.Credential == "" ||
			credential != nil && state.Credential == credential.ID && state.Workspace == credential.Workspace) {
			holding.Breakers = append(holding.Breakers, state)
		}
	}
	return holding, nil
}

// holder gathers the buckets of a credential.
type holder struct {
	credential *operations.Credential
	buckets    []Bucket
	limits     []LimitState
	onlyUsed   []bool // of each limit: it is told only if it is in use
	seen       map[string]bool
}

func (h *holder) add(p *plan, operation string) {
	for i := range p.rules {
		r := &p.rules[i]
		if len(r.inputs) > 0 {
			continue
		}
		state := LimitState{Name: r.throttler.Name, Match: r.throttler.Match, Overridden: r.overridden}
		if r.own || r.operation {
			state.Operation = operation
		}
		for _, method := range r.methodsToTell() {
			state.Method = ""
			if r.method {
				state.Method = method
			}
			h.addBucket(r.bucket(newSubject(p, h.credential, method, nil)), state, !r.own && (r.operation || r.method))
		}
	}
	h.addBucket(pauseBucket(newSubject(p, h.credential, "", nil)), LimitState{Name: "pause"}, true)
}

// methodsToTell are the methods by which a rule may count; one that does not matter, if it does not count by method.
func (r *rule) methodsToTell() []string {
	switch methods := r.match.Methods(); {
	case !r.method:
		return []string{""}
	case len(methods) > 0:
		return methods
	default:
		return []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	}
}

func (h *holder) addBucket(b Bucket, state LimitState, onlyUsed bool) {
	if h.seen[b.Key] || len(h.buckets) >= maxHolding {
		return
	}
	h.seen[b.Key] = true
	state.Limit, state.WindowSeconds, state.Burst, state.Concurrent = b.Limit, operations.Seconds(b.Window), b.Burst, b.Concurrent
	h.buckets, h.limits, h.onlyUsed = append(h.buckets, b), append(h.limits, state), append(h.onlyUsed, onlyUsed)
}

// join fills in how the buckets are.
func (h *holder) join(states []BucketState) []LimitState {
	limits := make([]LimitState, 0, len(states))
	for i, s := range states {
		unused := s.Reset.IsZero() && s.PausedUntil.IsZero() && s.UnderWay+s.Waiting == 0
		if h.onlyUsed[i] && unused {
			continue
		}
		limit := h.limits[i]
		if s.Left >= 0 {
			limit.Left = &s.Left
		}
		limit.Reset, limit.PausedUntil, limit.Reason = s.Reset, s.PausedUntil, s.Reason
		limit.UnderWay, limit.Waiting = s.UnderWay, s.Waiting
		limits = append(limits, limit)
	}
	return limits
}
