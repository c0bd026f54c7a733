package redis

import (
	"context"
	"strings"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
)

// maxReason bounds the reason of a pause, in bytes; the scripts have room for so much.
const maxReason = 96

// Pause is the gateway.Limiter's.
func (l *Limiter) Pause(_ context.Context, p gateway.Pause) {
	wait := time.Until(p.Until).Microseconds()
	if wait <= 0 {
		return
	}
	p.Reason = strings.ToValidUTF8(p.Reason[:min(len(p.Reason), maxReason)], "")
	l.mu.Lock()
	b := l.named(p.Key)
	if at := l.now() + wait; at > b.paused {
		b.paused, b.reason = at, p.Reason
	}
	l.mu.Unlock()
	defer l.look(b)
	if l.health.degraded() {
		return
	}
	if err := l.notePause(b.state, wait, p.Reason); err != nil {
		l.fail(err, &request{books: []*book{b}})
	}
}

// look has the lines of a bucket served: some may wait in vain now.
func (l *Limiter) look(b *book) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kick(b)
}

// Learn is the gateway.Limiter's.
func (l *Limiter) Learn(_ context.Context, lesson gateway.Lesson) {
	wait := time.Until(lesson.Reset).Microseconds()
	if wait <= 0 || lesson.Remaining < 0 {
		return
	}
	l.mu.Lock()
	now := l.now()
	b := l.named(lesson.Key)
	// The other nodes have as many under way, if the callers are spread.
	left := max(int64(lesson.Remaining)-int64(lesson.UnderWay)*l.nodes(), 0)
	told := learned{limit: int64(lesson.Limit), left: left, reset: now + wait}
	if !b.learned.holds(now) || told.left < b.learned.left {
		b.learned = told
	}
	l.mu.Unlock()
	if l.health.degraded() {
		return
	}
	if err := l.noteLesson(b.state, told, now); err != nil {
		l.fail(err, &request{books: []*book{b}})
	}
}

func (l *Limiter) named(key string) *book {
	if b, known := l.books[key]; known {
		return b
	}
	return l.book(gateway.Bucket{Key: key})
}

func (l *Limiter) notePause(key string, wait int64, reason string) error {
	_, err := l.trip("note", l.scripts.note, []string{key}, "pause", wait, reason)
	return err
}

func (l *Limiter) noteLesson(key string, lesson learned, now int64) error {
	_, err := l.trip("note", l.scripts.note, []string{key}, "learn", lesson.limit, lesson.left, lesson.reset-now)
	return err
}

// Inspect is the gateway.Limiter's. While Redis is out of reach it tells what holds for this node alone.
func (l *Limiter) Inspect(_ context.Context, buckets []gateway.Bucket) ([]gateway.BucketState, error) {
	l.awaitReleases()
	states := make([]gateway.BucketState, len(buckets))
	for i, spec := range buckets {
		l.mu.Lock()
		b, known := l.books[spec.Key]
		if !known {
			b = newBook(spec, l.prefix)
		}
		waiting := int(b.members[0] + b.members[1] + b.members[2])
		l.mu.Unlock()
		state, err := l.inspect(b, spec)
		if err != nil {
			l.mu.Lock()
			state = l.inspectAlone(b)
			l.mu.Unlock()
		}
		state.Bucket, state.Waiting = spec, waiting
		states[i] = state
	}
	return states, nil
}

func (l *Limiter) inspect(b *book, spec gateway.Bucket) (gateway.BucketState, error) {
	if l.health.degraded() {
		return gateway.BucketState{}, context.DeadlineExceeded
	}
	answer, err := l.trip("inspect", l.scripts.inspect, []string{b.state, b.held},
		spec.Limit, spec.Burst, spec.Window.Microseconds(), spec.Concurrent)
	if err != nil {
		return gateway.BucketState{}, err
	}
	s := gateway.BucketState{Left: int(number(answer, 1)), UnderWay: int(number(answer, 5)), Reset: in(number(answer, 2))}
	if s.PausedUntil = in(number(answer, 3)); !s.PausedUntil.IsZero() {
		s.Reason, _ = answer[4].(string)
	}
	return s, nil
}

// in is the time in so many microseconds; zero for none.
func in(wait int64) time.Time {
	if wait <= 0 {
		return time.Time{}
	}
	return time.Now().Add(time.Duration(wait) * time.Microsecond)
}

func (l *Limiter) inspectAlone(b *book) gateway.BucketState {
	now, nodes := l.now(), l.nodes()
	s := gateway.BucketState{Left: -1, UnderWay: b.leases, PausedUntil: in(b.paused - now)}
	if !s.PausedUntil.IsZero() {
		s.Reason = b.reason
	}
	fewer := func(n int64) {
		if s.Left < 0 || int(n) < s.Left {
			s.Left = int(max(n, 0))
		}
	}
	if b.limited() {
		a, left := b.share(nodes, 0), int64(0)
		for left < a.limit && b.given.opens(a, now, left) <= now {
			left++
		}
		fewer(left)
		if last := b.given.last(now, b.spec.Window); last > 0 {
			s.Reset = in(last + b.spec.Window.Microseconds() - now)
		}
	}
	if b.learned.holds(now) {
		fewer(b.learned.left / nodes)
	}
	if b.spec.Concurrent > 0 {
		fewer(int64(max(b.spec.Concurrent/int(nodes), 1) - b.leases))
	}
	return s
}
