package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/patchbay/patchbay/internal/gateway/wire"
)

// TransportOptions are the settings of a Transport. The zero value works.
type TransportOptions struct {
	AllowNetworks []netip.Prefix // private networks that connectors may reach all the same
	MaxBodyBytes  int64          // of one answer, decompressed; default 32 MiB
	RootCAs       *x509.CertPool // nil: the system's
	OnlyStandard  bool           // everything goes by net/http's transport
}

// Transport holds the connections to all services: one pool for guarded destinations and one for those the operator
// has named himself. It is safe for concurrent use.
type Transport struct {
	guarded, trusted *road
	maxBody          int64
}

// NewTransport makes a transport.
func NewTransport(options TransportOptions) *Transport {
	t := &Transport{maxBody: options.MaxBodyBytes}
	if t.maxBody == 0 {
		t.maxBody = 32 << 20
	}
	t.guarded = newRoad(options, newNetworks(options.AllowNetworks).control)
	t.trusted = newRoad(options, nil)
	return t
}

type control func(ctx context.Context, network, address string, conn syscall.RawConn) error

// newRoad sets what the standard transport lacks: connections kept per host beyond two, and bounds. A proxy from the
// environment would undo the guard. The time for an answer is bounded by the call's context.
func newRoad(options TransportOptions, check control) *road {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, ControlContext: check}
	secured := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: options.RootCAs}
	r := &road{standard: &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        secured,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  3 * time.Minute,
		ExpectContinueTimeout:  time.Second,
		MaxIdleConns:           1024,
		MaxIdleConnsPerHost:    128,
		MaxConnsPerHost:        256,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 10 * time.Second},
	}}
	if !options.OnlyStandard {
		r.direct = wire.New(wire.Options{Dial: dialer.DialContext, TLS: secured})
	}
	r.plain.most = 10_000
	return r
}

func (t *Transport) of(trusted bool) *road {
	if trusted {
		return t.trusted
	}
	return t.guarded
}

// HTTPClient makes a plain client over the shared connections, for requests that are not a connector's own, such as
// those for tokens. It does not sign, limit or retry, follows no redirect, and bounds time and answer. trusted says
// that the operator named the destination himself: it may be a private address.
func (t *Transport) HTTPClient(trusted bool) *http.Client {
	return &http.Client{
		Transport:     bounded{transport: t.of(trusted), maxBody: t.maxBody},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       30 * time.Second,
	}
}

// Close ends the connections nobody uses.
func (t *Transport) Close() {
	t.guarded.close()
	t.trusted.close()
}
