package openapi

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// names gives out names of operations, each once.
type names struct {
	taken map[string]bool
	last  map[string]int // the last number that a name was given
}

func newNames() *names {
	return &names{taken: map[string]bool{"raw_http_request": true, "execute_link": true}, last: map[string]int{}}
}

// take gives the first candidate that is free, or the last one with a number. suffix ends the name.
func (n *names) take(suffix string, candidates ...string) string {
	last := ""
	for _, candidate := range candidates {
		if candidate == "" {
			continue
		}
		last = candidate
		name := shorten(last, maxName-len(suffix)) + suffix
		if suffix == "" && strings.HasSuffix(name, "_ddl") {
			continue
		}
		if !n.taken[name] {
			n.taken[name] = true
			return name
		}
	}
	for i := max(2, n.last[last+suffix]+1); ; i++ {
		n.last[last+suffix] = i
		number := "_" + strconv.Itoa(i)
		if name := shorten(last, maxName-len(suffix)-len(number)) + number + suffix; !n.taken[name] {
			n.taken[name] = true
			return name
		}
	}
}

// shorten bounds a name; what was cut off is in a hash at the end, so that two long names stay two.
func shorten(name string, most int) string {
	if len(name) <= most {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return strings.TrimRight(name[:most-9], "_") + "_" + hex.EncodeToString(sum[:4])
}

// snake turns any name into snake_case: "listTeamMembers", "repos/list-for-org" and "Get HTTPResponse" into
// list_team_members, repos_list_for_org and get_http_response. Letters beyond ASCII lose their marks or go.
func snake(name string) string {
	runes := []rune(norm.NFKD.String(clip(name, maxText)))
	var b strings.Builder
	gap := false
	for i, r := range runes {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case r >= unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			gap = b.Len() > 0
			continue
		case unicode.IsUpper(r) && i > 0 && startsWord(runes, i):
			gap = b.Len() > 0
		}
		if gap {
			b.WriteByte('_')
			gap = false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// startsWord tells whether the capital at i begins a word: after a small letter or digit, or the last of several
// capitals with a small letter after it.
func startsWord(runes []rune, i int) bool {
	before := runes[i-1]
	if unicode.IsLower(before) || unicode.IsDigit(before) {
		return true
	}
	return unicode.IsUpper(before) && i+1 < len(runes) && unicode.IsLower(runes[i+1])
}

// words turns a name into a title: "list_team_members" and "listTeamMembers" into "List team members".
func words(name string) string {
	s := strings.ReplaceAll(snake(name), "_", " ")
	if s == "" {
		return name
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// fieldName makes the name of an input field out of one at the service.
func fieldName(wire string) string {
	var b strings.Builder
	for _, r := range wire {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_.-", r)) {
			b.WriteRune(r)
		} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "_") {
			b.WriteByte('_')
		}
	}
	if name := shorten(strings.TrimRight(b.String(), "_"), 64); name != "" {
		return name
	}
	return "field"
}
