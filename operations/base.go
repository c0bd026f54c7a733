package operations

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Base is where a service's API lies for one credential: an origin, the path prefix an operator may have put
// before it, and the API's own base path.
type Base struct {
	scheme, host string
	prefix       string // before BasePath; "" unless the operator names another origin with a path
	api          string // the connector's base path, e.g. "/api/v2"
	declared     string // the vendor's own scheme://host: links to it mean this base
}

// NewBase builds the base of a connector. override, if not empty, is the origin an operator gives in place of the
// vendor's (with a path prefix, if it has one); fields fill the placeholders of origin and base path. A field may
// fill its place and no more: one that would lead to another host or path is refused, and so is a missing one.
func NewBase(c Connector, override string, fields map[string]string) (Base, error) {
	declared := Expand(c.Origin, fields)
	origin := declared
	if override != "" {
		origin = override
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return Base{}, Errorf(CodeInvalidInput, "the base URL of %s is not an http or https URL", c.Name)
	}
	api := strings.TrimSuffix(expandPath(c.BasePath, fields), "/")
	prefix := strings.TrimSuffix(strings.TrimSuffix(u.EscapedPath(), "/"), api)
	strayed := override == "" && prefix != "" && strings.LastIndexByte(c.Origin, '{') > 0
	if strayed || u.RawQuery != "" || u.Fragment != "" || !clean(prefix+api) {
		return Base{}, Errorf(CodeInvalidInput, "a field of the credential is missing from, or does not fit into, the address of %s", c.Name)
	}
	return Base{
		scheme: u.Scheme, host: canonicalHost(u), prefix: prefix, api: api, declared: declaredOrigin(declared),
	}, nil
}

// expandPath fills the placeholders of a path.
func expandPath(path string, fields map[string]string) string {
	if !strings.Contains(path, "{") {
		return path
	}
	return Expand(path, escapeFields(fields))
}

func escapeFields(fields map[string]string) map[string]string {
	escaped := make(map[string]string, len(fields))
	for name, value := range fields {
		if value != "" {
			escaped[name] = url.PathEscape(value)
		}
	}
	return escaped
}

// clean tells whether a path has neither unfilled placeholders nor dot segments.
func clean(path string) bool {
	return !strings.ContainsAny(path, "{}") && !slices.ContainsFunc(strings.Split(path, "/"), func(segment string) bool {
		return segment == "." || segment == ".."
	})
}

func declaredOrigin(declared string) string {
	u, err := url.Parse(declared)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + canonicalHost(u)
}

func canonicalHost(u *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(u.Host), ":")
	if port := u.Port(); port == "443" && u.Scheme == "https" || port == "80" && u.Scheme == "http" {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return host
}

// Origin is scheme://host[:port].
func (b Base) Origin() string { return b.scheme + "://" + b.host }

// Owns tells whether a URL lies on the base's origin.
func (b *Base) Owns(u *url.URL) bool {
	if u.User != nil {
		return false
	}
	return u.Scheme == b.scheme && u.Host == b.host || strings.EqualFold(u.Scheme, b.scheme) && canonicalHost(u) == b.host
}

// URL is an address below the API's base path. endpoint begins with "/" or is empty; it may hold a query.
func (b Base) URL(endpoint string) string {
	return b.Origin() + b.prefix + b.api + endpoint
}

// At is the URL of an address below the API's base path: what url.Parse makes of URL(endpoint), made in less time where
// nothing in it needs care.
func (b *Base) At(endpoint string) (*url.URL, error) {
	path, query, asked := strings.Cut(endpoint, "?")
	rooted := path == "" || path[0] == '/'
	if !rooted || !isPlainPath(b.host) || !isPlainPath(b.prefix) || !isPlainPath(b.api) || !isPlainPath(path) || !isPlainQuery(query) || asked && query == "" {
		return url.Parse(b.URL(endpoint))
	}
	return &url.URL{Scheme: b.scheme, Host: b.host, Path: b.prefix + b.api + path, RawQuery: query}, nil
}

// isPlainPath tells whether a path is the same escaped and not; also of a host, with a port at its end.
func isPlainPath(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '-' || c > '9') && (c < 'A' || c > 'Z') && c != '_' && c != '~' && c != ':' {
			return false
		}
	}
	return true
}

func isPlainQuery(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '#' {
			return false
		}
	}
	return true
}

// Root is an address below the service's own root: the operator's prefix comes before it, the API's base path does not.
// path begins with "/".
func (b Base) Root(path string) string { return b.Origin() + b.prefix + path }

// Below is the escaped path of a URL below the API's base path; "" is the base path itself. ok is false if it lies
// elsewhere. The origin is of no account.
func (b Base) Below(u *url.URL) (path string, ok bool) {
	path, ok = strings.CutPrefix(u.EscapedPath(), b.prefix)
	if ok {
		path, ok = strings.CutPrefix(path, b.api)
	}
	return path, ok && (path == "" || path[0] == '/')
}

// Link reads a link that an answer held or a caller gives: absolute, or a path from the root ("/api/v2/…"), or
// relative to the API's base path (which the empty link means). It must lead to the base's own origin; a link to
// the vendor's declared origin counts as such. With a path prefix, the link always lies below it.
func (b Base) Link(link string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || strings.ContainsAny(link, "\\\r\n\t") {
		return nil, Errorf(CodeInvalidInput, "the link is not a URL")
	}
	absolute := u.Scheme != "" || u.Host != ""
	switch {
	case u.User != nil:
		return nil, b.refusal("a link with a user name in it")
	case absolute && !b.Owns(u) && u.Scheme+"://"+canonicalHost(u) != b.declared:
		return nil, b.refusal(clip(u.Scheme + "://" + u.Host))
	}
	rooted := absolute || strings.HasPrefix(u.Path, "/")
	u = new(url.URL).ResolveReference(u) // takes out the dot segments
	if slices.Contains(strings.Split(u.Path, "/"), "..") {
		return nil, b.refusal("a link with encoded dots")
	}
	place := b.place(u.EscapedPath(), rooted, absolute)
	if u.RawQuery != "" {
		place += "?" + escapeQuery(u.RawQuery)
	}
	resolved, err := url.Parse(b.Origin() + place)
	if err != nil || !b.Owns(resolved) {
		return nil, b.refusal("that link")
	}
	return resolved, nil
}

// place puts an escaped path where it belongs below the origin.
func (b Base) place(path string, rooted, absolute bool) string {
	switch {
	case b.prefix != "" && below(path, b.prefix) && (absolute || below(path, b.prefix+b.api)):
		return path
	case absolute, rooted && b.api != "" && below(path, b.api):
		return b.prefix + path
	default:
		return b.prefix + b.api + path
	}
}

func below(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

// escapeQuery escapes what may not stand in a request line. What is escaped already stays.
func escapeQuery(query string) string {
	var b strings.Builder
	for i := range len(query) {
		if c := query[i]; c <= ' ' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func (b Base) refusal(what string) *Error {
	return &Error{
		Code:   CodeDestinationRefused,
		Detail: fmt.Sprintf("%s is not allowed: requests of this connector go to %s only", what, b.Origin()),
	}
}
