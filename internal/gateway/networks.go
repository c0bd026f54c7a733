package gateway

import (
	"context"
	"net/netip"
	"slices"
	"syscall"

	"github.com/patchbay/patchbay/operations"
)

// networks tells where a connection may go.
type networks struct {
	allowed       []netip.Prefix // private, and reachable all the same
	reserved      []netip.Prefix // of IPv4
	globalUnicast netip.Prefix   // the only part of IPv6 that is handed out for the internet
	reserved6     []netip.Prefix // within globalUnicast
	nat64         netip.Prefix   // holds an IPv4 address in its last four bytes
}

// newNetworks lists the address blocks that are not the internet, by the registries of special-purpose addresses:
// https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry. What globalUnicast
// leaves out: ::, ::1, unique local, link-local, multicast, local NAT64 (64:ff9b:1::/48), IPv4-compatible addresses.
func newNetworks(allowed []netip.Prefix) *networks {
	n := &networks{
		globalUnicast: netip.MustParsePrefix("2000::/3"),
		nat64:         netip.MustParsePrefix("64:ff9b::/96"),
		reserved: prefixes(
			"0.0.0.0/8",       // this network
			"10.0.0.0/8",      // private
			"100.64.0.0/10",   // carriers' NAT
			"127.0.0.0/8",     // loopback
			"169.254.0.0/16",  // link-local, clouds' metadata
			"172.16.0.0/12",   // private
			"192.0.0.0/24",    // protocol assignments
			"192.0.2.0/24",    // documentation
			"192.88.99.0/24",  // 6to4 relays
			"192.168.0.0/16",  // private
			"198.18.0.0/15",   // benchmarks
			"198.51.100.0/24", // documentation
			"203.0.113.0/24",  // documentation
			"224.0.0.0/4",     // multicast
			"240.0.0.0/4",     // reserved, broadcast
		),
		reserved6: prefixes(
			"2001::/23",     // protocol assignments, Teredo, benchmarks
			"2001:db8::/32", // documentation
			"2002::/16",     // 6to4, which leads to any IPv4 address
			"3fff::/20",     // documentation
		),
	}
	for _, p := range allowed {
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		n.allowed = append(n.allowed, p)
	}
	return n
}

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// control refuses a connection by the address about to be dialled, after DNS, so that no name can lead inside.
func (n *networks) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil || !n.permit(target.Addr()) {
		return &operations.Error{
			Code: operations.CodeDestinationRefused,
			Detail: "the service's name leads to a private or reserved address; " +
				"if that is meant, the operator must allow the network or set the connector's base URL",
		}
	}
	return nil
}

func (n *networks) permit(address netip.Addr) bool {
	address = address.WithZone("").Unmap()
	switch {
	case holds(n.allowed, address):
		return true
	case address.Is4():
		return !holds(n.reserved, address)
	case n.nat64.Contains(address):
		bytes := address.As16()
		return n.permit(netip.AddrFrom4([4]byte(bytes[12:])))
	default:
		return n.globalUnicast.Contains(address) && !holds(n.reserved6, address)
	}
}

func holds(list []netip.Prefix, address netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(address) })
}
