package gateway

import (
	"net/http"
	"sync/atomic"

	"github.com/patchbay/patchbay/operations"
)

// limits are the buckets of a request.
type limits struct {
	buckets  []Bucket
	pause    int           // the index of the bucket that a 429 of the service pauses: the narrowest, and of this credential alone
	underWay *atomic.Int64 // requests with the same narrowest bucket that have not been answered
}

// narrowest is the bucket that the service's own words are about.
func (l *limits) narrowest() *Bucket { return &l.buckets[l.pause] }

// limitsKey tells limits apart.
type limitsKey struct {
	plan                          *plan
	workspace, credential, method string
	rules                         ruleSet
}

// limitsOf gives the limits of a request. They are remembered, unless a field of the input is in a key.
func (c *client) limitsOf(request *http.Request) *limits {
	p := c.plan
	rules := p.fitting(c.target.Base, request)
	if rules.meets(&p.byInput) {
		return c.gateway.counted(newLimits(p, rules, newSubject(p, c.target.Credential, request.Method, c.target.Input)))
	}
	key := limitsKey{plan: p, rules: rules}
	if c.target.Credential != nil {
		key.workspace, key.credential = c.target.Credential.Workspace, c.target.Credential.ID
	}
	if rules.meets(&p.byMethod) {
		key.method = request.Method
	}
	if known, ok := c.gateway.limits.get(key); ok {
		return known
	}
	l := c.gateway.counted(newLimits(p, rules, newSubject(p, c.target.Credential, request.Method, nil)))
	return c.gateway.limits.put(key, l)
}

// counted gives limits the counter of what is under way.
func (g *Gateway) counted(l *limits) *limits {
	l.underWay = g.underWay.of(l.narrowest().Key, func() *atomic.Int64 { return new(atomic.Int64) })
	return l
}

func newLimits(p *plan, rules ruleSet, of *subject) *limits {
	l := &limits{buckets: make([]Bucket, 0, len(p.rules)+1)}
	narrowest := 0
	for i := range p.rules {
		r := &p.rules[i]
		if !rules.has(i) {
			continue
		}
		if r.narrowness > narrowest {
			narrowest, l.pause = r.narrowness, len(l.buckets)
		}
		l.buckets = append(l.buckets, r.bucket(of))
	}
	if narrowest == 0 {
		l.pause = len(l.buckets)
		l.buckets = append(l.buckets, pauseBucket(of))
	}
	return l
}

func (r *rule) bucket(of *subject) Bucket {
	t := r.throttler
	b := Bucket{Key: r.key(of), Name: t.Name, Concurrent: t.Concurrent}
	if t.Limit > 0 && t.TTL > 0 {
		b.Limit, b.Burst, b.Window = t.Limit, t.Burst, t.TTL.Duration()
	}
	return b
}

// pauseBucket counts nothing; it is there to be paused where no throttler is of the credential alone.
func pauseBucket(of *subject) Bucket {
	r := newRule(&operations.Throttler{Name: "pause"}, false)
	return Bucket{Key: r.key(of), Name: "pause"}
}
