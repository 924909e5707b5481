package main

import (
	"os"
	"runtime"
	"strings"

	"sweep/storage"
)

// program says what trains here, for the provenance of results.
func program() storage.Program {
	v := version()
	return storage.Program{Machine: machine(), Version: v.Version, Commit: v.Commit, Dirty: v.Dirty}
}

// machine is the system and, where it tells, the processor.
func machine() string {
	system := runtime.GOOS + "/" + runtime.GOARCH
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return system
	}
	_, after, found := strings.Cut(string(text), "model name")
	if !found {
		return system
	}
	model, _, _ := strings.Cut(after, "\n")
	return system + ", " + strings.TrimSpace(strings.TrimLeft(model, "\t: "))
}
