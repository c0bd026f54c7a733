package redis

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Status tells whether the limits are shared.
type Status struct {
	Degraded bool // Redis is out of reach: this node gives out its share by itself
	Since    time.Time
	Reason   string
	Nodes    int // that share the limits
}

// health is what is known of Redis.
type health struct {
	down atomic.Bool

	mu        sync.Mutex
	since     time.Time
	reason    string
	suspects  map[string]bool // keys with which it failed
	returned  time.Time
	flaps     int // failures soon after one another
	recovered chan struct{}
}

const (
	// maxSuspects bounds how many keys are tried before Redis is trusted again.
	maxSuspects = 16
	// tryAgain is how long to wait before a Redis is tried again that has failed. It doubles each time that it fails
	// soon after it was back, since each failure costs somebody a wait: up to sixteenfold.
	tryAgain = 50 * time.Millisecond
	maxFlaps = 4
	soon     = 5 * time.Second
)

func (h *health) degraded() bool { return h.down.Load() }

// back is a channel that tells once that Redis is back.
func (h *health) back() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.recovered == nil {
		h.recovered = make(chan struct{}, 1)
	}
	return h.recovered
}

func (h *health) fail(reason string, keys ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.down.Load() {
		h.since, h.suspects = time.Now(), map[string]bool{}
		if h.since.Sub(h.returned) < soon {
			h.flaps = min(h.flaps+1, maxFlaps)
		} else {
			h.flaps = 0
		}
	}
	h.reason = reason
	for _, key := range keys {
		if len(h.suspects) < maxSuspects {
			h.suspects[key] = true
		}
	}
	h.down.Store(true)
}

func (h *health) recover() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.down.Store(false)
	h.returned = time.Now()
	if h.recovered != nil {
		select {
		case h.recovered <- struct{}{}:
		default:
		}
	}
}

// pause is how long to wait before Redis is tried again.
func (h *health) pause() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return tryAgain << h.flaps
}

func (h *health) keys() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.suspects))
}

// Status tells whether the limits are shared now.
func (l *Limiter) Status() Status {
	l.health.mu.Lock()
	defer l.health.mu.Unlock()
	s := Status{Degraded: l.health.down.Load(), Nodes: int(l.nodes())}
	if s.Degraded {
		s.Since, s.Reason = l.health.since, l.health.reason
	}
	return s
}

// fail goes on without Redis, until the keeper finds it well again.
func (l *Limiter) fail(err error, r *request) {
	var keys []string
	if r != nil {
		r.unsure = true
		for _, b := range r.books {
			keys = append(keys, b.state)
		}
	}
	l.health.fail("Redis is "+string(classOf(err)), keys...)
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
