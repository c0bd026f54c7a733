package sandbox

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// maxKeys bounds for how many keys requests are counted apart; the rest share one count.
const maxKeys = 10_000

// RateLimit is a fixed window per key: at most Limit requests in each Window, which begins at a multiple of its length
// ("on the hour"). With a Burst it is a token bucket: Limit requests in a Window on average, of which so many at once.
// Its fields are set before first use.
type RateLimit struct {
	Limit  int
	Burst  int
	Window time.Duration
	Now    func() time.Time

	Key     func(*http.Request) string                           // whose budget it is; default: the Authorization header
	Headers func(header http.Header, state LimitState)           // called for every answer
	Refuse  func(http.ResponseWriter, *http.Request, LimitState) // answers what is over the limit; default: a bare 429

	refused atomic.Int64
	mu      sync.Mutex
	start   time.Time // of the window that used counts
	used    map[string]int
	full    map[string]time.Time // when a bucket is full again
}

// LimitState is how a budget stands after a request.
type LimitState struct {
	Limit     int
	Remaining int
	Reset     time.Time // when the window ends
}

// Wrap puts the limit in front of a handler.
func (l *RateLimit) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("Authorization")
		if l.Key != nil {
			key = l.Key(r)
		}
		state, ok := l.Take(key)
		if l.Headers != nil {
			l.Headers(w.Header(), state)
		}
		switch {
		case ok:
			next.ServeHTTP(w, r)
		case l.Refuse != nil:
			l.Refuse(w, r, state)
		default:
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
}

// Take counts one request against a key's budget and tells whether it is within.
func (l *RateLimit) Take(key string) (LimitState, bool) {
	now := l.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.Burst > 0 {
		return l.draw(key, now)
	}
	if start := now.Truncate(l.Window); l.used == nil || !start.Equal(l.start) {
		l.start, l.used = start, map[string]int{}
	}
	if _, known := l.used[key]; !known && len(l.used) >= maxKeys {
		key = ""
	}
	ok := l.used[key] < l.Limit
	if ok {
		l.used[key]++
	} else {
		l.refused.Add(1)
	}
	return LimitState{Limit: l.Limit, Remaining: l.Limit - l.used[key], Reset: l.start.Add(l.Window)}, ok
}

// draw takes a token out of a key's bucket.
func (l *RateLimit) draw(key string, now time.Time) (LimitState, bool) {
	if _, known := l.full[key]; l.full == nil || !known && len(l.full) >= maxKeys {
		l.full = map[string]time.Time{}
	}
	full, token := l.full[key], l.Window/time.Duration(l.Limit)
	if full.Before(now) {
		full = now
	}
	ok := full.Sub(now) <= token*time.Duration(l.Burst-1)
	if ok {
		full = full.Add(token)
		l.full[key] = full
	} else {
		l.refused.Add(1)
	}
	return LimitState{Limit: l.Limit, Remaining: max(0, l.Burst-int((full.Sub(now)+token-1)/token)), Reset: full}, ok
}

// Refused is how many requests were over the limit.
func (l *RateLimit) Refused() int64 { return l.refused.Load() }

// Reset forgets what was counted.
func (l *RateLimit) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used, l.full = nil, nil
	l.refused.Store(0)
}
