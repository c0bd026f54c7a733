package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// load makes the same request over and over, or one of several at random. It writes bytes that are ready and reads no more
// of the answers than it must: on a machine of few cores a client that does more is what would be measured.
type load struct {
	address  string
	requests [][]byte
	single   *caller
}

// newLoad prepares requests that differ in their bodies, and makes some of them, so that what is met only at first is over.
func newLoad(b *testing.B, to *part, method, path string, bodies ...string) *load {
	b.Helper()
	l := &load{address: to.addr}
	for _, body := range bodies {
		request := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n", method, path, to.addr, testKey)
		if body != "" {
			request = fmt.Appendf(request, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
		}
		l.requests = append(l.requests, append(append(request, "\r\n"...), body...))
	}
	var err error
	if l.single, err = l.dial(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.single.Close() })
	for _, request := range l.requests[:min(len(l.requests), 1000)] {
		if err := l.single.do(request); err != nil {
			b.Fatal(err)
		}
	}
	for range 200 {
		l.once(b)
	}
	l.crowd(b, crowd, roundTime/4)
	return l
}

// caller is a connection that makes requests.
type caller struct {
	net.Conn
	in *bufio.Reader
}

func (l *load) dial() (*caller, error) {
	conn, err := net.Dial("tcp", l.address)
	if err != nil {
		return nil, err
	}
	return &caller{Conn: conn, in: bufio.NewReader(conn)}, nil
}

// any is one of the requests at random.
func (l *load) any() []byte {
	if len(l.requests) == 1 {
		return l.requests[0]
	}
	return l.requests[rand.IntN(len(l.requests))]
}

// do makes a request.
func (c *caller) do(request []byte) error {
	if _, err := c.Write(request); err != nil {
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
	b.Helper()
	request, start := l.any(), time.Now()
	if err := l.single.do(request); err != nil {
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
		if err := caller.do(l.any()); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}
