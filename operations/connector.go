package operations

import (
	"cmp"
	"net/http"
	"strings"
)

// Connector is one service, declared as a value. A connector package offers it as a function, so that every
// caller has its own.
type Connector struct {
	Name        string // snake_case, unique in the hub
	Title       string
	Description string
	Version     string // the connector's own, e.g. "1.0"
	Docs        string // the vendor's API documentation

	// Origin is scheme, host and port of the service, BasePath the path below which its API lies. Both may hold
	// {fields} of the credential. Requests never leave the origin.
	Origin   string
	BasePath string
	// Beside are further origins of the service, to which requests go unsigned: places for uploads and downloads whose
	// addresses let in whoever has them. An operation may send there; a caller's own requests and links may not.
	Beside []string

	Auth       []Auth
	Throttlers []Throttler // declared limits, held for every upstream request
	Verify     string      // the operation whose success shows that a credential works
	Operations []Operation

	// Import is set for a connector that a workspace has imported; nil: it is built in.
	Import *Import

	// ReadError turns the service's error body into code and message. Nil: judged by status alone.
	ReadError func(status int, header http.Header, body []byte) UpstreamProblem
	// Rejected tells whether an answer means that the access token is not or no longer valid, so that nothing was done
	// and a renewed token may serve. peek is the body, if it is JSON of at most 4 KB; otherwise nil. Nil: status 401.
	Rejected func(status int, header http.Header, peek []byte) bool
}

// Import tells where an imported connector comes from.
type Import struct {
	Workspace string // whose it is
	Version   int64  // goes up with each import of the workspace
}

// UpstreamProblem is what a service's error body says, in the hub's words.
type UpstreamProblem struct {
	Code      string       // the service's own code for it
	Detail    string       // one sentence for the caller
	RequestID string       // the service's id of the request, for its support
	Faults    []InputFault // which part of our input it means, where it says so
}

// Auth is one way to log in to a service.
type Auth struct {
	Name        string       `json:"name"` // snake_case
	Title       string       `json:"title"`
	Description string       `json:"description,omitempty"`
	Fields      []AuthField  `json:"fields"` // what an admin enters
	Headers     []AuthHeader `json:"-"`      // how a request is signed
	Basic       *BasicAuth   `json:"-"`
	OAuth2      *OAuth2      `json:"oauth2,omitempty"`
	Verify      string       `json:"-"` // in place of the connector's
	Origin      string       `json:"-"` // in place of the connector's
	BasePath    string       `json:"-"` // in place of the connector's
}

// AuthField is one field of a credential.
type AuthField struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Secret      bool   `json:"secret"` // encrypted at rest, never shown again
	Required    bool   `json:"required"`
}

// AuthHeader is a header set on every request. Value is a template over the credential's fields:
// "Bearer {access_token}".
type AuthHeader struct{ Name, Value string }

// BasicAuth names the credential fields that make up HTTP Basic authentication.
type BasicAuth struct{ User, Password string }

// OAuth2 tells how an access token is renewed. Its credential has the fields access_token, refresh_token,
// client_id and client_secret. URLs that begin with "/" are relative to the connector's origin.
type OAuth2 struct {
	AuthorizeURL string   `json:"authorizeUrl"`
	TokenURL     string   `json:"tokenUrl"`
	Scopes       []string `json:"scopes,omitempty"`
}

// VerifyFor is the operation whose success shows that a credential of an auth scheme works, "" if there is none.
func (c Connector) VerifyFor(scheme string) string {
	auth, _ := c.Scheme(scheme)
	return cmp.Or(auth.Verify, c.Verify)
}

// Scheme finds an auth scheme by name; the empty name means the first.
func (c Connector) Scheme(name string) (Auth, bool) {
	for _, a := range c.Auth {
		if a.Name == name || name == "" {
			return a, true
		}
	}
	return Auth{}, false
}

// For is the connector as a credential of an auth scheme meets it: at that scheme's origin and base path, where it has
// its own. The empty name means the first scheme.
func (c Connector) For(scheme string) Connector {
	c.Origin, c.BasePath = c.place(scheme)
	return c
}

func (c *Connector) place(scheme string) (origin, basePath string) {
	for i := range c.Auth {
		if a := &c.Auth[i]; a.Name == scheme || scheme == "" {
			return cmp.Or(a.Origin, c.Origin), cmp.Or(a.BasePath, c.BasePath)
		}
	}
	return c.Origin, c.BasePath
}

// Expand fills {field} placeholders of a template out of the maps given, first match wins. An unknown
// placeholder stays as it is.
func Expand(template string, fields ...map[string]string) string {
	if !strings.Contains(template, "{") {
		return template
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		value, known := lookUp(name, fields)
		switch {
		case !closed:
			b.WriteString("{" + rest)
			return b.String()
		case known:
			b.WriteString(value)
		default:
			b.WriteString("{" + name + "}")
		}
		template = after
	}
}

func lookUp(name string, fields []map[string]string) (string, bool) {
	for _, m := range fields {
		if v, ok := m[name]; ok {
			return v, true
		}
	}
	return "", false
}
