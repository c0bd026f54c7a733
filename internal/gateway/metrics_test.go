package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// count gathers the metrics of a gateway: "name{labels}" → value, of histograms the number of observations.
func count(t *testing.T, g *gateway.Gateway) map[string]float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	for _, c := range g.Collectors() {
		if err := registry.Register(c); err != nil {
			t.Fatal(err)
		}
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]float64{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			value := m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			if value != 0 {
				counts[strings.TrimPrefix(family.GetName(), "patchbay_")+"{"+strings.Join(labels, ",")+"}"] = value
			}
		}
	}
	return counts
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	service := answers(t, http.Header{"Retry-After": {"0.2"}}, 200, 503, 404, 503, 429)
	g, _ := newGateway(t, gateway.Options{MaxTries: 2})
	to := target(t, service.URL)
	for range 3 {
		_, _, _ = do(g.Client(to), newRequest(t, "GET", to.Base.URL("/things"), ""))
	}
	gone := to
	gone.Connector.Name, gone.Base = "gone", target(t, "http://"+cutting(t)).Base
	_, _, _ = do(g.Client(gone), newRequest(t, "GET", gone.Base.URL("/things"), ""))
	want := map[string]float64{
		"upstream_requests_total{acme,2xx}": 1, "upstream_requests_total{acme,4xx}": 1, "upstream_requests_total{acme,5xx}": 2,
		"upstream_requests_total{acme,429}": 1, "upstream_requests_total{gone,broken_off}": 2,
		"upstream_retries_total{acme}": 2, "upstream_retries_total{gone}": 1,
		"learned_pauses_total{retry_after,acme}": 1, "upstream_breakers{gone,closed}": 1,
	}
	if diff := cmp.Diff(want, count(t, g)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMetricsOfLimits(t *testing.T) {
	t.Parallel()
	service := newUpstream(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	limiter := gateway.NewMemoryLimiter(gateway.MemoryLimiterOptions{})
	g, _ := newGateway(t, gateway.Options{Limiter: limiter})
	to := target(t, service.URL)
	hourly := minutely("hourly", "", "POST /**")
	hourly.Limit, hourly.TTL = 1, operations.Seconds(time.Hour)
	to.Connector.Throttlers = []operations.Throttler{{Name: "slots", Concurrent: 1, Enabled: true}, hourly}
	first, err := g.Client(to).Do(newRequest(t, "POST", to.Base.URL("/things"), ""))
	if err != nil {
		t.Fatal(err)
	}
	var second sync.WaitGroup
	second.Go(func() { _, _, _ = do(g.Client(to), newRequest(t, "GET", to.Base.URL("/things"), "")) })
	slots := gateway.Bucket{Key: "limit:{ws1/cr1/acme}:slots:c1", Name: "slots", Concurrent: 1}
	for waiting := 0; waiting == 0; time.Sleep(time.Millisecond) {
		states, err := limiter.Inspect(t.Context(), []gateway.Bucket{slots})
		if err != nil {
			t.Fatal(err)
		}
		waiting = states[0].Waiting
	}
	_ = first.Body.Close()
	second.Wait()
	for range 2 {
		_, _, _ = do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things"), ""))
	}
	want := map[string]float64{
		"upstream_requests_total{acme,2xx}": 2, "limit_wait_seconds{acme,slots}": 1, "limit_refusals_total{acme,hourly}": 2,
	}
	if diff := cmp.Diff(want, count(t, g)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if waits := to.Usage.Waits(); len(waits) != 1 || waits[0].Limit != "slots" || waits[0].Time <= 0 {
		t.Errorf("waits: %v", waits)
	}
}

// TestMetricsAreBounded: workspaces may import connectors of any name.
func TestMetricsAreBounded(t *testing.T) {
	t.Parallel()
	service := answers(t, nil, 200)
	g, _ := newGateway(t, gateway.Options{})
	to := target(t, service.URL)
	for i := range 300 {
		to.Connector.Name = fmt.Sprint("import", i)
		if _, _, err := do(g.Client(to), newRequest(t, "GET", to.Base.URL("/things"), "")); err != nil {
			t.Fatal(err)
		}
	}
	got := count(t, g)
	if n := got["upstream_requests_total{other,2xx}"]; n != 100 || len(got) != 201 {
		t.Errorf("%v of other connectors, %d series", n, len(got))
	}
}

// TestMetricsOfImportedConnectors: everybody who reads the metrics would see their names.
func TestMetricsOfImportedConnectors(t *testing.T) {
	t.Parallel()
	g, _ := newGateway(t, gateway.Options{MaxTries: 1})
	to := target(t, "http://"+cutting(t))
	to.Connector.Import = &operations.Import{Workspace: "ws1", Version: 1}
	_, _, _ = do(g.Client(to), newRequest(t, "GET", to.Base.URL("/things"), ""))
	want := map[string]float64{"upstream_requests_total{imported,broken_off}": 1, "upstream_breakers{imported,closed}": 1}
	if diff := cmp.Diff(want, count(t, g)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if holding, err := g.Limits(t.Context(), *to.Connector, to.Credential); err != nil || len(holding.Breakers) != 1 || holding.Breakers[0].Connector != "acme" {
		t.Errorf("its own workspace sees %+v (%v)", holding.Breakers, err)
	}
}
