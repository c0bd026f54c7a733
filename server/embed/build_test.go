package embed_test

import (
	"bytes"
	"compress/gzip"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write dist anew")

// modules are the files of dist, and the module of src that each is made of.
var modules = map[string]string{"patchbay.js": "patchbay.js", "patchbay-elements.js": "elements.js", "patchbay-tray.js": "tray.js"}

// TestDistIsBuiltFromSrc is over before the parallel tests read what it writes.
func TestDistIsBuiltFromSrc(t *testing.T) {
	for dist, src := range modules {
		built := build(t, filepath.Join("src", src))
		if *update {
			if err := os.WriteFile(filepath.Join("dist", dist), built, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(built, read(t, "dist", dist)) {
			t.Errorf("dist/%s is not what src makes; run go test ./server/embed -update", dist)
		}
	}
}

func build(t *testing.T, entry string) []byte {
	t.Helper()
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{entry}, Bundle: true, Format: api.FormatESModule, Target: api.ES2022, Charset: api.CharsetUTF8,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, LegalComments: api.LegalCommentsNone,
	})
	for _, problem := range slices.Concat(result.Errors, result.Warnings) {
		t.Errorf("%s: %s", entry, problem.Text)
	}
	if len(result.OutputFiles) != 1 {
		t.Fatalf("%s makes %d files", entry, len(result.OutputFiles))
	}
	return result.OutputFiles[0].Contents
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestSizes holds the bounds that a page's author is promised, in bytes as they travel.
func TestSizes(t *testing.T) {
	t.Parallel()
	const (
		most     = 12 << 10
		mostOfIt = 25 << 10 // with the elements
	)
	sdk := packed(t, "patchbay.js") + packed(t, "patchbay-tray.js")
	whole := sdk + packed(t, "patchbay-elements.js")
	t.Logf("SDK and shim %d bytes, with the elements %d", sdk, whole)
	if sdk >= most || whole >= mostOfIt {
		t.Errorf("SDK and shim %d bytes, with the elements %d; want less than %d and %d", sdk, whole, most, mostOfIt)
	}
}

func packed(t *testing.T, name string) int {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(read(t, "dist", name)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Len()
}

// TestEveryExportIsDeclared compares what the modules export with what their type declarations say.
func TestEveryExportIsDeclared(t *testing.T) {
	t.Parallel()
	clause := regexp.MustCompile(`export\s*\{([^}]*)\}`)
	declared := regexp.MustCompile(`(?m)^export (?:declare )?(?:function|class|const) (\w+)`)
	for dist := range modules {
		var exported, typed []string
		for _, found := range clause.FindAllStringSubmatch(string(read(t, "dist", dist)), -1) {
			for item := range strings.SplitSeq(found[1], ",") {
				words := strings.Fields(item)
				exported = append(exported, words[len(words)-1])
			}
		}
		types := strings.TrimSuffix(dist, ".js") + ".d.ts"
		parsed := api.Transform(string(read(t, "dist", types)), api.TransformOptions{Loader: api.LoaderTS})
		for _, problem := range parsed.Errors {
			t.Errorf("%s: %s", types, problem.Text)
		}
		for _, found := range declared.FindAllStringSubmatch(string(read(t, "dist", types)), -1) {
			typed = append(typed, found[1])
		}
		slices.Sort(exported)
		slices.Sort(typed)
		if diff := cmp.Diff(exported, typed); diff != "" || len(exported) == 0 {
			t.Errorf("%s (-exported +declared in %s):\n%s", dist, types, diff)
		}
	}
}

// TestDependencyFree holds that nothing is loaded from elsewhere.
func TestDependencyFree(t *testing.T) {
	t.Parallel()
	loads := regexp.MustCompile(`\bimport\s*[("'{*]|\bfrom\s*["']`)
	for dist := range modules {
		if found := loads.Find(read(t, "dist", dist)); found != nil {
			t.Errorf("%s loads something: %s", dist, found)
		}
	}
}
