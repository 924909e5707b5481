package devstack

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ownUserNamespace lets root run a program that refuses root: inside, the one
// mapped user is 1000, outside it is still root, so that no file changes hands.
func ownUserNamespace(attr *syscall.SysProcAttr) bool {
	attr.Cloneflags |= syscall.CLONE_NEWUSER
	one := []syscall.SysProcIDMap{{ContainerID: 1000, HostID: 0, Size: 1}}
	attr.UidMappings, attr.GidMappings = one, one
	return true
}

func dieWithParent(attr *syscall.SysProcAttr, sig syscall.Signal) { attr.Pdeathsig = sig }

// processStart identifies one life of a pid: its start in clock ticks since
// boot. A zombie counts as gone.
func processStart(pid int) (string, bool) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", false
	}
	after := bytes.LastIndexByte(b, ')') // the name before it may hold anything
	fields := strings.Fields(string(b[after+1:]))
	if after < 0 || len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return "", false
	}
	return fields[19], true
}

// processRuns reports whether the pid is alive and executes that program.
func processRuns(pid int, program string) bool {
	if _, alive := processStart(pid); !alive {
		return false
	}
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return err != nil || filepath.Base(exe) == filepath.Base(program)
}

// lockHolders finds the processes that have the file open.
func lockHolders(path string) []int {
	want, err := os.Stat(path)
	if err != nil {
		return nil
	}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	var pids []int
	for _, link := range links {
		got, err := os.Stat(link)
		if err != nil || !os.SameFile(want, got) {
			continue
		}
		pid, err := strconv.Atoi(strings.Split(link, "/")[2])
		if err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids
}

// processMemory is the resident set and the proportional share of it (pages
// divided by the number of processes that map them), in bytes, of the
// processes together.
func processMemory(pids []int) (rss, pss int64) {
	for _, p := range pids {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p))
		if err != nil {
			continue
		}
		rss += kilobytes(b, "Rss:") * 1024
		pss += kilobytes(b, "Pss:") * 1024
	}
	return rss, pss
}

func kilobytes(table []byte, key string) int64 {
	for _, line := range strings.Split(string(table), "\n") {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == key {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			return n
		}
	}
	return 0
}

func childrenOf(pid int) []int {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	var pids []int
	for _, name := range stats {
		b, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(strings.Split(name, "/")[2])
			pids = append(pids, child)
		}
	}
	return pids
}
