package store

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/patchbay/patchbay/operations/execute"
)

// reread stores records in chunks and gives what is read of them.
func reread(t testing.TB, first int64, chunks ...[]execute.Record) []execute.Record {
	t.Helper()
	var segment, column []byte
	for _, records := range chunks {
		b := batch{}
		b.reset(DefaultWorkspace)
		for i := range records {
			b.add(&records[i])
		}
		chunk, bodies := b.chunk(first)
		segment, column = append(segment, chunk...), append(column, bodies...)
		first += int64(len(records))
	}
	found, err := pick(nil, segment, DefaultWorkspace, &CallFilter{}, 1e9)
	if err == nil {
		err = addBodies(found, column)
	}
	if err != nil {
		t.Fatal(err)
	}
	var records []execute.Record
	for i, call := range slices.Backward(found) {
		if want := first - int64(len(found)-i); call.ID != want {
			t.Errorf("record %d has id %d, want %d", i, call.ID, want)
		}
		records = append(records, call.Record)
	}
	slices.Reverse(records)
	return records
}

func TestBatchKeepsRecords(t *testing.T) {
	t.Parallel()
	full := sampleRecord(at(1))
	bare := execute.Record{Workspace: DefaultWorkspace, Time: at(0)}
	odd := full
	odd.Time, odd.Attempts = time.UnixMicro(math.MinInt64/2).UTC(), math.MinInt64
	odd.WaitedMs, odd.UpstreamMs, odd.DurationMs = math.NaN(), math.Inf(1), -0.125
	odd.Operation, odd.Detail, odd.Connector = "send_\xff\x00", "slow", "slacker"
	late := full
	late.Time, late.Attempts = time.UnixMicro(math.MaxInt64/2).UTC(), math.MaxInt64
	late.WaitedMs, late.UpstreamMs, late.DurationMs = 0.001, 1e300, 1.005
	late.Input = nil
	var many []execute.Record
	for i := range 300 {
		many = append(many, withBodies(variedRecord(i), i))
	}
	for _, c := range []struct {
		name   string
		chunks [][]execute.Record
	}{
		{"one", [][]execute.Record{{full}}},
		{"the same again", [][]execute.Record{{full, full, full}}},
		{"unlike each other", [][]execute.Record{{bare, full, odd, bare, late, odd}}},
		{"chunks", [][]execute.Record{{full, bare}, {bare}, {odd, full}, {late}}},
		{"many", [][]execute.Record{many, many[:1], many}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := slices.Concat(c.chunks...)
			if diff := cmp.Diff(want, reread(t, 1<<40, c.chunks...), cmpopts.EquateNaNs()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRecordsTakeLittleRoom(t *testing.T) {
	t.Parallel()
	b := batch{}
	for i := range 1000 {
		r := variedRecord(i)
		b.add(&r)
	}
	if each := b.size() / b.count; each > 48 {
		t.Errorf("%d bytes for a record", each)
	}
}

func TestBrokenChunks(t *testing.T) {
	t.Parallel()
	b := batch{}
	full := sampleRecord(at(1))
	b.add(&full)
	b.add(&full)
	chunk, bodies := b.chunk(1)
	for i := range len(chunk) - 1 {
		if _, err := pick(nil, chunk[:i+1], "", &CallFilter{}, 1e9); !errors.Is(err, errBroken) {
			t.Errorf("the first %d bytes of %d: %v", i+1, len(chunk), err)
		}
	}
	for _, column := range [][]byte{nil, bodies[:len(bodies)-1], {0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, slices.Repeat([]byte{0}, len(bodies))} {
		found, err := pick(nil, chunk, "", &CallFilter{}, 1e9)
		if err != nil {
			t.Fatal(err)
		}
		if err := addBodies(found, column); !errors.Is(err, errBroken) {
			t.Errorf("bodies %x: %v", column, err)
		}
	}
}

func FuzzPick(f *testing.F) {
	b := batch{}
	for i := range 20 {
		r := withBodies(variedRecord(i), i)
		b.add(&r)
	}
	chunk, bodies := b.chunk(1)
	f.Add(chunk, bodies)
	f.Add(slices.Concat(chunk, chunk), slices.Concat(bodies, bodies))
	f.Fuzz(func(t *testing.T, segment, column []byte) {
		found, err := pick(nil, segment, "w", &CallFilter{}, 1e9)
		if err != nil && !errors.Is(err, errBroken) {
			t.Errorf("error %v", err)
		}
		if len(found) > len(segment) {
			t.Errorf("%d records of %d bytes", len(found), len(segment))
		}
		for _, call := range found {
			if len(call.Detail) > maxRecordedText+len(cutMark) {
				t.Errorf("a text of %d bytes", len(call.Detail))
			}
		}
		if err := addBodies(found, column); err != nil && !errors.Is(err, errBroken) {
			t.Errorf("error %v", err)
		}
	})
}

func FuzzBatch(f *testing.F) {
	f.Add("req", "op", "detail", "", int64(1), int64(2), 1.5, []byte(`{}`))
	f.Fuzz(func(t *testing.T, a, b, c, d string, time, attempts int64, ms float64, body []byte) {
		one := execute.Record{RequestID: a, Operation: b, Detail: c, Key: d, Time: moment(time), Attempts: attempts, WaitedMs: ms}
		two := execute.Record{RequestID: b, Operation: a, Detail: d, Key: c, Time: moment(attempts), DurationMs: ms, UpstreamMs: -ms}
		if max(len(a), len(b), len(c), len(d)) > maxRecordedText || len(body) > maxRecordedBody {
			t.Skip()
		}
		if len(body) > 0 {
			one.Input, two.Output = json.RawMessage(body), json.RawMessage(strings.Clone(string(body)))
		}
		one.Workspace, two.Workspace = DefaultWorkspace, DefaultWorkspace
		want := []execute.Record{one, two, one}
		if diff := cmp.Diff(want, reread(t, 1, want), cmpopts.EquateNaNs()); diff != "" {
			t.Error(diff)
		}
	})
}
