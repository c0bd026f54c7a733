package gateway

import (
	"net/http"
	"net/http/httptrace"
	"time"

	"github.com/patchbay/patchbay/internal/gateway/wire"
)

// road is the way to services of one kind. Small requests go directly where the service speaks HTTP/1.1; all others, and
// all to services that speak HTTP/2, go by the standard transport.
type road struct {
	standard *http.Transport
	direct   *wire.Transport         // nil: everything goes by the standard one
	plain    memo[string, time.Time] // https hosts that want no HTTP/2, and when they last said so
}

// plainFor is how long a host is believed to want no HTTP/2.
const plainFor = 10 * time.Minute

// RoundTrip sends the request once.
func (r *road) RoundTrip(request *http.Request) (*http.Response, error) { return r.send(request, nil) }

// send sends the request once. x, unless nil, is told how far it has come.
func (r *road) send(request *http.Request, x *exchange) (*http.Response, error) {
	if r.direct == nil || !wire.Takes(request) {
		return r.sendStandard(request, x)
	}
	if said, known := r.plain.get(request.URL.Host); request.URL.Scheme == "http" || known && time.Since(said) < plainFor {
		if x == nil {
			return r.direct.Send(request, nil)
		}
		return r.direct.Send(request, x)
	}
	response, err := r.sendStandard(request, x)
	if err == nil && response.ProtoMajor == 1 {
		r.plain.put(request.URL.Host, time.Now())
	}
	return response, err
}

func (r *road) sendStandard(request *http.Request, x *exchange) (*http.Response, error) {
	if x != nil {
		request = request.WithContext(httptrace.WithClientTrace(request.Context(), &httptrace.ClientTrace{
			GotConn: func(httptrace.GotConnInfo) { x.Connected() }, WroteHeaders: x.Sent,
		}))
	}
	return r.standard.RoundTrip(request)
}

func (r *road) close() {
	r.standard.CloseIdleConnections()
	if r.direct != nil {
		r.direct.Close()
	}
}
