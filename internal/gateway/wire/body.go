package wire

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// body is the body of an answer. Read to its end it gives the connection back; closed before, it closes it.
type body struct {
	inner io.ReadCloser // of net/http; never closed: it would read on
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
	n, err := b.inner.Read(p)
	if err == nil {
		return n, nil
	}
	if err != io.EOF {
		if cause := ended(b.ctx); cause != nil {
			err = cause
		}
	}
	b.ended = err
	b.finish(err == io.EOF)
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

// asksForGzip tells whether the transport asks for gzip by itself, and then takes it off. It is net/http's rule.
func asksForGzip(request *http.Request) bool {
	header := request.Header
	return request.Method != http.MethodHead && header["Accept-Encoding"] == nil && header["Range"] == nil
}

func unzip(response *http.Response) {
	if !strings.EqualFold(response.Header.Get("Content-Encoding"), "gzip") {
		return
	}
	response.Header.Del("Content-Encoding")
	response.Header.Del("Content-Length")
	response.ContentLength, response.Uncompressed = -1, true
	response.Body = &unzipped{body: response.Body}
}

// unzipped is a body without its compression. What is wrong with it is said when it is read.
type unzipped struct {
	body io.ReadCloser
	zip  *gzip.Reader
	err  error
}

// Read reads.
func (u *unzipped) Read(p []byte) (n int, err error) {
	if u.zip == nil && u.err == nil {
		u.zip, u.err = gzip.NewReader(u.body)
	}
	if u.err != nil {
		return 0, u.err
	}
	return u.zip.Read(p)
}

// Close closes what is below.
func (u *unzipped) Close() error { return u.body.Close() }
