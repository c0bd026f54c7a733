package operations

import (
	"fmt"
	"net/url"
	"path"
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
// vendor's (with a path prefix, if it has one); fields fill the placeholders of origin and base path.
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
	api := strings.TrimSuffix(Expand(c.BasePath, fields), "/")
	prefix := strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), api)
	return Base{
		scheme: u.Scheme, host: canonicalHost(u), prefix: prefix, api: api, declared: declaredOrigin(declared),
	}, nil
}

func declaredOrigin(declared string) string {
	u, err := url.Parse(declared)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + canonicalHost(u)
}

func canonicalHost(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if port := u.Port(); port == "443" && u.Scheme == "https" || port == "80" && u.Scheme == "http" {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return host
}

// Origin is scheme://host[:port].
func (b Base) Origin() string { return b.scheme + "://" + b.host }

// Owns tells whether a URL lies on the base's origin.
func (b Base) Owns(u *url.URL) bool {
	return u.User == nil && strings.EqualFold(u.Scheme, b.scheme) && canonicalHost(u) == b.host
}

// URL is an address below the API's base path. endpoint begins with "/" or is empty; it may hold a query.
func (b Base) URL(endpoint string) string {
	return b.Origin() + b.prefix + b.api + endpoint
}

// Link reads a link that an answer held or a caller gives: absolute, or a path from the root ("/api/v2/…"), or
// relative to the API's base path. It must lead to the base's own origin; a link to the vendor's declared origin
// counts as such.
func (b Base) Link(link string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || strings.ContainsAny(link, "\\\r\n\t") {
		return nil, Errorf(CodeInvalidInput, "the link is not a URL")
	}
	u.Fragment, u.RawFragment = "", ""
	if u.Scheme == "" && u.Host == "" {
		return b.relative(u)
	}
	if u.User != nil || u.Opaque != "" {
		return nil, b.refusal("a link with a user name in it")
	}
	if b.declared == u.Scheme+"://"+canonicalHost(u) && !b.Owns(u) {
		u.Path = b.prefix + u.Path
		u.RawPath = ""
		u.Scheme, u.Host = b.scheme, b.host
	}
	if !b.Owns(u) {
		return nil, b.refusal(u.Scheme + "://" + u.Host)
	}
	return u, nil
}

func (b Base) relative(u *url.URL) (*url.URL, error) {
	if u.User != nil || u.Opaque != "" {
		return nil, b.refusal("a link with a user name in it")
	}
	raw := path.Clean("/" + u.EscapedPath())
	if strings.HasPrefix(u.Path, "/") && (raw == b.api || strings.HasPrefix(raw, b.api+"/") || b.api == "") {
		raw = b.prefix + raw
	} else if b.prefix == "" || !strings.HasPrefix(raw, b.prefix+b.api+"/") {
		raw = b.prefix + b.api + raw
	}
	if u.RawQuery != "" {
		raw += "?" + u.RawQuery
	}
	absolute, err := url.Parse(b.Origin() + raw)
	if err != nil || !b.Owns(absolute) {
		return nil, b.refusal("that link")
	}
	return absolute, nil
}

func (b Base) refusal(what string) *Error {
	return &Error{
		Code:   CodeDestinationRefused,
		Detail: fmt.Sprintf("%s is not allowed: requests of this connector go to %s only", what, b.Origin()),
	}
}
