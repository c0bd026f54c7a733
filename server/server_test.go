package server

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/patchbay/patchbay/operations/execute"
)

// serve puts the hub's server on a port and gives its address.
func (h *hub) serve(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- h.server.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		h.demo.finish()
		if err := errors.Join(h.server.Shutdown(ctx), <-done); err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// do sends a request over the network.
func (h *hub) do(t *testing.T, client *http.Client, method, url string, body io.Reader) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+h.secrets[execute.RoleAdmin])
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(readAllOf(t, response))
}

// unsized hides a reader's length, so that it is sent in chunks.
type unsized struct{ io.Reader }

// TestBodyLimit: a client that is still sending hears why it is refused, and its connection stays in step.
func TestBodyLimit(t *testing.T) {
	t.Parallel()
	h := newHub(t, func(o *Options) { o.Runner = runnerFunc(nothing) })
	base := "http://" + h.serve(t)
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	body := func(size int) io.Reader {
		const frame = `{"credentialId":"acct","input":{"name":""}}`
		return strings.NewReader(frame[:len(frame)-3] + strings.Repeat("x", size-len(frame)) + frame[len(frame)-3:])
	}
	for _, c := range []struct {
		name string
		body io.Reader
		want int
	}{
		{"10 MB", body(10 << 20), 413},
		{"10 MB in chunks", unsized{body(10 << 20)}, 413},
		{"one byte too many", body(maxBody + 1), 413},
		{"one byte too many, in chunks", unsized{body(maxBody + 1)}, 413},
		{"just fits", body(maxBody), 200},
		{"just fits, in chunks", unsized{body(maxBody)}, 200},
	} {
		status, text := h.do(t, client, "POST", base+createURL, c.body)
		if status != c.want {
			t.Errorf("%s: status %d, want %d: %.200s", c.name, status, c.want, text)
		}
		if status, text := h.do(t, client, "GET", base+"/v1/me", nil); status != 200 {
			t.Errorf("after %s: status %d: %.200s", c.name, status, text)
		}
	}
}

// TestUnreadBodies: what a refused request's body holds is never taken for the next request.
func TestUnreadBodies(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	address := h.serve(t)
	smuggled := "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
	for name, head := range map[string]string{
		"refused":        "POST " + createURL + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n",
		"no such route":  "POST /nowhere HTTP/1.1\r\nHost: x\r\n",
		"body of a get":  "GET /readyz HTTP/1.1\r\nHost: x\r\n",
		"with a promise": "POST " + createURL + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n",
	} {
		for _, framing := range []string{
			fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(smuggled), smuggled),
			fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(smuggled), smuggled),
		} {
			answers := exchangeRaw(t, address, head+framing+"GET /v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			if n := strings.Count(answers, `{"status":"ok"`); n != strings.Count(head, "/readyz") {
				t.Errorf("%s: the body was answered as a request:\n%s", name, answers)
			}
			if !strings.Contains(answers, `"instance":"/v1/me"`) {
				t.Errorf("%s: the next request went unanswered:\n%s", name, answers)
			}
		}
	}
}

// exchangeRaw sends bytes and reads until the server hangs up.
func exchangeRaw(t *testing.T, address, raw string) string {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(connection, raw); err != nil {
		t.Fatal(err)
	}
	answers, err := io.ReadAll(connection)
	if err != nil {
		t.Fatalf("reading the answers: %v; so far %q", err, answers)
	}
	return string(answers)
}

// TestProtocolFaults: what goes wrong before any route is a problem too.
func TestProtocolFaults(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	address := h.serve(t)
	const end = "Connection: close\r\n\r\n"
	for name, c := range map[string]struct{ raw, status, code string }{
		"unknown method": {"BREW /v1/me HTTP/1.1\r\nHost: x\r\n" + end, "405", "method_not_allowed"},
		"no such method": {"DELETE /v1/me HTTP/1.1\r\nHost: x\r\n" + end, "405", "method_not_allowed"},
		"no such path":   {"GET /%zz HTTP/1.1\r\nHost: x\r\n" + end, "404", "not_found"},
		"huge headers":   {padded("GET /v1/me HTTP/1.1\r\nHost: x\r\nX: ", maxHeader), "413", "too_large"},
		"broken chunks":  {"POST " + createURL + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + h.secrets[execute.RoleAdmin] + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400", "malformed_request"},
		"not HTTP":       {"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", "400", "malformed_request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := exchangeRaw(t, address, c.raw)
			response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(answer)), nil)
			if err != nil {
				t.Fatalf("%v: %q", err, answer)
			}
			body := readAllOf(t, response)
			if response.Status[:3] != c.status || !strings.Contains(string(body), `"code":"`+c.code+`"`) {
				t.Errorf("status %s, body %s", response.Status, body)
			}
			if response.Header.Get("X-Request-Id") == "" || !strings.Contains(string(body), `"request_id":"req_`) {
				t.Errorf("it has no request id: %v %s", response.Header, body)
			}
		})
	}
}

// padded fills a text up to a size: headers that fill the buffer and have no end.
func padded(text string, size int) string { return text + strings.Repeat("x", size-len(text)) }

