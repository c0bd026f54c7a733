package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// ending is a context that a test ends when it likes, in the way it likes.
type ending struct {
	context.Context
	done chan struct{}
	end  func(error)
	err  func() error
}

func newEnding(t testing.TB) ending {
	var mu sync.Mutex
	var ended error
	done := make(chan struct{})
	return ending{
		Context: t.Context(), done: done,
		end: func(err error) {
			mu.Lock()
			defer mu.Unlock()
			if ended == nil {
				ended = err
				close(done)
			}
		},
		err: func() error {
			mu.Lock()
			defer mu.Unlock()
			return ended
		},
	}
}

func (e ending) Done() <-chan struct{} { return e.done }
func (e ending) Err() error            { return e.err() }

// hijack answers with raw bytes and breaks the connection off.
func hijack(t testing.TB, w http.ResponseWriter, raw string) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.WriteString(conn, raw)
	_ = conn.Close()
}

func TestLostAnswers(t *testing.T) { onBoth(t, testLostAnswers) }

func testLostAnswers(t *testing.T, standard bool) {
	const begun = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
	raw := func(bytes string) func(ending, http.ResponseWriter, *http.Request) {
		return func(_ ending, w http.ResponseWriter, _ *http.Request) { hijack(t, w, bytes) }
	}
	end := func(err error, first string) func(ending, http.ResponseWriter, *http.Request) {
		return func(e ending, w http.ResponseWriter, r *http.Request) {
			if first != "" {
				_, _ = io.WriteString(w, first)
				_ = http.NewResponseController(w).Flush()
			}
			e.end(err)
			<-r.Context().Done()
		}
	}
	for _, test := range []struct {
		name        string
		answer      func(ending, http.ResponseWriter, *http.Request)
		read, write operations.Code
		tries       int64 // of the read; a write is never tried again
	}{
		{"cut before the answer", raw(""), operations.CodeUpstreamFailed, operations.CodeOutcomeUnknown, 4},
		{"no HTTP", raw("hello\r\n\r\n"), operations.CodeUpstreamFailed, operations.CodeOutcomeUnknown, 4},
		{"cut within the headers", raw("HTTP/1.1 200 OK\r\nContent-"), operations.CodeUpstreamFailed, operations.CodeOutcomeUnknown, 4},
		{"cut within the body", raw(begun), operations.CodeUpstreamFailed, operations.CodeOutcomeUnknown, 1},
		{
			"cut within the body of a refusal", raw(strings.Replace(begun, "200 OK", "422 No", 1)),
			operations.CodeUpstreamFailed, operations.CodeUpstreamFailed, 1,
		},
		{"deadline", end(context.DeadlineExceeded, ""), operations.CodeUpstreamTimeout, operations.CodeOutcomeUnknown, 1},
		{"deadline within the body", end(context.DeadlineExceeded, "half"), operations.CodeUpstreamTimeout, operations.CodeOutcomeUnknown, 1},
		{"caller leaves", end(context.Canceled, ""), operations.CodeCanceled, operations.CodeOutcomeUnknown, 1},
		{"caller leaves within the body", end(context.Canceled, "half"), operations.CodeCanceled, operations.CodeOutcomeUnknown, 1},
	} {
		for _, method := range []string{"GET", "POST"} {
			t.Run(test.name+" "+method, func(t *testing.T) {
				ctx := newEnding(t)
				service := newUpstream(t, func(w http.ResponseWriter, r *http.Request) { test.answer(ctx, w, r) })
				g, _ := newGateway(t, gateway.Options{Transport: gateway.NewTransport(gateway.TransportOptions{OnlyStandard: standard})})
				to := target(t, service.URL)
				want, tries := test.read, test.tries
				if method == "POST" {
					want, tries = test.write, 1
				}
				_, _, err := do(g.Client(to), newRequest(t, method, to.Base.URL("/things?key=secret"), "").WithContext(ctx))
				if code := codeOf(t, err); code != want {
					t.Errorf("got %v (%v), want %s", err, errors.Unwrap(err), want)
				}
				if text := fmt.Sprint(errors.Unwrap(err)); strings.Contains(text, "secret") {
					t.Errorf("the cause %q shows the query", text)
				}
				if n := service.requests.Load(); n != tries {
					t.Errorf("%d requests arrived, want %d", n, tries)
				}
			})
		}
	}
}

func TestUnreachable(t *testing.T) { onBoth(t, testUnreachable) }

