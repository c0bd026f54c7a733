package redis

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestPlacesThatACountCannotHave: what was given out while a report was under way is in the count only if that had begun.
func TestPlacesThatACountCannotHave(t *testing.T) {
	t.Parallel()
	g := &ledger{group: 10}
	g.add(100, true)
	reported, until := g.report(1000, time.Minute)
	g.add(200, true)  // and lost
	g.add(300, true)  // in the same entry
	g.add(400, false) // without Redis
	if more := g.counted(until, 350); !more || len(reported) != 1 {
		t.Errorf("%d reported, more to report: %t", len(reported), more)
	}
	want := []entry{{at: 100, n: 1, counted: true}, {at: 300, n: 2}, {at: 400, n: 1}}
	if diff := cmp.Diff(want, g.entries, cmp.AllowUnexported(entry{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, until = g.report(1000, time.Minute)
	g.add(500, true) // the count has begun
	if g.counted(until, 350) {
		t.Error("there is more to report")
	}
}
