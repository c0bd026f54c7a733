package gateway

import (
	"cmp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"
)

// MemoryBreakerOptions are the settings of a MemoryBreaker. The zero value works.
type MemoryBreakerOptions struct {
	Failures int           // in a row that open it, default 10
	OpenFor  time.Duration // default 10 s
	// MaxPlaces bounds how many places with failures are remembered, default 1 000. Beyond it one is forgotten for
	// each that comes.
	MaxPlaces int
}

// MemoryBreaker is the Breaker of a single process. It remembers only places that have failed: while there are none, it
// costs nothing.
type MemoryBreaker struct {
	options MemoryBreakerOptions
	known   atomic.Int64 // how many circuits there are

	mu       sync.RWMutex
	circuits map[Place]*circuit
}

var _ Breaker = (*MemoryBreaker)(nil)

// NewMemoryBreaker makes a breaker.
func NewMemoryBreaker(options MemoryBreakerOptions) *MemoryBreaker {
	options.Failures = cmp.Or(options.Failures, 10)
	options.OpenFor = cmp.Or(options.OpenFor, 10*time.Second)
	options.MaxPlaces = cmp.Or(options.MaxPlaces, 1000)
	return &MemoryBreaker{options: options, circuits: map[Place]*circuit{}}
}

// Allow is the Breaker's.
func (b *MemoryBreaker) Allow(place Place) (Ticket, error) {
	if b.known.Load() == 0 {
		return Ticket{}, nil
	}
	b.mu.RLock()
	c := b.circuits[place]
	b.mu.RUnlock()
	if c == nil {
		return Ticket{}, nil
	}
	done, err := c.steps.Allow()
	if err != nil {
		return Ticket{}, c.refusal(place, b.options.Failures)
	}
	return Ticket{done: done}, nil
}

// Report is the Breaker's.
func (b *MemoryBreaker) Report(place Place, ticket Ticket, outcome Outcome) {
	if b.known.Load() == 0 && outcome.Verdict != Failed {
		return
	}
	c := b.find(place, outcome.Verdict == Failed)
	if outcome.Verdict == Failed {
		c.mu.Lock()
		c.failure = outcome.Failure
		c.mu.Unlock()
	}
	if c != nil && ticket.done == nil { // it had not failed yet when the request went
		ticket.done, _ = c.steps.Allow()
	}
	if ticket.done == nil {
		return
	}
	ticket.done(map[Verdict]error{Failed: errFailed, Unjudged: errUnjudged}[outcome.Verdict])
	if outcome.Verdict == Answered {
		b.forget(place, c)
	}
}

// find looks a circuit up, and makes it if it is to be there.
func (b *MemoryBreaker) find(place Place, make bool) *circuit {
	b.mu.RLock()
	c := b.circuits[place]
	b.mu.RUnlock()
	if c != nil || !make {
		return c
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if c = b.circuits[place]; c != nil {
		return c
	}
	if len(b.circuits) >= b.options.MaxPlaces {
		b.dropOne()
	}
	c = b.newCircuit()
	b.circuits[place] = c
	b.known.Store(int64(len(b.circuits)))
	return c
}

// dropOne makes room: by one that is closed, if a few looks find one.
func (b *MemoryBreaker) dropOne() {
	looks := 0
	for place, c := range b.circuits {
		if looks++; looks > 8 || c.steps.State() == gobreaker.StateClosed {
			delete(b.circuits, place)
			return
		}
	}
}

// forget drops a circuit that has nothing against its place any more.
func (b *MemoryBreaker) forget(place Place, c *circuit) {
	if c == nil || c.steps.State() != gobreaker.StateClosed {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.circuits[place] == c && c.steps.Counts().ConsecutiveFailures == 0 {
		delete(b.circuits, place)
		b.known.Store(int64(len(b.circuits)))
	}
}

// States is the Breaker's.
func (b *MemoryBreaker) States() []BreakerState {
	b.mu.RLock()
	defer b.mu.RUnlock()
	states := make([]BreakerState, 0, len(b.circuits))
	for place, c := range b.circuits {
		states = append(states, c.state(place))
	}
	return states
}
