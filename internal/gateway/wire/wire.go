// Package wire sends HTTP/1.1 requests in the goroutine of whoever asks: it writes the request, then reads the answer.
// net/http's own transport hands each request to two further goroutines and back, which costs more than all the rest of
// a small call. What is written and what is read goes through net/http's own writer and parser, so that both are as strict
// as there.
//
// It is for small requests only, whose body fits into the buffers between here and the service: nobody reads an answer
// while the request is being written. Takes tells which those are; the others are net/http's.
//
// Why not fasthttp's client: of the time saved most is the hand-over, which both save; what its parser saves on top is
// 2 µs of a call. For it one would give up that a connection the service has closed is noticed before a write is sent on
// it (it would then not be known whether the write was done), the end of a context, a bound on headers that is not a
// buffer of that size on each connection, and net/http's care with what a hostile service sends.
package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options are the parts and bounds of a Transport. Dial is required; of the others zero is the default.
type Options struct {
	Dial           func(ctx context.Context, network, address string) (net.Conn, error)
	TLS            *tls.Config
	Handshake      time.Duration // for TLS; default 10 s
	Answer         time.Duration // for the headers of an answer, where the context has no deadline; default 3 min
	Idle           time.Duration // after which a connection nobody uses is closed; default 90 s
	MaxHeaderBytes int           // of an answer, interim ones included; default 256 KiB
	MaxIdle        int           // connections nobody uses, in all; default 1,024
	MaxIdlePerHost int           // default 128
	MaxPerHost     int           // connections to one host; whoever wants another waits; default 256
}

// MaxBody bounds, in bytes, the bodies of requests: what a socket surely takes while nobody reads on the other side.
const MaxBody = 16 << 10

// Transport keeps connections and sends requests on them. It is safe for concurrent use.
type Transport struct {
	options Options
	pool    pool
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
	t := &Transport{options: options}
	t.pool.init(&t.options)
	return t
}

func cloneOrNew(config *tls.Config) *tls.Config {
	if config == nil {
		return &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return config.Clone()
}

// Takes tells whether a request is one that this transport sends: to an http or https URL, with no body or a short one
// that can be had again.
func Takes(request *http.Request) bool {
	u := request.URL
	switch {
	case !supported || u == nil || u.Scheme != "http" && u.Scheme != "https" || u.Opaque != "" || !isPlainHost(u.Host) || !isPlainHost(hostHeader(request)):
		return false
	case request.Method == http.MethodConnect || request.Close || len(request.TransferEncoding)+len(request.Trailer) > 0:
		return false
	case request.Header["Expect"] != nil || request.Header["Upgrade"] != nil || request.Header["Connection"] != nil:
		return false
	default:
		return bodiless(request) || request.GetBody != nil && request.ContentLength > 0 && request.ContentLength <= MaxBody
	}
}

func bodiless(request *http.Request) bool { return request.Body == nil || request.Body == http.NoBody }

// isPlainHost tells whether a host may be written as it stands.
func isPlainHost(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte(".-_:[]", c) < 0 {
			return false
		}
	}
	return s != ""
}

// Send sends a request that Takes has accepted, as an http.RoundTripper does. One that finds its connection closed before
// anything was sent, or, if it may be repeated, before anything was answered, is sent again on another. An end of the
// context ends it. watcher may be nil.
func (t *Transport) Send(request *http.Request, watcher Watcher) (*http.Response, error) {
	if err := check(request); err != nil {
		closeBody(request)
		return nil, err
	}
	host := hostOf(request.URL)
	for {
		if err := ended(request.Context()); err != nil {
			closeBody(request)
			return nil, err
		}
		c, err := t.pool.get(request.Context(), host)
		if err != nil {
			closeBody(request)
			return nil, err
		}
		if watcher != nil {
			watcher.Connected()
		}
		response, err := c.roundTrip(request, watcher)
		var stale *staleError
		if !errors.As(err, &stale) {
			return response, err
		}
		if request, err = again(request); err != nil {
			return nil, err
		}
	}
}

// check refuses what net/http's transport refuses before it writes anything.
func check(request *http.Request) error {
	for name, values := range request.Header {
		if !isToken(name) {
			return fmt.Errorf("sending a request: the header name %q is not allowed", name)
		}
		for _, value := range values {
			if strings.ContainsAny(value, "\r\n\x00") {
				return fmt.Errorf("sending a request: the value of the header %s is not allowed", name)
			}
		}
	}
	if request.Method != "" && !isToken(request.Method) {
		return errors.New("sending a request: the method is not allowed")
	}
	return nil
}

func isToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("()<>@,;:\\\"/[]?={}", c) >= 0 {
			return false
		}
	}
	return s != ""
}

// again is the request with its body from the beginning.
func again(request *http.Request) (*http.Request, error) {
	if bodiless(request) {
		return request, nil
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, fmt.Errorf("reading the body of the request again: %w", err)
	}
	copied := *request
	copied.Body = body
	return &copied, nil
}

// isReplayable tells whether a request may be sent again though the service may have got it. It is net/http's rule.
func isReplayable(request *http.Request) bool {
	switch request.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return request.Header["Idempotency-Key"] != nil || request.Header["X-Idempotency-Key"] != nil
}

func closeBody(request *http.Request) {
	if request.Body != nil {
		_ = request.Body.Close()
	}
}

// ended is the reason why a context has ended; nil while it has not.
func ended(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}

// host is where connections lead.
type host struct {
	secure        bool
	name, address string // for TLS, and with the port
}

func hostOf(u *url.URL) host {
	h := host{secure: u.Scheme == "https", name: u.Hostname()}
	port := u.Port()
	switch {
	case port == "" && h.secure:
		port = "443"
	case port == "":
		port = "80"
	default:
		if len(u.Host) == len(h.name)+1+len(port) { // no brackets
			h.address = u.Host
			return h
		}
	}
	h.address = net.JoinHostPort(h.name, port)
	return h
}

// Close closes the connections that nobody uses.
func (t *Transport) Close() { t.pool.closeIdle(func(*conn) bool { return true }) }
