package mapping

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/patchbay/patchbay/operations"
)

// BatchOptions say how a batch is run. The zero value will do.
type BatchOptions struct {
	Lookups  Lookups          // what answers lookups; each question is asked once in the batch
	Workers  int              // records under way at once; 0: one for each core, or eight if there are lookups
	Progress func(BatchCount) // told after every stretch of lines that was written; never twice at once
}

// BatchCount is how far a batch is.
type BatchCount struct {
	Lines  int64 `json:"lines"`  // read so far, blank ones among them
	Mapped int64 `json:"mapped"` // source documents that were mapped
	Failed int64 `json:"failed"` // source documents that have an error in place of a result
}

// Bounds of a batch.
const (
	lookupWorkers = 8
	maxWorkers    = 64
	stretchLines  = 256       // lines that are handed on together
	stretchBytes  = 256 << 10 // about how many bytes of them
)

// Batch maps a source document a line (NDJSON) and writes a line for each, in their order: {"line":3,"output":{…}} or, for one
// that cannot be mapped, {"line":3,"error":{"code":…,"status":…,"detail":…,"errors":[…]}}; the others go on. Blank lines are passed over.
// A line has at most MaxSourceBytes. Memory does not grow with the batch. A batch that is given up ends when reading from in
// does. Errors: what reading and writing give, and the context's.
func (m *Mapping) Batch(ctx context.Context, in io.Reader, out io.Writer, options BatchOptions) (BatchCount, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b, workers := m.batch(options)
	todo, order := make(chan *stretchOf), make(chan *stretchOf, 2*workers)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for s := range todo {
				b.do(ctx, s)
			}
		})
	}
	var readErr error
	group.Go(func() {
		defer close(todo)
		defer close(order)
		readErr = b.read(ctx, in, todo, order)
	})
	count, err := b.write(ctx, out, order, options.Progress)
	if err != nil {
		cancel()
	}
	for range order { // lets the reader end
	}
	group.Wait()
	return count, errors.Join(err, readErr)
}

// batch settles how a batch is run, and by how many.
func (m *Mapping) batch(options BatchOptions) (b batch, workers int) {
	b = batch{mapping: m, lookups: options.Lookups, lines: stretchLines}
	workers = runtime.GOMAXPROCS(0)
	if m.plan.lookups {
		b.lines, workers = 1, lookupWorkers // each waits for its answers
		if options.Lookups != nil {
			b.lookups = newMemo(options.Lookups)
		}
	}
	if options.Workers > 0 {
		workers = options.Workers
	}
	return b, min(workers, maxWorkers)
}

// batch is one run over many lines.
type batch struct {
	mapping *Mapping
	lookups Lookups
	lines   int // of a stretch
}

// stretchOf is some lines that are mapped one after the other by one worker.
type stretchOf struct {
	first int64 // number of the first line
	lines []string
	bytes int
	out   []byte
	count BatchCount
	done  chan struct{}
}

func newStretch(first int64) *stretchOf { return &stretchOf{first: first, done: make(chan struct{})} }

// read hands on stretches of lines. It does not wait for a stretch to be full while nothing comes in.
func (b *batch) read(ctx context.Context, in io.Reader, todo, order chan<- *stretchOf) error {
	reader := bufio.NewReaderSize(in, 64<<10)
	s := newStretch(1)
	hand := func() error {
		if len(s.lines) == 0 {
			return nil
		}
		full := s
		s = newStretch(full.first + int64(len(full.lines)))
		for _, to := range []chan<- *stretchOf{order, todo} {
			select {
			case to <- full:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	}
	for {
		line, err := readLine(reader)
		if err != nil && !errors.Is(err, io.EOF) {
			return errors.Join(hand(), fmt.Errorf("reading line %d: %w", s.first+int64(len(s.lines)), err))
		}
		if err == nil || len(line) > 0 {
			s.lines, s.bytes = append(s.lines, line), s.bytes+len(line)
		}
		if err != nil {
			return hand()
		}
		if len(s.lines) >= b.lines || s.bytes >= stretchBytes || reader.Buffered() == 0 {
			if err := hand(); err != nil {
				return err
			}
		}
	}
}

// readLine reads a line without its end. Of one that is too long it keeps a little more than there may be.
func readLine(reader *bufio.Reader) (string, error) {
	piece, err := reader.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return string(bytes.TrimRight(piece, "\r\n")), err
	}
	var line strings.Builder
	for {
		line.Write(piece[:min(len(piece), MaxSourceBytes+2-line.Len())])
		if !errors.Is(err, bufio.ErrBufferFull) {
			return strings.TrimRight(line.String(), "\r\n"), err
		}
		piece, err = reader.ReadSlice('\n')
	}
}

// do maps the lines of a stretch.
func (b *batch) do(ctx context.Context, s *stretchOf) {
	defer close(s.done)
	s.out = make([]byte, 0, s.bytes+64*len(s.lines))
	for i, line := range s.lines {
		s.count.Lines++
		if strings.TrimSpace(line) == "" {
			continue
		}
		number, before := s.first+int64(i), s.out
		start := append(strconv.AppendInt(append(before, `{"line":`...), number, 10), `,"output":`...)
		out, _, err := b.mapping.run(ctx, start, line, b.lookups, nil)
		if err != nil {
			s.count.Failed++
			s.out = appendProblem(before, number, err)
			continue
		}
		s.count.Mapped++
		s.out = append(out, "}\n"...)
	}
	s.lines = nil
}

// write puts out stretches in their order.
func (b *batch) write(ctx context.Context, out io.Writer, order <-chan *stretchOf, progress func(BatchCount)) (BatchCount, error) {
	var count BatchCount
	for s := range order {
		select {
		case <-s.done:
		case <-ctx.Done():
			return count, ctx.Err()
		}
		if _, err := out.Write(s.out); err != nil {
			return count, fmt.Errorf("writing line %d: %w", s.first, err)
		}
		count.Lines, count.Mapped, count.Failed = count.Lines+s.count.Lines, count.Mapped+s.count.Mapped, count.Failed+s.count.Failed
		if progress != nil {
			progress(count)
		}
	}
	return count, ctx.Err()
}

// lineProblem is the error of a line: a problem document without what belongs to a request.
type lineProblem struct {
	Code        operations.Code         `json:"code"`
	Status      int                     `json:"status"`
	Detail      string                  `json:"detail"`
	Errors      []operations.InputFault `json:"errors,omitempty"`
	Suggestions []string                `json:"suggestions,omitempty"`
	Retryable   bool                    `json:"retryable"`
	RetryAfter  int64                   `json:"retry_after,omitempty"` // seconds
}

func appendProblem(dst []byte, line int64, err error) []byte {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		err = operations.Errorf(operations.CodeCanceled, "the batch was given up: %w", err)
	}
	e := operations.AsError(err)
	info := e.Code.Info()
	encoded, err := operations.Encode(struct {
		Line  int64       `json:"line"`
		Error lineProblem `json:"error"`
	}{line, lineProblem{
		Code: info.Code, Status: info.Status, Detail: e.Detail, Errors: e.Faults, Suggestions: e.Suggestion,
		Retryable: info.Retryable, RetryAfter: int64(math.Ceil(e.RetryAfter.Seconds())),
	}})
	if err != nil { // texts always make JSON
		encoded = json.RawMessage(fmt.Sprintf(`{"line":%d,"error":{"code":"internal","status":500,"detail":"the error cannot be said","retryable":false}}`, line))
	}
	return append(append(dst, encoded...), '\n')
}
