package webhook

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"
)

var (
	errAddress  = errors.New("the address is link-local, multicast, unspecified or a cloud's metadata service: refused")
	errNotLocal = errors.New("the address is not on this machine, and http is for this machine only: refused")
)

// metadata are the metadata services of clouds that are not link-local.
var metadata = []netip.Addr{
	netip.MustParseAddr("fd00:ec2::254"),   // AWS
	netip.MustParseAddr("fd20:ce::254"),    // Google Cloud
	netip.MustParseAddr("100.100.100.200"), // Alibaba Cloud
	netip.MustParseAddr("168.63.129.16"),   // Azure
	netip.MustParseAddr("192.0.0.192"),     // Oracle Cloud
}

// Prefixes by which an IPv6 address stands for an IPv4 address.
var (
	nat64 = netip.MustParsePrefix("64:ff9b::/96")
	sixTo = netip.MustParsePrefix("2002::/16")
)

// permitted refuses addresses that no receiver has.
func permitted(ip netip.Addr) error {
	ip = ip.WithZone("").Unmap()
	if ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() || ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return errAddress
	}
	for _, m := range metadata {
		if ip == m {
			return errAddress
		}
	}
	if b := ip.As16(); nat64.Contains(ip) {
		return permitted(netip.AddrFrom4([4]byte(b[12:16])))
	} else if sixTo.Contains(ip) {
		return permitted(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return nil
}

// dialer connects only where it may: the check is made on the address that is
// really connected to, after names were resolved.
func dialer(onlyLocal bool) func(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		switch {
		case err != nil:
			return errAddress
		case onlyLocal && !at.Addr().Unmap().IsLoopback():
			return errNotLocal
		}
		return permitted(at.Addr())
	}}
	return d.DialContext
}
