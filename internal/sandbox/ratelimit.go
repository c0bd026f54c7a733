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
// ("on the hour"). Its fields are set before first use.
type RateLimit struct {
	Limit  int
	Window time.Duration
	Now    func() time.Time

	Key     func(*http.Request) string                           // whose budget it is; default: the Authorization header
	Headers func(header http.Header, state LimitState)           // called for every answer
	Refuse  func(http.ResponseWriter, *http.Request, LimitState) // answers what is over the limit; default: a bare 429

	refused atomic.Int64
	mu      sync.Mutex
	start   time.Time // of the window that used counts
	used    map[string]int
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

// Refused is how many requests were over the limit.
func (l *RateLimit) Refused() int64 { return l.refused.Load() }

// Reset forgets what was counted.
func (l *RateLimit) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used = nil
	l.refused.Store(0)
}
