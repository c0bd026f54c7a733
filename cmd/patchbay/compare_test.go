package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
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
	rounds    = 6    // at c=64
	roundTime = time.Second
	crowd     = 64
)

// BenchmarkCompare measures the hub against a direct call and against a tuned reverse proxy of Go's own (net/http/httputil),
// by turns in one run, over an upstream that answers at once. It prints ratios, which is what one machine can tell
// another. `make bench-compare` runs it; elsewhere it is left out, since it takes the machine for a minute.
func BenchmarkCompare(b *testing.B) {
	if os.Getenv("PATCHBAY_COMPARE") == "" {
		b.Skip("runs with make bench-compare")
	}
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
}

// assemble starts everything. The first contender is the direct call, the second the reverse proxy.
func assemble(b *testing.B) []*contender {
	upstream := spawn(b, roleUpstream)
	proxy := spawn(b, roleProxy, "COMPARE_UPSTREAM=http://"+upstream.addr)
	contenders := []*contender{
		{name: "direct", process: upstream, load: newLoad(b, "GET", "http://"+upstream.addr+"/thing", "")},
		{name: "reverse proxy", process: proxy, load: newLoad(b, "GET", "http://"+proxy.addr+"/thing", "")},
	}
	hub := startHub(b, upstream.addr)
	for name, operation := range map[string]string{"hub": "get_thing", "hub, cached": "get_kept_thing"} {
		contenders = append(contenders, &contender{name: name, process: hub, load: newLoad(b, "POST",
			"http://"+hub.addr+"/v1/connectors/acme/operations/"+operation+"/call", `{"credentialId":"acme","input":{"size":2}}`)})
	}
	slices.SortStableFunc(contenders, func(a, b *contender) int { return strings.Compare(a.name, b.name) })
	return contenders
}

// acme describes the upstream. The second operation is the first with a cache before it.
const acme = `openapi: 3.1.0
info: {title: Acme, version: "1"}
servers: [{url: http://UPSTREAM}]
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
security: [{token: []}]
paths:
  /thing:
    get: &thing
      operationId: getThing
      parameters: [{name: size, in: query, schema: {type: integer, minimum: 1, maximum: 9}}]
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
  /thing-kept:
    get:
      operationId: getKeptThing
      x-cache: {ttl: 3600, stale_for: 3600}
      parameters: [{name: size, in: query, schema: {type: integer, minimum: 1, maximum: 9}}]
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
`

// startHub runs the binary with acme imported and a credential for it.
func startHub(b *testing.B, upstream string, environment ...string) *part {
	b.Helper()
	dir := b.TempDir()
	document := filepath.Join(dir, "acme.yaml")
	if err := os.WriteFile(document, []byte(strings.ReplaceAll(acme, "UPSTREAM", upstream)), 0o600); err != nil {
		b.Fatal(err)
	}
	hub := serveHub(b, append(environment, "PATCHBAY_DATA="+filepath.Join(dir, "data"), "PATCHBAY_ADMIN_KEY="+testKey,
		"PATCHBAY_ADDR=127.0.0.1:0", "PATCHBAY_ALLOW_NETWORKS=127.0.0.0/8")...)
	patchbay(b, hub, "", "import", document, "--name", "acme")
	patchbay(b, hub, `{"token":"t-for-the-comparison"}`, "credential", "add", "acme", "--id", "acme")
	return hub
}

// table shows for each contender what a call costs above a direct one, as a multiple of what the reverse proxy costs, and
// what comes through at once, as a multiple of what comes through the proxy.
func table(b *testing.B, contenders []*contender) string {
	median := func(c *contender) time.Duration {
		slices.Sort(c.took)
		return c.took[len(c.took)/2]
	}
	direct, proxy := contenders[slices.IndexFunc(contenders, func(c *contender) bool { return c.name == "direct" })],
		contenders[slices.IndexFunc(contenders, func(c *contender) bool { return c.name == "reverse proxy" })]
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nway\tp50 c=1\tover direct\tx proxy\treq/s c=64\tx proxy\tCPU s/10,000\tx proxy\tRSS MiB\tpeak")
	for _, c := range contenders {
		over := median(c) - median(direct)
		rate := float64(c.done) / (rounds * roundTime).Seconds()
		cpu := func(c *contender) float64 { return c.busy.Seconds() / float64(c.done) * 10_000 }
		now, peak := c.process.memory(b)
		fmt.Fprintf(w, "%s\t%v\t%v\t%.2f\t%.0f\t%.2f\t%.2f\t%.2f\t%.0f\t%.0f\n", c.name, median(c), over,
			float64(over)/float64(median(proxy)-median(direct)), rate, float64(c.done)/float64(proxy.done),
			cpu(c), cpu(c)/cpu(proxy), now, peak)
		b.ReportMetric(float64(over)/float64(median(proxy)-median(direct)), strings.ReplaceAll(c.name, " ", "-")+"-x-proxy-p50")
	}
	_ = w.Flush()
	return out.String()
}
