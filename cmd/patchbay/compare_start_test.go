package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// starts is how often a hub is started, of which the median counts.
const starts = 5

// measureStarts tells how long a hub takes from its start on an existing data folder to the first answer that it is ready,
// and what it holds a second later, with the whole catalogue and nothing to do.
func measureStarts(b *testing.B) string {
	b.Helper()
	data := furnish(b, "127.0.0.1:1")
	var took []time.Duration
	var last *part
	for range starts {
		if last != nil {
			last.end()
		}
		start := time.Now()
		last = serveHub(b, data)
		awaitReady(b, last)
		took = append(took, time.Since(start))
	}
	time.Sleep(time.Second)
	now, peak := last.memory(b)
	middle := median(took)
	b.ReportMetric(float64(middle.Milliseconds()), "start-ms")
	b.ReportMetric(now, "idle-MiB")
	return fmt.Sprintf("\nstart to ready: %v (median of %d, from %v to %v); at rest %.0f MiB, at most %.0f\n",
		middle.Round(time.Millisecond), starts, took[0].Round(time.Millisecond), took[starts-1].Round(time.Millisecond), now, peak)
}

func awaitReady(b *testing.B, hub *part) {
	b.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		response, err := http.Get("http://" + hub.addr + "/readyz")
		if err != nil {
			continue
		}
		_ = response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return
		}
	}
	b.Fatal("the hub does not get ready")
}
