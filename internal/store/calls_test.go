package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
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
	err := s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM calls`).Scan(&rows)
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
	err := s.insertCalls(t.Context(), []execute.Record{
		record("default", "slack", "send", ""),                           // 1
		record("default", "slack", "list", operations.CodeRateLimited),   // 2
		record("default", "jira", "list", ""),                            // 3
		record("acme", "jira", "list", ""),                               // 4
		record("default", "jira", "list", operations.CodeUpstreamFailed), // 5
	})
	if err != nil {
		t.Fatal(err)
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

func TestPruneCalls(t *testing.T) {
	t.Parallel()
	now := newClock()
	const rows = pruneChunk*2 + 100
	for _, c := range []struct {
		name    string
		maxAge  time.Duration
		maxRows int
		want    int
	}{
		{"by count", 0, 10, 10},
		{"by age", 10 * time.Minute, 0, 10 * 60},
		{"both", time.Minute, 100, 60},
		{"within bounds", 24 * time.Hour, rows, rows},
		{"no bounds", -1, -1, rows},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := openTest(t, t.TempDir(), WithClock(now.now))
			records := make([]execute.Record, rows)
			for i := range records { // one a second, the last one now
				records[i] = execute.Record{Workspace: DefaultWorkspace, Time: now.now().Add(time.Duration(i-rows+1) * time.Second)}
			}
			if err := s.insertCalls(t.Context(), records); err != nil {
				t.Fatal(err)
			}
			// The record that is exactly at the edge of its age stays; one second less makes the counts round.
			if err := s.pruneCalls(t.Context(), c.maxAge-time.Second, c.maxRows); err != nil {
				t.Fatal(err)
			}
			var left, oldest int
			err := s.read.QueryRowContext(t.Context(), `SELECT count(*), min(id) FROM calls`).Scan(&left, &oldest)
			if err != nil || left != c.want || oldest != rows-left+1 {
				t.Errorf("%d left from id %d on (%v), want the newest %d", left, oldest, err, c.want)
			}
		})
	}
}

func BenchmarkRecord(b *testing.B) {
	s := openTest(b, b.TempDir())
	r := s.NewRecorder(RecorderOptions{})
	record := sampleRecord(time.Now())
	b.ReportAllocs()
	for b.Loop() {
		r.Record(record)
	}
	if err := r.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkInsertCalls(b *testing.B) {
	s := openTest(b, b.TempDir())
	batch := make([]execute.Record, 200)
	for i := range batch {
		batch[i] = sampleRecord(time.Now())
	}
	for b.Loop() {
		if err := s.insertCalls(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
}
