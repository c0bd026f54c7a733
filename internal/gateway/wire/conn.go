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
	line *line
	raw  syscall.RawConn // of the socket; nil: it cannot be looked at
	in   *bufio.Reader

	secured  *tls.ConnectionState // nil: it is not
	abort    func()               // ends what is being read or written
	proceed  func(uintptr) bool   // inquire
	question question
	budget   int64 // bytes that may still be read
	bounded  bool  // the socket has a deadline
	timed    bool  // it is the context's
	used     bool  // it has served before
	round    uint  // of the pool, when it was put back
}

func newConn(p *pool, l *line, socket net.Conn) *conn {
	c := &conn{Conn: socket, pool: p, line: l}
	if s, ok := socket.(syscall.Conn); ok {
		c.raw, _ = s.SyscallConn()
	}
	c.in = bufio.NewReader(c)
	c.abort = func() { _ = c.SetDeadline(time.Unix(1, 0)) }
	c.proceed = c.inquire
	return c
}

// secure begins TLS.
func (c *conn) secure(ctx context.Context) error {
	config := c.pool.options.TLS
	if config.ServerName == "" {
		config = config.Clone()
		config.ServerName = c.line.host.name
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

// roundTrip sends the request, of which m is made. Where there is an error the connection is closed.
func (c *conn) roundTrip(request *http.Request, m *message, watcher Watcher) (*http.Response, error) {
	ctx := request.Context()
	stop := c.watch(ctx)
	response, err := c.exchange(request, m, watcher)
	if err != nil {
		stop()
		c.close()
		return nil, c.fault(ctx, err)
	}
	c.answered(ctx)
	c.budget = math.MaxInt64
	response.TLS = c.secured
	keep := !response.Close && response.StatusCode > 199
	if response.Body == http.NoBody {
		c.release(stop() && keep)
		return response, nil
	}
	b, plain := response.Body.(*body)
	if !plain {
		b = &body{inner: response.Body}
		response.Body = b
	}
	b.conn, b.ctx, b.stop, b.keep = c, ctx, stop, keep
	if m.zipped {
		unzip(response)
	}
	return response, nil
}

// exchange writes the request and reads the headers of its answer.
func (c *conn) exchange(request *http.Request, m *message, watcher Watcher) (*http.Response, error) {
	if err := c.ask(m, watcher); err != nil {
		return nil, err
	}
	c.budget = int64(c.pool.options.MaxHeaderBytes)
	if _, err := c.in.Peek(1); err != nil {
		if c.used && isReplayable(request) && !isTimeout(err) {
			return nil, &staleError{err}
		}
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	for {
		if response := readPlain(c.in, request); response != nil {
			return response, nil
		}
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

// close closes the connection and makes room for another.
func (c *conn) close() {
	_ = c.Conn.Close()
	c.pool.gone(c.line)
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
