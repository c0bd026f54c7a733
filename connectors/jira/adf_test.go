package jira

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// doc is a document of these blocks, as JSON.
func doc(blocks ...string) string {
	return `{"type":"doc","version":1,"content":[` + strings.Join(blocks, ",") + `]}`
}

// p is a paragraph.
func p(inlines ...string) string {
	if len(inlines) == 0 {
		return `{"type":"paragraph"}`
	}
	return `{"type":"paragraph","content":[` + strings.Join(inlines, ",") + `]}`
}

// txt is a text with marks.
func txt(text string, marks ...string) string {
	quoted, _ := json.Marshal(text) // a string can be encoded
	if len(marks) == 0 {
		return `{"type":"text","text":` + string(quoted) + `}`
	}
	return `{"type":"text","marks":[` + strings.Join(marks, ",") + `],"text":` + string(quoted) + `}`
}

// block is any other block.
func block(kind, attrs string, content ...string) string {
	if attrs != "" {
		attrs = `,"attrs":` + attrs
	}
	if len(content) == 0 {
		return `{"type":"` + kind + `"` + attrs + `}`
	}
	return `{"type":"` + kind + `"` + attrs + `,"content":[` + strings.Join(content, ",") + `]}`
}

func href(address string) string { return `{"type":"link","attrs":{"href":"` + address + `"}}` }

const (
	strong = `{"type":"strong"}`
	em     = `{"type":"em"}`
	strike = `{"type":"strike"}`
	code   = `{"type":"code"}`
	br     = `{"type":"hardBreak"}`
)

func normal(t testing.TB, document any) any {
	t.Helper()
	encoded, isText := document.(string)
	if !isText {
		data, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		encoded = string(data)
	}
	var decoded any
	if err := json.Unmarshal([]byte(encoded), &decoded); err != nil {
		t.Fatalf("%v in %s", err, encoded)
	}
	return decoded
}

