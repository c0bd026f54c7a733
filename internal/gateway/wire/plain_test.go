package wire

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// reading is what comes of reading an answer.
type reading struct {
	Response *http.Response
	Failure  string // of reading the head
	Body     string
	Cut      string // of reading the body
	Rest     string // what is left for others
}

// pieces gives its bytes in two pieces.
func pieces(b []byte, at int) io.Reader {
	at = max(0, min(at, len(b)))
	return io.MultiReader(bytes.NewReader(b[:at]), bytes.NewReader(b[at:]))
}

// read reads an answer by plainly, and by net/http if that makes nothing of it.
func read(from io.Reader, request *http.Request, plainly func(*bufio.Reader, *http.Request) *http.Response) (r reading, plain bool) {
	in := bufio.NewReader(from)
	_, _ = in.Peek(1)
	var err error
	if r.Response = plainly(in, request); r.Response == nil {
		r.Response, err = http.ReadResponse(in, request)
	} else {
		plain = true
	}
	if err != nil {
		return reading{Failure: err.Error()}, false
	}
	content := io.Reader(r.Response.Body)
	if b, ok := r.Response.Body.(*body); ok {
		b.conn = &conn{in: in}
		content = readerFunc(b.read)
	}
	whole, err := io.ReadAll(content)
	rest, _ := io.ReadAll(in)
	r.Body, r.Cut, r.Rest = string(whole), fmt.Sprint(err), string(rest)
	return r, plain
}

type readerFunc func([]byte) (int, error)

// Read reads.
func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func never(*bufio.Reader, *http.Request) *http.Response { return nil }

// compare holds what is read here against what net/http reads, and tells whether it was read here.
func compare(t *testing.T, method string, answer []byte, cut int) bool {
	t.Helper()
	request := &http.Request{Method: method}
	want, _ := read(pieces(answer, cut), request, never)
	got, plain := read(pieces(answer, cut), request, readPlain)
	bodies := cmpopts.IgnoreFields(http.Response{}, "Body")
	same := cmp.Comparer(func(a, b *http.Request) bool { return a == b })
	if diff := cmp.Diff(want, got, bodies, same); diff != "" {
		t.Errorf("%s %q cut at %d (-net/http +here):\n%s", method, answer, cut, diff)
	}
	if want.Response != nil && (want.Response.Body == http.NoBody) != (got.Response.Body == http.NoBody) {
		t.Errorf("%s %q: net/http has no body: %t", method, answer, want.Response.Body == http.NoBody)
	}
	return plain
}

const plainHead = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"

