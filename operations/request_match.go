package operations

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// RequestMatch says which requests something is about, by method and path. The zero RequestMatch fits every request.
type RequestMatch struct {
	methods []string // empty: any
	path    string   // with "*" for one segment; "": any path
	rest    bool     // more segments may follow
}

// maxMatch bounds the text of a RequestMatch.
const maxMatch = 300

// ParseMatch reads a match: "POST /chat.postMessage", "/conversations.list" of any method, "PUT|DELETE /issue/*", where
// "*" is one segment of the path, "/issue/**", where the trailing "/**" is any rest, or none. The path is below the
// connector's base path. The empty text fits every request.
func ParseMatch(text string) (RequestMatch, error) {
	if text == "" {
		return RequestMatch{}, nil
	}
	var m RequestMatch
	methods, path, both := strings.Cut(text, " ")
	if !both {
		methods, path = "", text
	}
	for method := range strings.SplitSeq(methods, "|") {
		if both {
			m.methods = append(m.methods, method)
		}
		if both && (method == "" || strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
			return m, fmt.Errorf("its match %q has a method that is not in capital letters", clip(text))
		}
	}
	if !strings.HasPrefix(path, "/") || len(text) > maxMatch || strings.ContainsAny(path, "{}?#\\% \t\r\n") {
		return m, fmt.Errorf("its match %q is not like \"POST /path/*\"", clip(text))
	}
	m.path, m.rest = strings.CutSuffix(path, "/**")
	for segment := range strings.SplitSeq(strings.TrimPrefix(m.path, "/"), "/") {
		wild := strings.Contains(segment, "*") && segment != "*"
		if wild || segment == "" && m.path != "/" && m.path != "" || segment == "." || segment == ".." {
			return m, fmt.Errorf("its match %q has a part that is neither text nor \"*\"", clip(text))
		}
	}
	return m, nil
}

// Exact is the path, if it is the only one that fits.
func (m RequestMatch) Exact() (path string, ok bool) {
	return m.path, m.path != "" && !m.rest && !strings.Contains(m.path, "*")
}

// Narrow tells whether some requests below the base path do not fit.
func (m RequestMatch) Narrow() bool { return len(m.methods) > 0 || m.path != "" }

// Methods are those that fit; none means any.
func (m RequestMatch) Methods() []string { return slices.Clone(m.methods) }

// Fits tells whether a request fits. path is escaped, as Base.Below gives it; an empty method is GET.
func (m RequestMatch) Fits(method, path string) bool {
	if len(m.methods) > 0 && !slices.Contains(m.methods, cmp.Or(method, http.MethodGet)) {
		return false
	}
	return m.path == "" || m.path == path || m.fitsPath(path)
}

func (m RequestMatch) fitsPath(path string) bool {
	wanted, given := trimSlashes(m.path), trimSlashes(path)
	for wanted != "" && given != "" {
		var want, have string
		want, wanted, _ = strings.Cut(wanted, "/")
		have, given, _ = strings.Cut(given, "/")
		if have == "" || want != "*" && want != have && want != unescaped(have) {
			return false
		}
	}
	return wanted == "" && (given == "" || m.rest)
}

func trimSlashes(path string) string {
	return strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/")
}

func unescaped(segment string) string {
	if !strings.Contains(segment, "%") {
		return segment
	}
	plain, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return plain
}
