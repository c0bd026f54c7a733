package platform

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
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
			markdown: goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithHardWraps())),
			policy:   policy,
		}
	})
}

func (r *renderer) html(markdown string) (string, error) {
	var b bytes.Buffer
	if err := r.markdown.Convert([]byte(markdown), &b); err != nil {
		return "", fmt.Errorf("rendering a comment: %w", err)
	}
	return string(bytes.TrimSpace(r.policy.SanitizeBytes(b.Bytes()))), nil
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
