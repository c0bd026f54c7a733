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

// measure sends GETs one by one, by each client in turn, and reports each one's median.
func measure(b *testing.B, url string, names []string, doers ...operations.Doer) {
	took := make([][]time.Duration, len(doers))
	b.ReportAllocs()
	for b.Loop() {
		for i, doer := range doers {
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
			took[i] = append(took[i], time.Since(start))
		}
	}
	for i, times := range took {
		slices.Sort(times)
		b.ReportMetric(float64(times[len(times)/2].Nanoseconds()), names[i]+"-p50-ns")
	}
}

// BenchmarkDirect is a plain client.
func BenchmarkDirect(b *testing.B) {
	service, direct, _ := contestants(b)
	measure(b, service, []string{"direct"}, direct)
}

// BenchmarkGateway has what a call has: a client of its own, a credential, a limit.
func BenchmarkGateway(b *testing.B) {
	service, _, gateway := contestants(b)
	measure(b, service, []string{"gateway"}, gateway)
}

// BenchmarkSideBySide sends by both in turn, so that the machine's moods strike both.
func BenchmarkSideBySide(b *testing.B) {
	service, direct, gateway := contestants(b)
	measure(b, service, []string{"direct", "gateway"}, direct, gateway)
}

func contestants(b *testing.B) (url string, direct, through operations.Doer) {
	answer := bytes.Repeat([]byte("x"), 2048)
	service := newUpstream(b, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(answer) })
	transport := &http.Transport{MaxIdleConnsPerHost: 128}
	b.Cleanup(transport.CloseIdleConnections)
	g := gateway.New(gateway.Options{})
	b.Cleanup(g.Close)
	to := target(b, service.URL)
	to.Connector.Throttlers = []operations.Throttler{
		{Name: "second", Key: "{workspace}/{credential}", TTL: operations.Seconds(time.Second), Limit: 1 << 40, Enabled: true},
	}
	return to.Base.URL("/things"), &http.Client{Transport: transport}, perCall{g, to}
}

// perCall makes a client for each request.
type perCall struct {
	gateway *gateway.Gateway
	target  operations.Target
}

// Do sends a request by a client of its own.
func (p perCall) Do(request *http.Request) (*http.Response, error) {
	return p.gateway.Client(p.target).Do(request)
}
