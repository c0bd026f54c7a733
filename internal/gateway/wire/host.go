package wire

import (
	"net"
	"net/url"
)

// host is where connections lead.
type host struct {
	secure     bool
	name, port string
}

func hostOf(u *url.URL) host {
	h := host{secure: u.Scheme == "https", name: u.Hostname(), port: u.Port()}
	switch {
	case h.port != "":
	case h.secure:
		h.port = "443"
	default:
		h.port = "80"
	}
	return h
}

func (h host) address() string { return net.JoinHostPort(h.name, h.port) }
