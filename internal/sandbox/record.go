package sandbox

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Stats are what a sandbox counted since its start or reset.
type Stats struct {
	Requests  int64            `json:"requests"`   // all but those to the control endpoints
	Writes    int64            `json:"writes"`     // changes made, even where a fault hid the answer
	Faulted   int64            `json:"faulted"`    // requests that a fault struck
	OverLimit int64            `json:"over_limit"` // refused by the rate limit
	ByPath    map[string]int64 `json:"by_path"`    // "GET /api/v2/prospects/{id}" → requests
}

// Stats gives the counts so far.
func (h *Harness) Stats() Stats {
	stats := h.stats.snapshot()
	if h.options.Limit != nil {
		stats.OverLimit = h.options.Limit.Refused()
	}
	return stats
}

// maxPaths bounds how many paths are counted apart.
const maxPaths = 1_000

type counters struct {
	requests, writes, faulted atomic.Int64
	mu                        sync.Mutex
	byPath                    map[string]int64
}

func (c *counters) request(r *http.Request) {
	c.requests.Add(1)
	key := clip(r.Method, 16) + " " + pathPattern(r.URL.Path)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byPath == nil {
		c.byPath = map[string]int64{}
	}
	if _, known := c.byPath[key]; !known && len(c.byPath) >= maxPaths {
		key = "other"
	}
	c.byPath[key]++
}

func (c *counters) snapshot() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	byPath := map[string]int64{}
	maps.Copy(byPath, c.byPath)
	return Stats{Requests: c.requests.Load(), Writes: c.writes.Load(), Faulted: c.faulted.Load(), ByPath: byPath}
}

func (c *counters) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byPath = nil
	c.requests.Store(0)
	c.writes.Store(0)
	c.faulted.Store(0)
}

// pathPattern puts {id} in place of what looks like an id, so that paths can be counted.
func pathPattern(path string) string {
	segments := strings.Split(clip(path, 512), "/")
	for i, segment := range segments {
		digits := strings.Count(strings.Map(digit, segment), "0")
		if digits > 0 && (digits == len(segment) || len(segment) >= 16) {
			segments[i] = "{id}"
		}
	}
	return strings.Join(segments, "/")
}

func digit(c rune) rune {
	if c >= '0' && c <= '9' {
		return '0'
	}
	return '.'
}

// Seen is a request that a sandbox was sent, and the status of its answer. Headers and query parameters that may hold a secret are left out.
type Seen struct {
	At      time.Time         `json:"at"`
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Query   string            `json:"query,omitempty"`
	Headers map[string]string `json:"headers"`
	Status  int               `json:"status"` // 0: none was sent
}

// Requests lists the last requests, oldest first.
func (h *Harness) Requests() []Seen { return h.log.list() }

func seen(r *http.Request, at time.Time) *Seen {
	const maxHeaders, maxText = 40, 2048
	s := &Seen{
		At: at, Method: clip(r.Method, 16), Path: clip(r.URL.Path, maxText), Query: clip(openQuery(r.URL), maxText),
		Headers: map[string]string{},
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if !mayBeSecret(name) && len(s.Headers) < maxHeaders {
			s.Headers[clip(name, 128)] = clip(strings.Join(r.Header[name], ", "), 256)
		}
	}
	return s
}

func openQuery(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	query := u.Query()
	for name := range query {
		if mayBeSecret(name) {
			query.Del(name)
		}
	}
	return query.Encode()
}

func mayBeSecret(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"auth", "token", "cookie", "secret", "password", "api-key", "api_key", "apikey"},
		func(part string) bool { return strings.Contains(name, part) })
}

func clip(s string, most int) string {
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "")
	}
	return s
}

// requestLog is a ring of the last requests.
type requestLog struct {
	size int
	mu   sync.Mutex
	ring []*Seen
	next int
}

func (l *requestLog) add(entry *Seen) *Seen {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < l.size {
		l.ring = append(l.ring, entry)
		return entry
	}
	l.ring[l.next] = entry
	l.next = (l.next + 1) % l.size
	return entry
}

func (l *requestLog) answered(entry *Seen, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.Status = status
}

func (l *requestLog) list() []Seen {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]Seen, 0, len(l.ring))
	for i := range l.ring {
		list = append(list, *l.ring[(l.next+i)%len(l.ring)])
	}
	return list
}

func (l *requestLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.next = nil, 0
}