// TestDocument holds what texts become, and that they come back: as they were, or as back says.
func TestDocument(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want, back string }{
		{"nothing", "", doc(p()), ""},
		{"spaces", " \n \n", doc(p()), ""},
		{"one line", "Printer is jammed", doc(p(txt("Printer is jammed"))), ""},
		{"line breaks stay", "one\ntwo\n\nthree", doc(p(txt("one"), br, txt("two")), p(txt("three"))), ""},
		{"marks", "a **b** *c* ~~d~~ `e` f", doc(p(
			txt("a "), txt("b", strong), txt(" "), txt("c", em), txt(" "), txt("d", strike), txt(" "), txt("e", code), txt(" f"),
		)), ""},
		{"marks in marks", "**a *b* c**", doc(p(txt("a ", strong), txt("b", strong, em), txt(" c", strong))), ""},
		{"bold in italics, in one order", "*a **b***", doc(p(txt("a ", em), txt("b", strong, em))), ""},
		{"code takes no other mark", "**a `b`**", doc(p(txt("a ", strong), txt("b", code))), "**a** `b`"},
		{"link", "see [the *list*](https://a.example/x?y=1) now", doc(p(
			txt("see "), txt("the ", href("https://a.example/x?y=1")), txt("list", href("https://a.example/x?y=1"), em), txt(" now"),
		)), ""},
		{"bare addresses", "https://a.example/b, me@a.example (www.a.example)", doc(p(
			txt("https://a.example/b", href("https://a.example/b")), txt(", "),
			txt("me@a.example", href("mailto:me@a.example")), txt(" ("),
			txt("www.a.example", href("http://www.a.example")), txt(")"),
		)), ""},
		{"a link that leads nowhere good", "[x](javascript:alert)", doc(p(txt("x (javascript:alert)"))), "x (javascript:alert)"},
		{"picture", "![plan](https://a.example/p.png)", doc(p(txt("plan", href("https://a.example/p.png")))), "[plan](https://a.example/p.png)"},
		{"mention", "ask [~accountid:557058:ab-c] please", doc(p(
			txt("ask "), `{"type":"mention","attrs":{"id":"557058:ab-c"}}`, txt(" please"),
		)), ""},
		{"heading", "## Steps\n\ngo", doc(block("heading", `{"level":2}`, txt("Steps")), p(txt("go"))), ""},
		{"lists", "- a\n- b\n  1. c\n  2. d\n\n  e", doc(block("bulletList", "",
			block("listItem", "", p(txt("a"))),
			block("listItem", "", p(txt("b")),
				block("orderedList", `{"order":1}`, block("listItem", "", p(txt("c"))), block("listItem", "", p(txt("d")))), p(txt("e"))),
		)), ""},
		{"a list that begins at 3", "3. a\n4. b", doc(block("orderedList", `{"order":3}`, block("listItem", "", p(txt("a"))), block("listItem", "", p(txt("b"))))), ""},
		{"an item begins with a text", "- - a", doc(block("bulletList", "", block("listItem", "", p(),
			block("bulletList", "", block("listItem", "", p(txt("a"))))))), ""},
		{"code block", "```go\nx := `1`\n\n- y\n```", doc(block("codeBlock", `{"language":"go"}`, txt("x := `1`\n\n- y"))), ""},
		{"code block with fences in it", "````\n```\n````", doc(block("codeBlock", "", txt("```"))), ""},
		{"empty code block", "```\n```", doc(block("codeBlock", "")), ""},
		{"quote", "> a\n> - b", doc(block("blockquote", "", p(txt("a")), block("bulletList", "", block("listItem", "", p(txt("b")))))), ""},
		{"a quote takes no heading and no quote", "> # a\n> > b", doc(block("blockquote", "", p(txt("a", strong)), p(txt("b")))), "> **a**\n>\n> b"},
		{"an item takes no rule", "- b\n\n  ***\n- > a", doc(block("bulletList", "", block("listItem", "", p(txt("b")), p(txt("---"))), block("listItem", "", p(txt("a"))))), "- b\n\n  \\---\n- a"},
		{"rule", "a\n\n---\n\nb", doc(p(txt("a")), block("rule", ""), p(txt("b"))), ""},
		{"underlining is no heading", "a\n---", doc(p(txt("a")), block("rule", "")), "a\n\n---"},
		{"HTML is text", "<b>x</b> & <!-- y -->", doc(p(txt("<b>x</b> & <!-- y -->"))), ""},
		{"definitions are text", "[a]: b", doc(p(txt("[a]: b"))), ""},
		{"code by indenting", "    a\n\n      b", doc(block("codeBlock", "", txt("a\n\n  b"))), "```\na\n\n  b\n```"},
		{"escapes", `\*a\* \[b\](c) 1\. \\ x`, doc(p(txt(`*a* [b](c) 1. \ x`))), `\*a\* \[b\](c) 1. \\ x`},
		{"what begins no block", "1\\. a\n\\# b\n\\- c\n\\> d\n\\---", doc(p(txt("1. a"), br, txt("# b"), br, txt("- c"), br, txt("> d"), br, txt("---"))), ""},
		{"words with marks in them", "snake_case_name 2*3 a~b [x] <y>", doc(p(txt("snake_case_name 2*3 a~b [x] <y>"))), ""},
		{"no character", "a\x00b\xff", doc(p(txt("ab\uFFFD"))), "ab\uFFFD"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := document(c.text)
			if diff := cmp.Diff(normal(t, c.want), normal(t, got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			encoded, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			back := plain(encoded)
			if want := c.back; want != back && (want != "" || strings.TrimSpace(c.text) != back) {
				t.Errorf("comes back as %q", back)
			}
			if diff := cmp.Diff(normal(t, got), normal(t, document(back))); diff != "" && c.name != "code takes no other mark" {
				t.Errorf("read again -first +second:\n%s", diff)
			}
		})
	}
}

