package embedtoken

import (
	"net/netip"
	"net/url"
	"strings"
)

// maxOrigin bounds an origin, in bytes.
const maxOrigin = 300

// CanonicalOrigin gives an origin as browsers send it: scheme and host in lower case, the port only if it is not the usual
// one. What is wrong with one that cannot be is said in a few words. Plain http is for this machine only, where no one
// else can listen.
func CanonicalOrigin(origin string) (canonical, fault string) {
	u, err := url.Parse(origin)
	switch {
	case len(origin) > maxOrigin || err != nil || u.Host == "" || u.Opaque != "":
		return "", "must be an origin such as https://app.example.com"
	case u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(origin, "#"):
		return "", "must be scheme, host and port alone"
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname())
	switch {
	case strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r > '~' || r == '*' || r == '%' }) || host == "":
		return "", "must name one host, an international one in its ASCII form (xn--…)"
	case scheme != "https" && scheme != "http":
		return "", "must begin with https://"
	case scheme == "http" && !isLoopback(host):
		return "", "must begin with https://; http is for localhost only"
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && (scheme != "https" || port != "443") && (scheme != "http" || port != "80") {
		host += ":" + port
	}
	return scheme + "://" + host, ""
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}
