package jira

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// maxDrawn bounds how deep a document is read; what lies deeper is left out.
const maxDrawn = 50

// plain gives what Jira holds as a text: a document as Markdown, which document reads back, and a text as it is.
// Anything else is empty.
func plain(held json.RawMessage) string {
	var written string
	if json.Unmarshal(held, &written) == nil {
		return written
	}
	var d node
	if json.Unmarshal(held, &d) != nil {
		return ""
	}
	return strings.TrimRight(blocksText(d.Content, 0), "\n ")
}

// blocksText writes blocks, with an empty line between two. A list follows its item's text at once.
func blocksText(blocks []*node, depth int) string {
	if depth > maxDrawn {
		return ""
	}
	var b strings.Builder
	for i, block := range blocks {
		if block == nil {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(gap(blocks[i-1], block, depth))
		}
		b.WriteString(blockText(block, depth))
	}
	return b.String()
}

func gap(before, after *node, depth int) string {
	if before != nil && before.Type == "paragraph" && isList(after) && depth > 0 {
		return "\n"
	}
	return "\n\n"
}

func isList(n *node) bool { return n.Type == "bulletList" || n.Type == "orderedList" }

func blockText(n *node, depth int) string {
	switch n.Type {
	case "paragraph", "caption", "decisionItem":
		return atLineStarts(inlineText(n.Content, depth))
	case "heading":
		level := min(max(int(number(n.Attrs["level"], 1)), 1), 6)
		return strings.Repeat("#", level) + " " + strings.ReplaceAll(inlineText(n.Content, depth), "\n", " ")
	case "bulletList", "orderedList", "taskList", "decisionList":
		return listText(n, depth)
	case "blockquote", "panel":
		return prefixed(blocksText(n.Content, depth+1), "> ", "> ")
	case "expand", "nestedExpand":
		return strings.TrimSpace(attr(n, "title") + "\n\n" + blocksText(n.Content, depth+1))
	case "codeBlock":
		return fenced(n)
	case "rule":
		return "---"
	case "table":
		return tableText(n, depth)
	}
	if drawn, ok := inlineNode(n); ok {
		return drawn
	}
	return blocksText(n.Content, depth+1)
}

func listText(list *node, depth int) string {
	var items []string
	at := int(number(list.Attrs["order"], 1))
	for _, item := range list.Content {
		if item == nil {
			continue
		}
		marker := "- "
		switch {
		case list.Type == "orderedList":
			marker = fmt.Sprintf("%d. ", max(at, 0))
			at++
		case item.Type == "taskItem" && attr(item, "state") == "DONE":
			marker = "- [x] "
		case item.Type == "taskItem":
			marker = "- [ ] "
		}
		content := ""
		if item.Type == "taskItem" || item.Type == "decisionItem" {
			content = inlineText(item.Content, depth)
		} else {
			content = blocksText(item.Content, depth+1)
		}
		items = append(items, prefixed(content, marker, strings.Repeat(" ", min(len(marker), 4))))
	}
	return strings.Join(items, "\n")
}

// prefixed puts something before the first line and something before all others. Empty lines stay empty.
func prefixed(block, first, others string) string {
	lines := strings.Split(block, "\n")
	for i, line := range lines {
		switch {
		case i == 0:
			lines[i] = strings.TrimRight(first+line, " ")
		case line == "":
			lines[i] = strings.TrimRight(others, " ")
		default:
			lines[i] = others + line
		}
	}
	return strings.Join(lines, "\n")
}

// fenced writes code between fences longer than any in it.
func fenced(n *node) string {
	var code strings.Builder
	for _, child := range n.Content {
		if child != nil {
			code.WriteString(child.Text)
		}
	}
	fence := fenceFor(code.String(), 3)
	written := code.String()
	if written != "" {
		written += "\n"
	}
	return fence + attr(n, "language") + "\n" + written + fence
}

func tableText(table *node, depth int) string {
	var rows []string
	for i, row := range table.Content {
		if row == nil {
			continue
		}
		var cells []string
		for _, cell := range row.Content {
			if cell != nil {
				cells = append(cells, strings.Join(strings.Fields(blocksText(cell.Content, depth+1)), " "))
			}
		}
		rows = append(rows, "| "+strings.Join(cells, " | ")+" |")
		if i == 0 {
			rows = append(rows, "|"+strings.Repeat(" --- |", len(cells)))
		}
	}
	return strings.Join(rows, "\n")
}

// inlineNode writes a node that stands in a line and is no text.
func inlineNode(n *node) (string, bool) {
	switch n.Type {
	case "hardBreak":
		return "\n", true
	case "mention":
		return "[~accountid:" + attr(n, "id") + "]", true
	case "emoji":
		return cmp.Or(attr(n, "text"), attr(n, "shortName")), true
	case "inlineCard", "blockCard", "embedCard":
		return attr(n, "url"), true
	case "status":
		return attr(n, "text"), true
	case "date":
		return day(attr(n, "timestamp")), true
	case "media", "mediaInline":
		return "[" + cmp.Or(attr(n, "alt"), attr(n, "url"), "attachment "+attr(n, "id")) + "]", true
	default:
		return "", false
	}
}

// day is a point in time, in milliseconds since 1970, as a date.
func day(milliseconds string) string {
	var ms int64
	if json.Unmarshal([]byte(milliseconds), &ms) != nil {
		return milliseconds
	}
	return time.UnixMilli(ms).UTC().Format(time.DateOnly)
}

// attr is an attribute as text; empty if it is not there.
func attr(n *node, name string) string {
	switch value := n.Attrs[name].(type) {
	case string:
		return value
	case float64:
		return fmt.Sprintf("%.0f", value)
	default:
		return ""
	}
}

func number(value any, otherwise float64) float64 {
	switch n := value.(type) {
	case float64:
		return n
	case int:
		return float64(n)
	default:
		return otherwise
	}
}
