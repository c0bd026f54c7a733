package mapping

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

// block gives the block of the page behind a line that opens it.
func block(t *testing.T, page, opening string) string {
	t.Helper()
	_, after, found := strings.Cut(page, "```"+opening+"\n")
	inner, _, closed := strings.Cut(after, "```\n")
	if !found || !closed {
		t.Fatalf("the page has no block %q", opening)
	}
	return inner
}

// TestDocsLintAndExplain runs the examples of the page that the engine's do not cover.
func TestDocsLintAndExplain(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "docs", "mapping.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	var want []Finding
	if err := json.Unmarshal([]byte(block(t, page, "json lint-findings")), &want); err != nil {
		t.Fatal(err)
	}
	rules := strings.Trim(strings.TrimSpace(block(t, page, "json lint-rules")), "[]")
	got := Lint(lintDocument(t, rules), LintOptions{
		Source: operations.Schema(block(t, page, "json lint-source")), Target: operations.Schema(block(t, page, "json lint-target")),
	})
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	document, err := Parse([]byte(block(t, page, "json explained")))
	if err != nil {
		t.Fatal(err)
	}
	_, behind, _ := strings.Cut(page, "```json explained\n")
	if diff := gocmp.Diff(block(t, behind, "text"), ExplainText(document)); diff != "" {
		t.Errorf("sentences (-want +got):\n%s", diff)
	}
	for _, code := range []string{
		FindMalformed, FindUnreadableSchema, FindUnknownPath, FindUnknownTarget, FindTypeClash, FindNotAllowed, FindRequiredNotFilled, FindMayBeMissing, FindUnreachableRule,
		FindUnknownLookup, FindLookupInputMissing, FindLookupInputUnknown, FindOtherLookup, FindMissingCase, FindLossy, FindTooLong, FindPointless,
	} {
		if !strings.Contains(page, "`"+code+"`") {
			t.Errorf("the page does not speak of %s", code)
		}
	}
}
