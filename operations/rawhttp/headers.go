package rawhttp

import (
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/patchbay/patchbay/operations"
)

// reservedHeaders are those a caller may not set, by lower-case name: what logs in, and what frames the request
// (RFC 9110, section 7.6.1). All that begin with "proxy-" are reserved, too.
func reservedHeaders(auth []operations.Auth) map[string]bool {
	reserved := map[string]bool{
		"authorization": true, "host": true, "content-length": true, "transfer-encoding": true, "connection": true,
		"keep-alive": true, "upgrade": true, "te": true, "trailer": true,
	}
	for _, scheme := range auth {
		for _, header := range scheme.Headers {
			reserved[strings.ToLower(header.Name)] = true
		}
	}
	return reserved
}

// header reads the caller's headers; of several with one name the last counts.
func (r requester) header(call *operations.Call, pairs []pair, f *faults) http.Header {
	header := make(http.Header, len(pairs)+len(r.defaults))
	for i, p := range pairs {
		name := strings.ToLower(p.Key)
		switch {
		case !httpguts.ValidHeaderFieldName(p.Key):
			f.add(fmt.Sprintf("/headers/%d/key", i), "is not the name of a header")
		case r.reserved[name] || strings.HasPrefix(name, "proxy-"):
			f.add(fmt.Sprintf("/headers/%d/key", i), "is set by the hub; leave this header out")
		case !httpguts.ValidHeaderFieldValue(string(p.Value)):
			f.add(fmt.Sprintf("/headers/%d/value", i), "must not hold line breaks or control characters")
		case name == "accept-encoding":
			call.Warn("the header Accept-Encoding was left out: the hub chooses how the answer is compressed")
		default:
			header.Set(p.Key, string(p.Value))
		}
	}
	return header
}

// withDefaults adds the content's type and what the service expects, where the caller does not say otherwise. The
// service's Content-Type is that of raw content and of requests without any.
func (r requester) withDefaults(header http.Header, c content) http.Header {
	if c.fixed {
		header.Set("Content-Type", c.mediaType)
	}
	for name, value := range r.defaults {
		if header.Get(name) == "" {
			header.Set(name, value)
		}
	}
	if header.Get("Content-Type") == "" && c.mediaType != "" {
		header.Set("Content-Type", c.mediaType)
	}
	return header
}
