package mapping

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

func compileRules(tb testing.TB, rules string) *Mapping {
	tb.Helper()
	document, err := Parse([]byte(withRules(rules)))
	if err != nil {
		tb.Fatal(err, operations.AsError(err).Faults)
	}
	m, err := Compile(document, Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func TestBatch(t *testing.T) {
	t.Parallel()
	m := compileRules(t, `[{"target":"n","source":"n","transforms":["number"]}]`)
	in := "{\"n\":1}\r\n\n{\"n\":\"x\"}\nnonsense\n  \n{\"n\":\"<2>\"}\n" + `{"n":"` + strings.Repeat("9", MaxSourceBytes) + "\"}\n" + `{"n":3}`
	var out bytes.Buffer
	count, err := m.Batch(t.Context(), strings.NewReader(in), &out, BatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(BatchCount{Lines: 8, Mapped: 2, Failed: 4}, count); diff != "" {
		t.Errorf("count (-want +got):\n%s", diff)
	}
	want := `{"line":1,"output":{"n":1}}
{"line":3,"error":{"code":"invalid_input","status":422,"detail":"the source document cannot be mapped: n is a text that makes no number","errors":[{"pointer":"/rules/0/transforms/0","detail":"n is a text that makes no number"}],"retryable":false}}
{"line":4,"error":{"code":"malformed_request","status":400,"detail":"the source document is not JSON","retryable":false}}
{"line":6,"error":{"code":"invalid_input","status":422,"detail":"the source document cannot be mapped: n is a text that makes no number","errors":[{"pointer":"/rules/0/transforms/0","detail":"n is a text that makes no number"}],"retryable":false}}
{"line":7,"error":{"code":"too_large","status":413,"detail":"the source document is larger than 4194304 bytes","retryable":false}}
{"line":8,"output":{"n":3}}
`
	if diff := gocmp.Diff(want, out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

// TestBatchKeepsOrder maps many lines by many workers.
func TestBatchKeepsOrder(t *testing.T) {
	t.Parallel()
	m := compileRules(t, `[{"target":"n","source":"n"}]`)
	var in strings.Builder
	const lines = 5000
	for i := range lines {
		fmt.Fprintf(&in, "{\"n\":%d}\n", i+1)
	}
	var out bytes.Buffer
	var seen []int64
	count, err := m.Batch(t.Context(), strings.NewReader(in.String()), &out, BatchOptions{Workers: 7, Progress: func(c BatchCount) { seen = append(seen, c.Lines) }})
	if err != nil || count.Mapped != lines || len(seen) < 2 || seen[len(seen)-1] != lines {
		t.Fatalf("%+v, progress %v (%v)", count, seen, err)
	}
	next := int64(0)
	for line := range strings.Lines(out.String()) {
		next++
		if got := gjson.Parse(line); got.Get("line").Int() != next || got.Get("output.n").Int() != next {
			t.Fatalf("line %d is %s", next, line)
		}
	}
}

// TestBatchWaitsForLookupsSideBySide has a slow list: as many records wait at once as there are workers.
func TestBatchWaitsForLookupsSideBySide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := compileRules(t, `[{"target":"x","lookup":{"operation":"a.b_ddl","from":"s"}}]`)
		var calls atomic.Int64
		lookups := lookupFunc(func(ctx context.Context, call LookupCall) (json.RawMessage, error) {
			calls.Add(1)
			select {
			case <-time.After(time.Second):
				return json.RawMessage(`"` + call.Text + `!"`), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		})
		var in strings.Builder
		for i := range 40 {
			fmt.Fprintf(&in, "{\"s\":\"t%d\"}\n", i%20)
		}
		start := time.Now()
		var out bytes.Buffer
		count, err := m.Batch(t.Context(), strings.NewReader(in.String()), &out, BatchOptions{Lookups: lookups, Workers: 10})
		if err != nil || count.Mapped != 40 || calls.Load() != 20 {
			t.Errorf("%+v, asked %d times (%v)", count, calls.Load(), err)
		}
		if took := time.Since(start); took > 3*time.Second { // 20 questions, ten at once
			t.Errorf("it took %v", took)
		}
		if !strings.HasSuffix(out.String(), `{"line":40,"output":{"x":"t19!"}}`+"\n") {
			t.Errorf("it ends in %s", out.String()[out.Len()-80:])
		}
	})
}

type lookupFunc func(context.Context, LookupCall) (json.RawMessage, error)

func (f lookupFunc) Match(ctx context.Context, call LookupCall) (json.RawMessage, error) {
	return f(ctx, call)
}

// TestBatchStreams writes a line, and reads its result before it writes the next.
func TestBatchStreams(t *testing.T) {
	t.Parallel()
	m := compileRules(t, `[{"target":"n","source":"n"}]`)
	inReader, inWriter := io.Pipe()
	outReader, outWriter := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := m.Batch(t.Context(), inReader, outWriter, BatchOptions{})
		outWriter.CloseWithError(err)
		done <- err
	}()
	answer := make([]byte, 1000)
	for i := range 3 {
		if _, err := fmt.Fprintf(inWriter, "{\"n\":%d}\n", i); err != nil {
			t.Fatal(err)
		}
		n, err := outReader.Read(answer)
		if want := fmt.Sprintf("{\"line\":%d,\"output\":{\"n\":%d}}\n", i+1, i); err != nil || string(answer[:n]) != want {
			t.Fatalf("%s (%v), want %s", answer[:n], err, want)
		}
	}
	if err := inWriter.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := outReader.Read(answer); err != io.EOF {
		t.Errorf("more: %v", err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestBatchEnds(t *testing.T) {
	t.Parallel()
	m := compileRules(t, `[{"target":"n","source":"n"}]`)
	many := strings.Repeat("{\"n\":1}\n", 20_000)
	broken := errors.New("broken")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	tests := map[string]struct {
		ctx  context.Context
		in   io.Reader
		out  io.Writer
		want error
	}{
		"the context": {ctx, strings.NewReader(many), io.Discard, context.Canceled},
		"writing":     {t.Context(), strings.NewReader(many), failingWriter{broken}, broken},
		"reading":     {t.Context(), io.MultiReader(strings.NewReader(many), failingReader{broken}), io.Discard, broken},
	}
	for name, test := range tests {
		if _, err := m.Batch(test.ctx, test.in, test.out, BatchOptions{}); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

func BenchmarkBatch(b *testing.B) {
	m := compiled(b, "twenty")
	var line bytes.Buffer
	if err := json.Compact(&line, readTestdata(b, "twenty.source.json")); err != nil {
		b.Fatal(err)
	}
	in := bytes.Repeat(append(line.Bytes(), '\n'), 1000)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		if _, err := m.Batch(b.Context(), bytes.NewReader(in), io.Discard, BatchOptions{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
