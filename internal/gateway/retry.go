package gateway

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/patchbay/patchbay/operations"
)

// The waits between tries where the service names none: exponential, with full jitter.
const (
	backoffBase = 100 * time.Millisecond
	backoffCap  = 5 * time.Second
)

// newRetrying makes the client that all requests share. It decides by exchange.again; the waiting is done in
// PrepareRetry rather than in Backoff, since that one knows the request.
func newRetrying(g *Gateway, maxTries int) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient: &http.Client{Transport: attempt{gateway: g}, CheckRedirect: followRedirect},
		RetryMax:   max(cmp.Or(maxTries, 4), 1) - 1,
		CheckRetry: func(ctx context.Context, response *http.Response, err error) (bool, error) {
			return exchangeOf(ctx).again(ctx, response, err), nil
		},
		Backoff: func(time.Duration, time.Duration, int, *http.Response) time.Duration { return 0 },
		PrepareRetry: func(request *http.Request) error {
			return exchangeOf(request.Context()).beforeRetry(request)
		},
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// again decides after a try whether there is to be another, and sets the wait before it. An answer that is not
// tried again is the caller's to judge.
func (x *exchange) again(ctx context.Context, response *http.Response, err error) bool {
	x.tries++
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		x.wait = x.backoff()
		return x.mayRepeat(ctx, err) && x.affordable(ctx, x.wait)
	}
	if !x.refused(response) {
		return false
	}
	now := x.client.gateway.now()
	asked, ok := operations.RetryAfter(response.Header, now)
	if !ok {
		x.wait = x.backoff()
		return x.affordable(ctx, x.wait)
	}
	x.wait = asked + rand.N(max(asked/10, backoffBase))
	return asked <= x.client.gateway.maxRetryAfter && x.affordable(ctx, x.wait)
}

// settles tells whether an answer is neither a redirect nor one after which the request may be sent again.
func (x *exchange) settles(response *http.Response) bool {
	switch status := response.StatusCode; {
	case status >= 300 && status < 400, status >= 500, status == http.StatusTooManyRequests:
		return false
	default:
		return true
	}
}

// refused tells whether an answer means that the same request may do better later.
func (x *exchange) refused(response *http.Response) bool {
	if !x.safe && x.redirectedAway(response) {
		return false
	}
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable: // it was not carried out
		return true
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return x.safe
	case http.StatusInternalServerError:
		first := !x.repeated
		x.repeated = true
		return x.safe && first
	default:
		return false
	}
}

// mayRepeat tells whether the request may be sent again after an error: not if the hub itself refused it, if trying
// again cannot help, or if a write may have arrived.
func (x *exchange) mayRepeat(ctx context.Context, err error) bool {
	var (
		own         *operations.Error
		unknownName *net.DNSError
		certificate *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &own):
		return false
	case errors.As(err, &unknownName) && unknownName.IsNotFound, errors.As(err, &certificate):
		return false
	default:
		return x.safe || !x.mayHaveArrived(ctx)
	}
}

// backoff is a wait for the tries so far.
func (x *exchange) backoff() time.Duration {
	return rand.N(min(backoffBase<<(x.tries-1), backoffCap)) + 1
}

// affordable tells whether the call has time for a wait.
func (x *exchange) affordable(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || x.client.gateway.now().Add(wait).Before(deadline)
}

// beforeRetry waits and makes the request ready to be sent again.
func (x *exchange) beforeRetry(request *http.Request) error {
	x.connected.Store(false)
	x.sent.Store(false)
	g, usage := x.client.gateway, x.client.target.Usage
	start := g.now()
	err := g.sleep(request.Context(), x.wait)
	usage.AddWaitFor("retry", g.now().Sub(start))
	if err != nil {
		return err
	}
	usage.Retries.Add(1)
	x.client.plan.meters.retries.Inc()
	return rewind(request)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
