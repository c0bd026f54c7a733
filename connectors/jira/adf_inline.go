package jira

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extensions "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// inlines draws what stands in a block, each text with the marks it is in.
func (d drawer) inlines(parent ast.Node, marks []mark) []*node {
	var content []*node
	for child := parent.FirstChild(); child != nil; child = child.NextSibling() {
		switch n := child.(type) {
		case *ast.Text:
			content = appendText(content, string(util.UnescapePunctuations(n.Value(d.source))), marks)
			if n.SoftLineBreak() || n.HardLineBreak() {
				content = append(content, &node{Type: "hardBreak"})
			}
		case *ast.String:
			content = append(content, &node{Type: "mention", Attrs: map[string]any{"id": string(n.Value)}})
		case *ast.CodeSpan:
			content = appendText(content, d.code(n), onCode(marks))
		case *ast.Emphasis:
			content = append(content, d.inlines(n, with(marks, mark{Type: emphasis(n.Level)}))...)
		case *extensions.Strikethrough:
			content = append(content, d.inlines(n, with(marks, mark{Type: markStrike}))...)
		case *ast.Link:
			content = append(content, d.link(n, n.Destination, marks)...)
		case *ast.Image:
			content = append(content, d.link(n, n.Destination, marks)...)
		case *ast.AutoLink:
			content = appendText(content, string(n.Label(d.source)), linked(marks, autoLink(n, d.source)))
		default:
			content = append(content, d.inlines(n, marks)...)
		}
	}
	return merged(content)
}

func emphasis(level int) string {
	if level > 1 {
		return markStrong
	}
	return markEm
}

func (d drawer) code(span *ast.CodeSpan) string {
	var code strings.Builder
	for child := span.FirstChild(); child != nil; child = child.NextSibling() {
		if t, ok := child.(*ast.Text); ok {
			code.Write(bytes.ReplaceAll(t.Value(d.source), []byte("\n"), []byte(" ")))
		}
	}
	return code.String()
}

// link draws a link, or an image as one. An address that is not of the web is shown, not linked.
func (d drawer) link(n ast.Node, destination []byte, marks []mark) []*node {
	href := string(util.UnescapePunctuations(destination))
	inner := linked(marks, href)
	content := d.inlines(n, inner)
	switch isLinked := len(inner) > len(marks) || hasMark(marks, markLink); {
	case len(content) == 0 && href != "":
		return appendText(nil, href, inner)
	case !isLinked && href != "":
		return appendText(content, " ("+href+")", marks)
	}
	return content
}

func autoLink(n *ast.AutoLink, source []byte) string {
	href := string(n.URL(source))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(href, "mailto:") {
		href = "mailto:" + href
	}
	return href
}

// linked adds a link to marks, if it leads to where a link may lead.
func linked(marks []mark, href string) []mark {
	u, err := url.Parse(href)
	if err != nil || !slices.Contains([]string{"http", "https", "mailto", "ftp", "tel"}, u.Scheme) {
		return marks
	}
	return with(marks, mark{Type: markLink, Attrs: map[string]any{"href": href}})
}

// with adds a mark, unless one of its kind is there: no text has two.
func with(marks []mark, m mark) []mark {
	if hasMark(marks, m.Type) {
		return marks
	}
	added := append(slices.Clone(marks), m)
	slices.SortStableFunc(added, func(a, b mark) int { return rank(a) - rank(b) })
	return added
}

// rank puts marks into one order, so that equal ones look equal.
func rank(m mark) int {
	return slices.Index([]string{markLink, markStrong, markEm, markStrike}, m.Type)
}

func hasMark(marks []mark, kind string) bool {
	return slices.ContainsFunc(marks, func(m mark) bool { return m.Type == kind })
}

// onCode is code's marks: beside it only a link may stand.
func onCode(marks []mark) []mark {
	kept := slices.DeleteFunc(slices.Clone(marks), func(m mark) bool { return m.Type != markLink })
	return append(kept, mark{Type: markCode})
}

func appendText(content []*node, written string, marks []mark) []*node {
	if written == "" {
		return content
	}
	return append(content, &node{Type: "text", Text: written, Marks: marks})
}

// merged joins texts of equal marks that stand side by side.
func merged(content []*node) []*node {
	var joined []*node
	for _, n := range content {
		last := len(joined) - 1
		if last >= 0 && n.Type == "text" && joined[last].Type == "text" && slices.EqualFunc(n.Marks, joined[last].Marks, sameMark) {
			joined[last].Text += n.Text
			continue
		}
		joined = append(joined, n)
	}
	return joined
}

func sameMark(a, b mark) bool { return a.Type == b.Type && a.Attrs["href"] == b.Attrs["href"] }
