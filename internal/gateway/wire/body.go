package wire

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
)

// body is the body of an answer. Read to its end it gives the connection back; closed before, it closes it.
type body struct {
	inner io.ReadCloser // of net/http; never closed: it would read on. nil: what is left is read off the connection
	left  int64         // bytes
	conn  *conn
	stop  func() bool // watching the context
	ctx   context.Context
	keep  bool
	over  atomic.Bool // the connection is not the body's any more
	ended error       // what Read says from then on
}

var errClosed = errors.New("reading the body of an answer after it was closed")

// Read reads.
func (b *body) Read(p []byte) (int, error) {
	if b.over.Load() {
		if b.ended == nil {
			return 0, errClosed
		}
		return 0, b.ended
	}
	n, err := b.read(p)
	if err == nil {
		return n, nil
	}
	if err != io.EOF {
		err = b.conn.fault(b.ctx, err)
	}
	b.ended = err
	b.finish(err == io.EOF)
	return n, err
}

func (b *body) read(p []byte) (int, error) {
	if b.inner != nil {
		return b.inner.Read(p)
	}
	n, err := b.conn.in.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	switch {
	case b.left == 0:
		err = io.EOF
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Close ends the reading.
func (b *body) Close() error {
	b.finish(false)
	return nil
}

// finish gives the connection back, or closes it, once. One whose context has ended may be about to be cut off.
func (b *body) finish(whole bool) {
	if b.over.CompareAndSwap(false, true) {
		b.conn.release(b.stop() && whole && b.keep)
	}
}
