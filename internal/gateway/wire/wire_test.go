package wire_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/gateway/wire"
)

// scripted is a service that answers each request on a connection with the next of some bytes, and counts connections.
// Answers of one connection are parted by "|"; one that is empty ends it, and so does one whose length is not told in the
// usual spelling.
type scripted struct {
	address string
	conns   atomic.Int64
	heads   chan *http.Request // what was asked, if somebody listens
}

func script(t testing.TB, answers ...string) *scripted {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s := &scripted{address: listener.Addr().String(), heads: make(chan *http.Request, 100)}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			n := s.conns.Add(1)
			go s.serve(conn, strings.Split(answers[min(int(n), len(answers))-1], "|"))
		}
	}()
	return s
}

func (s *scripted) serve(conn net.Conn, answers []string) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for _, answer := range answers {
		request, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		body, _ := io.ReadAll(request.Body)
		request.Body = io.NopCloser(strings.NewReader(string(body)))
		s.heads <- request
		if answer == "" {
			return
		}
		_, _ = io.WriteString(conn, answer)
		if !strings.Contains(answer, "ength:") && !strings.Contains(answer, "chunked") && !strings.HasPrefix(answer, "HTTP/1.1 204") {
			return // the end of the connection ends the body
		}
	}
	_, _ = in.ReadByte()
}

func (s *scripted) url(path string) string { return "http://" + s.address + path }

func newTransport(t testing.TB, change func(*wire.Options)) *wire.Transport {
	t.Helper()
	options := wire.Options{Dial: (&net.Dialer{}).DialContext}
	if change != nil {
		change(&options)
	}
	transport := wire.New(options)
	t.Cleanup(transport.Close)
	return transport
}

func newRequest(t testing.TB, method, url, body string) *http.Request {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, url, reader)
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// watcher notes how far a request has come.
type watcher struct{ connected, sent int }

func (w *watcher) Connected() { w.connected++ }
func (w *watcher) Sent()      { w.sent++ }

// send sends a request and reads the answer whole.
func send(transport *wire.Transport, request *http.Request) (*http.Response, string, error) {
	response, err := transport.Send(request, nil)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, string(body), err
}

// told is what an answer says, for comparing.
type told struct {
	Status, Proto string
	Header        http.Header
	Trailer       http.Header
	Length        int64
	Unzipped      bool
	Body          string
	Failed        bool // no answer, or not the whole of it
}

func tell(response *http.Response, err error) told {
	if err != nil {
		return told{Failed: true}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return told{
		response.Status, response.Proto, response.Header, response.Trailer, response.ContentLength, response.Uncompressed, string(body), err != nil,
	}
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// TestAnswersAreReadAsByNetHTTP holds every answer against what net/http's own transport makes of it.
func TestAnswersAreReadAsByNetHTTP(t *testing.T) {
	t.Parallel()
	const zipped = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00"
	for name, answer := range map[string]string{
		"length": ok, "no body": "HTTP/1.1 204 No Content\r\n\r\n", "not modified": "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
		"to the end": "HTTP/1.1 200 OK\r\n\r\nall there is", "old": "HTTP/1.0 200 OK\r\n\r\nold", "old with length": "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"chunked":             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3;x=y\r\ncde\r\n0\r\n\r\n",
		"trailer":             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nab\r\n0\r\nX-Sum: 1\r\n\r\n",
		"interim":             "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + ok,
		"switching":           "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nContent-Length: 0\r\n\r\n",
		"headers":             "HTTP/1.1 200 OK\r\nset-cookie: a\r\nSET-COOKIE: b\r\nX-Fold: a\r\n b\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n",
		"gzip":                fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(zipped), zipped),
		"no gzip":             "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
		"cut body":            "HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 5\r\n\r\nabc",
		"cut chunk":           "HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n\r\n5\r\nab",
		"cut head":            "HTTP/1.1 200 OK\r\nContent-Le",
		"lengths that agree":  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
		"lengths that differ": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
		"length and chunked":  "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
		"negative length":     "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "hex length": "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok",
		"two codings": "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"bare LF":     "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "space before colon": "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
		"no colon": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nwhat\r\n\r\n", "bad name": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\na b: c\r\n\r\n",
		"NUL": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: a\x00b\r\n\r\n", "no HTTP": "hello\r\n\r\n", "bad status": "HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n",
		"large headers": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + strings.Repeat("x", 300<<10) + "\r\n\r\n",
		"kept alive":    "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\ncontent-length: 2\r\n\r\nok",
		"closing":       "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", "no cache": "HTTP/1.1 200 OK\r\nPragma: no-cache\r\nContent-Length: 0\r\n\r\n",
		"long":      "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("0123456789", 10000),
		"refused":   "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: a\r\nWWW-AUTHENTICATE: b\r\nContent-Length: 3\r\n\r\nabcd",
		"bad chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
	} {
		for _, method := range []string{"GET", "HEAD"} {
			t.Run(name+" "+method, func(t *testing.T) {
				t.Parallel()
				standard := &http.Transport{MaxResponseHeaderBytes: 256 << 10}
				defer standard.CloseIdleConnections()
				want := tell(standard.RoundTrip(newRequest(t, method, script(t, answer).url("/"), "")))
				got := tell(newTransport(t, nil).Send(newRequest(t, method, script(t, answer).url("/"), ""), nil))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-net/http +wire):\n%s", diff)
				}
			})
		}
	}
}

