// Package gateway stands in front of every service: each upstream request is signed, held to its limits, retried
// where that is safe, and kept to the connector's own origin. It also holds the hub's in-process cache.
package gateway

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

var _ execute.Upstream = (*Gateway)(nil)

// Refresher renews the access token of an OAuth2 credential. rejected is the token that must no longer be used; if
// the stored one is already another, that one is the answer. The error is what the call fails with.
type Refresher interface {
	Refresh(ctx context.Context, target operations.Target, rejected string) (*operations.Credential, error)
}

// Options are the parts and settings of a Gateway. The zero value works, without refreshing tokens.
type Options struct {
	Transport     *Transport    // nil: NewTransport with no options
	Refresher     Refresher     // nil: tokens are not refreshed
	Limiter       Limiter       // nil: a MemoryLimiter
	Breaker       Breaker       // nil: a MemoryBreaker
	Overrides     Overrides     // nil: all limits are as declared
	Metrics       *Metrics      // nil: its own
	MaxTries      int           // of one request, default 4
	MaxRetryAfter time.Duration // a longer Retry-After is handed to the caller, not waited for; default 20 s
	UserAgent     string        // default "patchbay"

	Now   func() time.Time                                 // default time.Now
	Sleep func(ctx context.Context, d time.Duration) error // between tries; default a timer
}

// Gateway makes clients for services. It is safe for concurrent use.
type Gateway struct {
	transport     *Transport
	refresher     Refresher
	limiter       Limiter
	breaker       Breaker
	overrides     Overrides
	metrics       *Metrics
	plans         memo[planKey, *plan]
	limits        memo[limitsKey, *limits]
	underWay      memo[string, *atomic.Int64] // by the key of the narrowest bucket
	maxRetryAfter time.Duration
	userAgent     []string
	now           func() time.Time
	sleep         func(ctx context.Context, d time.Duration) error
	retrying      *retryablehttp.Client
}

// New makes a gateway.
func New(options Options) *Gateway {
	g := &Gateway{
		transport: options.Transport, refresher: options.Refresher, limiter: options.Limiter,
		breaker: options.Breaker, overrides: options.Overrides, metrics: options.Metrics,
		maxRetryAfter: options.MaxRetryAfter, userAgent: []string{"patchbay"}, now: options.Now, sleep: options.Sleep,
	}
	if g.transport == nil {
		g.transport = NewTransport(TransportOptions{})
	}
	if g.limiter == nil {
		g.limiter = NewMemoryLimiter(MemoryLimiterOptions{Spread: 100 * time.Millisecond})
	}
	if g.breaker == nil {
		g.breaker = NewMemoryBreaker(MemoryBreakerOptions{})
	}
	if g.metrics == nil {
		g.metrics = NewMetrics()
	}
	g.plans.most, g.limits.most, g.underWay.most = 10_000, 50_000, 50_000
	if g.maxRetryAfter == 0 {
		g.maxRetryAfter = 20 * time.Second
	}
	if options.UserAgent != "" {
		g.userAgent = []string{options.UserAgent}
	}
	if g.now == nil {
		g.now = time.Now
	}
	if g.sleep == nil {
		g.sleep = sleep
	}
	g.retrying = newRetrying(g, options.MaxTries)
	return g
}

// Close ends the connections nobody uses. Requests under way are not touched.
func (g *Gateway) Close() { g.transport.Close() }

// Client makes a client for the requests of one call. Its errors are *operations.Error; an answer of any status is
// not an error.
func (g *Gateway) Client(target operations.Target) operations.Doer {
	if target.Usage == nil {
		target.Usage = &operations.Usage{}
	}
	if target.Connector == nil {
		target.Connector = &operations.Connector{}
	}
	if target.Operation == nil {
		target.Operation = &operations.Spec{}
	}
	return &client{
		gateway: g, target: target, credential: target.Credential, plan: g.planOf(target.Connector, target.Operation, target.Credential),
	}
}

// Collectors are the gateway's metrics, to be registered once.
func (g *Gateway) Collectors() []prometheus.Collector {
	return append(g.metrics.Collectors(), newBreakers(g.breaker))
}

// Breakers lists the services that fail, by credential, in no order.
func (g *Gateway) Breakers() []BreakerState { return g.breaker.States() }
