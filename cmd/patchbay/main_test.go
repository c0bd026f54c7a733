package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// binary is the real thing, built once.
var binary string

func TestMain(m *testing.M) {
	playRole()
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "patchbay-test-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "patchbay")
		if output, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, ".").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "building the binary: %v\n%s", err, output)
			return 1
		}
		return m.Run()
	}())
}

// ran is what came of a command line.
type ran struct {
	code     int
	out, err string
}

// try runs a command line in this process.
func try(t *testing.T, environment []string, stdin string, args ...string) ran {
	t.Helper()
	var out, err bytes.Buffer
	code := run(t.Context(), args, console{in: strings.NewReader(stdin), out: &out, err: &err, environment: environment})
	return ran{code, out.String(), err.String()}
}

// must is try for what has to go well.
func must(t *testing.T, environment []string, stdin string, args ...string) ran {
	t.Helper()
	got := try(t, environment, stdin, args...)
	if got.code != exitDone {
		t.Fatalf("patchbay %s: exit %d\n%s%s", strings.Join(args, " "), got.code, got.out, got.err)
	}
	return got
}

func decode[T any](t *testing.T, document string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(document), &v); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, document)
	}
	return v
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("missing %q in:\n%s", part, text)
		}
	}
}

// stream is output that a test reads while it is still being written.
type stream struct {
	mu     sync.Mutex
	buffer bytes.Buffer
	more   chan struct{}
}

func newStream() *stream { return &stream{more: make(chan struct{}, 1)} }

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.more <- struct{}{}:
	default:
	}
	return s.buffer.Write(p)
}

func (s *stream) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buffer.String()
}

// after waits for a mark in the output and gives the rest of its line.
func (s *stream) after(t testing.TB, mark string) string {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		if _, rest, found := strings.Cut(s.String(), mark); found {
			if line, _, whole := strings.Cut(rest, "\n"); whole {
				return strings.TrimSpace(line)
			}
		}
		select {
		case <-s.more:
		case <-late:
			t.Fatalf("no %q in:\n%s", mark, s.String())
		}
	}
}

// running is a command that goes on until it is stopped.
type running struct {
	out, err *stream
	stop     context.CancelFunc
	code     chan int
}

func start(t *testing.T, environment []string, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{out: newStream(), err: newStream(), stop: cancel, code: make(chan int, 1)}
	go func() {
		r.code <- run(ctx, args, console{in: strings.NewReader(""), out: r.out, err: r.err, environment: environment})
	}()
	t.Cleanup(cancel)
	return r
}

// end stops it and gives its exit code.
func (r *running) end(t *testing.T) int {
	t.Helper()
	r.stop()
	select {
	case code := <-r.code:
		return code
	case <-time.After(30 * time.Second):
		t.Fatal("it does not stop")
		return 0
	}
}

// address is where a started hub is.
func (r *running) address(t *testing.T) string {
	t.Helper()
	at, _, _ := strings.Cut(r.err.after(t, "serves on "), " ")
	return at
}

// takenPort is an address that something else listens on.
func takenPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}
