package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"syscall"

	"github.com/patchbay/patchbay/operations"
)

// fault makes an error of a try the caller's. Its text names the origin at most: a url.Error would show the query.
func (x *exchange) fault(ctx context.Context, err error) *operations.Error {
	var own *operations.Error
	if errors.As(err, &own) {
		return own
	}
	err = bare(err)
	switch {
	case !x.safe && x.mayHaveArrived(ctx):
		return outcomeUnknown(reason(ctx, err), err)
	case errors.Is(ctx.Err(), context.Canceled):
		return canceled(err)
	case ctx.Err() != nil:
		return timedOut(err)
	case !x.connected.Load():
		return x.unreachable(err)
	case isTimeout(err):
		return timedOut(err)
	case !x.safe:
		return x.unreachable(err)
	default:
		return brokenOff(err)
	}
}

// bodyFault makes an error of reading an answer's body the caller's. A write that was refused was not done, however
// its answer ends.
func (x *exchange) bodyFault(ctx context.Context, status int, err error) error {
	var own *operations.Error
	refused := status >= 400 && status < 500
	switch {
	case errors.As(err, &own):
		return own
	case !x.safe && !refused:
		return outcomeUnknown(reason(ctx, err), err)
	case errors.Is(ctx.Err(), context.Canceled):
		return canceled(err)
	case ctx.Err() != nil || isTimeout(err):
		return timedOut(err)
	default:
		return brokenOff(err)
	}
}

// lostTrack is the error of a write that the service redirected to something that then failed.
func (x *exchange) lostTrack(response *http.Response) error {
	if x.safe || response.StatusCode < 400 || !x.redirectedAway(response) {
		return nil
	}
	return outcomeUnknown("the page that it was redirected to answered "+http.StatusText(response.StatusCode), nil)
}

// heldBack is the error of a request that the hub did not send: of a write that the service has redirected to another
// page, that page says what came of it, and the write itself was sent.
func (x *exchange) heldBack(request *http.Request, err *operations.Error) *operations.Error {
	if x.safe || request.Response == nil || request.Method == x.method {
		return err
	}
	return outcomeUnknown("the page that it was redirected to could not be asked ("+err.Detail+")", err)
}

func (x *exchange) unreachable(err error) *operations.Error {
	return &operations.Error{
		Code: operations.CodeUpstreamUnreachable, Err: err,
		Detail: "no connection to the service at " + x.client.target.Base.Origin() + " could be made: " + hindrance(err),
	}
}

func hindrance(err error) string {
	var (
		name        *net.DNSError
		certificate *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return "its name is not known; check the connector's base URL"
	case errors.As(err, &name):
		return "its name could not be looked up"
	case errors.As(err, &certificate):
		return "its certificate is not trusted"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "it refuses connections"
	case isTimeout(err):
		return "it did not answer in time"
	default:
		return "the connection broke before anything was sent"
	}
}

func outcomeUnknown(reason string, err error) *operations.Error {
	return &operations.Error{
		Code:   operations.CodeOutcomeUnknown,
		Detail: "the write was sent, but " + reason + ": it may have been done; look before you repeat it",
		Err:    err,
	}
}

func reason(ctx context.Context, err error) string {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return "the caller left before the answer came"
	case ctx.Err() != nil || isTimeout(err):
		return "no answer came in time"
	default:
		return "the service broke off before its answer was complete"
	}
}

func canceled(err error) *operations.Error {
	return &operations.Error{Code: operations.CodeCanceled, Detail: "the caller left before the answer came", Err: err}
}

func timedOut(err error) *operations.Error {
	return &operations.Error{Code: operations.CodeUpstreamTimeout, Detail: "the service did not answer in time", Err: err}
}

func brokenOff(err error) *operations.Error {
	return &operations.Error{
		Code: operations.CodeUpstreamFailed, Detail: "the service broke off before its answer was complete, or sent no HTTP", Err: err,
	}
}

// bare takes the URL off an error.
func bare(err error) error {
	var located *url.Error
	for errors.As(err, &located) {
		err = located.Err
	}
	return err
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
