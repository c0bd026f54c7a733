package gatewaytest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

func learn(t *testing.T, l *suite, b gateway.Bucket, limit, remaining int, reset time.Duration) {
	t.Helper()
	l.Learn(t.Context(), gateway.Lesson{Key: b.Key, Limit: limit, Remaining: remaining, Reset: time.Now().Add(reset)})
}

func lesson(t *testing.T, l *suite) {
	for _, b := range []gateway.Bucket{bucket("limited", 100, 0, time.Hour), bucket("unlimited", 0, 0, 0)} {
		learn(t, l, b, 100, 3, 30*time.Minute)
		grant(t, l, 3, live, b)
		refuse(t, l, 29*time.Minute, 30*time.Minute, live, b)
	}
}

// lessonUnderWay: what the service may not have counted is not given out a second time.
func lessonUnderWay(t *testing.T, l *suite) {
	for uncounted, left := range map[int]int{2: 3, 5: 0, 9: 0} {
		b := bucket(fmt.Sprint("under way ", uncounted), 100, 0, time.Hour)
		l.Learn(t.Context(), gateway.Lesson{Key: b.Key, Limit: 100, Remaining: 5, UnderWay: uncounted, Reset: time.Now().Add(time.Hour)})
		grant(t, l, left, live, b)
		refuse(t, l, 59*time.Minute, time.Hour, live, b)
	}
}

func lessonUsedUp(t *testing.T, l *suite) {
	b, other := bucket("spent", 100, 0, time.Hour), bucket("other", 100, 0, time.Hour)
	grant(t, l, 10, live, b)
	learn(t, l, b, 100, 0, 20*time.Minute)
	refuse(t, l, 19*time.Minute, 20*time.Minute, live, other, b)
	grant(t, l, 100, live, other)
}

func lessonIsNotMadeWider(t *testing.T, l *suite) {
	b := bucket("learned thrice", 100, 0, time.Hour)
	learn(t, l, b, 100, 5, 30*time.Minute)
	learn(t, l, b, 100, 2, 30*time.Minute)
	learn(t, l, b, 100, 50, 40*time.Minute)
	grant(t, l, 2, live, b)
	refuse(t, l, 29*time.Minute, 30*time.Minute, live, b)
}

func lessonOfThePast(t *testing.T, l *suite) {
	b := bucket("past", 1, 0, time.Hour)
	learn(t, l, b, 100, 0, -time.Minute)
	grant(t, l, 1, live, b)
}

func lessonIsOver(t *testing.T, l *suite) {
	b := bucket("over", 100, 0, time.Hour)
	learn(t, l, b, 100, 0, 30*time.Millisecond)
	if given := grant(t, l, 1, live, b)[0]; given.Waited <= 0 {
		t.Error("nothing was waited for")
	}
	learn(t, l, b, 100, 7, time.Hour)
	grant(t, l, 7, live, b)
	refuse(t, l, 50*time.Minute, time.Hour, live, b)
}

func lessonLeavesAFifth(t *testing.T, l *suite) {
	b := bucket("learned fifth", 100, 0, time.Hour)
	learn(t, l, b, 10, 3, 30*time.Minute)
	grant(t, l, 1, operations.PriorityBulk, b)
	refuse(t, l, 29*time.Minute, 30*time.Minute, operations.PriorityBulk, b)
	grant(t, l, 2, live, b)
	refuse(t, l, 29*time.Minute, 30*time.Minute, live, b)
}

func lessonDoesNotWiden(t *testing.T, l *suite) {
	b := bucket("declared", 2, 0, time.Hour)
	learn(t, l, b, 100, 50, 30*time.Minute)
	grant(t, l, 2, live, b)
	refuse(t, l, 50*time.Minute, time.Hour, live, b)
}

func pauseHasAReason(t *testing.T, l *suite) {
	b := bucket("resting", 100, 0, time.Hour)
	l.Pause(t.Context(), gateway.Pause{Key: b.Key, Until: time.Now().Add(30 * time.Minute), Reason: "it is tired"})
	refusal := refuse(t, l, 29*time.Minute, 30*time.Minute, live, b)
	if !strings.Contains(refusal.Detail, "it is tired") || !strings.Contains(refusal.Detail, b.Name) {
		t.Errorf("the refusal %q does not tell the reason or the limit", refusal.Detail)
	}
}

func look(t *testing.T, l *suite, buckets ...gateway.Bucket) []gateway.BucketState {
	t.Helper()
	states, err := l.Inspect(t.Context(), buckets)
	if err != nil || len(states) != len(buckets) {
		t.Fatalf("got %d states, %v", len(states), err)
	}
	for i := range states {
		if states[i].Bucket != buckets[i] {
			t.Fatalf("state %d is of %+v, want %+v", i, states[i].Bucket, buckets[i])
		}
	}
	return states
}

// within checks that a time is some while from now.
func within(t *testing.T, l *suite, at time.Time, least, most time.Duration) {
	t.Helper()
	if left := time.Until(at); left < least-l.tolerance || left > most+l.tolerance {
		t.Errorf("%s from now, want %s to %s", left, least, most)
	}
}

func inspect(t *testing.T, l *suite) {
	limited, slots, free := bucket("limited", 10, 0, time.Hour), atOnce("slots", 2), bucket("free", 0, 0, 0)
	for range 2 { // looking changes nothing
		for i, left := range []int{10, 2, -1} {
			if s := look(t, l, limited, slots, free)[i]; s.Left != left || !s.Reset.IsZero() || !s.PausedUntil.IsZero() || s.UnderWay != 0 {
				t.Errorf("untouched: %+v, want %d left", s, left)
			}
		}
	}
	held := grant(t, l, 3, live, limited)
	held = append(held, grant(t, l, 1, live, slots, free)...)
	states := look(t, l, limited, slots, free)
	for i, left := range []int{7, 1, -1} {
		if states[i].Left != left {
			t.Errorf("used: %+v, want %d left", states[i], left)
		}
	}
	within(t, l, states[0].Reset, 50*time.Minute, time.Hour)
	if states[1].UnderWay != 1 {
		t.Errorf("%d are under way, want 1", states[1].UnderWay)
	}
	release(held)
	if s := look(t, l, slots)[0]; s.UnderWay != 0 || s.Left != 2 {
		t.Errorf("released: %+v", s)
	}
}

func inspectPauseAndLesson(t *testing.T, l *suite) {
	b := bucket("watched", 100, 0, time.Hour)
	learn(t, l, b, 100, 7, 20*time.Minute)
	l.Pause(t.Context(), gateway.Pause{Key: b.Key, Until: time.Now().Add(30 * time.Minute), Reason: "it is tired"})
	s := look(t, l, b)[0]
	if s.Left != 7 || s.Reason != "it is tired" {
		t.Errorf("got %+v", s)
	}
	within(t, l, s.Reset, 19*time.Minute, 20*time.Minute)
	within(t, l, s.PausedUntil, 29*time.Minute, 30*time.Minute)
}
