package platform

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	renderhtml "github.com/yuin/goldmark/renderer/html"
)

// renderer makes HTML of Markdown that is safe to put into a page, whoever wrote it. It is safe for concurrent use.
type renderer struct {
	markdown goldmark.Markdown
	policy   *bluemonday.Policy
}

// newRenderer makes a renderer once it is needed: GitHub's Markdown, line breaks kept, and only what a comment may have.
func newRenderer() func() *renderer {
	return sync.OnceValue(func() *renderer {
		policy := bluemonday.UGCPolicy()
		policy.RequireNoFollowOnLinks(true)
		policy.RequireNoReferrerOnLinks(true)
		return &renderer{
			markdown: goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(renderhtml.WithHardWraps())),
			policy:   policy,
		}
	})
}

// html renders a text. One that is made to take long is shown as it stands.
func (r *renderer) html(markdown string) (string, error) {
	if isCostly(markdown) {
		return plainHTML(markdown), nil
	}
	var b bytes.Buffer
	if err := r.markdown.Convert([]byte(markdown), &b); err != nil {
		return "", fmt.Errorf("rendering a comment: %w", err)
	}
	return string(bytes.TrimSpace(r.policy.SanitizeBytes(b.Bytes()))), nil
}

// Bounds of what is rendered. Emphasis and links take time with the square of their number, lists and quotes with that
// of their depth, and every row of a table is filled up to its widest.
const (
	maxDelimiters = 2000
	maxNesting    = 50
	maxCells      = 20_000
)

// container matches the markers of lists and quotes with which a line begins.
var container = regexp.MustCompile(`^(?:[ \t]*(?:[-+*>]|[0-9]{1,9}[.)]))+`)

func isCostly(markdown string) bool {
	delimiters, rows, columns := 0, 0, 0
	for line := range strings.Lines(markdown) {
		delimiters += strings.Count(line, "*") + strings.Count(line, "_") + strings.Count(line, "[") + strings.Count(line, "~")
		if strings.Count(line, ">") > maxNesting || len(container.FindString(line)) > 3*maxNesting {
			return true
		}
		rows++
		columns = max(columns, strings.Count(line, "|")+1)
	}
	return delimiters > maxDelimiters || columns > 1 && rows*columns > maxCells
}

// plainHTML shows a text as it stands.
func plainHTML(text string) string {
	return "<p>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<br>\n") + "</p>"
}

const maxMentions = 50

// mentionsOf finds whom a text mentions: each word after an "@" that stands alone, once.
func mentionsOf(text string) []string {
	mentions := []string{}
	for _, found := range mention.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(mentions, found[1]) && len(mentions) < maxMentions {
			mentions = append(mentions, found[1])
		}
	}
	return mentions
}

var mention = regexp.MustCompile(`(?:^|[\s(,;])@([\pL\pN](?:[\pL\pN._-]{0,62}[\pL\pN])?)`)
