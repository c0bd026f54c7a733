package redis

import (
	"bufio"
	"context"
	"strings"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// silent is after how many beats a node counts as gone.
const silent = 8

// keep is the limiter's upkeep: it says that the node lives, finds out whether Redis does and still knows what it was
// told, reports what it was not, and renews what is held.
func (l *Limiter) keep(ctx context.Context) {
	var known servers
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			l.leaveNodes()
			return
		case <-l.wake:
			timer.Reset(min(l.health.pause(), l.beat))
			continue
		case <-timer.C:
		}
		if err := l.tend(ctx, &known); err != nil {
			l.fail(err, nil)
		}
		wait := l.beat
		if l.health.degraded() {
			wait = min(l.health.pause(), l.beat)
		}
		timer.Reset(wait)
		select { // that was about this failure
		case <-l.wake:
		default:
		}
	}
}

// tend does what is to be done at a beat.
func (l *Limiter) tend(ctx context.Context, known *servers) error {
	degraded := l.health.degraded()
	if degraded {
		if err := l.probe(ctx); err != nil {
			return err
		}
	}
	answer, err := l.trip("beat", l.scripts.beat, []string{l.prefix + "{nodes}"}, l.node, (silent * l.beat).Microseconds())
	if err != nil {
		return err
	}
	fresh, first := known.changed(l.client.serverIDs(ctx, l.slow)), l.seen.Load() == 0
	if forgotten := fresh || number(answer, 2) == 0; degraded || forgotten && !first {
		l.gather()
	}
	l.see(number(answer, 1))
	all := fresh || l.gathering()
	if err := l.report(all); err != nil {
		return err
	}
	if err := l.renew(all); err != nil {
		return err
	}
	if degraded {
		l.health.recover()
		return l.report(false) // what was given out meanwhile
	}
	return nil
}

// see notes how many nodes live. One that has forgotten them learns of them again while they report.
func (l *Limiter) see(nodes int64) {
	if l.gathering() {
		nodes = max(nodes, l.seen.Load())
	}
	l.seen.Store(max(nodes, 1))
}

// probe writes where Redis has failed: a full one reads, and in a cluster another node may be well.
func (l *Limiter) probe(ctx context.Context) error {
	for _, key := range l.health.keys() {
		ctx, cancel := context.WithTimeout(ctx, l.slow)
		began := time.Now()
		err := l.client.redis.Set(ctx, key+"|probe", "", time.Second).Err()
		cancel()
		l.metrics.trip("probe", time.Since(began), err)
		if err != nil {
			return err
		}
	}
	return nil
}

// leaveNodes tells that the node does not live any more.
func (l *Limiter) leaveNodes() {
	ctx, cancel := context.WithTimeout(context.Background(), l.slow)
	defer cancel()
	_ = l.client.redis.ZRem(ctx, l.prefix+"{nodes}", l.node).Err()
}

// servers are the run ids of all masters: another one has another memory.
type servers map[string]bool

func (s *servers) changed(now servers) bool {
	changed := false
	for id := range now {
		changed = changed || !(*s)[id]
	}
	if len(now) > 0 {
		*s = now
	}
	return changed
}

// serverIDs asks for the run ids of all masters. Those that do not tell are left out: then only a request finds that
// they have lost something.
func (c *Client) serverIDs(ctx context.Context, bound time.Duration) servers {
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	var mu sync.Mutex
	ids := servers{}
	ask := func(ctx context.Context, node goredis.Cmdable) {
		info := bufio.NewScanner(strings.NewReader(node.Info(ctx, "server").Val()))
		for info.Scan() {
			if id, found := strings.CutPrefix(info.Text(), "run_id:"); found {
				mu.Lock()
				ids[id] = true
				mu.Unlock()
			}
		}
	}
	if cluster, is := c.redis.(*goredis.ClusterClient); is {
		_ = cluster.ForEachMaster(ctx, func(ctx context.Context, node *goredis.Client) error {
			ask(ctx, node)
			return nil
		})
		return ids
	}
	ask(ctx, c.redis)
	return ids
}