// TestNothingAliasesTheRequest: what a call hands on stays as it was while the connection's buffers are used again.
func TestNothingAliasesTheRequest(t *testing.T) {
	t.Parallel()
	spy := &spyRunner{}
	h := newHub(t, func(o *Options) { o.Runner = spy })
	base := "http://" + h.serve(t)
	const workers, rounds = 8, 40
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := range rounds {
				mark := fmt.Sprintf("%d-%d-%s", w, i, strings.Repeat("m", i))
				status, body := h.do(t, client, "POST", base+"/v1/connectors/c"+mark+"/operations/o"+mark+"/call",
					strings.NewReader(`{"credentialId":"k`+mark+`","input":{"mark":"`+mark+`"}}`))
				if status != 200 || !strings.Contains(body, `{"mark":"`+mark+`"}`) {
					t.Errorf("status %d: %s", status, body)
				}
			}
		})
	}
	group.Wait()
	seen := map[string]bool{}
	for _, r := range spy.requests() {
		mark := strings.TrimPrefix(r.Connector, "c")
		seen[mark] = true
		if r.Operation != "o"+mark || r.Credential != "k"+mark || string(r.Input) != `{"mark":"`+mark+`"}` || !strings.HasPrefix(r.ID, "req_") {
			t.Errorf("the request changed after its answer: %+v", r)
		}
	}
	if len(seen) != workers*rounds {
		t.Errorf("%d different requests, want %d", len(seen), workers*rounds)
	}
}

// TestClientThatLeaves: its call goes on, since a write half done helps nobody.
func TestClientThatLeaves(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ended := make(chan error, 1)
	runner := h.server.Runner
	h.server.Runner = runnerFunc(func(ctx context.Context, r execute.Request) (execute.Result, error) {
		result, err := runner.Call(ctx, r)
		ended <- err
		return result, err
	})
	base := "http://" + h.serve(t)
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, "POST", base+"/v1/connectors/demo/operations/wait_for_it/call",
		strings.NewReader(`{"credentialId":"acct"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+h.secrets[execute.RoleBuilder])
	go func() {
		<-h.demo.started
		leave()
	}()
	if _, err := http.DefaultClient.Do(request); !errors.Is(err, context.Canceled) {
		t.Fatalf("the client got %v", err)
	}
	h.demo.finish()
	if err := <-ended; err != nil {
		t.Errorf("the call ended with %v", err)
	}
}

// nothing answers every call with nothing.
func nothing(context.Context, execute.Request) (execute.Result, error) {
	return execute.Result{Output: json.RawMessage("{}")}, nil
}

type runnerFunc func(context.Context, execute.Request) (execute.Result, error)

func (f runnerFunc) Call(ctx context.Context, r execute.Request) (execute.Result, error) {
	return f(ctx, r)
}

// TestShutdown: it waits for the call under way, but for no connection that waits for nothing.
func TestShutdown(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served, answered, stopped := make(chan error, 1), make(chan int, 1), make(chan error, 1)
	go func() { served <- h.server.Serve(listener) }()
	base := "http://" + listener.Addr().String()
	unused, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer unused.Close()
	go func() {
		status, _ := h.do(t, &http.Client{}, "POST", base+"/v1/connectors/demo/operations/wait_for_it/call", strings.NewReader(`{"credentialId":"acct"}`))
		answered <- status
	}()
	<-h.demo.started
	go func() { stopped <- h.server.Shutdown(t.Context()) }()
	if _, err := unused.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("reading from the unused connection: %v", err)
	}
	var ready fasthttp.RequestCtx
	ready.Request.SetRequestURI("/readyz")
	h.server.app.Server().Handler(&ready)
	if body := string(ready.Response.Body()); ready.Response.StatusCode() != 503 || !strings.Contains(body, "shutting down") {
		t.Errorf("while shutting down it is ready: %s", body)
	}
	select {
	case err := <-stopped:
		t.Fatalf("it stopped with a call under way: %v", err)
	default:
	}
	h.demo.finish()
	if status := <-answered; status != 200 {
		t.Errorf("the call under way got %d", status)
	}
	if err := errors.Join(<-stopped, <-served); err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		t.Error("it still takes connections")
	}
}

// TestShutdownInAHurry: when the time is up, calls are cancelled.
func TestShutdownInAHurry(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	base := "http://" + h.serve(t)
	answered := make(chan string, 1)
	go func() {
		_, body := h.do(t, &http.Client{}, "POST", base+"/v1/connectors/demo/operations/wait_for_it/call", strings.NewReader(`{"credentialId":"acct"}`))
		answered <- body
	}()
	<-h.demo.started
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.server.Shutdown(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown says %v", err)
	}
	if body := <-answered; !strings.Contains(body, `"code":"canceled"`) {
		t.Errorf("the call was answered with %s", body)
	}
}

func TestShutdownBeforeServe(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	if err := h.server.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.server.Serve(listener); err != nil {
		t.Error(err)
	}
}

func TestListenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	if err := newHub(t).server.Listen("127.0.0.1:none"); err == nil || !strings.Contains(err.Error(), "listening on 127.0.0.1:none") {
		t.Errorf("it says %v", err)
	}
}
