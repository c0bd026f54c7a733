package embed_test

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/server/embed"
)

// TestDocsHoldTheExamples compares the code of docs/customjs.md with that of the pages, which the browser's tests run.
func TestDocsHoldTheExamples(t *testing.T) {
	t.Parallel()
	docs := string(read(t, "../../docs/customjs.md"))
	part := regexp.MustCompile(`(?s)<!-- example -->\n(.*?)\n *<!-- /example -->`)
	shown := 0
	for _, name := range pages(t) {
		found := part.FindSubmatch(read(t, "examples", name))
		if found == nil {
			continue
		}
		shown++
		var code strings.Builder
		for line := range strings.Lines(string(found[1])) {
			code.WriteString(strings.TrimPrefix(line, "      "))
		}
		if !strings.Contains(docs, "```html\n"+code.String()+"\n```\n") {
			t.Errorf("docs/customjs.md does not hold the example of %s", name)
		}
	}
	if shown != 4 || strings.Count(docs, "<form>") != shown {
		t.Errorf("%d examples in pages, %d in the docs", shown, strings.Count(docs, "<form>"))
	}
}

// TestExamplesLinkOneAnother holds that each page leads to each.
func TestExamplesLinkOneAnother(t *testing.T) {
	t.Parallel()
	names := pages(t)
	for _, from := range names {
		page := string(read(t, "examples", from))
		for _, to := range names {
			link := `href="` + strings.Replace(to, "index.html", "./", 1) + `"`
			if !strings.Contains(page, link) {
				t.Errorf("%s has no %s", from, link)
			}
		}
	}
}

func pages(t *testing.T) []string {
	t.Helper()
	examples, err := embed.Examples()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := fs.ReadDir(examples, ".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if path.Ext(entry.Name()) == ".html" {
			names = append(names, entry.Name())
		}
	}
	return names
}
