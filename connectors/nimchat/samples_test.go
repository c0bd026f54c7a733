package nimchat_test

import (
	"testing"
)

// TestSamples runs every operation with its sample on a fresh sandbox: the answer must fit the schema. No sample is
// made up out of a schema.
func TestSamples(t *testing.T) {
	t.Parallel()
	for _, spec := range specs(t) {
		t.Run(spec.Name, func(t *testing.T) {
			t.Parallel()
			got := sandboxed(t).call(t, spec.Name, string(spec.Sample.Input))
			if got.err != nil {
				t.Fatal(got.err, got.err.Faults)
			}
			if len(got.warnings) > 0 || spec.Metadata["sample"] != "" {
				t.Errorf("warnings %v, sample %s", got.warnings, spec.Metadata["sample"])
			}
			faults, err := check(spec.Output, got.output)
			if err != nil || len(faults) > 0 {
				t.Errorf("%v %v\n%s", err, faults, got.output)
			}
		})
	}
}
