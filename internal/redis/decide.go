package redis

import (
	"cmp"
	"slices"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// request asks for a place in each of some buckets.
type request struct {
	priority operations.Priority
	books    []*book
	specs    []gateway.Bucket // of the books, as this request has them
	held     []*book          // those with Concurrent
	ahead    []int64          // of this node, for each book
	take     bool             // otherwise it only asks how long it would have to wait
	settled  bool             // nobody else of its class waits
	longest  time.Duration
	unsure   bool   // Redis may have given places without an answer
	claimed  bool   // it has a place of each book's share while Redis is asked
	lease    string // the id of its held places; "" if none of the buckets has any
	ask      run    // the last
	few      few
}

// obstacle is what a request waits for.
type obstacle struct {
	book int   // of the request's
	wait int64 // microseconds; 0: not known
	why  cause
}

func (o *obstacle) worsen(other obstacle) {
	if other.why != none && (o.why == none || other.wait > o.wait) {
		*o = other
	}
}

// lasts tells whether the wait is known to be so long at the least.
func (o *obstacle) lasts() bool { return o.why == limit || o.why == pause || o.why == lesson }

// verdict is what becomes of a request.
type verdict struct {
	granted bool
	now     int64    // of the server
	first   obstacle // of the first in line
	slow    obstacle // of one behind those ahead of him
	reason  string   // of a pause
	places  []int64  // their numbers, to give them back
	times   []int64  // when each was given out, where that is not now: servers of a cluster have clocks of their own
	lost    int      // 1 + the book that has places which Redis has lost; 0: none
}

// decide asks Redis for a request's places, or, where that is out of reach, this node's share.
func (l *Limiter) decide(r *request) verdict {
	for range 3 { // at most as often as buckets can have lost places
		if l.health.degraded() {
			break
		}
		if v, claimed := l.claim(r); !claimed {
			return v
		}
		v, err := l.ask(r)
		if err != nil {
			l.fail(err, r)
			break
		}
		if v.lost == 0 {
			l.settle(r, v)
			return v
		}
		l.gather()
		if err := l.merge([]*book{r.books[v.lost-1]}); err != nil {
			l.fail(err, r)
			break
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.decideAlone(r)
}

// settle writes down what Redis has decided.
func (l *Limiter) settle(r *request, v verdict) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.unclaim()
	if v.granted {
		l.commit(r, v, true)
		return
	}
	if v.first.why != none {
		r.books[v.first.book].refused = v.now
	}
	if b := r.books[v.slow.book]; v.slow.why == pause {
		b.paused, b.reason = max(b.paused, v.now+v.slow.wait), v.reason
	}
}

// commit writes down places that a request has got. The limiter's lock is held.
func (l *Limiter) commit(r *request, v verdict, counted bool) {
	for i, b := range r.books {
		at := v.now
		if v.times != nil {
			at = v.times[i]
		}
		b.took(at, counted, r.priority)
	}
	for _, b := range r.held {
		b.leases++
	}
	if r.lease != "" {
		l.leases[r.lease] = &lease{books: r.held, renewed: v.now, known: counted}
	}
	if !counted {
		l.unreported = true
	}
}

// ask runs the script: once, or on a cluster once for each slot, the one that refused last first. Where a later one
// refuses, what the earlier gave is given back.
func (l *Limiter) ask(r *request) (verdict, error) {
	if !l.client.cluster || sameTag(r.books) {
		return l.askOne(r, r.take, false)
	}
	whole, take := verdict{times: make([]int64, len(r.books))}, r.take
	var taken []taking
	for _, part := range r.split() {
		v, err := l.askOne(part.request, take, true)
		if err != nil || v.lost > 0 {
			l.giveBack(taken)
			if v.lost > 0 {
				v.lost = part.index[v.lost-1] + 1
			}
			return v, err
		}
		if v.granted {
			taken = append(taken, taking{part.request, v})
		}
		take = take && v.granted
		whole.now = v.now
		whole.combine(v, part.index)
	}
	whole.granted = take
	if !take {
		l.giveBack(taken)
	}
	return whole, nil
}

// combine adds the verdict on some of a request's buckets.
func (v *verdict) combine(part verdict, index []int) {
	for _, i := range index {
		v.times[i] = part.now
	}
	part.first.book, part.slow.book = index[part.first.book], index[part.slow.book]
	v.first.worsen(part.first)
	if before := v.slow; v.slow != part.slow {
		if v.slow.worsen(part.slow); v.slow != before {
			v.reason = part.reason
		}
	}
}

// part is a request's share of buckets in one slot of a cluster.
type part struct {
	*request
	index []int // of the whole request's books
}

func sameTag(books []*book) bool {
	for _, b := range books[1:] {
		if tag(b.state) != tag(books[0].state) {
			return false
		}
	}
	return true
}

func (r *request) split() []part {
	byTag := map[string]int{}
	var parts []part
	for i, b := range r.books {
		at, known := byTag[tag(b.state)]
		if !known {
			at = len(parts)
			byTag[tag(b.state)] = at
			some := *r
			some.books, some.specs, some.ahead, some.few = nil, nil, nil, few{}
			parts = append(parts, part{request: &some})
		}
		p := &parts[at]
		p.books, p.specs = append(p.books, b), append(p.specs, r.specs[i])
		p.ahead, p.index = append(p.ahead, r.ahead[i]), append(p.index, i)
	}
	slices.SortStableFunc(parts, func(p, q part) int { return cmp.Compare(q.refusedLast(), p.refusedLast()) })
	return parts
}

func (r *request) refusedLast() (last int64) {
	for _, b := range r.books {
		last = max(last, b.refused)
	}
	return last
}

// taking is what a part of a request was given.
type taking struct {
	request *request
	verdict verdict
}

// giveBack returns places at once. Where that fails they are lost till their window has passed, which is safe.
func (l *Limiter) giveBack(all []taking) {
	for _, taken := range all {
		keys, args := make([]string, 0, len(taken.request.books)), []any{taken.request.lease, taken.verdict.now}
		for i, b := range taken.request.books {
			spec := &taken.request.specs[i]
			keys = append(keys, b.state)
			if spec.Concurrent > 0 {
				keys = append(keys, b.held)
			}
			args = append(args, spec.Limit, spec.Burst, spec.Window.Microseconds(), spec.Concurrent, taken.verdict.places[i])
		}
		_, _ = l.trip("give back", l.scripts.giveBack, keys, args...)
	}
}

// refusal is the error for a request that a verdict makes wait too long.
func (r *request) refusal(v verdict, now int64) *operations.Error {
	spec := r.specs[v.slow.book]
	wait := max(time.Duration(v.now+v.slow.wait-now)*time.Microsecond, time.Millisecond)
	switch v.slow.why {
	case pause:
		return gateway.Refusal(spec, wait, cmp.Or(v.reason, "the service has asked for a pause"))
	case lesson:
		return gateway.Refusal(spec, wait, "the service says that it is used up")
	case tooMany, none:
		if spec.Concurrent > 0 {
			return gateway.Refusal(gateway.Bucket{Name: spec.Name, Concurrent: spec.Concurrent}, 0, "")
		}
	}
	return gateway.Refusal(spec, wait, "")
}
