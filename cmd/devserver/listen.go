package main

import (
	"fmt"
	"math/rand/v2"
	"net"
)

const loopback = "127.0.0.1"

// loopbackAddress refuses anything that other machines could reach: the local
// stack has no authentication in front of Temporal.
func loopbackAddress(name, addr string) (port int, err error) {
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil || tcp.Port == 0 {
		return 0, fmt.Errorf("-%s %q is not a host:port", name, addr)
	}
	if !tcp.IP.Equal(net.ParseIP(loopback)) {
		return 0, fmt.Errorf("-%s %q: only %s is served", name, addr, loopback)
	}
	return tcp.Port, nil
}

// internalPorts picks n distinct free ports below the kernel's ephemeral range
// (32768 and up on Linux, 49152 on macOS), so that no outgoing connection of
// any program can be given one between this check and the server's bind.
func internalPorts(n int) ([]int, error) {
	var ports []int
	taken := map[int]bool{}
	for try := 0; try < 1000 && len(ports) < n; try++ {
		p := 20000 + rand.IntN(12000)
		if taken[p] || !free(p) {
			continue
		}
		taken[p] = true
		ports = append(ports, p)
	}
	if len(ports) < n {
		return nil, fmt.Errorf("no %d free ports between 20000 and 32000", n)
	}
	return ports, nil
}

func free(port int) bool {
	l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", loopback, port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
