package openapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/openapi"
)

var update = flag.Bool("update", false, "write the goldens anew")

// TestGolden compares a whole connector, and what was told of its document, with what it should be.
func TestGolden(t *testing.T) {
	t.Parallel()
	read := func(name string) string {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	c, report := load(t, read("animals.yaml"), read("animals.overlay.yaml"))
	checkSpecs(t, c)
	var specs []operations.Spec
	for _, o := range c.Operations {
		specs = append(specs, o.Spec())
	}
	got, err := json.Marshal(struct {
		Name, Title, Description, Version, Docs, Origin, BasePath, Verify string
		Auth                                                              []operations.Auth
		Throttlers                                                        []operations.Throttler
		Operations                                                        []operations.Spec
		Report                                                            *openapi.Report
	}{c.Name, c.Title, c.Description, c.Version, c.Docs, c.Origin, c.BasePath, c.Verify, c.Auth, c.Throttlers, specs, report})
	if err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, append(got, '\n'), "", "  "); err != nil {
		t.Fatal(err)
	}
	const file = "testdata/animals.golden.json"
	if *update {
		if err := os.WriteFile(file, indented.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(read("animals.golden.json"), indented.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
