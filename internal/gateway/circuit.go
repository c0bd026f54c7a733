package gateway

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/patchbay/patchbay/operations"
)

// circuit is the breaker of one place.
type circuit struct {
	steps *gobreaker.TwoStepCircuitBreaker[struct{}]

	mu      sync.Mutex
	failure string    // the last
	until   time.Time // it stays open
}

var (
	errFailed   = errors.New("failed")
	errUnjudged = errors.New("unjudged")
)

func (b *MemoryBreaker) newCircuit() *circuit {
	c := &circuit{}
	c.steps = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Interval:    time.Minute,
		Timeout:     b.options.OpenFor,
		ReadyToTrip: func(counts gobreaker.Counts) bool { return int(counts.ConsecutiveFailures) >= b.options.Failures },
		IsExcluded:  func(err error) bool { return err == errUnjudged },
		OnStateChange: func(_ string, _, to gobreaker.State) {
			if to == gobreaker.StateOpen {
				c.mu.Lock()
				defer c.mu.Unlock()
				c.until = time.Now().Add(b.options.OpenFor)
			}
		},
	})
	return c
}

func (c *circuit) refusal(place Place, failures int) *operations.Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := &operations.Error{Code: operations.CodeUpstreamUnreachable}
	until := "until a request that is under way shows whether it is back"
	if left := time.Until(c.until); left > 0 {
		e.RetryAfter = left
		until = "until " + c.until.UTC().Format(time.RFC3339)
	}
	e.Detail = fmt.Sprintf("requests to %s are held back %s, because it failed %d times in a row (%s); nothing was sent",
		place.Base.Origin(), until, failures, c.failure)
	return e
}

func (c *circuit) state(place Place) BreakerState {
	state := c.steps.State()
	s := BreakerState{
		Connector: place.Connector, Origin: place.Base.Origin(), Workspace: place.Workspace, Imported: place.Imported, Credential: place.Credential,
		State: strings.ReplaceAll(state.String(), "-", "_"), Failures: int(c.steps.Counts().ConsecutiveFailures),
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Reason = c.failure
	if state == gobreaker.StateOpen {
		s.Until = c.until
	}
	return s
}
