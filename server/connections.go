package server

import (
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// connections knows which of the server's connections wait for a request. fasthttp takes one that has never sent
// anything for busy, and browsers and load balancers open such connections in advance: each would hold up a shutdown
// for as long as a read may take.
type connections struct {
	stopping atomic.Bool
	patience patience

	mu        sync.Mutex
	listeners []net.Listener
	open      map[*connection]struct{}
}

// track gives a listener whose connections are kept in mind.
func (k *connections) track(l net.Listener) net.Listener {
	tracked := &listener{Listener: l, kept: k}
	tracked.close = sync.OnceValue(l.Close)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.listeners = append(k.listeners, tracked)
	if k.stopping.Load() {
		_ = tracked.Close() // too late: Accept will say so
	}
	return tracked
}

// stop closes the listeners and what waits for a request. What begins to wait later ends by itself.
func (k *connections) stop() {
	k.mu.Lock()
	k.stopping.Store(true)
	listeners := slices.Clone(k.listeners)
	var idle []*connection
	for c := range k.open {
		if c.state.Load() == waiting {
			idle = append(idle, c)
		}
	}
	k.mu.Unlock()
	for _, l := range listeners {
		_ = l.Close() // closed again by fasthttp, which reports it
	}
	for _, c := range idle {
		_ = c.Close() // its own goroutine sees what comes of it
	}
}

type listener struct {
	net.Listener
	kept  *connections
	close func() error
}

// Accept waits for a connection and keeps it in mind until it is closed.
func (l *listener) Accept() (net.Conn, error) {
	accepted, err := l.accept()
	if err != nil {
		return nil, err
	}
	if l.kept.stopping.Load() {
		_ = accepted.Close() // nobody has sent anything on it
		return nil, io.EOF
	}
	c := &connection{Conn: accepted, kept: l.kept}
	l.kept.mu.Lock()
	defer l.kept.mu.Unlock()
	if l.kept.open == nil {
		l.kept.open = map[*connection]struct{}{}
	}
	l.kept.open[c] = struct{}{}
	return c, nil
}

// accept waits out what passes, such as a process with too many open files: fasthttp would stop serving for good.
func (l *listener) accept() (net.Conn, error) {
	const pause = 50 * time.Millisecond
	for {
		accepted, err := l.Listener.Accept()
		if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) && !errors.Is(err, syscall.ECONNABORTED) {
			return accepted, err
		}
		time.Sleep(pause)
	}
}

// Close closes the listener, once.
func (l *listener) Close() error { return l.close() }

// The states of a connection.
const (
	waiting   = iota // for a request
	busy             // a request is being answered
	streaming        // it is being answered while it comes in, within bounds of its own
	answered         // its answer is on the way: whoever reads again waits for the next
)

type connection struct {
	net.Conn
	kept  *connections
	state atomic.Int32
	bounds
}

// Read reads; when the server stops, there is no next request.
func (c *connection) Read(b []byte) (int, error) {
	c.state.CompareAndSwap(answered, waiting)
	state := c.state.Load()
	if state == waiting && c.kept.stopping.Load() {
		return 0, io.EOF
	}
	if state != streaming {
		if err := c.boundRead(c.Conn, &c.kept.patience); err != nil {
			return 0, err
		}
	}
	n, err := c.Conn.Read(b)
	if c.begun = c.begun || n > 0; !c.begun && isTimeout(err) {
		err = io.EOF // there is no request to answer
	}
	return n, err
}

// Write writes, an answer as a whole within the time for one.
func (c *connection) Write(b []byte) (int, error) {
	if err := c.boundWrite(c.Conn, &c.kept.patience, c.state.Load() == answered); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

// Close closes the connection and forgets it.
func (c *connection) Close() error {
	c.kept.mu.Lock()
	delete(c.kept.open, c)
	c.kept.mu.Unlock()
	return c.Conn.Close()
}

// setState notes what the exchange's connection is doing.
func (x *exchange) setState(state int32) {
	if x.conn == nil {
		return
	}
	if state == answered {
		x.conn.next()
	}
	x.conn.state.Store(state)
}
