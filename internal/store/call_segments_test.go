package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// variedRecord is the i-th of records that differ from each other as those of real calls do.
func variedRecord(i int) execute.Record {
	r := execute.Record{
		RequestID: fmt.Sprintf("01k72m7x2g%016x", uint64(i)*0x9e3779b97f4a7c15), Time: at(0).Add(time.Duration(i) * time.Millisecond),
		Workspace: DefaultWorkspace, Key: "key_01k72m7x2g0000000000000001", Connector: "acme", Operation: "get_thing",
		Credential: "cred_01k72m7x2g0000000000000003", Cached: execute.Miss, Attempts: 1,
		UpstreamMs: float64(i%500) / 100, DurationMs: float64(i%700) / 100,
	}
	if i%5 == 0 {
		r.Operation, r.Cached = "list_things", execute.Fresh
	}
	if i%50 == 0 {
		r.Code, r.Detail = operations.CodeRateLimited, "slow down"
	}
	return r
}

func withBodies(r execute.Record, i int) execute.Record {
	if i%3 > 0 {
		r.Input = json.RawMessage(fmt.Sprintf(`{"id":%d}`, i))
	}
	if i%2 > 0 {
		r.Output = json.RawMessage(fmt.Sprintf(`{"name":%q}`, strings.Repeat("thing ", i%100)))
	}
	return r
}

// openHasty opens a store that does not wait for the disk: for tests that write very often.
func openHasty(t testing.TB) *Store {
	t.Helper()
	s := openTest(t, t.TempDir())
	if _, err := s.write.ExecContext(t.Context(), `PRAGMA synchronous = OFF`); err != nil {
		t.Fatal(err)
	}
	return s
}

