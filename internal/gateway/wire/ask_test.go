//go:build unix

package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"
)

// early makes connections to a service that answers before it is asked; what it says is there when they are.
func early(t *testing.T, says string) func(context.Context, string, string) (net.Conn, error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			socket, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(socket, says)
			go func() { _, _ = io.Copy(io.Discard, socket) }()
		}
	}()
	return func(context.Context, string, string) (net.Conn, error) {
		socket, err := net.Dial("tcp", listener.Addr().String())
		if err != nil || says == "" {
			return socket, err
		}
		raw, err := socket.(*net.TCPConn).SyscallConn()
		if err != nil {
			return nil, err
		}
		return socket, raw.Read(func(descriptor uintptr) bool { return !isQuiet(descriptor) })
	}
}

// TestEarlyAnswers: nobody waits for more where the answer to the first request of a connection is there already.
func TestEarlyAnswers(t *testing.T) {
	t.Parallel()
	transport := New(Options{Dial: early(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")})
	defer transport.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://service.example/", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.Send(request, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); string(body) != "ok" || err != nil {
		t.Errorf("got %q, %v", body, err)
	}
}

// TestLooksAreNotBounded: a deadline that an exchange has left behind says nothing about a connection.
func TestLooksAreNotBounded(t *testing.T) {
	t.Parallel()
	for says, want := range map[string]bool{"": true, "something": false} {
		socket, err := early(t, says)(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		c := newConn(&pool{}, &line{}, socket)
		_ = c.SetDeadline(time.Unix(1, 0))
		if got := c.isQuiet(); got != want {
			t.Errorf("after %q: quiet %t", says, got)
		}
		_ = socket.Close()
		if c.isQuiet() {
			t.Error("closed, and quiet")
		}
	}
}

func TestUnwritten(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		used bool
		n    int
		err  error
		want bool // it may be sent again
	}{
		{"nothing on a used one", true, 0, io.ErrClosedPipe, true}, {"some on a used one", true, 1, io.ErrClosedPipe, false},
		{"nothing on a new one", false, 0, io.ErrClosedPipe, false}, {"nothing in time", true, 0, os.ErrDeadlineExceeded, false},
	} {
		err := (&conn{used: test.used}).unwritten(test.err, test.n)
		if _, stale := errors.AsType[*staleError](err); stale != test.want || !errors.Is(err, test.err) {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}