func testUnreachable(t *testing.T, standard bool) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	for _, test := range []struct {
		name, origin, detail string
		tries                int64
	}{
		{"refused", closed.URL, "refuses connections", 4},
		{"handshake cut", "https://" + cutting(t), "broke", 4},
		{"certificate", untrusted.URL, "certificate", 1},
	} {
		for _, method := range []string{"GET", "POST"} {
			t.Run(test.name+" "+method, func(t *testing.T) {
				g, _ := newGateway(t, gateway.Options{Transport: gateway.NewTransport(gateway.TransportOptions{OnlyStandard: standard})})
				to := target(t, test.origin)
				_, _, err := do(g.Client(to), newRequest(t, method, to.Base.URL("/things?key=secret"), "x"))
				if code := codeOf(t, err); code != operations.CodeUpstreamUnreachable || !strings.Contains(err.Error(), test.detail) {
					t.Errorf("got %v, want %q", err, test.detail)
				}
				if n := to.Usage.Requests.Load(); n != test.tries {
					t.Errorf("%d tries, want %d", n, test.tries)
				}
			})
		}
	}
}

// cutting listens and breaks every connection off.
func cutting(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	return listener.Addr().String()
}

func TestDeadlineBeforeSending(t *testing.T) { onBoth(t, testDeadlineBeforeSending) }

func testDeadlineBeforeSending(t *testing.T, standard bool) {
	service := newUpstream(t, func(http.ResponseWriter, *http.Request) {})
	g, _ := newGateway(t, gateway.Options{Transport: gateway.NewTransport(gateway.TransportOptions{OnlyStandard: standard})})
	to := target(t, service.URL)
	for err, want := range map[error]operations.Code{
		context.DeadlineExceeded: operations.CodeUpstreamTimeout, context.Canceled: operations.CodeCanceled,
	} {
		ctx := newEnding(t)
		ctx.end(err)
		_, _, got := do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things"), "x").WithContext(ctx))
		if code := codeOf(t, got); code != want {
			t.Errorf("after %v: got %v, want %s", err, got, want)
		}
	}
	if n := service.requests.Load(); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}

// failing is a body that cannot be read.
type failing struct{ closed *bool }

func (failing) Read([]byte) (int, error) { return 0, errors.New("secret disk") }
func (f failing) Close() error           { *f.closed = true; return nil }

func TestRequestBodies(t *testing.T) { onBoth(t, testRequestBodies) }

func testRequestBodies(t *testing.T, standard bool) {
	service := newUpstream(t, func(http.ResponseWriter, *http.Request) {})
	g, _ := newGateway(t, gateway.Options{Transport: gateway.NewTransport(gateway.TransportOptions{OnlyStandard: standard})})
	to := target(t, service.URL)
	closed := false
	request := newRequest(t, "POST", to.Base.URL("/things"), "")
	request.Body, request.GetBody = failing{&closed}, nil
	if _, _, err := do(g.Client(to), request); codeOf(t, err) != operations.CodeInternal || !closed {
		t.Errorf("body that cannot be read: got %v, closed %t", err, closed)
	}
	closed = false
	request = newRequest(t, "POST", "http://other.example/", "")
	request.Body, request.GetBody = failing{&closed}, nil
	if _, _, err := do(g.Client(to), request); codeOf(t, err) != operations.CodeDestinationRefused || !closed {
		t.Errorf("refused request: got %v, closed %t", err, closed)
	}
	request = newRequest(t, "POST", to.Base.URL("/things"), "")
	request.Body, request.GetBody = io.NopCloser(io.LimitReader(zeros{}, 33<<20)), nil
	if _, _, err := do(g.Client(to), request); codeOf(t, err) != operations.CodeTooLarge {
		t.Errorf("large body: got %v", err)
	}
	if n := service.requests.Load(); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// brokenLimiter fails, as one over a network may.
type brokenLimiter struct{ openLimiter }

func (*brokenLimiter) Acquire(context.Context, []gateway.Bucket, operations.Priority) (gateway.Grant, error) {
	return gateway.Grant{Waited: time.Second}, errors.New("secret address: connection refused")
}

func TestBrokenLimiter(t *testing.T) {
	t.Parallel()
	g, _ := newGateway(t, gateway.Options{Limiter: &brokenLimiter{}})
	to := target(t, "http://127.0.0.1:1")
	_, _, err := do(g.Client(to), newRequest(t, "GET", to.Base.URL("/things"), ""))
	if code := codeOf(t, err); code != operations.CodeInternal || to.Usage.Waited() != time.Second {
		t.Errorf("got %v, waited %s", err, to.Usage.Waited())
	}
}
