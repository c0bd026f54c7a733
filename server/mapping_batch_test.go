package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// batchLine is a line of a batch's answer.
type batchLine struct {
	Line   int64           `json:"line"`
	Output json.RawMessage `json:"output"`
	Error  *struct {
		Code   operations.Code
		Errors []operations.InputFault
	} `json:"error"`
	End *batchEnd `json:"end"`
}

// batch sends a body to a batch and gives the answer, whose body is still coming in.
func (h *hub) batch(ctx context.Context, t testing.TB, address, path string, body io.Reader) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+mappingsURL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", mimeNDJSON)
	request.Header.Set("Authorization", "Bearer "+h.secrets[execute.RoleBuilder])
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// linesOf reads a batch's answer to its end.
func linesOf(t testing.TB, response *http.Response) []batchLine {
	t.Helper()
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != mimeNDJSON {
		body, _ := io.ReadAll(response.Body)
		t.Fatalf("%s of type %s: %s", response.Status, response.Header.Get("Content-Type"), body)
	}
	var lines []batchLine
	scanner := bufio.NewScanner(response.Body)
	for scanner.Scan() {
		var line batchLine
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			t.Fatalf("%v: %s", err, scanner.Bytes())
		}
		lines = append(lines, line)
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// records are lines with titles; every tenth cannot be mapped.
func records(n int) io.Reader {
	r, w := io.Pipe()
	go func() {
		b := bufio.NewWriter(w)
		for i := range n {
			title := fmt.Sprintf("%q", fmt.Sprint("Thing ", i+1))
			if i%10 == 9 {
				title = `["no text"]`
			}
			if _, err := fmt.Fprintf(b, `{"title":%s,"kind":"Lamp","author":{"name":"Ada"}}`+"\n", title); err != nil {
				break
			}
		}
		w.CloseWithError(b.Flush())
	}()
	return r
}

func TestBatch(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	stored(t, h, "things", thingMapping)
	address := h.serve(t)
	const n = 10_000
	lines := linesOf(t, h.batch(t.Context(), t, address, "/things/batch?credentialId=acct", records(n)))
	if len(lines) != n+1 {
		t.Fatalf("%d lines came back, want %d", len(lines), n+1)
	}
	for i, line := range lines[:n] {
		want := fmt.Sprintf(`{"name":"Thing %d","parent":1,"note":"by ADA"}`, i+1)
		switch {
		case line.Line != int64(i+1):
			t.Fatalf("line %d is said to be %d", i+1, line.Line)
		case i%10 == 9 && (line.Error == nil || line.Error.Code != operations.CodeInvalidInput || line.Error.Errors[0].Pointer != "/rules/0"):
			t.Fatalf("line %d: %+v", i+1, line)
		case i%10 != 9 && string(line.Output) != want:
			t.Fatalf("line %d: %s, want %s", i+1, line.Output, want)
		}
	}
	end := lines[n].End
	if end == nil || end.Lines != n || end.Mapped != n*9/10 || end.Failed != n/10 || end.Error != nil {
		t.Errorf("the end is %+v", end)
	}
}

func TestBatchWithItsMapping(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	address := h.serve(t)
	body := `{"mapping":{"version":1,"rules":[{"target":"n","source":"a"}]}}` + "\n{\"a\":1}\n\n{\"a\":\n{\"a\":2}"
	lines := linesOf(t, h.batch(t.Context(), t, address, "/batch", strings.NewReader(body)))
	var got []string
	for _, line := range lines {
		switch {
		case line.End != nil:
			got = append(got, fmt.Sprint(line.End.BatchCount))
		case line.Error != nil:
			got = append(got, fmt.Sprint(line.Line, " ", line.Error.Code))
		default:
			got = append(got, fmt.Sprint(line.Line, " ", string(line.Output)))
		}
	}
	if want := `1 {"n":1}|3 malformed_request|4 {"n":2}|{4 2 1}`; strings.Join(got, "|") != want {
		t.Errorf("got %s, want %s", strings.Join(got, "|"), want)
	}
}

func TestBatchRefuses(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	stored(t, h, "things", thingMapping)
	lines := map[string]string{"Content-Type": mimeNDJSON}
	for _, sc := range []scenario{
		{name: "not as lines", url: "/things/batch", body: `{}`, wantStatus: 415, contains: []string{mimeNDJSON}},
		{name: "no such mapping", url: "/thing/batch", headers: lines, body: `{}`, wantStatus: 404},
		{name: "no such version", url: "/things/batch?version=2", headers: lines, body: `{}`, wantStatus: 404},
		{name: "no such credential", url: "/things/batch?credentialId=theirs", headers: lines, body: `{}`, wantStatus: 404},
		{name: "no mapping", url: "/batch", headers: lines, body: `{"a":1}` + "\n{}", wantStatus: 422, contains: []string{`"pointer":"/mapping"`, `"pointer":"/a"`}},
		{name: "no head", url: "/batch", headers: lines, body: "\n{}", wantStatus: 400, contains: []string{"the first line"}},
		{name: "a mapping with a fault", url: "/batch", headers: lines, body: `{"mapping":{"version":1,"rules":[{}]}}`, wantStatus: 422, contains: []string{`"pointer":"/mapping/rules/0`}},
		{name: "a head without end", url: "/batch", headers: lines, body: `{"mapping":{"version":1,"rules":[],"description":"` + strings.Repeat("x", maxHeadLine), wantStatus: 413},
		{name: "an embed key", as: execute.RoleEmbed, url: "/things/batch", headers: lines, body: `{}`, wantStatus: 403},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.url = mappingsURL + sc.url
			if sc.as == "" {
				sc.as = execute.RoleBuilder
			}
			sc.run(t, h)
		})
	}
}