// TestRequestsAreWrittenAsByNetHTTP compares what a service gets.
func TestRequestsAreWrittenAsByNetHTTP(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*http.Request){
		"plain":   func(*http.Request) {},
		"headers": func(r *http.Request) { r.Header = http.Header{"X-A": {"1", " 2 "}, "x-b": {"3"}, "User-Agent": {"me"}} },
		"no agent, own coding": func(r *http.Request) {
			r.Header = http.Header{"User-Agent": {""}, "Accept-Encoding": {"br"}, "Content-Length": {"7"}, "Host": {"evil"}}
		},
		"range": func(r *http.Request) { r.Header.Set("Range", "bytes=0-1") },
		"host":  func(r *http.Request) { r.Host = "other.example:81" },
		"path":  func(r *http.Request) { r.URL.Path, r.URL.RawPath, r.URL.RawQuery = "/a b/ä", "", "q=%20&x" },
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "DELETE", ""} {
			for _, body := range []string{"", "some body"} {
				t.Run(name+" "+method+" "+body, func(t *testing.T) {
					t.Parallel()
					ask := func(send func(*http.Request) (*http.Response, error)) string {
						service := script(t, ok)
						request := newRequest(t, method, service.url("/x?y=z"), body)
						request.Method = method
						if change(request); !wire.Takes(request) {
							t.Fatal("not taken")
						}
						response, err := send(request)
						if err != nil {
							t.Fatal(err)
						}
						_ = response.Body.Close()
						got := <-service.heads
						content, _ := io.ReadAll(got.Body)
						return strings.ReplaceAll(fmt.Sprint(got.Method, got.RequestURI, got.Host, got.Header, got.ContentLength, got.TransferEncoding, string(content)), service.address, "")
					}
					standard := &http.Transport{DisableKeepAlives: false}
					defer standard.CloseIdleConnections()
					transport := newTransport(t, nil)
					want := ask(standard.RoundTrip)
					got := ask(func(r *http.Request) (*http.Response, error) { return transport.Send(r, nil) })
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("(-net/http +wire):\n%s", diff)
					}
				})
			}
		}
	}
}

