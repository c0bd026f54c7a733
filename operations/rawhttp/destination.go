package rawhttp

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// destination finds the URL of the request. A fault goes to f; a place that is not the connector's is the error.
func (in input) destination(base operations.Base, f *faults) (*url.URL, error) {
	endpoint, full := in.URL.Endpoint, in.URL.FullURL
	switch {
	case (endpoint == nil) == (full == nil):
		f.add("/url", "must hold either endpoint or full_url")
	case full != nil && !absolute(*full):
		f.add("/url/full_url", "must begin with http:// or https://")
	case full != nil:
		return link(base, *full, "/url/full_url")
	case absolute(*endpoint):
		f.add("/url/endpoint", "must be a path below the base URL; give a whole address as full_url")
	default:
		return link(base, rooted(*endpoint), "/url/endpoint")
	}
	return nil, nil
}

func absolute(address string) bool {
	address = strings.ToLower(strings.TrimSpace(address))
	return strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "https://")
}

// rooted lets an endpoint begin with a slash, so that nothing in it is taken for a scheme.
func rooted(endpoint string) string {
	endpoint = strings.TrimSpace(endpoint)
	if endpoint == "" || strings.ContainsAny(endpoint[:1], "/?#") {
		return endpoint
	}
	return "/" + endpoint
}

// link is base.Link with the fault's place in the error.
func link(base operations.Base, address, pointer string) (*url.URL, error) {
	u, err := base.Link(address)
	if err == nil {
		return u, nil
	}
	located := *operations.AsError(err)
	located.Faults = []operations.InputFault{{Pointer: pointer, Detail: located.Detail}}
	return nil, &located
}

// addQuery adds parameters to a URL: the last of a name, which also takes the place of those in the URL.
func addQuery(u *url.URL, parameters []pair, f *faults) {
	last := make(map[string]int, len(parameters))
	for i, parameter := range parameters {
		if parameter.Key == "" {
			f.add(fmt.Sprintf("/query_parameters/%d/key", i), "must not be empty")
		}
		last[parameter.Key] = i
	}
	if u == nil || len(parameters) == 0 {
		return
	}
	var query []string
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, _, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(name)
		if _, replaced := last[name]; part != "" && (err != nil || !replaced) {
			query = append(query, part)
		}
	}
	for i, parameter := range parameters {
		if last[parameter.Key] == i {
			query = append(query, url.QueryEscape(parameter.Key)+"="+url.QueryEscape(string(parameter.Value)))
		}
	}
	u.RawQuery = strings.Join(query, "&")
}
