package wire

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"syscall"
	"time"
)

// conn is a connection. Only one exchange uses it at a time.
type conn struct {
	net.Conn
	pool *pool
	host host
	raw  syscall.RawConn // of the socket; nil: it cannot be looked at
	in   *bufio.Reader
	out  *bufio.Writer

	quiet   bool // what the last look has found
	peeked  [1]byte
	secured *tls.ConnectionState // nil: it is not
	abort   func()               // ends what is being read or written
	budget  int64                // bytes that may still be read
	written int64
	used    bool // it has served before
	since   time.Time
}

func newConn(p *pool, h host, socket net.Conn) *conn {
	c := &conn{Conn: socket, pool: p, host: h}
	if s, ok := socket.(syscall.Conn); ok {
		c.raw, _ = s.SyscallConn()
	}
	c.in, c.out = bufio.NewReader(c), bufio.NewWriter(c)
	c.abort = func() { _ = c.SetDeadline(time.Unix(1, 0)) }
	return c
}

// secure begins TLS.
func (c *conn) secure(ctx context.Context) error {
	config := c.pool.options.TLS
	if config.ServerName == "" {
		config = config.Clone()
		config.ServerName = c.host.name
	}
	ctx, cancel := context.WithTimeout(ctx, c.pool.options.Handshake)
	defer cancel()
	secured := tls.Client(c.Conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		return err
	}
	state := secured.ConnectionState()
	c.Conn, c.secured = secured, &state
	return nil
}

// staleError is the error of a request that may be sent again on another connection.
type staleError struct{ error }

func (e *staleError) Unwrap() error { return e.error }

var errHeaderTooLarge = errors.New("the headers of the answer are larger than is allowed")

// Read reads, up to the budget.
func (c *conn) Read(p []byte) (int, error) {
	if c.budget <= 0 {
		return 0, errHeaderTooLarge
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), c.budget)])
	c.budget -= int64(n)
	return n, err
}

// Write writes and counts.
func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.written += int64(n)
	return n, err
}

// roundTrip sends the request. Where there is an error the connection is closed.
func (c *conn) roundTrip(request *http.Request, watcher Watcher) (*http.Response, error) {
	ctx := request.Context()
	stop := context.AfterFunc(ctx, c.abort)
	zipped := asksForGzip(request)
	response, err := c.exchange(request, watcher, zipped)
	if err != nil {
		stop()
		c.close()
		if cause := ended(ctx); cause != nil {
			return nil, cause
		}
		return nil, err
	}
	c.budget = math.MaxInt64
	response.TLS = c.secured
	b := &body{inner: response.Body, conn: c, stop: stop, ctx: ctx, keep: !response.Close && response.StatusCode > 199}
	if response.Body == http.NoBody {
		b.finish(true)
	} else {
		response.Body = b
		if zipped {
			unzip(response)
		}
	}
	return response, nil
}

// exchange writes the request and reads the headers of its answer.
func (c *conn) exchange(request *http.Request, watcher Watcher, zipped bool) (*http.Response, error) {
	before := c.written
	if err := c.send(request, watcher, zipped); err != nil {
		if c.used && c.written == before {
			return nil, &staleError{err}
		}
		return nil, fmt.Errorf("writing the request: %w", err)
	}
	if _, bounded := request.Context().Deadline(); !bounded {
		c.readUntil(request.Context(), time.Now().Add(c.pool.options.Answer))
		defer c.readUntil(request.Context(), time.Time{})
	}
	c.budget = int64(c.pool.options.MaxHeaderBytes)
	if _, err := c.in.Peek(1); err != nil {
		if c.used && isReplayable(request) && !isTimeout(err) {
			return nil, &staleError{err}
		}
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	for {
		response, err := http.ReadResponse(c.in, request)
		switch {
		case err != nil && c.budget <= 0:
			return nil, errHeaderTooLarge
		case err != nil:
			return nil, fmt.Errorf("reading the answer: %w", err)
		case response.StatusCode > 199 || response.StatusCode == http.StatusSwitchingProtocols:
			return response, nil
		}
	}
}

// readUntil sets the deadline of reading; zero is none. That of a context which has ended meanwhile stays.
func (c *conn) readUntil(ctx context.Context, at time.Time) {
	_ = c.SetReadDeadline(at)
	if ctx.Err() != nil {
		c.abort()
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// close closes the connection and makes room for another.
func (c *conn) close() {
	_ = c.Conn.Close()
	c.pool.gone(c.host)
}

// release gives the connection back, if it may serve again.
func (c *conn) release(keep bool) {
	if !keep || c.in.Buffered() > 0 { // of what was not asked for nothing is to be believed
		c.close()
		return
	}
	c.used = true
	c.pool.put(c)
}