// TestPlain holds what documents that people make in Jira read like.
func TestPlain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, held, want string }{
		{"text", `"h1. as it is"`, "h1. as it is"},
		{"null", `null`, ""},
		{"nothing", ``, ""},
		{"something else", `17`, ""},
		{"a broken document", `{"type":"doc","content":"x"}`, ""},
		{"nulls in it", `{"type":"doc","content":[null,{"type":"paragraph","content":[null]},{"type":"bulletList","content":[null]},{"type":"table","content":[null]}]}`, ""},
		{"panel", doc(block("panel", `{"panelType":"info"}`, p(txt("mind")))), "> mind"},
		{"expand", doc(block("expand", `{"title":"More"}`, p(txt("in it")))), "More\n\nin it"},
		{"table", doc(block("table", "", block("tableRow", "", block("tableHeader", "", p(txt("a"))), block("tableHeader", "", p(txt("b")))),
			block("tableRow", "", block("tableCell", "", p(txt("1"), br, txt("2"))), block("tableCell", "", p())))),
			"| a | b |\n| --- | --- |\n| 1 2 |  |"},
		{"tasks", doc(block("taskList", `{"localId":"1"}`, block("taskItem", `{"state":"DONE"}`, txt("a")), block("taskItem", `{"state":"TODO"}`, txt("b")))),
			"- [x] a\n- [ ] b"},
		{"decisions", doc(block("decisionList", "", block("decisionItem", "", txt("yes")))), "- yes"},
		{"inline nodes", doc(p(
			`{"type":"emoji","attrs":{"shortName":":smile:","text":"😄"}}`, txt(" "), `{"type":"emoji","attrs":{"shortName":":x:"}}`, txt(" "),
			`{"type":"inlineCard","attrs":{"url":"https://a.example"}}`, txt(" "), `{"type":"status","attrs":{"text":"LATE"}}`, txt(" "),
			`{"type":"date","attrs":{"timestamp":"1768867200000"}}`, txt(" "), `{"type":"date","attrs":{"timestamp":"x"}}`,
		)), "😄 :x: https://a.example LATE 2026-01-20 x"},
		{"files", doc(block("mediaSingle", "", block("media", `{"id":"7","type":"file"}`)), block("mediaSingle", "", block("media", `{"alt":"plan.png"}`))),
			"[attachment 7]\n\n[plan.png]"},
		{"marks that Markdown lacks", doc(p(txt("a", `{"type":"underline"}`), txt("b", `{"type":"textColor","attrs":{"color":"#ff0000"}}`))), "ab"},
		{"a block nobody knows", doc(block("novelty", "", p(txt("a")), p(txt("b")))), "a\n\nb"},
		{"an inline nobody knows", doc(p(block("novelty", "", txt("a")))), "a"},
		{"spaces at the edges of marks", doc(p(txt("a "), txt(" b ", strong), txt("c"))), "a  **b** c"},
		{"a level that is none", doc(block("heading", `{"level":99}`, txt("a"), br, txt("b"))), "###### a b"},
		{"an order that is none", doc(block("orderedList", `{"order":-7}`, block("listItem", "", p(txt("a"))))), "0. a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, plain(json.RawMessage(c.held))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// allowed is which nodes may stand in which, of those that are made here:
// https://unpkg.com/@atlaskit/adf-schema/dist/json-schema/v1/full.json.
func allowed() map[string][]string {
	inline := []string{"text", "hardBreak", "mention"}
	return map[string][]string{
		"doc":        {"paragraph", "heading", "bulletList", "orderedList", "codeBlock", "blockquote", "rule"},
		"blockquote": {"paragraph", "bulletList", "orderedList", "codeBlock"},
		"bulletList": {"listItem"}, "orderedList": {"listItem"},
		"listItem":  {"paragraph", "bulletList", "orderedList", "codeBlock"},
		"paragraph": inline, "heading": inline, "codeBlock": {"text"}, "rule": nil, "hardBreak": nil, "mention": nil, "text": nil,
	}
}

// checkNode says what Jira would refuse of a document that is made here.
func checkNode(t *testing.T, n *node, depth int) {
	t.Helper()
	if depth > 4*maxNesting {
		t.Fatalf("nests deeper than %d", depth)
	}
	mayHold := allowed()[n.Type]
	switch empty := len(n.Content) == 0; {
	case n.Type == "text" && n.Text == "":
		t.Error("an empty text")
	case n.Type == "listItem" && (empty || strings.HasSuffix(n.Content[0].Type, "List")):
		t.Error("an item that does not begin with a text")
	case empty && (n.Type == "blockquote" || strings.HasSuffix(n.Type, "List")):
		t.Errorf("an empty %s", n.Type)
	}
	if hasMark(n.Marks, markCode) && (hasMark(n.Marks, markStrong) || hasMark(n.Marks, markEm) || hasMark(n.Marks, markStrike)) {
		t.Error("code with another mark")
	}
	for _, child := range n.Content {
		found := false
		for _, kind := range mayHold {
			found = found || kind == child.Type
		}
		if !found {
			t.Errorf("a %s in a %s", child.Type, n.Type)
		}
		checkNode(t, child, depth+1)
	}
}

// FuzzDocument makes documents of any text: they are what Jira takes, and can be read back.
func FuzzDocument(f *testing.F) {
	for _, seed := range []string{
		"", "a\nb", "# a\n> - 1. b\n\n```x\ny", "**a *b `c` ~~d~~*** [e](f) <http://g> [~accountid:h]", "- > - > # x", "\\\\\\*", "* * *\n+ a\n\n\n1) b",
		strings.Repeat("> ", 40) + "a", strings.Repeat("- ", 40) + "a", "![](x)", "[](https://a)", "[[a](https://b)](https://c)", "&amp; &#0;", "\r\n\t- a\r",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4<<10 {
			return
		}
		made := document(text)
		checkNode(t, made, 0)
		encoded, err := json.Marshal(made)
		if err != nil {
			t.Fatal(err)
		}
		checkNode(t, document(plain(encoded)), 0)
	})
}

// FuzzPlain reads any JSON as a document.
func FuzzPlain(f *testing.F) {
	f.Add(doc(p(txt("a", strong), br), block("rule", "")))
	f.Add(doc(block("table", "", block("tableRow", "", block("tableCell", "", p(txt("x")))))))
	f.Add(`{"content":[{"type":"heading","attrs":{"level":1e300}},{"type":"orderedList","attrs":{"order":-1e300},"content":[{}]}]}`)
	f.Add(strings.Repeat(`{"type":"x","content":[`, 200) + strings.Repeat(`]}`, 200))
	f.Fuzz(func(t *testing.T, held string) {
		written := plain(json.RawMessage(held))
		if len(held) < 1<<16 && len(written) > 1<<20+64*len(held) {
			t.Errorf("%d bytes of %d", len(written), len(held))
		}
	})
}

// TestDocumentIsBounded holds that no text takes long or becomes much.
func TestDocumentIsBounded(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"- ", ">", "> ", "[", "*a", "`", "[a](", "1. ", "~a ", "![", "(http://", "a\n", "- a\n", " - a\n", "\\", "*a **b "} {
		made := document(strings.Repeat(piece, maxText/4/len(piece)))
		checkNode(t, made, 0)
		encoded, err := json.Marshal(made)
		if err != nil || len(encoded) > 64*maxText {
			t.Errorf("%q: %v, %d bytes", piece, err, len(encoded))
		}
	}
	for given, want := range map[int]int{maxText: maxText, maxText + 1: maxText} {
		if made := document(strings.Repeat("é", given)); len(made.Content[0].Content[0].Text) != want*len("é") {
			t.Errorf("of %d characters %d bytes are left", given, len(made.Content[0].Content[0].Text))
		}
	}
}

func BenchmarkDocument(b *testing.B) {
	text := strings.Repeat("# Steps\n\nOpen *the* [list](https://a.example) and:\n\n- press **OK**\n- wait\n\n```go\nx()\n```\n\n", 20)
	b.ReportAllocs()
	for b.Loop() {
		document(text)
	}
}
