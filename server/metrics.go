package server

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// metrics counts what the hub does. The names of connectors and operations in its labels are those of the built-in
// ones only: callers cannot make new ones up, and what a workspace has imported is nobody else's business.
type metrics struct {
	registry  *prometheus.Registry
	calls     *prometheus.CounterVec
	durations *prometheus.HistogramVec
	inFlight  prometheus.Gauge
}

func newMetrics(more []prometheus.Collector) (metrics, error) {
	m := metrics{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "patchbay_calls_total", Help: "Calls by connector, operation and code; the code of a success is ok.",
		}, []string{"connector", "operation", "code"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "patchbay_call_duration_seconds", Help: "Time from taking a call to its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120},
		}, []string{"connector"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "patchbay_http_requests_in_flight", Help: "HTTP requests being answered.",
		}),
	}
	own := []prometheus.Collector{
		m.calls, m.durations, m.inFlight, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	}
	for _, collector := range append(own, more...) {
		if err := m.registry.Register(collector); err != nil {
			return metrics{}, fmt.Errorf("registering a metric: %w", err)
		}
	}
	return m, nil
}

// call counts one call, which took so many seconds.
func (m *metrics) call(connector, operation string, err error, took float64) {
	code := labelOK
	if err != nil {
		code = string(operations.AsError(err).Code.Info().Code)
	}
	m.calls.WithLabelValues(connector, operation, code).Inc()
	m.durations.WithLabelValues(connector).Observe(took)
}

const (
	labelOK       = "ok"
	labelImported = "imported"
)

// tally is what counts the successes of an operation.
type tally struct {
	calls     prometheus.Counter
	durations prometheus.Observer
}

// succeeded counts a call, by what it found the first time: that of its operation, or of all that are imported.
func (m *metrics) succeeded(known *listed, took float64) {
	t := known.successes.Load()
	if t == nil {
		t = &tally{m.calls.WithLabelValues(known.connector, known.name, labelOK), m.durations.WithLabelValues(known.connector)}
		known.successes.Store(t)
	}
	t.calls.Inc()
	t.durations.Observe(took)
}

// labels are those of a call. The names of connectors and operations in them are those of the built-in ones only.
func (s *Server) labels(ctx context.Context, known *listed, request execute.Request) (connector, operation string) {
	const unknown = "unknown"
	switch {
	case known != nil:
		return known.connector, known.name
	case s.directory.has(request.Connector):
		return unknown, unknown
	}
	catalogue, err := s.Catalogue.Of(ctx, request.Caller.Workspace, request.Connector)
	if err != nil {
		return unknown, unknown
	}
	entry, err := catalogue.Entry(request.Connector, request.Operation)
	switch {
	case err != nil:
		return unknown, unknown
	case entry.Connector.Import != nil:
		return labelImported, labelImported
	default:
		return entry.Connector.Name, entry.Spec.Name
	}
}

func (s *Server) getMetrics(_ context.Context, x *exchange) error {
	handler := promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{DisableCompression: true})
	return adaptor.HTTPHandler(http.Handler(handler))(x.fiber)
}
