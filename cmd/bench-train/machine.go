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
	processors         int // of the machine, not those that this process is held to
}

func here() machine {
	m := machine{model: runtime.GOOS + "/" + runtime.GOARCH, processors: runtime.NumCPU(), began: time.Now().UTC().Format(time.DateOnly), load: load()}
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return m
	}
	names := strings.Split(string(text), "model name")[1:]
	if len(names) > 0 {
		line, _, _ := strings.Cut(names[0], "\n")
		m.model, m.processors = strings.TrimLeft(line, "\t: "), len(names)
	}
	return m
}

// finish says all, with the load at both ends.
func (m machine) finish() string {
	return fmt.Sprintf("%s, %s, %d processors, %s; load average %s at the beginning, %s at the end.",
		m.began, m.model, m.processors, runtime.Version(), m.load, load())
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
