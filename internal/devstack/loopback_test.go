package devstack_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sweep/internal/devstack"
)

// listening are the local addresses of the TCP sockets in state LISTEN that
// the process has, in the kernel's hexadecimal form (proc(5), /proc/net/tcp).
func listening(t *testing.T, pid int) []string {
	t.Helper()
	mine := map[string]bool{}
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, link := range links {
		target, _ := os.Readlink(link)
		if inode, ok := strings.CutPrefix(target, "socket:["); ok {
			mine[strings.TrimSuffix(inode, "]")] = true
		}
	}
	var all []string
	for _, table := range []string{"tcp", "tcp6"} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(b), "\n")[1:] {
			f := strings.Fields(line)
			if len(f) > 9 && f[3] == "0A" && mine[f[9]] {
				all = append(all, f[1])
			}
		}
	}
	return all
}

func TestEveryListenerIsOnLoopback(t *testing.T) {
	t.Parallel()
	dir := newHome(t)
	ensure(t, dir)
	for name, atLeast := range map[string]int{"postgres": 1, "s3": 1, "temporal": 5} { // frontend, history, matching, worker, UI
		found := listening(t, service(t, dir, name).PID)
		if len(found) < atLeast {
			t.Errorf("%s listens at %v, expected %d sockets or more", name, found, atLeast)
		}
		for _, address := range found {
			if !strings.HasPrefix(address, "0100007F:") { // 127.0.0.1
				t.Errorf("%s listens at %s", name, address)
			}
		}
	}
}

func TestDevserverRefusesWhatIsNotLoopbackOrHasNoSecret(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := devstack.Devserver(t.Context(), self, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{"S3_ACCESS_KEY=0123access", "S3_SECRET_KEY=0123secret", "POSTGRES_PASSWORD=0123password"}
	for _, c := range []struct {
		name string
		args []string
		env  []string
		want string
	}{
		{"s3 for everybody", []string{"s3", "-dir", t.TempDir(), "-address", "0.0.0.0:29999"}, keys, "only 127.0.0.1"},
		{"Temporal for everybody", []string{"temporal", "-address", ":29999"}, keys, "only 127.0.0.1"},
		{"Web UI for everybody", []string{"temporal", "-ui-address", "[::]:29999"}, keys, "only 127.0.0.1"},
		{"s3 without keys", []string{"s3", "-dir", t.TempDir()}, nil, "S3_ACCESS_KEY"},
		{"Temporal without a password", []string{"temporal"}, nil, "POSTGRES_PASSWORD"},
		{"unknown command", []string{"postgres"}, nil, "usage"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := exec.Command(program, c.args...)
			cmd.Env = append([]string{"PATH=/usr/bin:/bin"}, c.env...)
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), c.want) {
				t.Errorf("got %v: %s; want %q", err, out, c.want)
			}
		})
	}
}
