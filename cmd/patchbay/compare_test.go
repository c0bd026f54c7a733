package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// contender is one way to the same 2 KB of JSON.
type contender struct {
	name    string
	process *part // whose CPU and memory are read; nil: the upstream's own
	load    *load

	took []time.Duration // each, one at a time
	done int             // requests at c=64
	busy time.Duration   // CPU time they cost the process
}

// Rounds of a comparison. Every contender has its turn in each.
const (
	oneByOne  = 3000 // requests, one at a time
	rounds    = 15   // at c=64
	roundTime = time.Second
	crowd     = 64
)

// BenchmarkCompare measures the hub against a direct call and against a tuned reverse proxy of Go's own (net/http/httputil),
// by turns in one run, over an upstream that answers at once. It prints ratios, which is what one machine can tell
// another. `make bench-compare` runs it; elsewhere it is left out, since it takes the machine for minutes.
//
// Every uncached call of a hub asks for a place of the same declared limit, so high that none ever waits; "hub" counts it
// in the process, "hub, Redis" in a Redis server on the same machine, whose own processor time counts for no contender.
// "Hub, Redis, cached" is answered as a second call is: by the tier that each hub has in front of Redis. For "cold process"
// the hub's Redis user may not subscribe, which switches that tier off: all its answers come out of Redis, of a thousand
// different ones at random, so that callers at the same time mostly do not share one look.
//
// The reverse proxy has room for as many idle connections as there are callers; the lean one also uses its buffers again and asks
// for no compression. The bare ones do nothing but hand on, or answer: they are what sockets and HTTP cost alone.
//
// Below the table is how long a hub takes from its start on an existing data folder to the first answer that it is ready,
// and what it holds with nothing to do.
func BenchmarkCompare(b *testing.B) {
	skipUnlessAsked(b)
	contenders := assemble(b)
	for range oneByOne {
		for _, c := range contenders {
			c.took = append(c.took, c.load.once(b))
		}
	}
	for range rounds {
		for _, c := range contenders {
			before := c.process.cpu(b)
			c.done += c.load.crowd(b, crowd, roundTime)
			c.busy += c.process.cpu(b) - before
		}
	}
	fmt.Print(table(b, contenders))
	fmt.Print(measureStarts(b))
}

// skipUnlessAsked leaves a comparison out of ordinary runs.
func skipUnlessAsked(b *testing.B) {
	b.Helper()
	if os.Getenv("PATCHBAY_COMPARE") == "" {
		b.Skip("runs with make bench-compare")
	}
}

func median(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)/2]
}

// table shows for each contender what a call costs above a direct one, as a multiple of what the reverse proxy costs, and
// what comes through at once, as a multiple of what comes through the proxy.
func table(b *testing.B, contenders []*contender) string {
	p50 := func(c *contender) time.Duration { return median(c.took) }
	direct, proxy := contenders[0], contenders[1]
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nway\tp50 c=1\tover direct\tx proxy\treq/s c=64\tx proxy\tCPU s/10,000\tx proxy\tRSS MiB\tpeak")
	for _, c := range contenders {
		over := p50(c) - p50(direct)
		rate := float64(c.done) / (rounds * roundTime).Seconds()
		cpu := func(c *contender) float64 { return c.busy.Seconds() / float64(c.done) * 10_000 }
		now, peak := c.process.memory(b)
		ratio := float64(over) / float64(p50(proxy)-p50(direct))
		fmt.Fprintf(w, "%s\t%v\t%v\t%.2f\t%.0f\t%.2f\t%.2f\t%.2f\t%.0f\t%.0f\n", c.name, p50(c), over,
			ratio, rate, float64(c.done)/float64(proxy.done), cpu(c), cpu(c)/cpu(proxy), now, peak)
		name := strings.NewReplacer(",", "", " ", "-").Replace(c.name)
		b.ReportMetric(ratio, name+"-x-proxy-p50")
	}
	_ = w.Flush()
	return out.String()
}
