package gateway

import (
	"net"
	"net/netip"
	"testing"
)

func TestNetworksPermit(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"93.184.216.34": true, "1.1.1.1": true, "172.32.0.1": true, "100.128.0.1": true, "192.0.1.1": true, "223.255.255.1": true,
		"0.0.0.0": false, "0.1.2.3": false, "10.1.2.3": false, "100.64.0.1": false, "100.127.255.255": false, "127.0.0.1": false,
		"127.255.0.1": false, "169.254.169.254": false, "172.16.0.1": false, "172.31.255.255": false, "192.0.0.8": false,
		"192.0.2.1": false, "192.88.99.1": false, "192.168.1.1": false, "198.18.0.1": false, "198.19.255.255": false,
		"198.51.100.1": false, "203.0.113.7": false, "224.0.0.1": false, "239.1.1.1": false, "240.0.0.1": false, "255.255.255.255": false,
		"2606:4700:4700::1111": true, "2a00:1450:4001::1": true,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "febf::1": false, "fec0::1": false, "fc00::1": false,
		"fd12:3456::1": false, "ff02::1": false, "2001:db8::1": false, "3fff::1": false, "2002:7f00:1::": false, "2002:808:808::": false,
		"2001:0:53aa:64c::1": false, "2001:2::1": false, "100::1": false, "5f00::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:1.1.1.1": true, "::127.0.0.1": false, "::1.1.1.1": false,
		"64:ff9b::1.1.1.1": true, "64:ff9b::127.0.0.1": false, "64:ff9b::a9fe:a9fe": false, "64:ff9b:1::1.1.1.1": false,
	} {
		if got := newNetworks(nil).permit(netip.MustParseAddr(address)); got != want {
			t.Errorf("permit(%s) = %t", address, got)
		}
	}
}

func TestNetworksAllowed(t *testing.T) {
	t.Parallel()
	n := newNetworks([]netip.Prefix{
		netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("::ffff:192.168.0.0/112"),
	})
	for address, want := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "10.2.0.1": false, "fd00::1": true, "fc00::1": false,
		"192.168.0.1": true, "192.168.255.1": true, "127.0.0.1": false,
	} {
		if got := n.permit(netip.MustParseAddr(address)); got != want {
			t.Errorf("permit(%s) = %t", address, got)
		}
	}
}

func FuzzNetworksControl(f *testing.F) {
	for _, seed := range []string{"127.0.0.1:80", "[::1]:443", "[fe80::1%lo]:80", "host:80", "", "1.1.1.1:443"} {
		f.Add(seed)
	}
	n := newNetworks(nil)
	f.Fuzz(func(t *testing.T, address string) {
		err := n.control(t.Context(), "tcp", address, nil)
		host, _, _ := net.SplitHostPort(address)
		if ip := net.ParseIP(host); err == nil && (ip == nil || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || !ip.IsGlobalUnicast()) {
			t.Errorf("%q was let through", address)
		}
	})
}