// endless is a body that goes on for as long as somebody reads it.
type endless struct {
	line []byte
	sent atomic.Int64
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n+len(e.line) <= len(p) {
		n += copy(p[n:], e.line)
	}
	e.sent.Add(int64(n))
	return n, nil
}

// TestBatchStreams: lines come back while more are being sent, no more is held than there has to be, and no more is read than
// the client takes.
func TestBatchStreams(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	address := h.serve(t)
	stored(t, h, "plain", `{"version":1,"rules":[{"target":"n","source":"a"}]}`)
	r, w := io.Pipe()
	response := h.batch(t.Context(), t, address, "/plain/batch", r)
	answers := bufio.NewReader(response.Body)
	for i := range 3 {
		if _, err := fmt.Fprintf(w, "{\"a\":%d}\n", i); err != nil {
			t.Fatal(err)
		}
		line, err := answers.ReadString('\n')
		if want := fmt.Sprintf(`{"line":%d,"output":{"n":%d}}`+"\n", i+1, i); err != nil || line != want {
			t.Fatalf("got %s (%v), want %s", line, err, want)
		}
	}
	w.Close()
	if line, err := answers.ReadString('\n'); err != nil || !strings.HasPrefix(line, `{"end":{"lines":3,`) {
		t.Errorf("the end is %s (%v)", line, err)
	}
	response.Body.Close()
}

func TestBatchWaitsForItsReader(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	address := h.serve(t)
	stored(t, h, "plain", `{"version":1,"rules":[{"target":"@this","source":"@this"}]}`)
	body := &endless{line: fmt.Appendf(nil, "{\"a\":%q}\n", strings.Repeat("x", 1000))}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	response := h.batch(ctx, t, address, "/plain/batch", body)
	// Nobody reads the answer: what has been sent settles at what all buffers on the way hold.
	for before := int64(-1); before != body.sent.Load(); time.Sleep(20 * time.Millisecond) {
		before = body.sent.Load()
	}
	if sent := body.sent.Load(); sent > 64<<20 {
		t.Errorf("%d bytes were taken, and none of the answer was read", sent)
	}
	// Now the answer is read: more is taken.
	held := body.sent.Load()
	if _, err := io.CopyN(io.Discard, response.Body, 2*held); err != nil {
		t.Fatal(err)
	}
	if body.sent.Load() <= held {
		t.Error("nothing more was taken when the answer was read")
	}
	cancel()
	response.Body.Close()
	waitForNoBatch(t, h)
}

