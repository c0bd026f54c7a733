package openapi

import (
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"regexp/syntax"
	"strings"
	"time"
	"unicode/utf8"
)

// formats are texts that fit the formats which a validator checks.
func formatSample(format string) string {
	switch format {
	case "date-time":
		return "2024-01-31T12:00:00Z"
	case "date":
		return "2024-01-31"
	case "time":
		return "12:00:00Z"
	case "duration":
		return "P1D"
	case "email", "idn-email":
		return "alice@example.com"
	case "uuid":
		return "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
	case "uri", "url", "iri":
		return "https://example.com/"
	case "uri-reference", "iri-reference", "json-pointer":
		return "/example"
	case "hostname", "idn-hostname":
		return "example.com"
	case "ipv4":
		return "192.0.2.1"
	case "ipv6":
		return "2001:db8::1"
	case "byte":
		return "aGVsbG8="
	default:
		return ""
	}
}

// fitsFormat checks the formats that examples get wrong most often.
func fitsFormat(format, text string) bool {
	var err error
	switch format {
	case "date-time":
		_, err = time.Parse(time.RFC3339, text)
	case "date":
		_, err = time.Parse(time.DateOnly, text)
	case "email":
		_, err = mail.ParseAddress(text)
	case "uuid":
		return regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`).MatchString(text)
	case "uri":
		u, err := url.Parse(text)
		return err == nil && u.Scheme != "" && !strings.ContainsAny(text, " {}<>\\^`|\"")
	case "ipv4", "ipv6":
		_, err = netip.ParseAddr(text)
	case "time", "duration", "hostname", "uri-reference", "regex", "json-pointer", "uri-template":
		return text == formatSample(format)
	}
	return err == nil
}

func makeText(s *shape) string {
	text := formatSample(str(s.keyword("format")))
	if pattern := s.keyword("pattern"); pattern != nil && text == "" && len(pattern.Value) <= 1000 {
		if parsed, err := syntax.Parse(pattern.Value, syntax.Perl); err == nil {
			text = matching(parsed, 0)
			text = text[:min(len(text), 200)]
		}
	}
	if text == "" {
		text = "text"
	}
	least, most := count(s, "minLength"), count(s, "maxLength")
	for utf8.RuneCountInString(text) < min(least, 1000) {
		text += text[:min(len(text), least-len(text))]
	}
	if most > 0 && utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most])
	}
	return text
}

// matching makes a text that a regular expression matches: the shortest way through it.
func matching(re *syntax.Regexp, depth int) string {
	const deepest = 50
	if depth > deepest {
		return ""
	}
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			for _, want := range "a1A" {
				if re.Rune[i] <= want && want <= re.Rune[i+1] {
					return string(want)
				}
			}
		}
		if len(re.Rune) > 0 {
			return string(re.Rune[0])
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "a"
	case syntax.OpCapture, syntax.OpPlus, syntax.OpAlternate:
		return matching(re.Sub[0], depth+1)
	case syntax.OpRepeat:
		return strings.Repeat(matching(re.Sub[0], depth+1), max(re.Min, 0))
	case syntax.OpConcat:
		var b strings.Builder
		for _, sub := range re.Sub {
			b.WriteString(matching(sub, depth+1))
		}
		return b.String()
	}
	return ""
}
