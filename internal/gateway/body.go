package gateway

import (
	"context"
	"io"
	"net/http"

	"github.com/patchbay/patchbay/operations"
)

// bounded is a transport whose answers have a bound and nothing else.
type bounded struct {
	transport http.RoundTripper
	maxBody   int64
}

// RoundTrip sends the request once.
func (b bounded) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := b.transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	response.Body = bound(response, b.maxBody, nil, nil)
	return response, nil
}

// bound puts a bound on an answer's body. x, unless nil, is told the time and judges the errors of reading; release,
// unless nil, is called when the body has been read to its end, failed or been closed.
func bound(response *http.Response, most int64, x *exchange, release func()) io.ReadCloser {
	if response.Body == http.NoBody {
		if release != nil {
			release()
		}
		return response.Body
	}
	b := &body{
		ReadCloser: response.Body, left: most, tooLarge: response.ContentLength > most, exchange: x, status: response.StatusCode,
		release: release,
	}
	if response.Request != nil {
		b.ctx = response.Request.Context()
	}
	return b
}

// body is an answer's body with a bound, counted after decompression.
type body struct {
	io.ReadCloser
	left     int64
	tooLarge bool
	exchange *exchange
	status   int
	ctx      context.Context // of the request: reading is a part of it
	release  func()          // nil: nothing is held
}

// Close closes the body.
func (b *body) Close() error {
	if b.release != nil {
		b.release()
	}
	return b.ReadCloser.Close()
}

// Read reads up to the bound. Beyond it the error is operations.CodeTooLarge.
func (b *body) Read(p []byte) (int, error) {
	if b.tooLarge {
		return 0, operations.Errorf(operations.CodeTooLarge, "the service's answer is larger than the hub takes; ask for less at once")
	}
	n, err := b.read(p[:min(int64(len(p)), b.left+1)])
	if b.left -= int64(n); b.left < 0 {
		b.tooLarge = true
		return n - 1, nil
	}
	if err != nil && b.release != nil {
		b.release()
	}
	if err != nil && err != io.EOF && b.exchange != nil {
		return n, b.exchange.bodyFault(b.ctx, b.status, err)
	}
	return n, err
}

func (b *body) read(p []byte) (int, error) {
	if b.exchange == nil {
		return b.ReadCloser.Read(p)
	}
	c := b.exchange.client
	start := c.gateway.now()
	n, err := b.ReadCloser.Read(p)
	c.target.Usage.AddUpstream(c.gateway.now().Sub(start))
	return n, err
}
