package devstack

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

func ownUserNamespace(*syscall.SysProcAttr) bool { return false }

func dieWithParent(*syscall.SysProcAttr, syscall.Signal) {}

// processStart identifies one life of a pid by its start time. A zombie counts
// as gone.
func processStart(pid int) (string, bool) {
	out, err := exec.Command("ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid)).Output()
	fields := strings.Fields(string(out))
	if err != nil || len(fields) < 2 || strings.HasPrefix(fields[0], "Z") {
		return "", false
	}
	return strings.Join(fields[1:], " "), true
}

// processRuns reports whether the pid is alive and executes that program.
func processRuns(pid int, program string) bool {
	if _, alive := processStart(pid); !alive {
		return false
	}
	out, err := exec.Command("ps", "-o", "comm=", "-p", strconv.Itoa(pid)).Output()
	return err != nil || filepath.Base(strings.TrimSpace(string(out))) == filepath.Base(program)
}

// lockHolders finds the processes that have the file open.
func lockHolders(path string) []int {
	out, _ := exec.Command("lsof", "-t", path).Output()
	var pids []int
	for _, f := range strings.Fields(string(out)) {
		if pid, err := strconv.Atoi(f); err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids
}

// processMemory is the resident set in bytes of the processes together; macOS
// has no proportional share, so both numbers are the same.
func processMemory(pids []int) (rss, pss int64) {
	for _, row := range processTable() {
		if slices.Contains(pids, row.pid) {
			rss += row.rss
		}
	}
	return rss, rss
}

func childrenOf(pid int) []int {
	var pids []int
	for _, row := range processTable() {
		if row.parent == pid {
			pids = append(pids, row.pid)
		}
	}
	return pids
}

type processRow struct {
	pid, parent int
	rss         int64 // bytes
}

func processTable() []processRow {
	out, _ := exec.Command("ps", "-ax", "-o", "pid=,ppid=,rss=").Output()
	var rows []processRow
	for _, line := range strings.Split(string(out), "\n") {
		f := strings.Fields(line)
		if len(f) != 3 {
			continue
		}
		pid, _ := strconv.Atoi(f[0])
		parent, _ := strconv.Atoi(f[1])
		kb, _ := strconv.ParseInt(f[2], 10, 64)
		rows = append(rows, processRow{pid, parent, kb * 1024})
	}
	return rows
}
