package gateway

import "github.com/patchbay/patchbay/operations"

// maxGroups bounds a meter's memory: of a limit above it, several places count as one.
const maxGroups = 128

// meter counts the places given out of one bucket. Times are nanoseconds since the limiter began.
//
// The window is a sliding one: places are numbered and put into groups, and a group may begin a window after the one
// that came capacity groups before it has ended. The burst is a GCRA over the mean rate. GCRA alone would not do: a
// burst of the whole limit and its refill make almost twice the limit in one window.
type meter struct {
	spec     Bucket
	group    int64 // places in a group
	capacity int64 // groups in a window

	count int64   // places given out since the meter was last empty
	ends  []int64 // when each group ended; a ring of the last capacity+1
	last  int64   // when the last place was given out

	interval int64 // between places at the mean rate
	tat      int64 // theoretical arrival time: when the burst is whole again
}

func newMeter(bucket Bucket) meter {
	limit := int64(bucket.Limit)
	if limit <= 0 || bucket.Window <= 0 {
		return meter{spec: bucket}
	}
	group := (limit + maxGroups - 1) / maxGroups
	return meter{spec: bucket, group: group, capacity: limit / group, interval: int64(bucket.Window) / limit}
}

func (m *meter) unlimited() bool { return m.group == 0 }

// next says when a place is to be had, if ahead others get theirs before.
func (m *meter) next(now, ahead int64, priority operations.Priority) int64 {
	if m.unlimited() {
		return now
	}
	m.settle(now)
	return max(now, m.windowOpens(now, ahead, priority), m.burstOpens(now, ahead, priority))
}

func (m *meter) windowOpens(now, ahead int64, priority operations.Priority) int64 {
	capacity := share(m.capacity, priority)
	latest := (m.count - 1) / m.group
	wanted := (m.count + ahead) / m.group
	at, window := now, int64(m.spec.Window)
	for laps := int64(0); wanted >= capacity; laps++ {
		wanted -= capacity
		if m.count > 0 && wanted <= latest {
			return max(now, m.ends[wanted%(m.capacity+1)]+window) + laps*window
		}
		at += window // after a group that has yet to be given out
	}
	return at
}

func (m *meter) burstOpens(now, ahead int64, priority operations.Priority) int64 {
	burst := int64(m.spec.Burst)
	if burst <= 0 || burst >= int64(m.spec.Limit) {
		return now
	}
	return max(now, m.tat) + (ahead-share(burst, priority)+1)*m.interval
}

// share is what a priority may have of n: bulk keeps off the last fifth.
func share(n int64, priority operations.Priority) int64 {
	if priority == operations.PriorityBulk {
		return max(n-(n+4)/5, 1)
	}
	return n
}

// take gives out a place that next has said is to be had now.
func (m *meter) take(now int64) {
	if m.unlimited() {
		return
	}
	slot := (m.count / m.group) % (m.capacity + 1)
	if slot == int64(len(m.ends)) {
		m.ends = append(m.ends, now)
	}
	m.ends[slot] = now
	m.count++
	m.last = now
	m.tat = max(now, m.tat) + m.interval
}

// settle empties the meter when its window has passed.
func (m *meter) settle(now int64) {
	if m.count > 0 && now-m.last >= int64(m.spec.Window) {
		m.count, m.ends = 0, m.ends[:0]
	}
}

// empty tells whether the meter holds nothing that a new one would not.
func (m *meter) empty(now int64) bool {
	return m.unlimited() || now-m.last >= int64(m.spec.Window) || m.count == 0
}
