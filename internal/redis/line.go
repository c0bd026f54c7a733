package redis

import (
	"container/list"
	"context"
	"math/rand/v2"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// nextLook is how long a line waits for places that another node has to give back, before it asks again.
const nextLook = 20 * time.Millisecond

// waiter is a request in line: in that of the bucket that holds it up. The limiter's lock guards it.
type waiter struct {
	*request
	verdict verdict // the last
	at      *book   // in whose line
	place   *list.Element
	asking  chan struct{} // closed when Redis has answered for it; nil: it is not being asked
	granted chan struct{} // closed when its turn has come, or has turned out to come too late
	tooLate error         // then
	until   time.Time     // it waits
	paused  bool          // a pause held it up
}

// enqueue puts a request in line, unless its turn would come too late.
func (l *Limiter) enqueue(r *request, v verdict) (*waiter, error) {
	w := &waiter{request: r, verdict: v, granted: make(chan struct{}), until: time.Now().Add(r.longest), paused: v.slow.why == pause}
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait := time.Duration(v.slow.wait) * time.Microsecond; wait > r.longest || r.longest <= 0 || l.waiting >= l.maxWaiting {
		return w, r.refusal(v, v.now)
	}
	l.waiting++
	r.take = true
	for i, b := range r.books {
		b.members[r.priority]++
		r.ahead[i] = 0 // when it asks, it is the first
	}
	first := r.books[v.first.book]
	if v.first.why == none { // there is a place, and others of this node come first
		for _, b := range r.books {
			if b.behind(r.priority) {
				first = b
				break
			}
		}
	}
	w.join(first, false)
	l.armFor(first, v.first)
	return w, nil
}

func (w *waiter) join(b *book, front bool) {
	w.at = b
	if front {
		w.place = b.lines[w.priority].PushFront(w)
	} else {
		w.place = b.lines[w.priority].PushBack(w)
	}
}

// leave takes a waiter out of line for good.
func (l *Limiter) leave(w *waiter) {
	w.at.lines[w.priority].Remove(w.place)
	for _, b := range w.books {
		b.members[w.priority]--
	}
	l.waiting--
}

// await waits for the turn of a request in line.
func (l *Limiter) await(ctx context.Context, w *waiter) error {
	timer := time.NewTimer(time.Until(w.until))
	defer timer.Stop()
	select {
	case <-w.granted:
		if w.tooLate == nil {
			l.spreadOut(ctx, w)
		}
		return w.tooLate
	case <-ctx.Done():
	case <-timer.C:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for w.asking != nil { // its place may be on the way
		asked := w.asking
		l.mu.Unlock()
		<-asked
		l.mu.Lock()
	}
	select {
	case <-w.granted:
		return w.tooLate
	default:
	}
	l.leave(w)
	if ctx.Err() == context.Canceled {
		return &operations.Error{Code: operations.CodeCanceled, Detail: "the caller left before the answer came", Err: ctx.Err()}
	}
	return w.refusal(w.verdict, l.now())
}

// kick has the lines of a bucket served. The limiter's lock is held.
func (l *Limiter) kick(b *book) {
	if b.serving {
		b.again = true
		return
	}
	if b.lines[0].Len()+b.lines[1].Len()+b.lines[2].Len() > 0 {
		b.serving = true
		go l.serve(b)
	}
}

// armFor has a line served when what holds it up may be over. The limiter's lock is held.
func (l *Limiter) armFor(b *book, o obstacle) {
	wait := time.Duration(o.wait) * time.Microsecond
	switch o.why {
	case none:
		l.kick(b)
		return
	case tooMany:
		wait = nextLook/2 + rand.N(nextLook)
	default:
		wait += rand.N(min(wait/20, 4*time.Millisecond) + 200*time.Microsecond) // nodes should not all ask at once
	}
	l.arm(b, wait)
}

func (l *Limiter) arm(b *book, wait time.Duration) {
	if b.timer == nil {
		b.timer = time.AfterFunc(wait, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			b.armed = time.Time{}
			l.kick(b)
		})
	} else if at := time.Now().Add(wait); b.armed.IsZero() || at.Before(b.armed) {
		b.timer.Reset(wait)
	} else {
		return
	}
	b.armed = time.Now().Add(wait)
}

// serve gives the places of a bucket to those in its lines, until nobody more can go. Only one goroutine does so for a
// bucket at a time.
func (l *Limiter) serve(b *book) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		b.again = false
		var soonest obstacle
		if l.serveRound(b, &soonest) || b.again {
			continue
		}
		b.serving = false
		if soonest.why != none {
			l.armFor(b, soonest)
		}
		return
	}
}

// serveRound lets one request go, and tells whether it could; otherwise it tells what the first who can go waits for.
// Who turns out to wait for another bucket moves to its line. The limiter's lock is held, but not while Redis is asked.
func (l *Limiter) serveRound(b *book, soonest *obstacle) bool {
	for _, p := range b.order() {
		for {
			front := b.lines[p].Front()
			if front == nil {
				break
			}
			w := front.Value.(*waiter)
			l.askFor(w)
			if w.verdict.granted {
				return true
			}
			if w.tooLate != nil {
				continue
			}
			first := w.verdict.first
			if first.why == none {
				first = obstacle{why: yield, wait: time.Millisecond.Microseconds()}
			}
			if other := w.books[first.book]; other != b && w.verdict.first.why != none {
				b.lines[p].Remove(w.place)
				w.join(other, true)
				l.armFor(other, first)
				continue
			}
			if soonest.why == none || first.why == tooMany || first.wait < soonest.wait && soonest.why != tooMany {
				*soonest = first
			}
			break
		}
	}
	return false
}

// askFor asks for the places of a waiter, and lets it go if there are. The limiter's lock is held, but not meanwhile.
func (l *Limiter) askFor(w *waiter) {
	w.settled = w.at.lines[w.priority].Len() == 1
	w.asking = make(chan struct{})
	l.mu.Unlock()
	v := l.decide(w.request)
	l.mu.Lock()
	close(w.asking)
	w.asking = nil
	w.verdict, w.paused = keepSlow(w.verdict, v), w.paused || v.slow.why == pause
	if first := v.first; first.lasts() && first.wait > time.Until(w.until).Microseconds() {
		w.tooLate = w.refusal(v, l.now())
	}
	if v.granted || w.tooLate != nil {
		l.leave(w)
		close(w.granted)
	}
}

// keepSlow is a new verdict; one that grants still tells what the request waited for.
func keepSlow(before, now verdict) verdict {
	if now.granted {
		now.slow = before.slow
	}
	return now
}

// serveOwed serves those of a bucket whose turn has come by a place that went to somebody who had not to wait.
func (l *Limiter) serveOwed(b *book) {
	for p := operations.PriorityDDL; p <= operations.PriorityBulk; p++ {
		if b.lines[p].Len() > 0 && b.due(p) {
			l.kick(b)
			return
		}
	}
}

// grant makes the grant of a request that has its places.
func (l *Limiter) grant(r *request, waited time.Duration, name string) gateway.Grant {
	if r.lease == "" {
		return gateway.Grant{Waited: waited, Bucket: name}
	}
	return gateway.NewGrant(waited, name, func() { l.release(r.lease) })
}
