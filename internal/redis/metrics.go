package redis

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are a limiter's. Their labels have few values: the scripts' names, and the classes of faults.
type metrics struct {
	trips *prometheus.CounterVec
	times *prometheus.HistogramVec
	alone prometheus.Counter
}

func newMetrics() *metrics {
	return &metrics{
		trips: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "patchbay_redis_trips_total", Help: "Round trips to Redis of the limiter, by what for and how they ended.",
		}, []string{"trip", "result"}),
		times: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "patchbay_redis_trip_seconds", Help: "How long round trips to Redis took.",
			Buckets: []float64{.00005, .0001, .0002, .0005, .001, .002, .005, .01, .025, .05, .1, .5},
		}, []string{"trip"}),
		alone: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "patchbay_limiter_alone_total", Help: "Requests that this node let go out of its own share.",
		}),
	}
}

func (m *metrics) trip(name string, took time.Duration, err error) {
	result := "ok"
	if err != nil {
		result = string(classOf(err))
	}
	m.trips.WithLabelValues(name, result).Inc()
	m.times.WithLabelValues(name).Observe(took.Seconds())
}

// Collectors are the limiter's metrics.
func (l *Limiter) Collectors() []prometheus.Collector {
	return []prometheus.Collector{
		l.metrics.trips, l.metrics.times, l.metrics.alone,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "patchbay_limiter_degraded", Help: "1 while Redis is out of reach and this node gives out its own share.",
		}, func() float64 {
			if l.health.degraded() {
				return 1
			}
			return 0
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "patchbay_limiter_nodes", Help: "Nodes that share the limits.",
		}, func() float64 { return float64(l.nodes()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "patchbay_limiter_waiting", Help: "Requests of this node in line for a limit.",
		}, func() float64 {
			l.mu.Lock()
			defer l.mu.Unlock()
			return float64(l.waiting)
		}),
	}
}
