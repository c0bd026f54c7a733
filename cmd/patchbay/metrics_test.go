package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMetricsAreDocumented holds that the admins' page names every metric of the code, and no other.
func TestMetricsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/admin.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := namesIn(string(page), regexp.MustCompile("(?m)^\\| `(patchbay_[a-z_]+)` \\|"))
	var declared []string
	for _, root := range []string{"../../internal", "../../server", "."} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			code, err := os.ReadFile(path)
			declared = append(declared, namesIn(string(code), regexp.MustCompile(`"(patchbay_[a-z_]+)"`))...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(declared)
	declared = slices.DeleteFunc(slices.Compact(declared), func(name string) bool { return name == variableOf })
	if diff := cmp.Diff(declared, documented); diff != "" || len(documented) < 10 {
		t.Errorf("metrics of the code (-) and of docs/admin.md (+):\n%s", diff)
	}
}

func namesIn(text string, pattern *regexp.Regexp) []string {
	var names []string
	for _, match := range pattern.FindAllStringSubmatch(text, -1) {
		names = append(names, match[1])
	}
	slices.Sort(names)
	return names
}
