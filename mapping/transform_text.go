package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/net/html"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

const maxAddress = 320 // bytes of an email address, with room for a name before it
const maxPhone = 100   // bytes

func (a *arguments) textTransform(name string) func(value) (value, string) {
	switch name {
	case "trim":
		return onText(plainly(strings.TrimSpace))
	case "lower":
		return onText(plainly(strings.ToLower))
	case "upper":
		return onText(plainly(strings.ToUpper))
	case "title":
		return onText(plainly(func(s string) string { return cases.Title(language.Und).String(s) }))
	case "text":
		return onText(plainly(func(s string) string { return s }))
	case "hash":
		return onText(plainly(func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) }))
	case "html_to_text":
		return onText(plainly(htmlToText))
	case "truncate":
		length, ellipsis := max(a.integer("length", 0), 0), a.text("ellipsis", "")
		return onText(plainly(func(s string) string { return truncate(s, length, ellipsis) }))
	case "replace":
		return onText(a.replace())
	case "split":
		return onText(a.split())
	case "email":
		return onText(email)
	case "phone":
		return onText(a.phone())
	}
	return nil
}

// plainly is a transform that never fails.
func plainly(do func(string) string) func(string) (value, string) {
	return func(s string) (value, string) { return madeText(do(s)), "" }
}

func truncate(s string, length int, ellipsis string) string {
	if len(s) <= length || characters(s) <= length {
		return s
	}
	keep := length - characters(ellipsis)
	if keep < 0 {
		keep, ellipsis = length, ""
	}
	return s[:byteOf(s, keep)] + ellipsis
}

// byteOf is the place in bytes of the nth character.
func byteOf(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

func (a *arguments) replace() func(string) (value, string) {
	before, after := a.text("old", ""), a.text("new", "")
	if before == "" {
		a.fault("replace needs a text to look for in old")
	}
	return func(s string) (value, string) {
		n := strings.Count(s, before)
		if len(s)+n*(len(after)-len(before)) > MaxOutputBytes {
			return value{}, fmt.Sprintf("becomes longer than %d bytes", MaxOutputBytes)
		}
		return madeText(strings.ReplaceAll(s, before, after)), ""
	}
}

func (a *arguments) split() func(string) (value, string) {
	separator := a.text("separator", "")
	if separator == "" {
		a.fault("split needs a separator")
	}
	return func(s string) (value, string) {
		items := []value{}
		for piece := range strings.SplitSeq(s, separator) {
			if piece = strings.TrimSpace(piece); piece != "" {
				items = append(items, madeText(piece))
			}
			if len(items) > MaxItems {
				return value{}, fmt.Sprintf("has more than %d pieces", MaxItems)
			}
		}
		return madeList(items), ""
	}
}

func email(s string) (value, string) {
	s = strings.TrimSpace(s)
	if len(s) > len("mailto:") && strings.EqualFold(s[:len("mailto:")], "mailto:") {
		s, _, _ = strings.Cut(s[len("mailto:"):], "?")
	}
	address, err := mail.ParseAddress(s)
	if err != nil || len(s) > maxAddress {
		return value{}, "is not an email address"
	}
	return madeText(strings.ToLower(address.Address)), ""
}

func (a *arguments) phone() func(string) (value, string) {
	region := strings.ToUpper(a.text("region", ""))
	if region != "" && !phonenumbers.GetSupportedRegions()[region] {
		a.fault("there is no region " + quoteShort(region) + "; give a country as DK")
	}
	return func(s string) (value, string) {
		if len(s) > maxPhone {
			return value{}, "is too long for a phone number"
		}
		parsed, err := phonenumbers.Parse(s, region)
		switch {
		case err == phonenumbers.ErrInvalidCountryCode && region == "":
			return value{}, "has no country code; give the region of such numbers to phone"
		case err != nil || !phonenumbers.IsPossibleNumber(parsed):
			return value{}, "is not a phone number"
		}
		return madeText(phonenumbers.Format(parsed, phonenumbers.E164)), ""
	}
}

// htmlToText takes the text out of HTML: what is shown, with line breaks where blocks begin and end.
func htmlToText(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	breaks := strings.NewReplacer("\n", " ", "\r", " ") // those of the markup are not shown
	tokens := html.NewTokenizer(strings.NewReader(s))
	hidden := 0
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			return tidyLines(b.String())
		}
		name, _ := tokens.TagName()
		tag := string(name)
		switch {
		case kind == html.TextToken && hidden == 0:
			b.WriteString(breaks.Replace(string(tokens.Text())))
		case slices.Contains([]string{"script", "style", "head", "template", "title"}, tag):
			switch kind {
			case html.StartTagToken:
				hidden++
			case html.EndTagToken:
				hidden = max(hidden-1, 0)
			}
		case tag == "br":
			b.WriteByte('\n')
		case tag == "li" && kind == html.StartTagToken:
			b.WriteString("\n- ")
		case tag != "" && isBlock(tag):
			b.WriteByte('\n')
		}
	}
}

func isBlock(tag string) bool {
	return slices.Contains([]string{
		"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "tr", "blockquote", "pre", "section", "article", "header", "footer", "hr",
	}, tag)
}

// tidyLines joins spaces, and leaves at most one empty line in a row.
func tidyLines(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		line = strings.Join(strings.Fields(line), " ")
		if line != "" || len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, line)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
