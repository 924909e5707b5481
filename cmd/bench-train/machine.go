package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// machine is where and when it was measured.
type machine struct {
	model, began, load string
}

func here() machine {
	return machine{model: model(), began: time.Now().UTC().Format(time.DateOnly), load: load()}
}

// finish says all, with the load at both ends.
func (m machine) finish() string {
	return fmt.Sprintf("%s, %s, %d processors, %s; load average %s at the beginning, %s at the end.",
		m.began, m.model, runtime.NumCPU(), runtime.Version(), m.load, load())
}

func model() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOOS + "/" + runtime.GOARCH
	}
	_, rest, _ := strings.Cut(string(text), "model name")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimLeft(line, "\t: ")
}

// load is the average of the last minute, "unknown" where there is no /proc.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(text), " ")
	return one
}
