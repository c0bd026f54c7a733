package jira

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// mention is a person in a text, as Jira's own markup writes it.
var mention = regexp.MustCompile(`^\[~accountid:([A-Za-z0-9:_-]{1,128})\]`)

// mentionParser reads mentions. One becomes an ast.String of the account's id, which nothing else makes.
type mentionParser struct{}

// Trigger is where a mention begins.
func (mentionParser) Trigger() []byte { return []byte{'['} }

// Parse reads one mention.
func (mentionParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	found := mention.FindSubmatch(line)
	if found == nil {
		return nil
	}
	block.Advance(len(found[0]))
	return ast.NewString(found[1])
}

// maxMarkers is how many containers a line may open: quotes and lists within one another.
const maxMarkers = 4 * maxNesting

// tame takes out of a text what makes reading it slow: characters that are none, and lines that open containers
// without end.
func tame(markdown string) string {
	markdown = strings.ToValidUTF8(strings.ReplaceAll(markdown, "\x00", ""), "\uFFFD")
	lines := strings.SplitAfter(markdown, "\n")
	for i, line := range lines {
		if at := overfull(line); at > 0 {
			lines[i] = line[:at] + `\` + line[at:]
		}
	}
	return strings.Join(lines, "")
}

// overfull is where a line has opened enough containers; 0 if it does not.
func overfull(line string) int {
	opened := 0
	for i := range len(line) - 1 {
		c := line[i]
		spaced := line[i+1] == ' ' || line[i+1] == '\t'
		switch {
		case c == '>', spaced && strings.IndexByte("-+*.)", c) >= 0:
			if opened++; opened > maxMarkers {
				return i
			}
		case strings.IndexByte(" \t-+*.)0123456789", c) < 0:
			return 0
		}
	}
	return 0
}
