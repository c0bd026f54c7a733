package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

func sampleRecord(now time.Time) execute.Record {
	return execute.Record{
		RequestID: "req", Time: now, Workspace: DefaultWorkspace, Key: "key", Connector: "slack", Operation: "send_message",
		Credential: "cred", Code: operations.CodeRateLimited, Detail: "slow down", Cached: execute.Miss, Attempts: 3,
		WaitedMs: 1.5, UpstreamMs: 2.25, DurationMs: 4, Input: json.RawMessage(`{"a":1}`), Output: json.RawMessage(`{"b":2}`),
	}
}

// storeRecords stores records as one write does, so many of a workspace to a batch at most.
func storeRecords(t testing.TB, s *Store, records []execute.Record, atMost int) {
	t.Helper()
	var batches []*batch
	open := map[string]*batch{}
	for i := range records {
		r := &records[i]
		b := open[r.Workspace]
		if b == nil || b.count == atMost {
			b = &batch{workspace: r.Workspace}
			open[r.Workspace] = b
			batches = append(batches, b)
		}
		b.add(r)
	}
	if err := s.writeCalls(t.Context(), batches); err != nil {
		t.Fatal(err)
	}
}

func closeRecorder(t *testing.T, r *Recorder) {
	t.Helper()
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestRecorderWritesWhatItIsGiven(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := openTest(t, t.TempDir(), WithClock(now.now))
	r := s.NewRecorder(RecorderOptions{})
	full := sampleRecord(now.now())
	bare := execute.Record{Workspace: DefaultWorkspace, Time: now.now()}
	r.Record(full)
	r.Record(bare)
	closeRecorder(t, r)
	closeRecorder(t, r)
	calls, err := s.ListCalls(t.Context(), DefaultWorkspace, CallFilter{})
	if diff := cmp.Diff([]Call{{2, bare}, {1, full}}, calls); err != nil || diff != "" {
		t.Errorf("calls (%v):\n%s", err, diff)
	}
}

func TestCallEncodesAsOneObject(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(Call{7, execute.Record{RequestID: "req"}})
	if err != nil || !strings.HasPrefix(string(got), `{"id":7,"requestId":"req",`) {
		t.Errorf("%s (%v)", got, err)
	}
}

func TestRecorderBoundsWhatItKeeps(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	r := s.NewRecorder(RecorderOptions{})
	record := sampleRecord(time.Now())
	record.Detail = strings.Repeat("é", maxRecordedText)
	record.Input = json.RawMessage(`"` + strings.Repeat("x", maxRecordedBody) + `"`)
	r.Record(record)
	closeRecorder(t, r)
	calls, err := s.ListCalls(t.Context(), DefaultWorkspace, CallFilter{})
	if err != nil || len(calls) != 1 {
		t.Fatalf("%d calls (%v)", len(calls), err)
	}
	if got := string(calls[0].Input); got != fmt.Sprintf(`{"omitted":"%d bytes"}`, maxRecordedBody+2) {
		t.Errorf("input %.60s", got)
	}
	if len(calls[0].Detail) > maxRecordedText+10 || !strings.HasSuffix(calls[0].Detail, "é…") {
		t.Errorf("detail of %d bytes", len(calls[0].Detail))
	}
}

func TestRecorderCountsWhatItDrops(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	r := s.NewRecorder(RecorderOptions{Queue: 2, Batch: 1})
	// Nothing can be written while another holds the write lock, so the queue fills up.
	tx, err := s.write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	const sent = 50
	for range sent {
		r.Record(sampleRecord(time.Now()))
	}
	dropped := r.Dropped()
	if dropped < sent-3 {
		t.Errorf("%d of %d dropped, want all but those in the queue and one being written", dropped, sent)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	closeRecorder(t, r)
	calls, err := s.ListCalls(t.Context(), DefaultWorkspace, CallFilter{})
	if err != nil || int64(len(calls)) != sent-dropped {
		t.Errorf("%d written and %d dropped of %d (%v)", len(calls), dropped, sent, err)
	}
	r.Record(sampleRecord(time.Now()))
	if r.Dropped() != dropped+1 {
		t.Error("a record after the end is not counted")
	}
}

func TestRecorderBoundsItsMemory(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	r := s.NewRecorder(RecorderOptions{Bytes: 100_000})
	tx, err := s.write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	record := sampleRecord(time.Now())
	record.Output = json.RawMessage(`"` + strings.Repeat("x", maxRecordedBody-2) + `"`)
	const sent, fit = 10, 4 // the last of those may go beyond the bound
	for range sent {
		r.Record(record)
	}
	if got := r.Dropped(); got != sent-fit {
		t.Errorf("%d of %d dropped, want all but %d", got, sent, fit)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	closeRecorder(t, r)
	calls, err := s.ListCalls(t.Context(), DefaultWorkspace, CallFilter{})
	if err != nil || len(calls) != fit || len(calls[fit-1].Output) != maxRecordedBody {
		t.Errorf("%d calls (%v), want %d with their bodies", len(calls), err, fit)
	}
}

// A record may lie in a buffer that its caller uses again.
func TestRecorderKeepsNothingOfItsCallers(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	r := s.NewRecorder(RecorderOptions{})
	record := sampleRecord(time.UnixMicro(1).UTC())
	buffer := []byte(`{"a":1}`)
	record.Input = buffer
	r.Record(record)
	copy(buffer, `changed`)
	closeRecorder(t, r)
	calls, err := s.ListCalls(t.Context(), DefaultWorkspace, CallFilter{Before: 2})
	if err != nil || len(calls) != 1 || string(calls[0].Input) != `{"a":1}` {
		t.Errorf("calls %+v (%v)", calls, err)
	}
}

func TestRecordAllocatesNothing(t *testing.T) {
	r := openTest(t, t.TempDir()).NewRecorder(RecorderOptions{Every: time.Hour})
	defer closeRecorder(t, r)
	record := sampleRecord(time.Now())
	// The buffers grow now and then, which the average rounds away.
	if n := testing.AllocsPerRun(500, func() { r.Record(record) }); n > 0 {
		t.Errorf("%v allocations for a record", n)
	}
}

// Nothing runs while nothing is recorded; what is recorded is written in time, all of it together.
func TestRecorderWaitsForABatch(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	synctest.Test(t, func(t *testing.T) {
		r := &Recorder{options: RecorderOptions{Queue: 100, Bytes: 1 << 20, Batch: 10, Every: time.Second}, open: map[string]*batch{},
			due: time.NewTimer(time.Hour), full: make(chan struct{}, 1), store: s}
		r.due.Stop()
		time.Sleep(time.Hour)
		if len(r.due.C) > 0 || len(r.full) > 0 {
			t.Error("an idle recorder is woken")
		}
		start := time.Now()
		r.Record(sampleRecord(start))
		time.Sleep(time.Second / 2)
		r.Record(sampleRecord(start))
		if <-r.due.C; time.Since(start) != time.Second || len(r.swap()) != 1 {
			t.Errorf("woken after %v", time.Since(start))
		}
		for range 10 {
			r.Record(sampleRecord(start))
		}
		if len(r.full) != 1 {
			t.Error("a whole batch is not told")
		}
	})
}

func TestRecorderCloseHeedsItsContext(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	r := s.NewRecorder(RecorderOptions{})
	tx, err := s.write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Record(sampleRecord(time.Now()))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	closeRecorder(t, r)
	if calls, err := s.ListCalls(t.Context(), DefaultWorkspace, CallFilter{}); err != nil || len(calls) != 1 {
		t.Errorf("%d calls (%v), want the one that was waiting", len(calls), err)
	}
}

func TestRecorderLosesNothingOfManyWriters(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	const writers, each = 8, 100
	r := s.NewRecorder(RecorderOptions{Queue: writers * each, Batch: 37})
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range each {
				r.Record(sampleRecord(time.Now()))
			}
		})
	}
	group.Wait()
	closeRecorder(t, r)
	var rows int
	err := s.read.QueryRowContext(t.Context(), `SELECT sum(count) FROM call_segments`).Scan(&rows)
	if err != nil || rows != writers*each || r.Dropped() != 0 {
		t.Errorf("%d rows, %d dropped (%v), want %d and none", rows, r.Dropped(), err, writers*each)
	}
}

