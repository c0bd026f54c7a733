package redis

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Where an answer came from, and why none did.
const (
	getTier = iota
	getRedis
	getMiss
	getOff
	getResults
)

// What came of asking for a lease.
const (
	leaseGranted = iota
	leaseRefused
	leaseUnkept
	leaseGivenUp
	leaseOff
	leaseResults
)

// cacheMetrics are a cache's. Their labels have few values.
type cacheMetrics struct {
	getsBy     *prometheus.CounterVec
	gets       [getResults]prometheus.Counter
	leasesBy   *prometheus.CounterVec
	leases     [leaseResults]prometheus.Counter
	sets       *prometheus.CounterVec
	unreadable prometheus.Counter
	owed       prometheus.Counter
	trips      *prometheus.CounterVec
	times      *prometheus.HistogramVec
}

func newCacheMetrics() *cacheMetrics {
	counter := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	}
	m := &cacheMetrics{
		getsBy: counter("patchbay_cache_gets_total",
			"Looks into the shared cache: found in the process (tier), in Redis, nowhere (miss), or not looked for as Redis is away (off).", "result"),
		leasesBy: counter("patchbay_cache_leases_total",
			"Leases to fetch an answer: granted, refused, not needed (unkept), waited for too long (given_up), or without Redis (off).", "result"),
		sets: counter("patchbay_cache_sets_total",
			"Answers that were kept in the shared cache, or why not: large, late, overtaken by a write, nothing, broken, fault.", "result"),
		unreadable: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "patchbay_cache_unreadable_total", Help: "Values of the shared cache that this node could not read or decrypt.",
		}),
		owed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "patchbay_cache_late_invalidations_total", Help: "Invalidations that Redis could not be told of at once.",
		}),
		trips: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "patchbay_cache_trips_total", Help: "Round trips to Redis of the cache, by what for and how they ended.",
		}, []string{"trip", "result"}),
		times: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "patchbay_cache_trip_seconds", Help: "How long round trips of the cache to Redis took.",
			Buckets: []float64{.00005, .0001, .0002, .0005, .001, .002, .005, .01, .025, .05, .1, .5},
		}, []string{"trip"}),
	}
	for i, result := range [getResults]string{"tier", "redis", "miss", "off"} {
		m.gets[i] = m.getsBy.WithLabelValues(result)
	}
	for i, result := range [leaseResults]string{"granted", "refused", "unkept", "given_up", "off"} {
		m.leases[i] = m.leasesBy.WithLabelValues(result)
	}
	return m
}

func (m *cacheMetrics) trip(name string, took time.Duration, err error) {
	result := "ok"
	if err != nil {
		result = string(classOf(err))
	}
	m.trips.WithLabelValues(name, result).Inc()
	m.times.WithLabelValues(name).Observe(took.Seconds())
}

// Collectors are the cache's metrics.
func (c *Cache) Collectors() []prometheus.Collector {
	gauge := func(name, help string, value func(CacheStatus) bool) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			if value(c.Status()) {
				return 1
			}
			return 0
		})
	}
	m := c.metrics
	return []prometheus.Collector{
		m.getsBy, m.leasesBy, m.sets, m.unreadable, m.owed, m.trips, m.times,
		gauge("patchbay_cache_degraded", "1 while Redis has failed and each node fetches for itself.",
			func(s CacheStatus) bool { return s.Degraded }),
		gauge("patchbay_cache_listening", "1 while other nodes' messages are heard, so that answers are served out of the process.",
			func(s CacheStatus) bool { return s.Listening }),
	}
}
