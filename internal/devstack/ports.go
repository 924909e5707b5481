package devstack

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
)

const (
	portsFile = "ports.json"
	loopback  = "127.0.0.1"
	// Below the ephemeral ranges of Linux (32768) and macOS (49152): no
	// program is ever given one of these for an outgoing connection.
	lowestPort, highestPort = 20000, 32000
)

// portNames are the addresses a stack keeps across restarts, so that clients,
// workers and browser tabs survive them.
var portNames = []string{"postgres", "s3", "temporal", "ui"}

type ports map[string]int

func (p ports) address(name string) string { return fmt.Sprintf("%s:%d", loopback, p[name]) }

// loadPorts reads the kept ports and chooses those that are missing. A damaged
// file is the same as none: nothing is lost with it.
func (h home) loadPorts() (ports, error) {
	p := ports{}
	if err := h.readJSON(portsFile, &p); err != nil && errors.Is(err, os.ErrPermission) {
		return nil, h.unusable(err)
	}
	changed := false
	for _, name := range portNames {
		if p[name] >= 1024 && p[name] <= 65535 {
			continue
		}
		if err := p.choose(name); err != nil {
			return nil, err
		}
		changed = true
	}
	if !changed {
		return p, nil
	}
	return p, h.writeJSON(portsFile, p)
}

// choose gives name a port that is free and that no other name has.
func (p ports) choose(name string) error {
	for range 1000 {
		port := lowestPort + rand.IntN(highestPort-lowestPort)
		if !p.has(port) && portFree(port) {
			p[name] = port
			return nil
		}
	}
	return fmt.Errorf("no free port between %d and %d", lowestPort, highestPort)
}

func (p ports) has(port int) bool {
	for _, other := range p {
		if other == port {
			return true
		}
	}
	return false
}

func portFree(port int) bool {
	l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", loopback, port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