// waitForNoBatch waits until no batch is under way any more.
func waitForNoBatch(t testing.TB, h *hub) {
	t.Helper()
	for late := time.Now().Add(20 * time.Second); len(h.server.batches) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("a batch goes on without its client")
		}
	}
}

// TestBatchEndsWithItsClient: whether the client leaves while it sends, while it reads, or in between.
func TestBatchEndsWithItsClient(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	address := h.serve(t)
	stored(t, h, "plain", `{"version":1,"rules":[{"target":"n","source":"a"}]}`)
	head := "POST /v1/mappings/plain/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nAuthorization: Bearer " +
		h.secrets[execute.RoleBuilder] + "\r\nTransfer-Encoding: chunked\r\n\r\n"
	for _, sent := range []string{head, head + "8\r\n{\"a\":1}\n\r\n", head + "8\r\n{\"a\"", head + "zz"} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, sent); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(sent, "1}\n\r\n") {
			if _, err := bufio.NewReader(conn).ReadString('}'); err != nil {
				t.Fatal(err)
			}
		}
		conn.Close()
	}
	waitForNoBatch(t, h)
}

// TestBatchesAreBounded: beyond so many at once a client is told to come later.
func TestBatchesAreBounded(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	stored(t, h, "plain", `{"version":1,"rules":[{"target":"n","source":"a"}]}`)
	for range maxBatches {
		h.server.batches <- struct{}{}
	}
	scenario{
		as: execute.RoleBuilder, url: mappingsURL + "/plain/batch", headers: map[string]string{"Content-Type": mimeNDJSON}, body: `{"a":1}`, wantStatus: 503,
		wantHeaders: map[string]string{"Retry-After": "5"},
	}.run(t, h)
	<-h.server.batches
	sc := scenario{as: execute.RoleBuilder, url: mappingsURL + "/plain/batch", headers: map[string]string{"Content-Type": mimeNDJSON}, body: `{"a":1}`}
	response, err := h.server.Test(sc.request(h))
	if err != nil {
		t.Fatal(err)
	}
	if body := readAllOf(t, response); !bytes.Contains(body, []byte(`{"line":1,"output":{"n":1}}`)) {
		t.Errorf("%s: %s", response.Status, body)
	}
	if len(h.server.batches) != maxBatches-1 {
		t.Error("the batch did not give its place back")
	}
}

// TestBatchAndShutdown: one that is under way is let end, and cut off when the time for that is over.
func TestBatchAndShutdown(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	stored(t, h, "plain", `{"version":1,"rules":[{"target":"n","source":"a"}]}`)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- h.server.Serve(listener) }()
	r, w := io.Pipe()
	response := h.batch(t.Context(), t, listener.Addr().String(), "/plain/batch", r)
	answers := bufio.NewReader(response.Body)
	echo := func(a string) string {
		t.Helper()
		if _, err := io.WriteString(w, `{"a":`+a+"}\n"); err != nil {
			t.Fatal(err)
		}
		line, err := answers.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		return line
	}
	echo("1")
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- h.server.Shutdown(ctx) }()
	for !h.server.connections.stopping.Load() {
		time.Sleep(time.Millisecond)
	}
	if line := echo("2"); !strings.Contains(line, `"n":2`) {
		t.Errorf("while it stops: %s", line)
	}
	cancel()
	if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, `"code":"unavailable"`) {
		t.Errorf("cut off with %s (%v)", line, err)
	}
	<-stopped
	<-served
}

// BenchmarkBatch measures records through a batch over HTTP.
func BenchmarkBatch(b *testing.B) {
	h := newHub(b)
	address := h.serve(b)
	document := `{"mapping":{"version":1,"rules":[{"target":"name","source":"title"},{"target":"note","template":"by {{author.name | upper}}"}]}}` + "\n"
	line := `{"title":"Thing","kind":"Lamp","author":{"name":"Ada"},"more":[1,2,3],"text":"some text that is passed over"}` + "\n"
	b.SetBytes(int64(len(line)))
	body := io.MultiReader(strings.NewReader(document), io.LimitReader(&endless{line: []byte(line)}, int64(b.N*len(line))))
	b.ResetTimer()
	response := h.batch(b.Context(), b, address, "/batch", body)
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		b.Fatal(err)
	}
	response.Body.Close()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
