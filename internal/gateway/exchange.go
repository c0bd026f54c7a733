package gateway

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// maxRequestBody bounds, in bytes, a body that must be read whole so that it can be sent again.
const maxRequestBody = 32 << 20

// exchange is one request on its way: what its tries and their redirects share. It travels in the context, since
// the retrying client and the http.Client are shared by all requests.
type exchange struct {
	client *client
	method string
	safe   bool // repeating it changes nothing at the service

	first    *outcome      // of the first try, until the retrying client is told
	tries    int           // finished
	repeated bool          // one answer of 500 has been met by a repetition
	wait     time.Duration // before the next try

	connected atomic.Bool // this try had a connection to send on
	sent      atomic.Bool // this try's headers went out
}

// outcome is what a try came to.
type outcome struct {
	response *http.Response
	err      error
}

type exchangeKey struct{}

func newExchange(c *client, request *http.Request) *exchange {
	x := &exchange{client: c, method: request.Method}
	switch request.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions:
		x.safe = true
	default:
		x.safe = c.target.Operation.Effect == operations.EffectRead
	}
	return x
}

// Connected is the wire.Watcher's.
func (x *exchange) Connected() { x.connected.Store(true) }

// Sent is the wire.Watcher's.
func (x *exchange) Sent() { x.sent.Store(true) }

func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// repeatable gives a request whose body can be sent again: the one that is given, unless its body has to be read for that.
func repeatable(request *http.Request) (*http.Request, error) {
	if request.Body == nil || request.Body == http.NoBody || request.GetBody != nil {
		return request, nil
	}
	defer request.Body.Close()
	body, err := io.ReadAll(io.LimitReader(request.Body, maxRequestBody+1))
	if err != nil {
		return nil, operations.AsError(fmt.Errorf("reading the body of the request: %w", err))
	}
	if len(body) > maxRequestBody {
		return nil, operations.Errorf(operations.CodeTooLarge, "the body of the request is larger than %d bytes", maxRequestBody)
	}
	copied := *request
	copied.ContentLength = int64(len(body))
	copied.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return &copied, rewind(&copied)
}

// with gives the request with x in its context.
func (x *exchange) with(request *http.Request) *http.Request {
	return request.WithContext(context.WithValue(request.Context(), exchangeKey{}, x))
}

// rewind gives the request a body that has not been read.
func rewind(request *http.Request) error {
	if request.GetBody == nil {
		return nil
	}
	body, err := request.GetBody()
	if err != nil {
		return operations.AsError(fmt.Errorf("reading the body of the request again: %w", err))
	}
	request.Body = body
	return nil
}

// mayHaveArrived tells whether the service may have got this try's request. Where the context ended, another
// goroutine may still be writing, so that having a connection counts.
func (x *exchange) mayHaveArrived(ctx context.Context) bool {
	return x.sent.Load() || ctx.Err() != nil && x.connected.Load()
}

// redirectedAway tells whether a redirect turned the request into another method: the service has then done with
// the first what it was to do.
func (x *exchange) redirectedAway(response *http.Response) bool {
	return response != nil && response.Request != nil && response.Request.Method != x.method && x.method != ""
}