// answers are answers, and whether they are plain.
func answers() map[string]bool {
	many := strings.Repeat("X: 1\r\n", maxFields-1)
	return map[string]bool{
		plainHead + "\r\nok": true, plainHead + "\r\no": true, plainHead + "\r\n": true, plainHead + "\r\nokHTTP/1.1 200 OK\r\n": true,
		plainHead + many + "\r\nok": true, plainHead + many + "X: 1\r\n\r\nok": false,
		plainHead + "a: b\r\nA:c\r\nSET-COOKIE:  d  \r\nset-cookie:\r\nx--y-: z: z \r\netag: W/\"1\"\r\n\r\nok":      true,
		plainHead + "x-ratelimit-RESET: 1\r\nwww-authenticate: a, b\r\n!#$%&'*+-.^_`|~9z: 1\r\n\r\nok":               true,
		plainHead + "Connection: Keep-Alive\r\nKeep-Alive: timeout=5\r\nconnection:keep-alive \r\n\r\nok":            true,
		plainHead + "Content-Encoding: gzip\r\n\r\nok":                                                               true,
		"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n":                                                                 true,
		"HTTP/1.1 404 Not  Found \r\ncontent-length:   007  \r\n\r\n1234567":                                         true,
		"HTTP/1.1 999 x\r\nContent-Length: 999999999999999999\r\n\r\nok":                                             true,
		"HTTP/1.1 500 " + strings.Repeat("x", 3000) + "\r\nContent-Length: 5000\r\n\r\n" + strings.Repeat("y", 5000): true,

		"HTTP/1.1 500 " + strings.Repeat("x", 5000) + "\r\nContent-Length: 1\r\n\r\ny": false,
		"": false, "HTTP/1.1 200 OK": false, plainHead: false, plainHead + "\n": false, plainHead + "\r": false, plainHead + "x": false, plainHead + "x:": false,
		"HTTP/1.1 200 OK\r\n\r\nok": false, "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n": false, "HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n": false,
		"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok": false, "HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n": false, "HTTP/1.1 0200 OK\r\nContent-Length: 0\r\n\r\n": false,
		"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n": false, "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n": false,
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok": false, "HTTP/1.1 099 x\r\nContent-Length: 0\r\n\r\n": false,
		"HTTP/1.1 200 \x7f\r\nContent-Length: 0\r\n\r\n": false, "HTTP/1.1 200 a\rb\r\nContent-Length: 0\r\n\r\n": false,
		plainHead + "Content-Length: 2\r\n\r\nok": false, plainHead + "content-LENGTH: 3\r\n\r\nok": false,
		"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n": false, "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok": false, "HTTP/1.1 200 OK\r\nContent-Length: 1 2\r\n\r\nok": false,
		"HTTP/1.1 200 OK\r\nContent-Length: 2,2\r\n\r\nok": false, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000000\r\n\r\nok": false,
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok": false, "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n": false,
		plainHead + "transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n": false, plainHead + "Transfer-Encoding: identity\r\n\r\nok": false,
		plainHead + "Connection: close\r\n\r\nok": false, plainHead + "Connection: keep-alive, close\r\n\r\nok": false, plainHead + "CONNECTION: upgrade\r\nUpgrade: x\r\n\r\nok": false,
		plainHead + "upgrade: h2c\r\n\r\nok": false, plainHead + "trailer: X\r\n\r\nok": false, plainHead + "pragma: no-cache\r\n\r\nok": false,
		plainHead + "x-fold: a\r\n b\r\n\r\nok": false, plainHead + "x-fold: a\r\n\tb\r\n\r\nok": false, plainHead + " X: 1\r\n\r\nok": false, plainHead + "x: 1\n\r\nok": false,
		plainHead + "x: 1\n\nok": false, plainHead + "x: a\rb\r\n\r\nok": false, plainHead + "x: a\r\r\n\r\nok": false, plainHead + "x: \xc3\xa4\r\n\r\nok": false,
		plainHead + "x: a\tb\r\n\r\nok": false, plainHead + "x: a\x00b\r\n\r\nok": false, plainHead + "x:\x7f\r\n\r\nok": false,
		plainHead + ": 1\r\n\r\nok": false, plainHead + "x : 1\r\n\r\nok": false, plainHead + "x y: 1\r\n\r\nok": false, plainHead + "what\r\n\r\nok": false,
		plainHead + "x(y): 1\r\n\r\nok": false, plainHead + "x\xc3\xa4: 1\r\n\r\nok": false, plainHead + "\x00: 1\r\n\r\nok": false, plainHead + "ok: 1\r\nwhat\r\nx y: z\r\n\r\nok": false,
	}
}

// TestPlainAnswers: what is plain is read here, all else is not, and either comes out as net/http reads it.
func TestPlainAnswers(t *testing.T) {
	t.Parallel()
	for answer, want := range answers() {
		for _, method := range []string{"", "GET", "POST", "HEAD"} {
			if plain := compare(t, method, []byte(answer), len(answer)); plain != (want && method != "HEAD") {
				t.Errorf("%s %q: plain %t", method, answer, plain)
			}
		}
		for cut := range min(len(answer), 200) {
			compare(t, "GET", []byte(answer), cut)
		}
	}
}

func FuzzPlainAnswers(f *testing.F) {
	for answer := range answers() {
		f.Add([]byte(answer), len(answer), false)
		f.Add([]byte(answer), len(answer)-1, true)
	}
	f.Fuzz(func(t *testing.T, answer []byte, cut int, head bool) {
		method := http.MethodGet
		if head {
			method = http.MethodHead
		}
		compare(t, method, answer, cut)
	})
}

// TestValuesOfAHeaderAreApart: adding to one field does not change another.
func TestValuesOfAHeaderAreApart(t *testing.T) {
	t.Parallel()
	header := headerOf("A: 1\r\nB: 2\r\nA: 3\r\nC: 4\r\n", 4)
	header.Add("A", "5")
	header.Add("B", "6")
	if diff := cmp.Diff(http.Header{"A": {"1", "3", "5"}, "B": {"2", "6"}, "C": {"4"}}, header); diff != "" {
		t.Error(diff)
	}
}

// TestSpelling compares with net/http's for every byte at the beginning of a word and within it.
func TestSpelling(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		for _, name := range []string{string([]byte{byte(c)}), string([]byte{'x', byte(c), 'Y'}), string([]byte{'-', byte(c)})} {
			line := []byte(name + ":")
			colon, valid := spell(line, 0), ofTokens.cover(name)
			switch {
			case c == ':':
			case (colon < 0) == valid:
				t.Errorf("%q: %d, a token: %t", name, colon, valid)
			case valid && string(line[:colon]) != textproto.CanonicalMIMEHeaderKey(name):
				t.Errorf("%q: got %q", name, line[:colon])
			}
		}
	}
}