func TestTakes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*http.Request)
		want   bool
	}{
		"plain": {func(*http.Request) {}, true}, "https": {func(r *http.Request) { r.URL.Scheme = "https" }, true},
		"other scheme": {func(r *http.Request) { r.URL.Scheme = "ftp" }, false}, "no host": {func(r *http.Request) { r.URL.Host = "" }, false},
		"opaque": {func(r *http.Request) { r.URL.Opaque = "//x" }, false}, "IDN": {func(r *http.Request) { r.URL.Host, r.Host = "ä.example", "" }, false},
		"zone":       {func(r *http.Request) { r.URL.Host, r.Host = "[fe80::1%25eth0]", "" }, false},
		"host":       {func(r *http.Request) { r.Host = "a/b" }, false},
		"expect":     {func(r *http.Request) { r.Header.Set("Expect", "100-continue") }, false},
		"connection": {func(r *http.Request) { r.Header.Set("Connection", "close") }, false},
		"close":      {func(r *http.Request) { r.Close = true }, false}, "connect": {func(r *http.Request) { r.Method = "CONNECT" }, false},
		"trailer":   {func(r *http.Request) { r.Trailer = http.Header{"X": nil} }, false},
		"chunked":   {func(r *http.Request) { r.ContentLength = -1 }, false},
		"only once": {func(r *http.Request) { r.GetBody = nil }, false},
		"large":     {func(r *http.Request) { r.ContentLength = wire.MaxBody + 1 }, false},
	} {
		request := newRequest(t, "POST", "http://a.example:8080/x", "body")
		test.change(request)
		if got := wire.Takes(request); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestHostileRequestsAreNotSent(t *testing.T) {
	t.Parallel()
	service := script(t, ok)
	for name, change := range map[string]func(*http.Request){
		"header name":   func(r *http.Request) { r.Header["X\r\nY"] = []string{"1"} },
		"header value":  func(r *http.Request) { r.Header["X"] = []string{"1\r\nHost: evil"} },
		"method":        func(r *http.Request) { r.Method = "GET / HTTP/1.1\r\nX:" },
		"query":         func(r *http.Request) { r.URL.RawQuery = "a b\r\nX: 1" },
		"body too long": func(r *http.Request) { r.ContentLength-- },
		"body short":    func(r *http.Request) { r.ContentLength++ },
	} {
		request := newRequest(t, "POST", service.url("/"), "body")
		change(request)
		if _, _, err := send(newTransport(t, nil), request); err == nil {
			t.Errorf("%s: sent", name)
		}
	}
	select {
	case request := <-service.heads:
		t.Errorf("arrived: %v", request)
	default:
	}
}

func TestConnectionsServeAgain(t *testing.T) {
	t.Parallel()
	closing := strings.Replace(ok, "Content", "Connection: close\r\nContent", 1)
	for _, test := range []struct {
		name, first string
		read        bool // whole
		conns       int64
	}{
		{"read", ok, true, 1}, {"no body", "HTTP/1.1 204 No Content\r\n\r\n", true, 1}, {"closed early", ok, false, 2}, {"close asked for", closing, true, 2},
		{"more than asked for", ok + ok, true, 2}, {"old", strings.Replace(ok, "1.1", "1.0", 1), true, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			service := script(t, test.first+"|"+ok, ok)
			transport := newTransport(t, nil)
			response, err := transport.Send(newRequest(t, "GET", service.url("/"), ""), nil)
			if err != nil {
				t.Fatal(err)
			}
			if test.read {
				_, _ = io.ReadAll(response.Body)
			}
			_ = response.Body.Close()
			if n, err := response.Body.Read(make([]byte, 1)); n != 0 || err == nil {
				t.Errorf("after the end: %d, %v", n, err)
			}
			if _, body, err := send(transport, newRequest(t, "POST", service.url("/"), "x")); err != nil || body != "ok" {
				t.Errorf("got %q, %v", body, err)
			}
			if n := service.conns.Load(); n != test.conns {
				t.Errorf("%d connections, want %d", n, test.conns)
			}
		})
	}
}

// TestClosedConnectionsAreNotUsed: neither one that the service has closed after its answer nor one on which it has sent
// more serves again, so that no write is lost on the one, and no answer is taken off the other.
func TestClosedConnectionsAreNotUsed(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]string{"closed": "", "unasked": "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			answered := make(chan struct{})
			go func() {
				for range 2 {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					_, _ = http.ReadRequest(bufio.NewReader(conn))
					_, _ = io.WriteString(conn, ok)
					<-answered // the answer has been read
					if _, err = io.WriteString(conn, late); late == "" {
						err = conn.Close()
					}
					answered <- struct{}{}
				}
			}()
			transport := newTransport(t, nil)
			for range 2 {
				w := &watcher{}
				response, err := transport.Send(newRequest(t, "POST", "http://"+listener.Addr().String(), "x"), w)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(response.Body)
				if string(body) != "ok" || err != nil || w.connected != 1 || w.sent != 1 {
					t.Errorf("%q, %v, %+v", body, err, w)
				}
				answered <- struct{}{}
				<-answered // the service has closed, or sent, what it has
			}
		})
	}
}

// TestBrokenConnections: what breaks off before its answer is sent again where it may be.
func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, method string
		key          bool
		first, then  string
		want         string
		conns        int64
	}{
		{"read on a used one", "GET", false, ok + "|", ok, "ok", 2},
		{"write on a used one", "POST", false, ok + "|", ok, "", 1},
		{"write with a key on a used one", "POST", true, ok + "|", ok, "ok", 2},
		{"read on a new one", "GET", false, "", ok, "", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			service := script(t, test.first, test.then)
			transport := newTransport(t, nil)
			if test.first != "" {
				if _, _, err := send(transport, newRequest(t, "GET", service.url("/"), "")); err != nil {
					t.Fatal(err)
				}
			}
			request := newRequest(t, test.method, service.url("/"), "x")
			if test.key {
				request.Header.Set("Idempotency-Key", "k")
			}
			_, body, err := send(transport, request)
			if body != test.want || (err == nil) != (test.want != "") || service.conns.Load() != test.conns {
				t.Errorf("got %q, %v on %d connections", body, err, service.conns.Load())
			}
		})
	}
}

