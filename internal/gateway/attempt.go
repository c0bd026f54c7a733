package gateway

import (
	"context"
	"io"
	"net/http"
	"slices"

	"github.com/patchbay/patchbay/operations"
)

// attempt is the http.RoundTripper below the retries: limit, breaker, signature, then the wire. It must not have
// a CloseIdleConnections: the retrying client calls that after every failure, which would cut off everybody else.
type attempt struct{ gateway *Gateway }

// RoundTrip sends the request once, and once more with a new token if the service refuses the one it has. The
// refused request was not carried out, so that repeating a write is safe too.
func (a attempt) RoundTrip(request *http.Request) (*http.Response, error) {
	x := exchangeOf(request.Context())
	if x.first != nil {
		first := x.first
		x.first = nil
		return first.response, first.err
	}
	return a.try(x, request)
}

func (a attempt) try(x *exchange, request *http.Request) (*http.Response, error) {
	response, signed, err := a.once(x, request)
	if err != nil || signed == nil || !x.client.rejected(response) {
		return response, err
	}
	renewed, err := x.client.renew(request.Context(), signed.token)
	if err != nil {
		_ = response.Body.Close()
		return nil, err
	}
	if !renewed {
		return response, nil
	}
	drain(response.Body)
	again := request.WithContext(request.Context())
	if err := rewind(again); err != nil {
		return nil, err
	}
	x.client.target.Usage.Retries.Add(1)
	x.client.plan.meters.retries.Inc()
	response, _, err = a.once(x, again)
	return response, err
}

// once takes the request's places and gives them back when its answer has been read, or at once if it failed.
func (a attempt) once(x *exchange, request *http.Request) (*http.Response, *signature, error) {
	ctx, c := request.Context(), x.client
	limits := c.limitsOf(request)
	ticket, err := a.gateway.breaker.Allow(c.place())
	if err != nil {
		closeBody(request)
		return nil, nil, x.heldBack(request, typed(ctx, err))
	}
	grant, err := a.acquire(ctx, c, limits)
	var signature *signature
	if err == nil {
		signature, err = c.signatureFor(ctx, request.URL)
	}
	if err != nil {
		grant.Release()
		a.gateway.breaker.Report(c.place(), ticket, Outcome{Verdict: Unjudged})
		closeBody(request)
		return nil, nil, x.heldBack(request, typed(ctx, err))
	}
	out := *request
	out.Header = a.outgoing(request.Header, signature)
	limits.underWay.Add(1)
	response, err := a.send(x, &out, ticket, grant)
	others := limits.underWay.Add(-1)
	if err != nil {
		return nil, nil, err
	}
	response.Request = request // not out: an operation is to see no secret
	a.gateway.learn(ctx, limits, c.plan.meters, response, int(others))
	return response, signature, nil
}

// acquire waits for the limits of a request, and counts the wait.
func (a attempt) acquire(ctx context.Context, c *client, limits *limits) (Grant, error) {
	grant, err := a.gateway.limiter.Acquire(ctx, limits.buckets, c.target.Priority)
	c.waited(grant)
	if err != nil {
		fault := typed(ctx, err)
		if fault.Code == operations.CodeRateLimited {
			c.plan.meters.limit(grant.Bucket).refusals.Inc()
		}
		return Grant{}, fault
	}
	return grant, nil
}

func (a attempt) send(x *exchange, request *http.Request, ticket Ticket, grant Grant) (*http.Response, error) {
	c, now := x.client, a.gateway.now
	c.target.Usage.Requests.Add(1)
	start := now()
	response, err := a.gateway.transport.of(c.target.Trusted && c.target.Base.Owns(request.URL)).send(request, x)
	took := now().Sub(start)
	c.target.Usage.AddUpstream(took)
	if err != nil {
		grant.Release()
		outcome, of := x.judge(request.Context(), err, took)
		c.plan.meters.requests[of].Inc()
		a.gateway.breaker.Report(c.place(), ticket, outcome)
		return nil, err
	}
	c.plan.meters.requests[classOf(response.StatusCode)].Inc()
	a.gateway.breaker.Report(c.place(), ticket, judgeStatus(response.StatusCode))
	release := grant.releaseWith(request.Context())
	response.Body = bound(response, a.gateway.transport.maxBody, x, release)
	return response, nil
}

// releaseWith gives what releases the grant when the answer has been read; the end of the call does so too, in case an
// operation leaves an answer open. Nil: there is nothing to release.
func (g Grant) releaseWith(ctx context.Context) func() {
	if !g.Holds() {
		return nil
	}
	stop := context.AfterFunc(ctx, g.Release)
	return func() {
		stop()
		g.Release()
	}
}

// outgoing makes the headers that go out: the caller's, every name in its usual spelling so that none is there twice, over
// which the signature's win. Nobody changes the values.
func (a attempt) outgoing(given http.Header, signature *signature) http.Header {
	header := make(http.Header, len(given)+2)
	for name, values := range given {
		if !isUsual(name) {
			name = http.CanonicalHeaderKey(name)
		}
		if other := header[name]; other != nil {
			values = slices.Concat(other, values)
		}
		header[name] = values
	}
	delete(header, "Accept-Encoding") // the transport asks for gzip itself and takes it off
	if _, ok := header["User-Agent"]; !ok {
		header["User-Agent"] = a.gateway.userAgent
	}
	if signature != nil {
		signature.apply(header)
	}
	return header
}

// drain reads what is left of a short body, so that its connection can be used again.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 64<<10)
	_ = body.Close()
}
