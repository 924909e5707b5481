package devstack_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sweep/internal/devstack"
)

const impatience = 3 * time.Second

// newHome is a home whose stack is stopped and removed at the end of the test,
// whatever happened in it.
func newHome(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "home")
	t.Cleanup(func() {
		if t.Failed() {
			dumpLogs(t, dir)
		}
		if err := devstack.Down(context.Background(), dir, true); err != nil {
			t.Errorf("Down: %v", err)
		}
	})
	return dir
}

func dumpLogs(t *testing.T, dir string) {
	logs, _ := filepath.Glob(filepath.Join(dir, "log", "*.log"))
	for _, name := range logs {
		b, _ := os.ReadFile(name)
		t.Logf("%s:\n%s", name, b[max(0, len(b)-3000):])
	}
}

func ensure(t *testing.T, dir string) devstack.Connection {
	t.Helper()
	began := time.Now()
	c, err := devstack.Ensure(t.Context(), devstack.Options{Home: dir})
	if err != nil {
		t.Fatalf("Ensure: %v", err)
	}
	t.Logf("Ensure took %s", time.Since(began).Round(time.Millisecond))
	return c
}

func service(t *testing.T, dir, name string) devstack.Service {
	t.Helper()
	state, _, err := devstack.Lookup(dir)
	if err != nil {
		t.Fatalf("Lookup: %v", err)
	}
	s, ok := state.Service(name)
	if !ok {
		t.Fatalf("no service %s in %+v", name, state)
	}
	return s
}

func kill(t *testing.T, pid int, sig syscall.Signal) {
	t.Helper()
	if pid <= 1 {
		t.Fatalf("pid %d", pid)
	}
	if err := syscall.Kill(pid, sig); err != nil {
		t.Fatalf("kill %d: %v", pid, err)
	}
}

// alive is false for a zombie: where nobody reaps orphans they stay for good.
func alive(t *testing.T, pid int) bool {
	t.Helper()
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}

// eventually waits for a condition of the outside world.
func eventually(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", limit, what)
		}
	}
}

func get(url string) int {
	resp, err := http.Get(url)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func TestColdStartWarmStartAndDown(t *testing.T) {
	dir := newHome(t)
	c := ensure(t, dir)
	if got := get(c.UIURL + "/api/v1/namespaces/sweep"); got != http.StatusOK {
		t.Errorf("namespace through the Web UI: status %d", got)
	}
	r, err := devstack.Status(dir)
	if err != nil || !r.Up {
		t.Fatalf("Status: %+v, %v", r, err)
	}
	t.Logf("RSS %d MB, PSS %d MB, disk %d MB", r.RSSBytes>>20, r.PSSBytes>>20, r.DiskBytes>>20)
	for _, s := range r.Services {
		t.Logf("%-9s %s pid %d %s %s RSS %d MB PSS %d MB", s.Name, s.Phase, s.PID, s.Address, s.Version, s.RSSBytes>>20, s.PSSBytes>>20)
	}
	if again := ensure(t, dir); again != c {
		t.Errorf("a second Ensure found another stack")
	}
	began := time.Now()
	if err := devstack.Down(t.Context(), dir, false); err != nil {
		t.Fatalf("Down: %v", err)
	}
	t.Logf("Down took %s", time.Since(began).Round(time.Millisecond))
	for _, s := range r.Services {
		if alive(t, s.PID) {
			t.Errorf("%s lives on after Down", s.Name)
		}
	}
	if again := ensure(t, dir); again != c {
		t.Errorf("the stack moved after a restart")
	}
}
