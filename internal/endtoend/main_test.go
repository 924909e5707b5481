package endtoend_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"sweep/internal/devstack"
	"sweep/internal/devstack/stacktest"
)

// program is the sweep binary under test, built once for this package.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "sweep-endtoend-")
	if err == nil {
		err = build(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "endtoend:", err)
		os.Exit(1)
	}
	code := stacktest.Main(m)
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// build compiles sweep and finds or builds devserver; both are the real ones.
func build(dir string) error {
	program = filepath.Join(dir, "sweep")
	out, err := exec.Command("go", "build", "-o", program, "sweep/cmd/sweep").CombinedOutput()
	if err != nil {
		return fmt.Errorf("build sweep: %w\n%s", err, out)
	}
	server, err := devstack.Devserver(context.Background(), program, os.Stderr)
	if err != nil {
		return fmt.Errorf("build devserver: %w", err)
	}
	return os.Setenv("SWEEP_DEVSERVER", server)
}
