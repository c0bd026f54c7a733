package mapping

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

// goldenMappings are those of testdata/mapping: NAME.mapping.json, NAME.schema.json of the target, NAME.in.ndjson, what it gives in
// NAME.out.ndjson, and NAME.lookups.json where it looks values up.
var goldenMappings = []string{"twenty", "conversation", "order"}

// TestGoldens maps a thousand records, many of them faulty. -update writes what they give anew.
func TestGoldens(t *testing.T) {
	t.Parallel()
	var records, failed int64
	for _, name := range goldenMappings {
		options := BatchOptions{}
		if lookups, err := os.ReadFile(testdata(name + ".lookups.json")); err == nil {
			table := tableLookups{}
			if err := json.Unmarshal(lookups, &table); err != nil {
				t.Fatal(err)
			}
			options.Lookups = table
		}
		var out bytes.Buffer
		count, err := compiled(t, name).Batch(t.Context(), bytes.NewReader(readTestdata(t, name+".in.ndjson")), &out, options)
		if err != nil {
			t.Fatal(err)
		}
		records, failed = records+count.Mapped+count.Failed, failed+count.Failed
		if *update {
			if err := os.WriteFile(testdata(name+".out.ndjson"), out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		compareLines(t, name, string(readTestdata(t, name+".out.ndjson")), out.String())
	}
	if records != 1000 || failed < 100 || failed > 600 {
		t.Errorf("%d records, %d of them failed", records, failed)
	}
}

// compareLines shows the first lines that differ.
func compareLines(t *testing.T, name, want, got string) {
	t.Helper()
	wanted, given := strings.Split(want, "\n"), strings.Split(got, "\n")
	if len(wanted) != len(given) {
		t.Errorf("%s: %d lines, want %d", name, len(given), len(wanted))
	}
	shown := 0
	for i := range min(len(wanted), len(given)) {
		if wanted[i] != given[i] && shown < 3 {
			t.Errorf("%s, line %d:\n got %s\nwant %s", name, i+1, given[i], wanted[i])
			shown++
		}
	}
}

// TestGoldensFitTheirSchemas validates every result of the goldens: what the engine lets pass, the target's operation must
// take, but for what is no matter of types.
func TestGoldensFitTheirSchemas(t *testing.T) {
	t.Parallel()
	for _, name := range goldenMappings {
		validator, err := operations.Schema(readTestdata(t, name+".schema.json")).Compile()
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(readTestdata(t, name+".out.ndjson")) {
			var result struct {
				Line   int
				Output json.RawMessage
			}
			if err := json.Unmarshal(line, &result); err != nil {
				t.Fatal(err)
			}
			if result.Output == nil {
				continue
			}
			document, err := operations.DecodeInput(result.Output)
			if err != nil {
				t.Fatalf("%s, line %d: %v", name, result.Line, err)
			}
			for _, fault := range validator.Faults(document) {
				if !isMatterOfValues(fault.Detail) {
					t.Errorf("%s, line %d: %+v", name, result.Line, fault)
				}
			}
		}
	}
}

// isMatterOfValues tells whether a fault is one of the value rather than of its type.
func isMatterOfValues(detail string) bool {
	for _, part := range []string{"pattern", "is not a valid", "must be one of"} {
		if strings.Contains(detail, part) {
			return true
		}
	}
	return false
}
