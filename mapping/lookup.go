package mapping

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/patchbay/patchbay/operations"
)

// LookupCall asks for the value of the option that a text names.
type LookupCall struct {
	Operation  string          // "outreach.list_stages_ddl"
	Credential string          // id; "": the list needs none, or that of the call is meant
	Text       string          // not blank
	Input      json.RawMessage // further inputs of the list, an object; nil: none
}

// Lookups answers the lookups of a mapping.
type Lookups interface {
	// Match gives the value of the option. An Error of reason ReasonNoMatch says that there is none, one of
	// ReasonAmbiguous that there are several; both say in Detail what is wrong and are faults of the record, as is
	// invalid_input. Any other error ends the run and is given as it is.
	Match(ctx context.Context, call LookupCall) (json.RawMessage, error)
}

// Reasons of errors that Match gives.
const (
	ReasonNoMatch   = "no_match"
	ReasonAmbiguous = "ambiguous"
)

// maxRemembered bounds how many answers a run or batch keeps.
const maxRemembered = 10_000

// memo asks each question once. Of answers it keeps values, misses and ambiguities; a failure is tried again by who asks
// next.
type memo struct {
	lookups Lookups

	mu      sync.Mutex
	answers map[string]*memory
}

type memory struct {
	done  chan struct{}
	value json.RawMessage
	err   error
}

func newMemo(lookups Lookups) *memo { return &memo{lookups: lookups, answers: map[string]*memory{}} }

// Match gives what is remembered, or waits for who is asking already, or asks.
func (m *memo) Match(ctx context.Context, call LookupCall) (json.RawMessage, error) {
	key := call.Operation + "\x00" + call.Credential + "\x00" + string(call.Input) + "\x00" + call.Text
	m.mu.Lock()
	known := m.answers[key]
	if known == nil {
		if len(m.answers) >= maxRemembered {
			clear(m.answers)
		}
		known = &memory{done: make(chan struct{})}
		m.answers[key] = known
		m.mu.Unlock()
		m.ask(ctx, call, key, known)
		return known.value, known.err
	}
	m.mu.Unlock()
	select {
	case <-known.done:
		return known.value, known.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m *memo) ask(ctx context.Context, call LookupCall, key string, known *memory) {
	defer close(known.done)
	known.value, known.err = m.lookups.Match(ctx, call)
	if known.err != nil && !isFault(known.err) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.answers[key] == known {
			delete(m.answers, key)
		}
	}
}

// isFault tells whether an error of Match speaks of the record rather than of the hub or the service.
func isFault(err error) bool {
	e := operations.AsError(err)
	return e.Reason == ReasonNoMatch || e.Reason == ReasonAmbiguous || e.Code == operations.CodeInvalidInput
}
