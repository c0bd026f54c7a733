// Package gateway stands in front of every service: each upstream request is signed, held to its limits, retried
// where that is safe, and kept to the connector's own origin. It also holds the hub's in-process cache.
package gateway

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"

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
	Limiter       Limiter       // nil: NewMemoryLimiter with no options
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
		maxRetryAfter: options.MaxRetryAfter, userAgent: []string{"patchbay"}, now: options.Now, sleep: options.Sleep,
	}
	if g.transport == nil {
		g.transport = NewTransport(TransportOptions{})
	}
	if g.limiter == nil {
		g.limiter = NewMemoryLimiter(MemoryLimiterOptions{})
	}
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
	return &client{gateway: g, target: target, credential: target.Credential}
}

// client sends the requests of one call.
type client struct {
	gateway *Gateway
	target  operations.Target

	mu         sync.Mutex
	credential *operations.Credential // the newest
	signature  *signature             // made of credential; nil: not yet
	early      bool                   // a refresh ahead of expiry was tried
	asked      bool                   // a refresh after a refusal was tried
	limits     limits                 // for limits.method
}

// Do sends a request, as often as its policy allows.
func (c *client) Do(request *http.Request) (*http.Response, error) {
	if err := c.admit(request); err != nil {
		closeBody(request)
		return nil, err
	}
	x := newExchange(c, request)
	prepared, err := x.prepare(request)
	if err != nil {
		return nil, err
	}
	response, err := c.gateway.retrying.Do(&retryablehttp.Request{Request: prepared})
	if err == nil {
		err = x.lostTrack(response)
	}
	if err != nil {
		if response != nil {
			_ = response.Body.Close()
		}
		return nil, x.fault(request.Context(), err)
	}
	return response, nil
}

func closeBody(request *http.Request) {
	if request.Body != nil {
		_ = request.Body.Close()
	}
}
