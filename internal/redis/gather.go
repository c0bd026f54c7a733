package redis

import "time"

// A Redis that is back, or has lost its memory, does not know yet what the other nodes have given out: each finds it and
// reports in its own time. Until all have, a node takes a place only if Redis has one and its own share has one too.

// That takes the slowest node two beats, or less: it tries a Redis that failed once a beat at the least.
const (
	gatheringBeats = 2
	maxGathering   = time.Second
)

// gather begins the time in which nodes report.
func (l *Limiter) gather() {
	l.gathered.Store(int64(time.Since(l.began) + min(gatheringBeats*l.beat, maxGathering)))
}

// gathering tells whether Redis may lack what other nodes have given out.
func (l *Limiter) gathering() bool {
	until := l.gathered.Load()
	return until != 0 && int64(time.Since(l.began)) < until
}

// claim keeps a place of this node's share for a request while Redis is asked, or says what holds it up.
func (l *Limiter) claim(r *request) (v verdict, claimed bool) {
	if r.claimed || !r.take || !l.gathering() {
		return v, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if v = l.alone(r); v.first.why != none {
		l.untilGathered(&v.first)
		l.untilGathered(&v.slow)
		return v, false
	}
	for _, b := range r.books {
		b.claimed++
	}
	r.claimed = true
	return v, true
}

// untilGathered bounds how long a node's own share holds a request up: of a limit, or of what the service says is left.
func (l *Limiter) untilGathered(o *obstacle) {
	if o.why == limit || o.why == lesson {
		o.wait = min(o.wait, max(l.gathered.Load()-int64(time.Since(l.began)), 0)/int64(time.Microsecond))
	}
}

// unclaim ends a claim. The limiter's lock is held.
func (r *request) unclaim() {
	if !r.claimed {
		return
	}
	for _, b := range r.books {
		b.claimed--
	}
	r.claimed = false
}
