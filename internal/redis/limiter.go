package redis

import (
	"context"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// LimiterOptions are the settings of a Limiter. The zero value works.
type LimiterOptions struct {
	// Prefix begins the keys in Redis, default DefaultPrefix. Braces are taken out of it.
	Prefix string
	// MaxWait bounds the wait of each priority; default gateway.MaxWait.
	MaxWait map[operations.Priority]time.Duration
	// Spread is the time over which requests that waited for a pause to end are spread, each at random; default none.
	Spread time.Duration
	// Slow is how long an answer of Redis may take before the limiter goes on without it, default 50 ms.
	Slow time.Duration
	// Beat is how often the node says that it lives, and how often a Redis that failed is tried again at the least;
	// default 500 ms. A node that was silent for eight beats counts as gone.
	Beat time.Duration
	// Nodes is how many nodes share the limits if Redis has not said so, default 2. While Redis is out of reach each
	// gives out its share of them, of so many nodes or of those that Redis knew last if these were more.
	Nodes int
	// MaxBuckets bounds how many buckets the node remembers, default 20 000.
	MaxBuckets int
	// MaxWaiting bounds how many requests wait at once, default 10 000.
	MaxWaiting int
}

// Limiter is the gateway.Limiter of several nodes.
//
// It counts in Redis: one script, one round trip for all buckets of a request, by the server's clock. On a cluster
// the buckets of one slot make a script; where a request has several, they are asked one after another, and what the
// first gave is given back if a later one refuses. In any window of a bucket there are at most Limit places, whichever
// node gives them out.
//
// Those who wait do so in this node's lines, by priority; only the first of each line asks Redis. Nodes let each other
// know which priorities wait, so that a bulk request of one gives way to a live one of another, within some
// milliseconds. Among requests of one priority on several nodes the order is not kept.
//
// Where Redis is slow, full or gone, the node decides alone and gives out its share of each limit (see Status). What it
// has given out is reported when Redis is back, or if Redis has lost it; until all nodes have had the time to do so, a
// second at most, each keeps to its share. In the window in which Redis goes the sum of all nodes may be above the
// limit, by as much as one node had used more than its share.
type Limiter struct {
	client  *Client
	scripts scripts
	metrics *metrics
	prefix  string
	node    string

	maxWait                [priorities]time.Duration
	spread, slow, beat     time.Duration
	maxBuckets, maxWaiting int
	fewest                 int64         // nodes
	grace                  time.Duration // for how long a place is kept for one on another node who has yet to come for it

	began    time.Time
	offset   atomic.Int64 // of the server's clock to the time since began, in microseconds
	seen     atomic.Int64 // nodes that Redis knew last
	gathered atomic.Int64 // when all nodes have told a Redis that was gone what they gave out, in nanoseconds since began
	serial   atomic.Int64 // of leases
	health   health

	mu         sync.Mutex
	books      map[string]*book
	leases     map[string]*lease
	waiting    int
	added      int
	unreported bool // there are places that Redis has not counted

	trips    trips
	releases chan release
	wake     chan struct{} // the keeper
	stop     context.CancelFunc
	upkeep   sync.WaitGroup
}

var _ gateway.Limiter = (*Limiter)(nil)

// NewLimiter makes a limiter. Close it before its client.
func NewLimiter(client *Client, options LimiterOptions) *Limiter {
	ctx, stop := context.WithCancel(context.Background())
	l := &Limiter{
		client: client, scripts: newScripts(), metrics: newMetrics(),
		prefix: strings.NewReplacer("{", "", "}", "").Replace(options.Prefix), node: uuid.NewString()[:13],
		spread: options.Spread, slow: orDefault(options.Slow, 50*time.Millisecond),
		beat:       orDefault(options.Beat, 500*time.Millisecond),
		maxBuckets: orDefault(options.MaxBuckets, 20_000), maxWaiting: orDefault(options.MaxWaiting, 10_000),
		fewest: int64(orDefault(options.Nodes, 2)), began: time.Now(),
		books: map[string]*book{}, leases: map[string]*lease{},
		releases: make(chan release, 1024), wake: make(chan struct{}, 1), stop: stop,
	}
	if l.prefix == "" {
		l.prefix = DefaultPrefix
	}
	l.grace = nextLook + min(l.slow, time.Second)
	l.offset.Store(l.began.UnixMicro())
	for priority := range l.maxWait {
		l.maxWait[priority] = gateway.MaxWait(operations.Priority(priority))
	}
	for priority, wait := range options.MaxWait {
		l.maxWait[known(priority)] = wait
	}
	l.upkeep.Go(func() { l.keep(ctx) })
	l.upkeep.Go(func() { l.releaseAll(ctx) })
	return l
}

// known is a priority; one that is not known counts as bulk.
func known(p operations.Priority) operations.Priority {
	if p < operations.PriorityLive || p > operations.PriorityBulk {
		return operations.PriorityBulk
	}
	return p
}

// nodes is how many share the limits.
func (l *Limiter) nodes() int64 { return max(l.seen.Load(), l.fewest, 1) }

// Close ends the limiter's upkeep, and tells the other nodes.
func (l *Limiter) Close() {
	l.stop()
	l.upkeep.Wait()
}

// Acquire is the gateway.Limiter's.
func (l *Limiter) Acquire(ctx context.Context, wanted []gateway.Bucket, priority operations.Priority) (gateway.Grant, error) {
	if len(wanted) == 0 {
		return gateway.Grant{}, nil
	}
	began := time.Now()
	r := l.open(ctx, wanted, known(priority))
	defer l.done(r)
	v := l.decide(r)
	if v.granted {
		return l.grant(r, 0, ""), nil
	}
	w, err := l.enqueue(r, v)
	if err == nil {
		err = l.await(ctx, w)
	}
	name := r.specs[w.verdict.slow.book].Name
	if err != nil {
		l.forsake(r)
		return gateway.Grant{Waited: time.Since(began), Bucket: name}, err
	}
	return l.grant(r, time.Since(began), name), nil
}

// open finds the books of a request, and makes those that are not there.
func (l *Limiter) open(ctx context.Context, wanted []gateway.Bucket, p operations.Priority) *request {
	r := &request{priority: p, take: true, longest: l.bound(ctx, p)}
	r.books, r.specs, r.ahead = r.few.books[:0], r.few.specs[:0], r.few.ahead[:0]
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range wanted {
		b := l.book(wanted[i])
		if r.has(b) {
			continue
		}
		r.books, r.specs, r.ahead = append(r.books, b), append(r.specs, wanted[i]), append(r.ahead, b.ahead(p))
		if wanted[i].Concurrent > 0 {
			r.held = append(r.held, b)
		}
		r.take = r.take && !b.behind(p)
		b.users++
	}
	if len(r.held) > 0 {
		r.lease = l.node + "." + strconv.FormatInt(l.serial.Add(1), 36)
	}
	l.tidy()
	return r
}

// done lays the books of a request aside, and serves those whose turn has come by its places.
func (l *Limiter) done(r *request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range r.books {
		b.users--
		l.serveOwed(b)
	}
}

func (r *request) has(b *book) bool {
	for _, known := range r.books {
		if known == b {
			return true
		}
	}
	return false
}

func (l *Limiter) book(spec gateway.Bucket) *book {
	b, known := l.books[spec.Key]
	if !known {
		b = newBook(spec, l.prefix)
		l.books[spec.Key] = b
		l.added++
		return b
	}
	b.measure(spec)
	return b
}

// bound is how long a request may wait.
func (l *Limiter) bound(ctx context.Context, p operations.Priority) time.Duration {
	return gateway.Patience(ctx, l.maxWait[p])
}

// tidy looks at a few books for each that was added, and forgets those that are idle. If there are too many all the
// same it forgets others that nobody needs now: Redis knows of them.
func (l *Limiter) tidy() {
	if l.added == 0 {
		return
	}
	look, now := 4*l.added, l.now()
	l.added = 0
	for key, b := range l.books {
		if b.idle(now) || look <= 0 && !b.needed() {
			b.retire()
			delete(l.books, key)
		}
		if look--; look <= 0 && len(l.books) <= l.maxBuckets {
			return
		}
	}
}

func (b *book) retire() {
	if b.timer != nil {
		b.timer.Stop()
	}
}

// spreadOut lets those whom one pause has held up go one after another rather than all at once.
func (l *Limiter) spreadOut(ctx context.Context, w *waiter) {
	if !w.paused || l.spread <= 0 {
		return
	}
	timer := time.NewTimer(rand.N(l.spread))
	defer timer.Stop()
	select {
	case <-ctx.Done(): // met again where the request is sent
	case <-timer.C:
	}
}
