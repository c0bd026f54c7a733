package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// maxSpool is how many bytes of an answer are held for a client that sends everything before it reads anything.
const maxSpool = 4 << 20

// duplex is an answer that is made while the request's body is still coming in: a stream of each, neither of which is ever
// held as a whole. It reads the body no faster than the client takes the answer. It is the body of the response, which the
// server reads and, whatever happens, closes; Close returns once nothing uses the connection any more.
type duplex struct {
	run  func(ctx context.Context, out io.Writer)
	in   *incoming
	out  *spool
	conn net.Conn

	ctx    context.Context
	cancel context.CancelFunc
	begin  sync.Once
	done   chan struct{} // closed when run has ended
	free   func()
}

// incoming is the body of a request that is read while it is answered.
type incoming struct {
	stream io.Reader
	conn   net.Conn
	idle   time.Duration // that the client may take to send the next piece

	mu    sync.Mutex
	ended bool
}

// newIncoming is the body of the request.
func (x *exchange) newIncoming(idle time.Duration) *incoming {
	stream := x.Context().RequestBodyStream()
	if stream == nil {
		stream = bytes.NewReader(nil)
	}
	return &incoming{stream: stream, conn: x.Context().Conn(), idle: idle}
}

// Read reads, as long as the client does not take too long.
func (in *incoming) Read(p []byte) (int, error) {
	in.mu.Lock()
	if in.ended {
		in.mu.Unlock()
		return 0, net.ErrClosed
	}
	err := in.conn.SetReadDeadline(time.Now().Add(in.idle))
	in.mu.Unlock()
	if err != nil {
		return 0, err
	}
	return in.stream.Read(p)
}

// end makes a Read that waits come back.
func (in *incoming) end() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.ended = true
	_ = in.conn.SetReadDeadline(time.Unix(1, 0)) // the connection may be gone
}

// stream answers with what run writes while it reads what comes in. free is called when all is over. The connection ends with
// the answer, so that what is left of the body cannot be taken for a request.
func (s *Server) stream(x *exchange, in *incoming, contentType string, run func(ctx context.Context, out io.Writer), free func()) {
	d := &duplex{
		run: run, in: in, out: newSpool(maxSpool), conn: in.conn, done: make(chan struct{}), free: free,
	}
	d.ctx, d.cancel = context.WithCancel(s.ctx)
	x.drained = true
	x.Response().SetConnectionClose()
	x.Set(fiber.HeaderContentType, contentType)
	x.Response().ImmediateHeaderFlush = true
	x.Response().SetBodyStream(d, -1)
}

// start begins the work. The handler has returned by then: nothing of the exchange may be used.
func (d *duplex) start() {
	if c, ok := d.conn.(*connection); ok {
		c.state.Store(streaming)
	}
	context.AfterFunc(d.ctx, d.in.end)
	go func() {
		defer close(d.done)
		defer d.out.end()
		d.run(d.ctx, d.out)
	}()
}

// Read gives what has been written of the answer.
func (d *duplex) Read(p []byte) (int, error) {
	d.begin.Do(d.start)
	return d.out.Read(p)
}

// Close ends the work and waits for its end.
func (d *duplex) Close() error {
	d.begin.Do(func() { close(d.done) })
	d.cancel()
	d.out.leave()
	d.in.end()
	<-d.done
	if c, ok := d.conn.(*connection); ok {
		c.state.Store(answered)
	}
	d.free()
	return nil
}

// isTimeout tells whether a client took too long.
func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
