package platform

import (
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// FuzzHTML: no Markdown makes HTML that does something, or takes long.
func FuzzHTML(f *testing.F) {
	for _, seed := range []string{
		"**a**", "<script>", "[x](javascript:y)", "![x](data:z)", strings.Repeat("[", 9000), strings.Repeat("*a_ ", 9000), strings.Repeat(">", 9000),
		strings.Repeat("|a", 5000) + "\n" + strings.Repeat("|-", 5000), strings.Repeat("<", 9000), strings.Repeat("![", 9000) + "](x)", strings.Repeat("`a", 9000),
		strings.Repeat("- ", 4000), strings.Repeat("1. ", 9000), strings.Repeat("www.", 9000), strings.Repeat("a@", 9000), strings.Repeat("~~", 9000),
		"|a|b\n|-|-" + strings.Repeat("\n|c", 9000), strings.Repeat("a*", 999), strings.Repeat("[x](", 1999),
	} {
		f.Add(seed)
	}
	r := newRenderer()()
	f.Fuzz(func(t *testing.T, markdown string) {
		if len(markdown) > 65536 {
			return
		}
		start := time.Now()
		html, err := r.html(markdown)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%d bytes took %v", len(markdown), took)
		}
		if len(html) > 64*len(markdown)+1024 {
			t.Errorf("%d bytes make %d", len(markdown), len(html))
		}
		for _, bad := range []string{"<script", "<style", "<iframe", "<object", "<form"} {
			if strings.Contains(strings.ToLower(html), bad) {
				t.Errorf("%q makes %q", markdown, html)
			}
		}
		mentionsOf(markdown)
	})
}

// FuzzSearch: whatever somebody types is a search, and no cursor is more than refused.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{"printer", `"a b" c`, "a OR", "NEAR(a b)", `"`, "*", "\x00", "col:x", "AND AND", "日本語", "{a b}:c", "\xff"} {
		f.Add(seed)
	}
	d := seededDesk(f)
	f.Fuzz(func(t *testing.T, text string) {
		session, err := d.session(t.Context(), &operations.Call{Workspace: store.DefaultWorkspace, Input: []byte(`{}`), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		in := listTicketsInput{Search: text, Sort: newestFirst, paging: paging{Limit: 1}}
		l, err := session.ticketListing(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := session.pickTickets(t.Context(), l, in); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if _, err := session.unseal("tickets {}", text); err == nil || operations.AsError(err).Code != operations.CodeInvalidInput {
			t.Errorf("cursor %q: %v", text, err)
		}
	})
}
