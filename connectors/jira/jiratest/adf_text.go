package jiratest

import (
	"encoding/json"
	"html"
	"strings"
)

// document makes a document of plain text: a paragraph for each part between blank lines. plainText gives it back.
func document(plain string) record {
	content := []any{}
	for part := range strings.SplitSeq(plain, "\n\n") {
		inline := []any{}
		for at, line := range strings.Split(part, "\n") {
			if at > 0 {
				inline = append(inline, record{"type": "hardBreak"})
			}
			if line != "" {
				inline = append(inline, record{"type": "text", "text": line})
			}
		}
		content = append(content, record{"type": "paragraph", "content": inline})
	}
	return record{"type": "doc", "version": json.Number("1"), "content": content}
}

// plainText is a document without its form.
func plainText(of record) string {
	var b strings.Builder
	writePlain(&b, of, "")
	return b.String()
}

func writePlain(b *strings.Builder, of record, bullet string) {
	children, _ := of["content"].([]any)
	for at, child := range children {
		n, _ := child.(record)
		kind := text(n, "type")
		if isBlock(kind) && at > 0 {
			b.WriteString(gap(kind))
		}
		attrs, _ := n["attrs"].(record)
		switch kind {
		case "text":
			b.WriteString(text(n, "text"))
		case "hardBreak":
			b.WriteString("\n")
		case "rule":
			b.WriteString("----")
		case "mention", "status", "placeholder":
			b.WriteString(text(attrs, "text"))
		case "emoji":
			b.WriteString(text(attrs, "shortName"))
		case "inlineCard", "blockCard", "embedCard":
			b.WriteString(text(attrs, "url"))
		case "date":
			b.WriteString(text(attrs, "timestamp"))
		case "bulletList", "taskList", "decisionList":
			writePlain(b, n, "* ")
		case "orderedList":
			writePlain(b, n, "# ")
		case "listItem", "taskItem", "decisionItem":
			b.WriteString(bullet)
			writePlain(b, n, bullet)
		default:
			writePlain(b, n, bullet)
		}
	}
}

// gap is what stands before a block that is not the first.
func gap(kind string) string {
	switch kind {
	case "listItem", "taskItem", "decisionItem", "tableRow":
		return "\n"
	case "tableCell", "tableHeader":
		return " | "
	}
	return "\n\n"
}

func isBlock(kind string) bool {
	switch kind {
	case "text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard", "mediaInline", "inlineExtension", "placeholder":
		return false
	}
	return true
}

// htmlOf is a document as a page shows it.
func htmlOf(of record) string {
	var b strings.Builder
	writeHTML(&b, of)
	return b.String()
}

func writeHTML(b *strings.Builder, of record) {
	children, _ := of["content"].([]any)
	for _, child := range children {
		n, _ := child.(record)
		switch kind := text(n, "type"); kind {
		case "text":
			b.WriteString(html.EscapeString(text(n, "text")))
		case "hardBreak":
			b.WriteString("<br/>")
		case "rule":
			b.WriteString("<hr/>")
		default:
			tag, known := htmlTags[kind]
			if !known {
				var plain strings.Builder
				writePlain(&plain, record{"content": []any{n}}, "")
				b.WriteString(html.EscapeString(plain.String()))
				continue
			}
			b.WriteString("<" + tag + ">")
			writeHTML(b, n)
			b.WriteString("</" + tag + ">")
		}
	}
}

// htmlTags are read only.
var htmlTags = map[string]string{
	"paragraph": "p", "heading": "h2", "bulletList": "ul", "orderedList": "ol", "listItem": "li", "codeBlock": "pre",
	"blockquote": "blockquote", "panel": "div", "table": "table", "tableRow": "tr", "tableCell": "td", "tableHeader": "th",
}
