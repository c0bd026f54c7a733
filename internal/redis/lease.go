package redis

import (
	"context"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// lease is held by a request under way: a place in each of some buckets with Concurrent. Redis forgets it when the
// node that holds it has not renewed it for its time.
type lease struct {
	books   []*book
	renewed int64
	known   bool // to Redis
}

// release is a lease to be given back to Redis.
type release struct {
	id    string
	books []*book
	done  chan struct{} // instead: closed when those before are given back
}

// maxReleases bounds how many leases are given back in one trip.
const maxReleases = 128

// release gives back the places of a lease: here at once, in Redis soon after.
func (l *Limiter) release(id string) {
	l.mu.Lock()
	held, known := l.leases[id]
	if !known {
		l.mu.Unlock()
		return
	}
	delete(l.leases, id)
	for _, b := range held.books {
		b.leases--
	}
	l.mu.Unlock()
	l.giveUp(release{id: id, books: held.books})
}

// forsake gives back what Redis may have given to a request that has left without knowing.
func (l *Limiter) forsake(r *request) {
	if r.lease != "" && r.unsure {
		l.giveUp(release{id: r.lease, books: r.held})
	}
}

// giveUp hands a lease to the releaser. One that finds no room runs out by itself.
func (l *Limiter) giveUp(r release) {
	select {
	case l.releases <- r:
	default:
	}
}

// awaitReleases waits until Redis has heard of what was given back before.
func (l *Limiter) awaitReleases() {
	barrier := release{done: make(chan struct{})}
	l.giveUp(barrier)
	select {
	case <-barrier.done:
	case <-time.After(l.slow):
	}
}

// releaseAll gives leases back to Redis, many in a trip when there are many.
func (l *Limiter) releaseAll(ctx context.Context) {
	var kept []release // until Redis is back
	for {
		var fresh []release
		select {
		case <-ctx.Done():
			l.releaseBatch(append(kept, l.drain(nil)...))
			return
		case r := <-l.releases:
			fresh = l.drain([]release{r})
		case <-l.health.back():
		}
		if l.releaseBatch(append(kept, fresh...)) {
			kept = nil
		} else {
			kept = append(kept, fresh...)
			kept = kept[max(len(kept)-cap(l.releases), 0):]
		}
		l.announce(fresh)
	}
}

func (l *Limiter) drain(batch []release) []release {
	for len(batch) < maxReleases {
		select {
		case r := <-l.releases:
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// announce serves those who wait for what was given back.
func (l *Limiter) announce(batch []release) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range batch {
		if r.done != nil {
			close(r.done)
		}
		for _, b := range r.books {
			l.kick(b)
		}
	}
}

// releaseBatch gives leases back, and tells whether Redis has heard of it.
func (l *Limiter) releaseBatch(batch []release) bool {
	if len(batch) == 0 {
		return true
	}
	if l.health.degraded() {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), l.slow)
	defer cancel()
	began := time.Now()
	_, err := l.client.redis.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		for _, r := range batch {
			for _, b := range r.books {
				pipe.ZRem(ctx, b.held, r.id)
			}
		}
		return nil
	})
	l.metrics.trip("release", time.Since(began), err)
	if err != nil {
		l.fail(err, nil)
	}
	return err == nil
}

// renewal is what is to be renewed of one bucket.
type renewal struct {
	key   string
	lease time.Duration
	ids   []any
}

// renew holds the places for longer whose time is a third over; all of them if Redis may have lost them.
func (l *Limiter) renew(all bool) error {
	for b, r := range l.renewals(all) {
		args := append([]any{r.lease.Microseconds()}, r.ids...)
		if _, err := l.trip("renew", l.scripts.renew, []string{r.key}, args...); err != nil {
			return err
		}
		l.releaseAgain(b, r)
	}
	return nil
}

// releaseAgain gives back what was given back while it was renewed.
func (l *Limiter) releaseAgain(b *book, r *renewal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range r.ids {
		if _, held := l.leases[id.(string)]; !held {
			l.giveUp(release{id: id.(string), books: []*book{b}})
		}
	}
}

func (l *Limiter) renewals(all bool) map[*book]*renewal {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, found := l.now(), map[*book]*renewal{}
	for id, held := range l.leases {
		renewed := false
		for _, b := range held.books {
			if b.spec.Concurrent == 0 || !all && held.known && now-held.renewed < b.spec.Lease.Microseconds()/3 {
				continue
			}
			if found[b] == nil {
				found[b] = &renewal{key: b.held, lease: b.spec.Lease}
			}
			found[b].ids = append(found[b].ids, id)
			renewed = true
		}
		if renewed {
			held.renewed, held.known = now, true
		}
	}
	return found
}