func segments(t *testing.T, s *Store) (count int) {
	t.Helper()
	if err := s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM call_segments`).Scan(&count); err != nil {
		t.Fatal(err)
	}
	return count
}

// Whatever way records came into segments, pages of any size list them all.
func TestListCallsPageByPage(t *testing.T) {
	t.Parallel()
	s := openHasty(t)
	addRows(t, s, at(0), 17)
	const count = 500
	records := make([]execute.Record, count)
	for i := range records {
		records[i] = withBodies(variedRecord(i), i)
	}
	for rest, n := records, 1; len(rest) > 0; n = n*2%255 + 1 {
		n = min(n, len(rest))
		storeRecords(t, s, rest[:n], 100)
		rest = rest[n:]
	}
	for _, limit := range []int{9, 100, 1000} {
		var filter CallFilter
		filter.Limit = limit
		next := int64(17 + count)
		for {
			page, err := s.ListCalls(t.Context(), DefaultWorkspace, filter)
			if err != nil {
				t.Fatal(err)
			}
			for _, call := range page {
				if call.ID != next {
					t.Fatalf("in pages of %d: id %d, want %d", limit, call.ID, next)
				}
				if i := next - 18; i >= 0 && !cmp.Equal(call.Record, records[i]) {
					t.Fatalf("record %d:\n%s", i, cmp.Diff(records[i], call.Record))
				}
				next--
			}
			if len(page) < limit {
				break
			}
			filter.Before = page[limit-1].ID
		}
		if next != 0 {
			t.Errorf("pages of %d end before id %d", limit, next)
		}
	}
}

func TestSegmentsGrow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		apart time.Duration
		body  int
		least int // segments that 200 records, one by one, have to make
		most  int
	}{
		{"one after the other", time.Millisecond, 0, 2, 3},
		{"one a minute", time.Minute, 0, 19, 20},
		{"one an hour", time.Hour, 0, 200, 200},
		{"with bodies", time.Millisecond, 4000, 2, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := openHasty(t)
			for i := range 200 {
				r := variedRecord(i)
				r.Time = at(0).Add(time.Duration(i) * c.apart)
				if c.body > 0 {
					r.Output = json.RawMessage(`"` + strings.Repeat("x", c.body) + `"`)
				}
				storeRecords(t, s, []execute.Record{r}, 1)
			}
			if got := segments(t, s); got < c.least || got > c.most {
				t.Errorf("%d segments, want %d to %d", got, c.least, c.most)
			}
			var sizes int
			err := s.read.QueryRowContext(t.Context(), `SELECT max(length(records)) FROM call_segments`).Scan(&sizes)
			if err != nil || sizes > maxGrownRecords {
				t.Errorf("a segment of %d bytes (%v)", sizes, err)
			}
		})
	}
}

// Two hubs on one file never give an id twice, and each lists what both have written.
func TestTwoStoresRecordTogether(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stores := []*Store{openTest(t, dir), openTest(t, dir)}
	const rounds, each = 20, 10
	var group sync.WaitGroup
	for _, s := range stores {
		group.Go(func() {
			for range rounds {
				r := s.NewRecorder(RecorderOptions{})
				for i := range each {
					r.Record(variedRecord(i))
				}
				if err := r.Close(t.Context()); err != nil || r.Dropped() > 0 {
					t.Errorf("%d dropped (%v)", r.Dropped(), err)
				}
			}
		})
	}
	group.Wait()
	for _, s := range stores {
		calls, err := s.ListCalls(t.Context(), DefaultWorkspace, CallFilter{Limit: 1000})
		if err != nil || len(calls) != len(stores)*rounds*each {
			t.Fatalf("%d calls (%v)", len(calls), err)
		}
		for i, call := range calls {
			if call.ID != int64(len(calls)-i) {
				t.Fatalf("call %d has the id %d", len(calls)-i, call.ID)
			}
		}
	}
}

func TestBrokenSegmentsArePassedOver(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := openTest(t, t.TempDir(), WithLog(slog.New(slog.NewTextHandler(&log, nil))))
	for i := range 4 {
		r := sampleRecord(at(int64(i) * 3600)) // each a segment of its own
		storeRecords(t, s, []execute.Record{r}, 1)
	}
	_, err := s.write.ExecContext(t.Context(), `UPDATE call_segments SET records = x'ff00' WHERE first = 2; UPDATE call_segments SET bodies = x'ff' WHERE first = 3`)
	if err != nil {
		t.Fatal(err)
	}
	calls, err := s.ListCalls(t.Context(), DefaultWorkspace, CallFilter{})
	if err != nil || len(calls) != 3 || calls[0].ID != 4 || calls[1].ID != 3 || calls[2].ID != 1 {
		t.Fatalf("%+v (%v), want 4, 3 and 1", calls, err)
	}
	if calls[0].Input == nil || calls[1].Input != nil {
		t.Error("bodies are wrong")
	}
	for _, want := range []string{"first=2", "first=3"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %s:\n%s", want, log.String())
		}
	}
}

func BenchmarkRecorder(b *testing.B) {
	for name, record := range map[string]func(int) execute.Record{
		"plain": variedRecord, "bodies": func(i int) execute.Record { return withBodies(variedRecord(i), i) },
	} {
		b.Run(name, func(b *testing.B) {
			s := openTest(b, b.TempDir())
			const count = 100_000
			var records []execute.Record
			for i := range count {
				records = append(records, record(i))
			}
			b.ReportAllocs()
			for b.Loop() {
				r := s.NewRecorder(RecorderOptions{Queue: count})
				for i := range records {
					r.Record(records[i])
				}
				if err := r.Close(b.Context()); err != nil || r.Dropped() > 0 {
					b.Fatal(r.Dropped(), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/count, "ns/record")
		})
	}
}

// BenchmarkRecord is what a caller waits for.
func BenchmarkRecord(b *testing.B) {
	r := openTest(b, b.TempDir()).NewRecorder(RecorderOptions{Every: time.Hour, Batch: 2000})
	records := []execute.Record{variedRecord(1), variedRecord(2), variedRecord(3)}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		r.Record(records[n%len(records)])
		if n++; n%1000 == 0 {
			r.release(r.swap())
		}
	}
	if err := r.Close(b.Context()); err != nil || r.Dropped() > 0 {
		b.Fatal(r.Dropped(), err)
	}
}

func BenchmarkListCalls(b *testing.B) {
	for _, stored := range []struct {
		name  string
		batch int
	}{{"busy", 1000}, {"quiet", 1}} {
		s := openTest(b, b.TempDir())
		const count = 100_000
		for i := 0; i < count; i += 1000 {
			var records []execute.Record
			for j := range 1000 {
				records = append(records, variedRecord(i+j))
			}
			storeRecords(b, s, records, stored.batch)
		}
		for name, filter := range map[string]CallFilter{
			"newest": {Limit: 51}, "few": {Limit: 51, Code: string(operations.CodeRateLimited)}, "nothing": {Operation: "no_such"},
			"last page": {Limit: 51, Before: 60},
		} {
			b.Run(stored.name+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := s.ListCalls(b.Context(), DefaultWorkspace, filter); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
