package gateway_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// measure sends GETs one by one and reports the median.
func measure(b *testing.B, doer operations.Doer, url string) {
	took := make([]time.Duration, 0, 1<<16)
	b.ReportAllocs()
	for b.Loop() {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		response, err := doer.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			b.Fatal(err)
		}
		_ = response.Body.Close()
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
}

func benchmarkService(b *testing.B) *upstream {
	answer := bytes.Repeat([]byte("x"), 2048)
	return newUpstream(b, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(answer) })
}

// BenchmarkDirect is a plain client.
func BenchmarkDirect(b *testing.B) {
	service := benchmarkService(b)
	transport := &http.Transport{MaxIdleConnsPerHost: 128}
	b.Cleanup(transport.CloseIdleConnections)
	measure(b, &http.Client{Transport: transport}, target(b, service.URL).Base.URL("/things"))
}

// BenchmarkGateway has what a call has: a client of its own, a credential, a limit.
func BenchmarkGateway(b *testing.B) {
	service := benchmarkService(b)
	g := gateway.New(gateway.Options{})
	b.Cleanup(g.Close)
	to := target(b, service.URL)
	to.Connector.Throttlers = []operations.Throttler{
		{Name: "second", Key: "{workspace}/{credential}", TTL: operations.Seconds(time.Second), Limit: 1 << 40, Enabled: true},
	}
	measure(b, perCall{g, to}, to.Base.URL("/things"))
}

// perCall makes a client for each request.
type perCall struct {
	gateway *gateway.Gateway
	target  operations.Target
}

func (p perCall) Do(request *http.Request) (*http.Response, error) {
	return p.gateway.Client(p.target).Do(request)
}
