package wire_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway/wire"
)

// interruptible is a context without a timer of its own: who uses it minds its deadline.
type interruptible struct {
	context.Context
	at       time.Time      // zero: none
	deadline func()         // called when somebody asks for it
	register func(f func()) // unless nil: calls f itself
}

func (i *interruptible) Deadline() (time.Time, bool) {
	if i.deadline != nil {
		i.deadline()
	}
	return i.at, !i.at.IsZero()
}

func (i *interruptible) Interrupt(f func()) func() bool {
	if i.register != nil {
		i.register(f)
		return func() bool { return false }
	}
	return context.AfterFunc(i.Context, f)
}

var stages = map[string]string{"before the answer": "", "within the body": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal"}

// halting is a service that stops within its first answer, and calls halted. Later ones, asked for at /whole, are "ok".
func halting(t *testing.T, first string, halted func()) string {
	t.Helper()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/whole" {
			_, _ = io.WriteString(w, "ok")
			return
		}
		conn, _, _ := w.(http.Hijacker).Hijack()
		defer conn.Close()
		_, _ = io.WriteString(conn, first)
		halted()
		_, _ = conn.Read(make([]byte, 1)) // until it is closed
	}))
	t.Cleanup(service.Close)
	return service.URL
}

// TestInterrupt: a context that tells of its early end ends a request, and whoever comes next is not struck.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	for name, first := range stages {
		for _, at := range []time.Time{{}, time.Now().Add(time.Hour)} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				parent, cancel := context.WithCancelCause(t.Context())
				url, transport := halting(t, first, func() { cancel(cause) }), newTransport(t, nil)
				ctx := &interruptible{Context: parent, at: at}
				for range 2 {
					if _, _, err := send(transport, newRequest(t, "GET", url, "").WithContext(ctx)); !errors.Is(err, cause) {
						t.Errorf("got %v", err)
					}
				}
				if _, body, err := send(transport, newRequest(t, "GET", url+"/whole", "")); body != "ok" || err != nil {
					t.Errorf("next: got %q, %v", body, err)
				}
			})
		}
	}
}

// TestInterruptsAreNotLost: one comes when the deadline has just been set, one when it is just about to be taken off.
func TestInterruptsAreNotLost(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	for name, at := range map[string]time.Time{"with a deadline": time.Now().Add(time.Hour), "without": {}} {
		t.Run("when registered, "+name, func(t *testing.T) {
			t.Parallel()
			parent, cancel := context.WithCancelCause(t.Context())
			ctx := &interruptible{Context: parent, at: at, register: func(f func()) {
				cancel(cause)
				f()
			}}
			if _, _, err := send(newTransport(t, nil), newRequest(t, "GET", halting(t, "", func() {}), "").WithContext(ctx)); !errors.Is(err, cause) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("when answered", func(t *testing.T) {
		t.Parallel()
		parent, cancel := context.WithCancelCause(t.Context())
		ctx, interrupt := &interruptible{Context: parent}, func() {}
		ctx.register = func(f func()) {
			interrupt = f
			ctx.deadline = func() { // asked for it again, to take it off
				cancel(cause)
				interrupt()
			}
		}
		if _, _, err := send(newTransport(t, nil), newRequest(t, "GET", halting(t, stages["within the body"], func() {}), "").WithContext(ctx)); !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
	})
}

// TestDeadlinesOfTheSocket: they end a request as the context's, though the context does not yet know.
func TestDeadlinesOfTheSocket(t *testing.T) {
	t.Parallel()
	for name, first := range stages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, transport := halting(t, first, func() {}), newTransport(t, nil)
			ctx := &interruptible{Context: t.Context(), at: time.Now().Add(5 * time.Millisecond)}
			if _, _, err := send(transport, newRequest(t, "GET", url, "").WithContext(ctx)); err != context.DeadlineExceeded {
				t.Errorf("got %v", err)
			}
			if _, _, err := send(transport, newRequest(t, "GET", url+"/whole", "")); err != nil { // keeps a connection
				t.Fatal(err)
			}
			ctx.at = time.Now().Add(-time.Hour)
			if _, _, err := send(transport, newRequest(t, "POST", url, "x").WithContext(ctx)); err != context.DeadlineExceeded {
				t.Errorf("of a deadline gone by: got %v", err)
			}
		})
	}
}

// noted is a connection that notes its deadlines.
type noted struct {
	*net.TCPConn
	mu  sync.Mutex
	all []time.Time
}

func (n *noted) SetDeadline(at time.Time) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, at)
	return n.TCPConn.SetDeadline(at)
}

func (n *noted) last() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all[len(n.all)-1]
}

// TestDeadlinesDoNotOutliveTheirRequest: whatever a request has left on its connection does not end the next.
func TestDeadlinesDoNotOutliveTheirRequest(t *testing.T) {
	t.Parallel()
	var conn *noted
	service := script(t, ok+"|"+ok+"|"+ok+"|"+ok+"|"+ok)
	transport := newTransport(t, func(o *wire.Options) {
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			socket, err := (&net.Dialer{}).DialContext(ctx, network, address)
			if err == nil {
				conn = &noted{TCPConn: socket.(*net.TCPConn)}
			}
			return conn, err
		}
	})
	later := time.Now().Add(time.Hour)
	withTimer, cancel := context.WithDeadline(t.Context(), later)
	defer cancel()
	for i, test := range []struct {
		ctx  context.Context
		want time.Time
	}{
		{&interruptible{Context: t.Context(), at: later}, later},
		{withTimer, time.Time{}},
		{&interruptible{Context: t.Context(), at: later.Add(1)}, later.Add(1)},
		{context.WithoutCancel(t.Context()), time.Time{}},
		{&interruptible{Context: t.Context()}, time.Time{}},
	} {
		if _, body, err := send(transport, newRequest(t, "POST", service.url("/"), "x").WithContext(test.ctx)); body != "ok" || err != nil {
			t.Fatalf("%d: got %q, %v", i, body, err)
		}
		if !conn.last().Equal(test.want) {
			t.Errorf("%d: the deadline is %v, want %v", i, conn.last(), test.want)
		}
		if !test.want.IsZero() {
			_ = conn.TCPConn.SetDeadline(time.Unix(1, 0)) // as if it had passed meanwhile
		}
	}
	if n := service.conns.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}
