package mapping

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

// compiled reads a mapping out of testdata/mapping, with the schema beside it if there is one.
func compiled(tb testing.TB, name string) *Mapping {
	tb.Helper()
	data := readTestdata(tb, name+".mapping.json")
	document, err := Parse(data)
	if err != nil {
		tb.Fatal(err, operations.AsError(err).Faults)
	}
	schema, err := os.ReadFile(testdata(name + ".schema.json"))
	if err != nil && !os.IsNotExist(err) {
		tb.Fatal(err)
	}
	m, err := Compile(document, Options{TargetSchema: schema})
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func testdata(name string) string { return filepath.Join("..", "testdata", "mapping", name) }

func readTestdata(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(testdata(name))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// BenchmarkTwentyRules maps a record of about 1 KB by 20 rules without lookups: run it with -cpu 1.
func BenchmarkTwentyRules(b *testing.B) {
	m := compiled(b, "twenty")
	source := readTestdata(b, "twenty.source.json")
	ctx := b.Context()
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Run(ctx, source, nil); err != nil {
			b.Fatal(err, operations.AsError(err).Faults)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkCompile reads and compiles a mapping, as a call that brings its own does.
func BenchmarkCompile(b *testing.B) {
	data, schema := readTestdata(b, "twenty.mapping.json"), readTestdata(b, "twenty.schema.json")
	b.ReportAllocs()
	for b.Loop() {
		document, err := Parse(data)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Compile(document, Options{TargetSchema: schema}); err != nil {
			b.Fatal(err)
		}
	}
}
