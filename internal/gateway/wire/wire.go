// Package wire sends HTTP/1.1 requests in the goroutine of whoever asks: it writes the request, then reads the answer.
// net/http's own transport hands each request to two further goroutines and back, which costs more than all the rest of
// a small call. Requests are written as net/http writes them.
//
// Plain answers are read here: those whose head has arrived whole and holds nothing but a status, fields of visible ASCII
// and one length. All others, with everything about HTTP that takes judgement, are net/http's parser's to read, which
// finds them untouched. What is plain comes out as net/http would have it; the tests hold each against the other.
//
// It is for small requests only, whose body fits into the buffers between here and the service: nobody reads an answer
// while the request is being written. Takes tells which those are; the others are net/http's.
//
// Why not fasthttp's client: of the time saved most is the hand-over, which both save. For the rest one would give up that
// a connection the service has closed is noticed before a write is sent on it (it would then not be known whether the
// write was done), the end of a context, a bound on headers that is not a buffer of that size on each connection, and
// net/http's care with what a hostile service sends.
package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options are the parts and bounds of a Transport. Dial is required; of the others zero is the default.
type Options struct {
	Dial           func(ctx context.Context, network, address string) (net.Conn, error)
	TLS            *tls.Config
	Handshake      time.Duration // for TLS; default 10 s
	Answer         time.Duration // for a request and the headers of its answer, where the context has no deadline; default 3 min
	Idle           time.Duration // within which a connection nobody uses is closed, after three quarters of it at least; default 90 s
	MaxHeaderBytes int           // of an answer, interim ones included; default 256 KiB
	MaxIdle        int           // connections nobody uses, in all; default 1,024
	MaxIdlePerHost int           // default 128
	MaxPerHost     int           // connections to one host; whoever wants another waits; default 256
}

// MaxBody bounds, in bytes, the bodies of requests: what a socket surely takes while nobody reads on the other side.
const MaxBody = 16 << 10

// Transport keeps connections and sends requests on them. It is safe for concurrent use.
type Transport struct {
	options  Options
	pool     pool
	messages sync.Pool // *message, of which no bytes are needed any more
}

// Watcher is told how far a request has come.
type Watcher interface {
	Connected() // there is a connection to send it on
	Sent()      // its headers go out
}

// New makes a transport.
func New(options Options) *Transport {
	options.TLS = cloneOrNew(options.TLS)
	options.TLS.NextProtos = []string{"http/1.1"}
	for _, d := range []struct {
		is *time.Duration
		by time.Duration
	}{{&options.Handshake, 10 * time.Second}, {&options.Answer, 3 * time.Minute}, {&options.Idle, 90 * time.Second}} {
		if *d.is == 0 {
			*d.is = d.by
		}
	}
	for _, n := range []struct {
		is *int
		by int
	}{{&options.MaxHeaderBytes, 256 << 10}, {&options.MaxIdle, 1024}, {&options.MaxIdlePerHost, 128}, {&options.MaxPerHost, 256}} {
		if *n.is == 0 {
			*n.is = n.by
		}
	}
	t := &Transport{options: options, messages: sync.Pool{New: func() any { return &message{} }}}
	t.pool.init(&t.options)
	return t
}

func cloneOrNew(config *tls.Config) *tls.Config {
	if config == nil {
		return &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return config.Clone()
}

// Send sends a request that Takes has accepted, as an http.RoundTripper does. One that finds its connection closed before
// anything was sent, or, if it may be repeated, before anything was answered, is sent again on another. An end of the
// context ends it; one that has a method Interrupt(f func()) (stop func() bool), which calls f in a goroutine of its own
// once the context ends before its deadline, need begin no timer for it. watcher may be nil.
func (t *Transport) Send(request *http.Request, watcher Watcher) (*http.Response, error) {
	m, err := t.compose(request)
	if err != nil {
		return nil, err
	}
	defer t.keep(m)
	ctx, host := request.Context(), hostOf(request.URL)
	for {
		if err := ended(ctx); err != nil {
			return nil, err
		}
		c, err := t.pool.get(ctx, host)
		if err != nil {
			return nil, err
		}
		response, err := c.roundTrip(request, m, watcher)
		if err == nil {
			return response, nil
		}
		if _, stale := errors.AsType[*staleError](err); !stale {
			return nil, err
		}
	}
}

// Close closes the connections that nobody uses.
func (t *Transport) Close() { t.pool.closeIdle(func(*conn) bool { return true }) }
