// Package sandbox holds what the look-alikes of all vendors share: scripted faults, rate limits, statistics, a log of
// requests, and the control endpoints that steer them.
//
// A connector's sandbox is its vendor's look-alike, an http.Handler, with a Harness around it:
//
//	request → control endpoints (/_sandbox/…)
//	        → statistics and log → faults → the look-alike, which keeps its own RateLimit
package sandbox

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// Prefix is the path below which the control endpoints of every sandbox lie.
const Prefix = "/_sandbox/"

// Options are the parts of a Harness. API is required.
type Options struct {
	API   http.Handler // the look-alike
	Limit *RateLimit   // the one that API keeps; its refusals are shown and reset. Nil: none

	// Reset brings the look-alike back to its first state.
	Reset func()
	// Control are further control endpoints: pattern as of http.ServeMux, e.g. "POST /_sandbox/expire-token".
	Control map[string]http.HandlerFunc
	// Answer writes a fault's answer that has a status but no body, in the vendor's shape. Nil: an empty body.
	Answer func(w http.ResponseWriter, r *http.Request, status int)
	// IsWrite tells whether a request asks for a change. Nil: any method but GET, HEAD and OPTIONS does.
	IsWrite func(r *http.Request) bool

	Now   func() time.Time                           // default time.Now
	Sleep func(ctx context.Context, d time.Duration) // default: until the time is over or the context is done
	Keep  int                                        // how many requests the log holds; default 200, at most 10,000
}

// Harness serves a look-alike and steers it. It is safe for concurrent use.
type Harness struct {
	options Options
	control *http.ServeMux
	faults  script
	log     requestLog
	stats   counters
}

// New puts a harness around a look-alike.
func New(options Options) *Harness {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Sleep == nil {
		options.Sleep = sleep
	}
	if options.IsWrite == nil {
		options.IsWrite = writesByMethod
	}
	if options.Keep <= 0 {
		options.Keep = 200
	}
	h := &Harness{options: options, log: requestLog{size: min(options.Keep, 10_000)}}
	h.control = h.routes()
	return h
}

func writesByMethod(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// ServeHTTP answers control endpoints itself and hands everything else to the look-alike, faults permitting. To cut a
// connection it panics with http.ErrAbortHandler, as net/http asks for.
func (h *Harness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, Prefix) {
		h.control.ServeHTTP(w, r)
		return
	}
	h.stats.request(r)
	entry := h.log.add(seen(r, h.options.Now()))
	noted := &statusWriter{ResponseWriter: w, note: func(status int) { h.log.answered(entry, status) }}
	fault, found, err := h.faultFor(r)
	switch {
	case err != nil:
		controlError(noted, http.StatusBadRequest, FaultHeader+": "+err.Error())
	case found:
		h.stats.faulted.Add(1)
		h.inflict(noted, r, fault)
	default:
		h.apply(noted, r)
	}
	noted.finish()
}

// apply lets the look-alike handle the request and counts a write that it did.
func (h *Harness) apply(w http.ResponseWriter, r *http.Request) {
	if !h.options.IsWrite(r) {
		h.options.API.ServeHTTP(w, r)
		return
	}
	noted := &statusWriter{ResponseWriter: w, note: func(status int) {
		if status < http.StatusMultipleChoices {
			h.stats.writes.Add(1)
		}
	}}
	h.options.API.ServeHTTP(noted, r)
	noted.finish()
}

// Reset brings everything back to how it was at first: the look-alike, faults, statistics, log and rate windows.
func (h *Harness) Reset() {
	if h.options.Reset != nil {
		h.options.Reset()
	}
	if h.options.Limit != nil {
		h.options.Limit.Reset()
	}
	h.faults.set(nil)
	h.log.clear()
	h.stats.clear()
}

// statusWriter notes the status before it is sent, so that whoever got an answer finds it counted.
type statusWriter struct {
	http.ResponseWriter
	note func(status int)
	sent bool
}

// WriteHeader notes the status and passes it on.
func (w *statusWriter) WriteHeader(status int) {
	if !w.sent {
		w.sent = true
		w.note(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write passes the bytes on.
func (w *statusWriter) Write(p []byte) (int, error) {
	if !w.sent {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(p)
}

// finish notes the status that net/http sends for a handler that wrote nothing.
func (w *statusWriter) finish() {
	if !w.sent {
		w.sent = true
		w.note(http.StatusOK)
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
