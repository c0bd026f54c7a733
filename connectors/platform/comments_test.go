package platform_test

import (
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

func TestCommentHTML(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	id := h.create(t, "A")
	for _, c := range []struct{ content, html string }{
		{"**bold** and _more_", "<p><strong>bold</strong> and <em>more</em></p>"},
		{"one\ntwo", "<p>one<br>\ntwo</p>"},
		{"~~gone~~ `code`", "<p><del>gone</del> <code>code</code></p>"},
		{"<script>alert(1)</script>", ""},
		{`<img src=x onerror=alert(1)>`, ""},
		{"[x](javascript:alert(1))", `<p>x</p>`},
		{"[x](JaVaScRiPt:alert(1))", `<p>x</p>`},
		{"[x](data:text/html;base64,AAAA)", `<p>x</p>`},
		{"https://example.com/a", `<p><a href="https://example.com/a" rel="nofollow noreferrer">https://example.com/a</a></p>`},
		{`[x](https://example.com/" onclick="alert(1))`, ""},
		{"a < b & c", "<p>a &lt; b &amp; c</p>"},
		{"a|b\n-|-\n1|2", "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>"},
		{strings.Repeat("<b>\n", 2) + strings.Repeat("*", 2001), "<p>&lt;b&gt;<br>\n&lt;b&gt;<br>\n" + strings.Repeat("*", 2001) + "</p>"},
	} {
		got := h.want(t, "create_comment", `{"content":`+quote(c.content)+`,"entityType":"ticket","entityId":"`+id+`"}`)
		html := got.Get("contentHtml").String()
		if c.html != "" && html != c.html {
			t.Errorf("%q: %q, want %q", c.content, html, c.html)
		}
		for _, bad := range []string{"<script", "<img", "javascript:", "data:", ` onclick="`, ` onerror="`} {
			if strings.Contains(strings.ToLower(html), bad) {
				t.Errorf("%q: %q holds %s", c.content, html, bad)
			}
		}
		if got.Get("content").String() != c.content || got.Get("contentMarkdown").String() != c.content {
			t.Errorf("%q came back as %s", c.content, got.Get("content").Raw)
		}
	}
}

func TestCommentMetadata(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	about := `"entityType":"ticket","entityId":"` + h.create(t, "A") + `"`
	create := func(more string) string {
		return `{"content":"@ada see b@c.d, @alan.t and (@ada)",` + about + more + `}`
	}
	got := h.want(t, "create_comment", create(`,"metadata":"{\"big\":12345678901234567890,\"x\":[1]}"`)).Get("metadata")
	if got.Raw != `{"big":12345678901234567890,"mentions":["ada","alan.t"],"reactions":[],"replies":0,"x":[1]}` {
		t.Errorf("metadata %s", got.Raw)
	}
	for _, bad := range []string{"x", "[]", "null", `{\"replies\":1}`, `{\"a\":1,\"a\":2}`, strings.Repeat(`[`, 100)} {
		h.refused(t, "create_comment", create(`,"metadata":"`+bad+`"`), operations.CodeInvalidInput, "/metadata")
	}
	for _, bad := range []struct{ more, pointer string }{
		{`,"commentVisibility":"secret"`, "/commentVisibility"}, {`,"commentType":" "`, "/commentType"}, {`,"attachmentUrls":["ftp://x/y"]`, "/attachmentUrls/0"},
		{`,"attachmentUrls":["https://user:pass@example.com/y"]`, "/attachmentUrls/0"}, {`,"parentCommentId":"` + nobody + `"`, "/parentCommentId"},
	} {
		h.refused(t, "create_comment", create(bad.more), operations.CodeInvalidInput, bad.pointer)
	}
	h.refused(t, "create_comment", `{"content":" \n","entityType":"ticket","entityId":"`+nobody+`"}`, operations.CodeInvalidInput, "/content")
	h.refused(t, "create_comment", `{"content":"x","entityType":"account","entityId":"`+nobody+`"}`, operations.CodeInvalidInput, "/entityType")
}

func TestReactions(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	const comment = `"commentId":"01JD0000000000000000CMNT02"`
	react := func(h *hub, operation, name string, want bool) {
		t.Helper()
		if got := h.want(t, operation, `{`+comment+`,"reactionName":"`+name+`"}`); got.Get("success").Bool() != want {
			t.Errorf("%s %s: %s", operation, name, got.Raw)
		}
	}
	react(h, "remove_reaction", "heart", false)
	react(h, "add_reaction", "heart", true)
	react(h, "add_reaction", ":HEART:", true)
	react(h.by("key_2"), "add_reaction", "❤️", true)
	react(h, "add_reaction", "tada", true)
	got := h.want(t, "get_comment", `{`+comment+`}`).Get("metadata.reactions").Raw
	if got != `[{"name":"heart","unicode":"❤️","count":2},{"name":"tada","unicode":"🎉","count":1}]` {
		t.Errorf("reactions %s", got)
	}
	react(h, "remove_reaction", "heart", true)
	react(h, "remove_reaction", "heart", false)
	if got := h.want(t, "get_comment", `{`+comment+`}`).Get("metadata.reactions.0.count").Int(); got != 1 {
		t.Errorf("%d hearts are left, want the other caller's", got)
	}
	h.refused(t, "add_reaction", `{`+comment+`,"reactionName":"no such thing"}`, operations.CodeInvalidInput, "/reactionName")
	for _, emoji := range h.want(t, "get_emojis", `{}`).Get("emojis").Array() {
		react(h, "add_reaction", emoji.Get("shortcode").String(), true)
		if emoji.Get("unicode").String() == "" || emoji.Get("keywords.#").Int() == 0 {
			t.Errorf("emoji %s", emoji.Raw)
		}
	}
}

// TestThreads: an answer takes the thread of what it answers, stays when that is deleted, and is counted.
func TestThreads(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	about := `"entityType":"ticket","entityId":"` + h.create(t, "A") + `"`
	parent := h.want(t, "create_comment", `{"content":"q","threadName":"left",`+about+`}`).Get("id").String()
	answer := h.want(t, "create_comment", `{"content":"a","parentCommentId":"`+parent+`",`+about+`}`)
	if answer.Get("threadName").String() != "left" || answer.Get("parentCommentId").String() != parent {
		t.Errorf("answer %s", answer.Raw)
	}
	if n := h.want(t, "get_comment", `{"commentId":"`+parent+`"}`).Get("metadata.replies").Int(); n != 1 {
		t.Errorf("%d replies, want 1", n)
	}
	for filter, want := range map[string]int64{`"threadName":"left"`: 2, `"threadName":"right"`: 0, `"parentCommentId":"` + parent + `"`: 1} {
		if got := h.want(t, "get_comments", `{`+about+`,`+filter+`}`); got.Get("comments.#").Int() != want {
			t.Errorf("%s: %s", filter, got.Raw)
		}
	}
	h.want(t, "delete_comment", `{"commentId":"`+parent+`"}`)
	if got := h.want(t, "get_comments", `{`+about+`}`); got.Get("total").Int() != 1 || got.Get("comments.0.parentCommentId").String() != parent {
		t.Errorf("after deleting: %s", got.Raw)
	}
	h.refused(t, "delete_comment", `{"commentId":"`+parent+`"}`, operations.CodeNotFound, "there is no comment")
	h.refused(t, "update_comment", `{"commentId":"`+answer.Get("id").String()+`"}`, operations.CodeInvalidInput, "must say what to change")
}
