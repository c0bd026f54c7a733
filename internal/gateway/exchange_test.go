package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"
)

// TestMayHaveArrived: of a context that ended it cannot be known whether another goroutine still writes.
func TestMayHaveArrived(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		ctx             context.Context
		connected, sent bool
		want            bool
	}{
		{t.Context(), false, false, false}, {t.Context(), true, false, false}, {t.Context(), true, true, true},
		{ended, false, false, false}, {ended, true, false, true}, {ended, true, true, true},
	} {
		var x exchange
		x.connected.Store(test.connected)
		x.sent.Store(test.sent)
		if got := x.mayHaveArrived(test.ctx); got != test.want {
			t.Errorf("context %v, connected %t, sent %t: got %t", test.ctx.Err(), test.connected, test.sent, got)
		}
	}
}

func TestHindrance(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"its name is not known; check the connector's base URL": &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}},
		"its name could not be looked up":                       &net.OpError{Op: "dial", Err: &net.DNSError{IsTimeout: true}},
		"its certificate is not trusted":                        &tls.CertificateVerificationError{Err: errors.New("unknown authority")},
		"it refuses connections":                                &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		"it did not answer in time":                             &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded},
		"the connection broke before anything was sent":         errors.New("EOF"),
	} {
		if got := hindrance(fmt.Errorf("dialling: %w", err)); got != want {
			t.Errorf("hindrance(%v) = %q, want %q", err, got, want)
		}
	}
}

func TestBare(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	err := &url.Error{Op: "Get", URL: "https://a.example/?key=secret", Err: &url.Error{Op: "Get", URL: "https://a.example/?key=secret", Err: cause}}
	if got := bare(fmt.Errorf("sending: %w", err)); got != cause {
		t.Errorf("got %v", got)
	}
}
