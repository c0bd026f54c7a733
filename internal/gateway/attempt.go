package gateway

import (
	"io"
	"net/http"

	"github.com/patchbay/patchbay/operations"
)

// attempt is the http.RoundTripper below the retries: destination, limit, signature, then the wire. It must not have
// a CloseIdleConnections: the retrying client calls that after every failure, which would cut off everybody else.
type attempt struct{ gateway *Gateway }

// RoundTrip sends the request once, and once more with a new token if the service refuses the one it has. The
// refused request was not carried out, so that repeating a write is safe too.
func (a attempt) RoundTrip(request *http.Request) (*http.Response, error) {
	x := exchangeOf(request.Context())
	response, signed, err := a.once(x, request)
	if err != nil || response.StatusCode != http.StatusUnauthorized || signed == nil {
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
	response, _, err = a.once(x, again)
	return response, err
}

func (a attempt) once(x *exchange, request *http.Request) (*http.Response, *signature, error) {
	c := x.client
	limits := c.limitsOf(request.Method)
	waited, err := a.gateway.limiter.Acquire(request.Context(), limits.buckets, c.target.Priority)
	c.target.Usage.AddWait(waited)
	if err != nil {
		closeBody(request)
		return nil, nil, typed(request.Context(), err)
	}
	signature, err := c.sign(request.Context())
	if err != nil {
		closeBody(request)
		return nil, nil, err
	}
	out := request.WithContext(request.Context())
	out.Header = a.outgoing(request.Header, signature)
	response, err := a.send(x, out)
	if err != nil {
		return nil, nil, err
	}
	response.Request = request // not out: an operation is to see no secret
	if response.StatusCode == http.StatusTooManyRequests {
		now := a.gateway.now()
		if wait, ok := operations.RetryAfter(response.Header, now); ok {
			a.gateway.limiter.Pause(request.Context(), limits.pause, now.Add(wait))
		}
	}
	return response, signature, nil
}

func (a attempt) send(x *exchange, request *http.Request) (*http.Response, error) {
	usage, now := x.client.target.Usage, a.gateway.now
	usage.Requests.Add(1)
	start := now()
	response, err := a.gateway.transport.of(x.client.target.Trusted).RoundTrip(request)
	usage.AddUpstream(now().Sub(start))
	if err != nil {
		return nil, err
	}
	response.Body = bound(response, a.gateway.transport.maxBody, x)
	return response, nil
}

// outgoing makes the headers that go out: the caller's, over which the signature's win.
func (a attempt) outgoing(given http.Header, signature *signature) http.Header {
	header := canonical(given)
	header.Del("Accept-Encoding") // the transport asks for gzip itself and takes it off
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
