package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/patchbay/patchbay/connectors"
	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/internal/credentials"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// stock is what a hub has, and how it is used.
type stock struct {
	credentials int // in the store
	used        int // of them
	operations  int // in the catalogue

	hub  *part
	load *load
	took []time.Duration // each of the calls
	busy time.Duration   // CPU time that they cost the hub
}

const (
	flatRounds = 5
	flatCalls  = 2000 // of each stock in a round, one at a time
)

// BenchmarkCompareFlat measures what an uncached call costs a hub that keeps one credential or 100,000, and one that knows
// its own operations or 3,000: one at a time, by turns, with credentials at random. It prints the median of a call and the
// hub's processor time, and both as multiples of the first hub's. `make bench-compare` runs it.
//
// An opened credential is kept until it changes. Of 100,000 in use nearly every call is the first with its own, which reads it
// from the store and decrypts it. A hub is shared by rows that differ in nothing else.
func BenchmarkCompareFlat(b *testing.B) {
	skipUnlessAsked(b)
	stocks := fillStocks(b)
	for range flatRounds {
		for _, s := range stocks {
			before := s.hub.cpu(b)
			for range flatCalls {
				s.took = append(s.took, s.load.once(b))
			}
			s.busy += s.hub.cpu(b) - before
		}
	}
	fmt.Print(flatTable(b, stocks))
}

func fillStocks(b *testing.B) (stocks []*stock) {
	upstream, builtIn := spawn(b, roleUpstream), 0
	for _, c := range connectors.All(platform.Options{}) {
		builtIn += len(c.Operations)
	}
	for _, kept := range []struct {
		credentials, operations int
		used                    []int
	}{
		{1, builtIn, []int{1}}, {1000, builtIn, []int{1, 1000}}, {100_000, builtIn, []int{1, 1000, 100_000}}, {1, 3000, []int{1}},
	} {
		data := furnish(b, upstream.addr)
		addCredentials(b, data, kept.credentials)
		importMore(b, data, kept.operations-builtIn)
		hub := serveHub(b, data)
		for _, used := range kept.used {
			stocks = append(stocks, &stock{credentials: kept.credentials, used: used, operations: kept.operations, hub: hub})
		}
	}
	for _, s := range stocks { // no connection is to be idle until the last hub is there
		bodies := make([]string, s.used)
		for i := range bodies {
			bodies[i] = fmt.Sprintf(`{"credentialId":"acme-%d","input":{"size":2}}`, i)
		}
		s.load = newLoad(b, s.hub, "POST", "/v1/connectors/acme/operations/get_thing/call", bodies...)
	}
	return stocks
}

// addCredentials stores credentials as the hub does, in the folder of one that does not run.
func addCredentials(b *testing.B, data string, n int) {
	b.Helper()
	h, err := newHub(b.Context(), console{err: newStream()}, config{Data: data, LogLevel: warnings})
	if err != nil {
		b.Fatal(err)
	}
	group, ctx := errgroup.WithContext(b.Context())
	group.SetLimit(8)
	for i := range n {
		group.Go(func() error {
			_, err := h.vault.Create(ctx, store.DefaultWorkspace, credentials.Draft{
				ID: fmt.Sprintf("acme-%d", i), Connector: "acme", Secrets: operations.Secrets{"token": fmt.Sprintf("t-%d", i)},
			})
			return err
		})
	}
	if err := errors.Join(group.Wait(), h.Close()); err != nil {
		b.Fatal(err)
	}
}

// importMore imports generated documents with so many operations.
func importMore(b *testing.B, data string, n int) {
	b.Helper()
	const each = 200
	for from := 0; from < n; from += each {
		name := fmt.Sprintf("service_%d", from/each)
		document := filepath.Join(b.TempDir(), name+".yaml")
		if err := os.WriteFile(document, generatedDocument(min(each, n-from)), 0o600); err != nil {
			b.Fatal(err)
		}
		patchbay(b, data, "", "import", document, "--name", name)
	}
}

// generatedDocument is a document with so many operations.
func generatedDocument(n int) []byte {
	var document strings.Builder
	document.WriteString("openapi: 3.1.0\ninfo: {title: Generated, version: \"1\"}\nservers: [{url: https://generated.example}]\npaths:\n")
	for i := range n {
		fmt.Fprintf(&document, `  /things-%[1]d/{id}:
    get:
      operationId: getThing%[1]d
      summary: Get thing %[1]d
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: size, in: query, schema: {type: integer, minimum: 1, maximum: 9}}
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object, properties: {id: {type: string}}}}}}}
`, i)
	}
	return []byte(document.String())
}

func flatTable(b *testing.B, stocks []*stock) string {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\ncredentials\tused\toperations\tp50 c=1\tx first\tCPU µs a call\tx first\tRSS MiB\tpeak")
	cpu := func(s *stock) float64 { return float64(s.busy.Microseconds()) / float64(len(s.took)) }
	for _, s := range stocks {
		p50, first := median(s.took), median(stocks[0].took)
		now, peak := s.hub.memory(b)
		fmt.Fprintf(w, "%d\t%d\t%d\t%v\t%.2f\t%.0f\t%.2f\t%.0f\t%.0f\n", s.credentials, s.used, s.operations, p50,
			float64(p50)/float64(first), cpu(s), cpu(s)/cpu(stocks[0]), now, peak)
		b.ReportMetric(float64(p50)/float64(first), fmt.Sprintf("%d-credentials-%d-operations-x-p50", s.credentials, s.operations))
	}
	_ = w.Flush()
	return out.String()
}
