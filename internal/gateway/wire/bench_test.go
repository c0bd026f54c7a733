//go:build unix

package wire_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway/wire"
)

// BenchmarkExchange is one exchange on a kept connection: over the loopback, where the service answers at once and
// allocates nothing, so that all that is allocated is the client's; and without a network, where what is left is the
// client's own time and one look at a socket.
func BenchmarkExchange(b *testing.B) {
	for _, road := range []struct {
		name string
		dial func(b *testing.B) func(context.Context, string, string) (net.Conn, error)
	}{{"loopback", dialLoopback}, {"memory", dialMemory}} {
		for _, kind := range []struct {
			name string
			make func(context.Context) (context.Context, func())
		}{{"interrupt", withInterrupt}, {"cancel", withNothing}, {"timeout", withTimeout}} {
			b.Run(road.name+"/"+kind.name, func(b *testing.B) {
				transport := wire.New(wire.Options{Dial: road.dial(b)})
				defer transport.Close()
				exchangeAgain(b, transport, kind.make)
			})
		}
	}
}

// exchangeAgain sends one request again and again and reads the answers.
func exchangeAgain(b *testing.B, transport *wire.Transport, bound func(context.Context) (context.Context, func())) {
	parent, cancel := context.WithCancel(b.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(parent, http.MethodGet, "http://service.example:8080/hub/v1/things/42?expand=all", nil)
	if err != nil {
		b.Fatal(err)
	}
	request.Header = http.Header{"Accept": {"application/json"}, "Authorization": {"Bearer 0123456789"}, "User-Agent": {"hub/1"}}
	into := make([]byte, 4096)
	b.ReportAllocs()
	before := processorTime(b)
	defer func() { b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op") }()
	for b.Loop() {
		ctx, stop := bound(parent)
		response, err := transport.Send(request.WithContext(ctx), nil)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for err == nil {
			var more int
			more, err = response.Body.Read(into[n:])
			n += more
		}
		if n != 2048 || err != io.EOF {
			b.Fatal(n, err)
		}
		_ = response.Body.Close()
		stop()
	}
}

// processorTime is what the process has used, which says more on a machine that others use too.
func processorTime(b *testing.B) int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func withNothing(ctx context.Context) (context.Context, func()) { return ctx, func() {} }

func withTimeout(ctx context.Context) (context.Context, func()) {
	return context.WithTimeout(ctx, 30*time.Second)
}

func withInterrupt(ctx context.Context) (context.Context, func()) {
	return &fleeting{Context: ctx, at: time.Now().Add(30 * time.Second)}, func() {}
}

// fleeting is a context that has a deadline, but no timer of its own, and that nobody interrupts.
type fleeting struct {
	context.Context
	at time.Time
}

func (f *fleeting) Deadline() (time.Time, bool) { return f.at, true }

func (f *fleeting) Interrupt(func()) func() bool { return stopped }

func stopped() bool { return true }

const benchAnswer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: 0123456789abcdef\r\n" +
	"Date: Sat, 21 Nov 2026 10:00:00 GMT\r\nContent-Length: 2048\r\n\r\n"

func dialLoopback(b *testing.B) func(context.Context, string, string) (net.Conn, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = listener.Close() })
	answer := []byte(benchAnswer + strings.Repeat("x", 2048))
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				asked := make([]byte, 4096)
				for {
					if n, err := conn.Read(asked); err != nil || !bytes.HasSuffix(asked[:n], []byte("\r\n\r\n")) {
						return
					}
					if _, err := conn.Write(answer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", listener.Addr().String())
	}
}

// dialMemory gives connections that answer out of the memory. What is looked at is a socket of which nobody else knows.
func dialMemory(b *testing.B) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		packets, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		b.Cleanup(func() { _ = packets.Close() })
		socket := packets.(*net.UDPConn)
		raw, err := socket.SyscallConn()
		return &memory{UDPConn: socket, answer: []byte(benchAnswer + strings.Repeat("x", 2048)), raw: newReady(raw)}, err
	}
}

type memory struct {
	*net.UDPConn
	answer, left []byte
	raw          syscall.RawConn
}

func (m *memory) Write(p []byte) (int, error) {
	m.left = m.answer
	return len(p), nil
}

func (m *memory) Read(p []byte) (int, error) {
	n := copy(p, m.left)
	m.left = m.left[n:]
	return n, nil
}

func (m *memory) SyscallConn() (syscall.RawConn, error) { return m.raw, nil }

// ready is a raw connection that can always be read.
type ready struct {
	syscall.RawConn
	step  func(uintptr) bool
	again func(uintptr)
	done  bool
}

func (r *ready) Read(f func(uintptr) bool) error {
	r.step, r.done = f, false
	for !r.done {
		if err := r.Control(r.again); err != nil {
			return err
		}
	}
	return nil
}

func newReady(raw syscall.RawConn) *ready {
	r := &ready{RawConn: raw}
	r.again = func(descriptor uintptr) { r.done = r.step(descriptor) }
	return r
}