// TestRequestsAreNotMixed: of many at once, with bodies of all lengths, each gets the answer to its own.
func TestRequestsAreNotMixed(t *testing.T) {
	t.Parallel()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Path", r.URL.Path)
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = w.Write(body)
	}))
	t.Cleanup(service.Close)
	transport := newTransport(t, func(o *wire.Options) { o.MaxPerHost = 3 })
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 20 {
				path := fmt.Sprintf("/%d/%d", i, j)
				content := strings.Repeat(path, 1+i*j*10)
				response, body, err := send(transport, newRequest(t, "POST", service.URL+path, content[:min(len(content), wire.MaxBody)]))
				if err != nil || response.Header.Get("X-Path") != path || !strings.HasPrefix(content, body) || len(body) != min(len(content), wire.MaxBody) {
					t.Errorf("%s: got %d bytes, %v", path, len(body), err)
				}
			}
		})
	}
	group.Wait()
}

// TestEndOfTheContext: it ends a request at any time, and whoever comes next is not struck.
func TestEndOfTheContext(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	for name, first := range map[string]string{"before the answer": "", "within the body": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := make(chan struct{})
			service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/whole" {
					_, _ = io.WriteString(w, "ok")
					return
				}
				conn, _, _ := w.(http.Hijacker).Hijack()
				defer conn.Close()
				_, _ = io.WriteString(conn, first)
				close(asked)
				_, _ = conn.Read(make([]byte, 1)) // until it is closed
			}))
			t.Cleanup(service.Close)
			ctx, cancel := context.WithCancelCause(t.Context())
			go func() {
				<-asked
				cancel(cause)
			}()
			transport := newTransport(t, nil)
			if _, _, err := send(transport, newRequest(t, "GET", service.URL, "").WithContext(ctx)); !errors.Is(err, cause) {
				t.Errorf("got %v", err)
			}
			if _, _, err := send(transport, newRequest(t, "GET", service.URL, "").WithContext(ctx)); !errors.Is(err, cause) {
				t.Errorf("once ended: got %v", err)
			}
			if _, body, err := send(transport, newRequest(t, "GET", service.URL+"/whole", "")); body != "ok" || err != nil {
				t.Errorf("next: got %q, %v", body, err)
			}
		})
	}
}

func TestAnswersAreNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	transport := newTransport(t, func(o *wire.Options) { o.Answer = time.Millisecond })
	request := newRequest(t, "GET", "http://"+listener.Addr().String(), "").WithContext(context.WithoutCancel(t.Context()))
	var timeout net.Error
	if _, _, err := send(transport, request); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("got %v", err)
	}
}

func TestConnectionsToAHostAreBounded(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int64
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		_, _ = io.WriteString(w, "ok")
		now.Add(-1)
	}))
	t.Cleanup(service.Close)
	transport := newTransport(t, func(o *wire.Options) { o.MaxPerHost = 2 })
	first, err := transport.Send(newRequest(t, "GET", service.URL, ""), nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := transport.Send(newRequest(t, "GET", service.URL, ""), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, _, err := send(transport, newRequest(t, "GET", service.URL, "").WithContext(ctx)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third: %v", err)
	}
	waiting := make(chan error, 20)
	for range cap(waiting) {
		request := newRequest(t, "GET", service.URL, "")
		go func() {
			_, _, err := send(transport, request)
			waiting <- err
		}()
	}
	_, _ = io.ReadAll(first.Body) // gives its connection on
	_ = second.Body.Close()       // closes it: another may be made
	for range cap(waiting) {
		if err := <-waiting; err != nil {
			t.Error(err)
		}
	}
	if n := most.Load(); n > 2 {
		t.Errorf("%d at once", n)
	}
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{}, 10)
	service := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	service.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			closed <- struct{}{}
		}
	}
	service.Start()
	t.Cleanup(service.Close)
	for name, change := range map[string]func(*wire.Options){
		"in time": func(o *wire.Options) { o.Idle = 2 * time.Millisecond }, "by hand": nil,
	} {
		transport := newTransport(t, change)
		if _, _, err := send(transport, newRequest(t, "GET", service.URL, "")); err != nil {
			t.Fatal(name, err)
		}
		if change == nil {
			transport.Close()
		}
		<-closed
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	service := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprint(w, r.Proto, " ", r.TLS.NegotiatedProtocol, " ", string(body))
	}))
	t.Cleanup(service.Close)
	transport := newTransport(t, func(o *wire.Options) { o.TLS = service.Client().Transport.(*http.Transport).TLSClientConfig })
	for range 3 {
		response, body, err := send(transport, newRequest(t, "POST", service.URL, "hello"))
		if err != nil || body != "HTTP/1.1 http/1.1 hello" || response.TLS == nil {
			t.Errorf("got %q, %v", body, err)
		}
	}
	w := &watcher{}
	if _, err := newTransport(t, nil).Send(newRequest(t, "GET", service.URL, ""), w); err == nil || w.connected != 0 {
		t.Errorf("a certificate that nobody knows: %v, %+v", err, w)
	}
}
