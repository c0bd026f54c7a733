package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// load makes one and the same request over and over. It writes bytes that are ready and reads no more of the answers than
// it must: on a machine of few cores a client that does more is what would be measured.
type load struct {
	address string
	request []byte
	single  *caller
}

func newLoad(b *testing.B, method, at, body string) *load {
	b.Helper()
	u, err := url.Parse(at)
	if err != nil {
		b.Fatal(err)
	}
	request := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n", method, u.RequestURI(), u.Host, testKey)
	if body != "" {
		request = fmt.Appendf(request, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	l := &load{address: u.Host, request: append(append(request, "\r\n"...), body...)}
	if l.single, err = l.dial(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.single.Close() })
	for range 200 {
		l.once(b)
	}
	l.crowd(b, crowd, roundTime/4)
	return l
}

// caller is a connection that makes the request.
type caller struct {
	net.Conn
	in      *bufio.Reader
	request []byte
}

func (l *load) dial() (*caller, error) {
	conn, err := net.Dial("tcp", l.address)
	if err != nil {
		return nil, err
	}
	return &caller{Conn: conn, in: bufio.NewReader(conn), request: l.request}, nil
}

// do makes the request once.
func (c *caller) do() error {
	if _, err := c.Write(c.request); err != nil {
		return err
	}
	status, err := c.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	ok := bytes.HasPrefix(status, []byte("HTTP/1.1 200 "))
	size, err := c.headers()
	if err != nil {
		return err
	}
	if !ok || size < len(thing) {
		text, _ := io.ReadAll(io.LimitReader(c.in, int64(min(size, 300))))
		return fmt.Errorf("an answer of %d bytes, ok %t: %s", size, ok, text)
	}
	_, err = c.in.Discard(size)
	return err
}

// headers reads the headers of an answer and gives the length of its body.
func (c *caller) headers() (size int, err error) {
	const name = "content-length: "
	for {
		header, err := c.in.ReadSlice('\n')
		if err != nil || len(header) == len("\r\n") {
			return size, err
		}
		if len(header) > len(name) && bytes.EqualFold(header[:len(name)], []byte(name)) {
			if size, err = strconv.Atoi(string(bytes.TrimSpace(header[len(name):]))); err != nil {
				return 0, err
			}
		}
	}
}

func (l *load) once(b *testing.B) time.Duration {
	start := time.Now()
	if err := l.single.do(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// crowd lets n callers make requests for a time, and counts them.
func (l *load) crowd(b *testing.B, n int, length time.Duration) int {
	var done atomic.Int64
	var failed atomic.Value
	var all sync.WaitGroup
	end := time.Now().Add(length)
	for range n {
		all.Go(func() {
			count, err := l.until(end)
			if err != nil {
				failed.Store(err)
			}
			done.Add(int64(count))
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		b.Fatal(err)
	}
	return int(done.Load())
}

func (l *load) until(end time.Time) (done int, err error) {
	caller, err := l.dial()
	if err != nil {
		return 0, err
	}
	defer caller.Close()
	for time.Now().Before(end) {
		if err := caller.do(); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}
