package gateway

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// TestMeterHoldsItsPromise gives out places at random times and checks every window.
func TestMeterHoldsItsPromise(t *testing.T) {
	t.Parallel()
	for _, spec := range []Bucket{
		{Limit: 1, Window: time.Second}, {Limit: 2, Window: time.Second}, {Limit: 10, Window: time.Second},
		{Limit: 10, Burst: 4, Window: time.Second}, {Limit: 50, Burst: 1, Window: time.Minute}, {Limit: 128, Window: time.Minute},
		{Limit: 129, Window: time.Minute}, {Limit: 1000, Burst: 100, Window: time.Minute}, {Limit: 10_000, Window: time.Hour},
	} {
		random := rand.New(rand.NewPCG(1, uint64(spec.Limit)))
		m := newMeter(spec)
		var given []int64
		now := int64(0)
		for range 5 * spec.Limit {
			if random.IntN(4) == 0 { // sometimes early, sometimes late, mostly as soon as it can
				now += random.Int64N(2 * int64(spec.Window) / int64(spec.Limit))
			}
			now = m.next(now, 0, operations.PriorityLive)
			m.take(now)
			given = append(given, now)
		}
		most, mostAtOnce := crowd(given, int64(spec.Window)), crowd(given, 1)
		if most > spec.Limit || spec.Burst > 0 && mostAtOnce > spec.Burst {
			t.Errorf("%+v: %d in a window, %d at once", spec, most, mostAtOnce)
		}
		if least := spec.Limit * 9 / 10; spec.Burst == 0 && most < least {
			t.Errorf("%+v: only %d in the fullest window", spec, most)
		}
		if len(m.ends) > maxGroups+1 {
			t.Errorf("%+v: remembers %d groups", spec, len(m.ends))
		}
	}
}

// crowd is the greatest number of times in any half-open window.
func crowd(times []int64, window int64) (most int) {
	first := 0
	for i, at := range times {
		for times[first] <= at-window {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// TestMeterForesees checks that the time foretold for one behind others is the time he gets his place.
func TestMeterForesees(t *testing.T) {
	t.Parallel()
	for _, spec := range []Bucket{
		{Limit: 1, Window: time.Second}, {Limit: 3, Window: time.Second}, {Limit: 10, Burst: 4, Window: time.Second},
		{Limit: 300, Window: time.Minute}, {Limit: 5, Burst: 9, Window: time.Second},
	} {
		for _, priority := range []operations.Priority{operations.PriorityLive, operations.PriorityBulk} {
			m := newMeter(spec)
			for i := range 2 * spec.Limit {
				now := int64(i) * int64(time.Millisecond)
				if m.next(now, 0, priority) <= now {
					m.take(now)
				}
			}
			now := int64(time.Second) / 2
			var foretold []int64
			for ahead := range int64(3 * spec.Limit) {
				foretold = append(foretold, m.next(now, ahead, priority))
			}
			at := now
			for ahead, want := range foretold {
				at = m.next(at, 0, priority)
				m.take(at)
				if at != want && spec.Burst == 0 || want > at {
					t.Fatalf("%+v, priority %d: place %d came at %s, foretold %s", spec, priority, ahead, time.Duration(at), time.Duration(want))
				}
			}
		}
	}
}

func TestMeterIsWholeAfterAWindow(t *testing.T) {
	t.Parallel()
	m := newMeter(Bucket{Limit: 1000, Window: time.Minute})
	now := int64(0)
	for m.next(now, 0, operations.PriorityLive) <= now {
		m.take(now)
	}
	full := m.count
	if m.empty(now) {
		t.Error("a full meter says it is empty")
	}
	now += int64(time.Minute)
	if !m.empty(now) {
		t.Error("after a window the meter says it is not empty")
	}
	for m.next(now, 0, operations.PriorityLive) <= now {
		m.take(now)
	}
	if m.count != full || full < 990 {
		t.Errorf("%d places, then %d", full, m.count)
	}
}
