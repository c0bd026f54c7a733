package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations/execute"
)

// minutely makes records, one a minute, the last one now.
func minutely(now time.Time, count int) []execute.Record {
	records := make([]execute.Record, count)
	for i := range records {
		records[i] = execute.Record{Workspace: DefaultWorkspace, Time: now.Add(time.Duration(i-count+1) * time.Minute)}
	}
	return records
}

func TestPruneCalls(t *testing.T) {
	t.Parallel()
	now := newClock()
	const each, rows = 10, (pruneSegments*2 + 5) * 10
	for _, c := range []struct {
		name    string
		maxAge  time.Duration
		maxRows int
		want    int
	}{
		{"by count", 0, 20, 20},
		{"by count, within a segment", 0, 21, 30},
		{"by age", 40 * time.Minute, 0, 40},
		{"by age, within a segment", 41 * time.Minute, 0, 50},
		{"both", 20 * time.Minute, 100, 20},
		{"within bounds", 24 * time.Hour, rows, rows},
		{"no bounds", -1, -1, rows},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := openTest(t, t.TempDir(), WithClock(now.now))
			storeRecords(t, s, minutely(now.now(), rows), each)
			// The record that is exactly at the edge of its age stays; one second less makes the counts round.
			if err := s.pruneCalls(t.Context(), c.maxAge-time.Second, c.maxRows); err != nil {
				t.Fatal(err)
			}
			var left, oldest int
			err := s.read.QueryRowContext(t.Context(), `SELECT sum(count), min(first) FROM call_segments`).Scan(&left, &oldest)
			if err != nil || left != c.want || oldest != rows-left+1 {
				t.Errorf("%d left from id %d on (%v), want the newest %d", left, oldest, err, c.want)
			}
		})
	}
}

// addRows stores calls as earlier versions did, one a minute, the last one now.
func addRows(t *testing.T, s *Store, now time.Time, count int) {
	t.Helper()
	var rows []string
	for i := range count {
		rows = append(rows, fmt.Sprintf(`(%d, 'default', 'req', %d, 'key', 'slack', 'send', '', '', '', 'miss', 1, 0, 0, 0)`,
			i+1, micros(now.Add(time.Duration(i-count+1)*time.Minute))))
	}
	_, err := s.write.ExecContext(t.Context(), `INSERT INTO calls (id, workspace, request_id, time, api_key, connector, operation, credential, code,
		detail, cached, attempts, waited_ms, upstream_ms, duration_ms) VALUES `+strings.Join(rows, ",")+`;
		UPDATE call_ids SET last = last + `+fmt.Sprint(count))
	if err != nil {
		t.Fatal(err)
	}
}

func TestPruneCallsOfEarlierVersions(t *testing.T) {
	t.Parallel()
	now := newClock()
	const rows, newer = 1200, 30
	for _, c := range []struct {
		name    string
		maxAge  time.Duration
		maxRows int
		want    int
	}{
		{"by count", 0, newer + 100, 100},
		{"segments are enough", 0, newer, 0},
		{"more than enough", 0, 10, 0},
		{"by age", 60 * time.Minute, 0, 60},
		{"within bounds", 24 * time.Hour, newer + rows, rows},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := openTest(t, t.TempDir(), WithClock(now.now))
			addRows(t, s, now.now(), rows)
			storeRecords(t, s, minutely(now.now(), newer), 10)
			if err := s.pruneCalls(t.Context(), c.maxAge-time.Second, c.maxRows); err != nil {
				t.Fatal(err)
			}
			var left, newest int
			err := s.read.QueryRowContext(t.Context(), `SELECT count(*), coalesce(max(id), 0) FROM calls`).Scan(&left, &newest)
			if err != nil || left != c.want || left > 0 && newest != rows {
				t.Errorf("%d left up to id %d (%v), want the newest %d", left, newest, err, c.want)
			}
		})
	}
}

func TestIDsOfCallsAreNeverGivenAgain(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := openTest(t, t.TempDir(), WithClock(now.now))
	storeRecords(t, s, minutely(now.now(), 7), 10)
	now.advance(time.Hour)
	if err := s.pruneCalls(t.Context(), time.Minute, 0); err != nil {
		t.Fatal(err)
	}
	if calls, err := s.ListCalls(t.Context(), DefaultWorkspace, CallFilter{}); err != nil || len(calls) > 0 {
		t.Fatalf("%d calls left (%v)", len(calls), err)
	}
	storeRecords(t, s, minutely(now.now(), 1), 10)
	calls, err := s.ListCalls(t.Context(), DefaultWorkspace, CallFilter{})
	if err != nil || len(calls) != 1 || calls[0].ID != 8 {
		t.Errorf("calls %+v (%v), want one with the id 8", calls, err)
	}
}
