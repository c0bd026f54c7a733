package gateway

import (
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The bounds of what metrics tell apart. Workspaces import connectors of any name.
const (
	maxMeteredConnectors = 200
	maxMeteredLimits     = 1000
	others               = "other"
	imported             = "imported" // what a workspace has imported is nobody else's business
)

// Metrics are what a Gateway counts.
type Metrics struct {
	requests *prometheus.CounterVec
	retries  *prometheus.CounterVec
	refusals *prometheus.CounterVec
	learned  *prometheus.CounterVec
	waits    *prometheus.HistogramVec

	mu         sync.Mutex
	connectors map[string]*meters
	limits     map[[2]string]*limitMeters
}

// NewMetrics makes metrics with nothing counted.
func NewMetrics() *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	return &Metrics{
		requests: counter("patchbay_upstream_requests_total", "Requests sent to services, each try counted, by what came of them.", "connector", "outcome"),
		retries:  counter("patchbay_upstream_retries_total", "Requests that were sent again.", "connector"),
		refusals: counter("patchbay_limit_refusals_total", "Requests refused because the wait for a limit would be too long.", "connector", "limit"),
		learned:  counter("patchbay_learned_pauses_total", "Pauses that services asked for, by Retry-After or by a budget that is used up.", "connector", "by"),
		waits: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "patchbay_limit_wait_seconds", Help: "Time that requests waited for a limit, if they had to.",
			Buckets: []float64{0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"connector", "limit"}),
		connectors: map[string]*meters{}, limits: map[[2]string]*limitMeters{},
	}
}

// Collectors are the metrics, to be registered.
func (m *Metrics) Collectors() []prometheus.Collector {
	return []prometheus.Collector{m.requests, m.retries, m.refusals, m.learned, m.waits}
}

// class is what came of a request.
type class int

// The classes of requests: by answer, and of those without an answer.
const (
	class1xx class = iota
	class2xx
	class3xx
	class4xx
	class5xx
	class429
	classTimeout
	classUnreachable
	classBrokenOff
	classCanceled
	classRefused // by the guard
	classes
)

func (c class) String() string {
	return [classes]string{
		"1xx", "2xx", "3xx", "4xx", "5xx", "429", "timeout", "unreachable", "broken_off", "canceled", "refused",
	}[c]
}

// classOf classes an answer.
func classOf(status int) class {
	if status == http.StatusTooManyRequests {
		return class429
	}
	return class1xx + class(min(max(status/100, 1), 5)-1)
}

// meters are a connector's.
type meters struct {
	metrics            *Metrics
	connector          string
	requests           [classes]prometheus.Counter
	retries            prometheus.Counter
	retryAfter, budget prometheus.Counter
}

// of gives the meters of a connector; those beyond the bound share one.
func (m *Metrics) of(connector string) *meters {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.connectors[connector]; !known && len(m.connectors) >= maxMeteredConnectors {
		connector = others
	}
	found := m.connectors[connector]
	if found == nil {
		found = &meters{
			metrics: m, connector: connector,
			retries:    m.retries.WithLabelValues(connector),
			retryAfter: m.learned.WithLabelValues(connector, "retry_after"), budget: m.learned.WithLabelValues(connector, "budget"),
		}
		for c := range classes {
			found.requests[c] = m.requests.WithLabelValues(connector, c.String())
		}
		m.connectors[connector] = found
	}
	return found
}

// limitMeters are those of one limit of a connector.
type limitMeters struct {
	refusals prometheus.Counter
	waits    prometheus.Observer
}

func (m *meters) limit(name string) *limitMeters {
	all := m.metrics
	all.mu.Lock()
	defer all.mu.Unlock()
	key := [2]string{m.connector, name}
	if _, known := all.limits[key]; !known && len(all.limits) >= maxMeteredLimits {
		key[1] = others
	}
	found := all.limits[key]
	if found == nil {
		found = &limitMeters{
			refusals: all.refusals.WithLabelValues(key[0], key[1]), waits: all.waits.WithLabelValues(key[0], key[1]),
		}
		all.limits[key] = found
	}
	return found
}

func (m *meters) waited(limit string, d time.Duration) {
	if d > 0 {
		m.limit(limit).waits.Observe(d.Seconds())
	}
}
