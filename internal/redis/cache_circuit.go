package redis

import (
	"context"
	"errors"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/sony/gobreaker/v2"
)

// maxFaults is after how many faults in a row Redis is left alone for a while.
const maxFaults = 3

// fetchPatience is how many times longer Redis may take where the answer decides whether a service is asked: going on
// without it costs more than waiting.
const fetchPatience = 5

// cacheCircuit keeps calls from waiting for a Redis that is not well.
type cacheCircuit struct {
	steps *gobreaker.TwoStepCircuitBreaker[struct{}]

	mu     sync.Mutex
	reason string // of the last fault
	since  time.Time
}

func newCacheCircuit(openFor time.Duration) *cacheCircuit {
	circuit := &cacheCircuit{}
	circuit.steps = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Timeout:     openFor,
		ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= maxFaults },
		OnStateChange: func(_ string, from, _ gobreaker.State) {
			if from == gobreaker.StateClosed {
				circuit.mu.Lock()
				defer circuit.mu.Unlock()
				circuit.since = time.Now()
			}
		},
	})
	return circuit
}

func (c *cacheCircuit) open() bool { return c.steps.State() != gobreaker.StateClosed }

func (c *cacheCircuit) blame(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reason = "Redis is " + string(classOf(err))
}

// trip does something at Redis, unless it has failed lately.
func (c *Cache) trip(ctx context.Context, name string, do func(context.Context) error) error {
	report, err := c.circuit.steps.Allow()
	if err != nil {
		return err
	}
	if err = c.bounded(ctx, name, do); err != nil {
		c.circuit.blame(err)
	}
	report(err)
	return err
}

// bounded does something at Redis within the bound. The caller of the hub may leave meanwhile: what was begun is brought
// to its end.
func (c *Cache) bounded(ctx context.Context, name string, do func(context.Context) error) error {
	most := c.options.Slow
	if name == "lease" || name == "set" || name == "release" {
		most *= fetchPatience
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), most)
	defer cancel()
	began := time.Now()
	err := do(ctx)
	if errors.Is(err, goredis.Nil) {
		err = nil
	}
	c.metrics.trip(name, time.Since(began), err)
	return err
}

// CacheStatus tells how the cache stands.
type CacheStatus struct {
	Degraded  bool      // Redis has failed: nothing is found and nothing kept
	Since     time.Time // of Degraded
	Reason    string    // of the last fault, if Degraded
	Listening bool      // messages of other nodes are heard, so that the tier in the process is used
	Owed      int       // invalidations of which Redis has still to be told
}

// Status tells how the cache stands now.
func (c *Cache) Status() CacheStatus {
	s := CacheStatus{Degraded: c.circuit.open(), Listening: c.ear.epoch.Load() != 0, Owed: c.debts.len()}
	c.circuit.mu.Lock()
	defer c.circuit.mu.Unlock()
	if s.Degraded {
		s.Since, s.Reason = c.circuit.since, c.circuit.reason
	}
	return s
}