func TestRecorderWritesWithoutBeingClosed(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	r := s.NewRecorder(RecorderOptions{Every: time.Millisecond})
	defer closeRecorder(t, r)
	r.Record(sampleRecord(time.Now()))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		calls, err := s.ListCalls(ctx, DefaultWorkspace, CallFilter{})
		if err != nil {
			t.Fatal(err)
		}
		if len(calls) == 1 {
			return
		}
	}
}

func TestListCalls(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	record := func(workspace, connector, operation string, code operations.Code) execute.Record {
		return execute.Record{Workspace: workspace, Connector: connector, Operation: operation, Code: code, Time: time.Now()}
	}
	for _, r := range []execute.Record{
		record("default", "slack", "send", ""),                           // 1
		record("default", "slack", "list", operations.CodeRateLimited),   // 2
		record("default", "jira", "list", ""),                            // 3
		record("acme", "jira", "list", ""),                               // 4
		record("default", "jira", "list", operations.CodeUpstreamFailed), // 5
	} {
		storeRecords(t, s, []execute.Record{r}, 1)
	}
	for _, c := range []struct {
		name, workspace string
		filter          CallFilter
		want            []int64
	}{
		{"all", "default", CallFilter{}, []int64{5, 3, 2, 1}},
		{"another workspace", "acme", CallFilter{}, []int64{4}},
		{"nobody's", "nobody", CallFilter{}, []int64{}},
		{"connector", "default", CallFilter{Connector: "slack"}, []int64{2, 1}},
		{"operation", "default", CallFilter{Operation: "list"}, []int64{5, 3, 2}},
		{"code", "default", CallFilter{Code: "rate_limited"}, []int64{2}},
		{"went well", "default", CallFilter{Code: CodeOK}, []int64{3, 1}},
		{"first page", "default", CallFilter{Limit: 3}, []int64{5, 3, 2}},
		{"second page", "default", CallFilter{Limit: 3, Before: 2}, []int64{1}},
		{"everything", "default", CallFilter{Connector: "jira", Operation: "list", Code: CodeOK, Limit: 1e9, Before: 5}, []int64{3}},
		{"hostile", "default", CallFilter{Connector: "x' OR 1=1 --", Code: "' OR ''='"}, []int64{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			calls, err := s.ListCalls(t.Context(), c.workspace, c.filter)
			ids := []int64{}
			for _, call := range calls {
				ids = append(ids, call.ID)
			}
			if diff := cmp.Diff(c.want, ids); err != nil || diff != "" {
				t.Errorf("ids (%v):\n%s", err, diff)
			}
		})
	}
}
