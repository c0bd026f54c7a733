package gateway

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/patchbay/patchbay/operations"
)

// maxRedirects bounds how many redirects of one request are followed.
const maxRedirects = 5

// admit refuses a request that does not go to the connector's own origin, or that could be read differently on its
// way than it is here.
func (c *client) admit(request *http.Request) error {
	if err := c.pinned(request.URL); err != nil {
		return err
	}
	if request.Host != "" && request.Host != request.URL.Host && !c.names(request.URL.Scheme, request.Host) {
		return c.refusal("a Host other than the URL's")
	}
	// A method is spelt of the same characters as a header's name.
	if request.Method != "" && !httpguts.ValidHeaderFieldName(request.Method) {
		return operations.Errorf(operations.CodeInvalidInput, "the method of the request is not a word")
	}
	return c.admitHeader(request)
}

func (c *client) admitHeader(request *http.Request) error {
	for name, values := range request.Header {
		usual := isUsual(name)
		if !usual && !httpguts.ValidHeaderFieldName(name) {
			return operations.Errorf(operations.CodeInvalidInput, "a header of the request has a name that HTTP does not allow")
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				return operations.Errorf(operations.CodeInvalidInput, "the header %s holds characters that HTTP does not allow", name)
			}
		}
		if usual {
			continue
		}
		switch http.CanonicalHeaderKey(name) {
		case "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer",
			"Transfer-Encoding", "Upgrade":
			return operations.Errorf(operations.CodeInvalidInput, "the header %s belongs to the connection, which the hub makes; leave it out", name)
		case "Host":
			for _, value := range values {
				if !c.names(request.URL.Scheme, value) {
					return c.refusal("a Host other than the URL's")
				}
			}
		}
	}
	return nil
}

// pinned refuses a URL outside of the connector's origin and of those beside it.
func (c *client) pinned(u *url.URL) error {
	switch {
	case u == nil || !c.target.Base.Owns(u) && !c.beside(u):
		return c.refusal("this destination")
	case u.Opaque != "":
		return c.refusal("a URL without a path")
	default:
		return nil
	}
}

// beside tells whether a URL lies on an origin that the connector names beside its own.
func (c *client) beside(u *url.URL) bool {
	return u.User == nil && slices.Contains(c.target.Connector.Beside, strings.ToLower(u.Scheme+"://"+u.Host))
}

// names tells whether a Host means the connector's origin.
func (c *client) names(scheme, host string) bool {
	u := &url.URL{Scheme: scheme, Host: host}
	return c.target.Base.Owns(u) || c.beside(u)
}

func (c *client) refusal(what string) *operations.Error {
	if c.target.Base == (operations.Base{}) {
		return operations.Errorf(operations.CodeDestinationRefused, "this connector has no service of its own to send requests to")
	}
	return operations.Errorf(operations.CodeDestinationRefused,
		"%s is not allowed: requests of this connector go to %s only", what, c.target.Base.Origin())
}

// followRedirect is the http.Client's CheckRedirect: it keeps a redirect on the connector's origin.
func followRedirect(request *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return operations.Errorf(operations.CodeUpstreamFailed, "the service redirected the request more than %d times", maxRedirects)
	}
	if c := exchangeOf(request.Context()).client; c.pinned(request.URL) != nil {
		return c.refusal("the service's redirect to another place")
	}
	return nil
}

// isUsual tells of the names that most requests have, in canonical spelling, that they are such.
func isUsual(name string) bool {
	switch name {
	case "Accept", "Authorization", "Content-Type", "Idempotency-Key", "User-Agent":
		return true
	default:
		return false
	}
}
