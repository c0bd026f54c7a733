package jira

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Bounds of a document: how deep its lists nest (deeper ones join their outer item), and the characters of a text, which
// are as many as Jira stores.
const (
	maxNesting = 8
	maxText    = 32767
)

// node is a node of an Atlassian Document Format document:
// https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/.
type node struct {
	Type    string         `json:"type"`
	Version int            `json:"version,omitempty"` // 1, of the document itself
	Attrs   map[string]any `json:"attrs,omitempty"`
	Content []*node        `json:"content,omitempty"`
	Marks   []mark         `json:"marks,omitempty"`
	Text    string         `json:"text,omitempty"`
}

// mark is what a text is dressed with.
type mark struct {
	Type  string         `json:"type"`
	Attrs map[string]any `json:"attrs,omitempty"`
}

// Marks that Markdown has words for.
const (
	markLink   = "link"
	markStrong = "strong"
	markEm     = "em"
	markStrike = "strike"
	markCode   = "code"
)

// container is where a block stands: which blocks are allowed differs.
type container int

const (
	inDocument container = iota
	inQuote
	inItem
)

// document makes a document of a text in Markdown. A line break stays one; what Markdown does not know stays text, and
// so does HTML. [~accountid:…] mentions a person.
func document(markdown string) *node {
	if isLong(markdown) {
		markdown = string([]rune(markdown)[:maxText])
	}
	source := []byte(tame(markdown))
	d := drawer{source: source}
	content := d.blocks(markdownParser().Parse(text.NewReader(source)), inDocument, 0)
	if len(content) == 0 {
		content = []*node{{Type: "paragraph"}}
	}
	return &node{Type: "doc", Version: 1, Content: content}
}

// isLong tells whether a text has more characters than Jira stores.
func isLong(written string) bool {
	return len(written) > maxText && utf8.RuneCountInString(written) > maxText
}

// markdownParser reads what is likely meant: no HTML, no headings by underlining, no link definitions, all of which
// people write without meaning them.
func markdownParser() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewCodeBlockParser(), 500),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(mentionParser{}, 150),
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(parser.NewEmphasisParser(), 500),
			util.Prioritized(extension.NewStrikethroughParser(), 500),
			util.Prioritized(extension.NewLinkifyParser(), 999),
		),
	)
}

// drawer draws Markdown's tree as a document's.
type drawer struct{ source []byte }

func (d drawer) blocks(parent ast.Node, in container, depth int) []*node {
	var content []*node
	for child := parent.FirstChild(); child != nil; child = child.NextSibling() {
		content = append(content, d.block(child, in, depth)...)
	}
	return content
}

// block draws one block. Where it is not allowed, its content stands in its place.
func (d drawer) block(block ast.Node, in container, depth int) []*node {
	switch b := block.(type) {
	case *ast.Heading:
		if in != inDocument {
			return one("paragraph", d.inlines(b, []mark{{Type: markStrong}}))
		}
		heading := one("heading", d.inlines(b, nil))
		heading[0].Attrs = map[string]any{"level": b.Level}
		return heading
	case *ast.FencedCodeBlock:
		return d.codeBlock(b, string(b.Language(d.source)))
	case *ast.CodeBlock:
		return d.codeBlock(b, "")
	case *ast.ThematicBreak:
		if in != inDocument {
			return one("paragraph", []*node{{Type: "text", Text: "---"}})
		}
		return one("rule", nil)
	case *ast.Blockquote:
		content := d.blocks(b, max(in, inQuote), depth)
		if in != inDocument || len(content) == 0 {
			return content
		}
		return one("blockquote", content)
	case *ast.List:
		return d.list(b, in, depth)
	default:
		if content := d.inlines(block, nil); len(content) > 0 {
			return one("paragraph", content)
		}
		return nil
	}
}

func one(kind string, content []*node) []*node { return []*node{{Type: kind, Content: content}} }

func (d drawer) list(list *ast.List, in container, depth int) []*node {
	if depth >= maxNesting {
		var content []*node
		for item := list.FirstChild(); item != nil; item = item.NextSibling() {
			content = append(content, d.blocks(item, in, depth)...)
		}
		return content
	}
	drawn := &node{Type: "bulletList"}
	if list.IsOrdered() {
		drawn.Type, drawn.Attrs = "orderedList", map[string]any{"order": list.Start}
	}
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		content := d.blocks(item, inItem, depth+1)
		if len(content) == 0 || strings.HasSuffix(content[0].Type, "List") { // an item begins with a text
			content = slices.Insert(content, 0, &node{Type: "paragraph"})
		}
		drawn.Content = append(drawn.Content, &node{Type: "listItem", Content: content})
	}
	return []*node{drawn}
}

func (d drawer) codeBlock(block ast.Node, language string) []*node {
	var code bytes.Buffer
	for _, line := range block.Lines().Sliced(0, block.Lines().Len()) {
		code.Write(line.Value(d.source))
	}
	drawn := one("codeBlock", nil)
	if written := strings.TrimSuffix(code.String(), "\n"); written != "" {
		drawn[0].Content = []*node{{Type: "text", Text: written}}
	}
	if language != "" {
		drawn[0].Attrs = map[string]any{"language": language}
	}
	return drawn
}
