package stacktest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sweep/internal/devstack"
)

// homeVariable names the home of a stack that is shared.
const homeVariable = "SWEEP_TEST_STACK"

// Stack is a running local stack without a worker. Its own database, namespace
// and bucket are shared by everybody: use Isolated.
type Stack struct {
	devstack.Connection
	Home string
}

// Main is a TestMain for packages that use Start: os.Exit(stacktest.Main(m)).
// It starts the stack of this test process unless one is shared.
func Main(m *testing.M) int {
	flag.Parse()
	if os.Getenv(homeVariable) != "" || !runsTests() {
		return m.Run()
	}
	home, stop, err := Run(context.Background(), os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "stacktest:", err)
		return 1
	}
	defer stop()
	if err := os.Setenv(homeVariable, home); err != nil {
		fmt.Fprintln(os.Stderr, "stacktest:", err)
		return 1
	}
	return m.Run()
}

// runsTests is false in a process that only lists tests or fuzzes for another.
func runsTests() bool {
	for _, name := range []string{"test.list", "test.fuzzworker"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" && f.Value.String() != "false" {
			return false
		}
	}
	return true
}

// Start returns the shared stack, or one for this test alone when nothing is
// shared.
func Start(t testing.TB) Stack {
	t.Helper()
	if home := os.Getenv(homeVariable); home != "" {
		return lookup(t, home)
	}
	return Private(t)
}

// Private returns a stack for this test alone, whose services it may kill.
func Private(t testing.TB) Stack {
	t.Helper()
	home, stop, err := Run(context.Background(), testLog{t})
	if err != nil {
		t.Fatalf("starting a local stack: %v", err)
	}
	t.Cleanup(stop)
	return lookup(t, home)
}

func lookup(t testing.TB, home string) Stack {
	t.Helper()
	_, c, err := devstack.Lookup(home)
	for began := time.Now(); errors.Is(err, devstack.ErrDown) && time.Since(began) < time.Minute; { // being restarted after a test's kill
		time.Sleep(50 * time.Millisecond)
		_, c, err = devstack.Lookup(home)
	}
	if err != nil {
		t.Fatalf("the stack of %s=%s: %v", homeVariable, home, err)
	}
	return Stack{Connection: c, Home: home}
}

// testLog shows progress (the build of devserver) in the test's log.
type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) {
	fmt.Fprintf(os.Stderr, "%s: %s", l.t.Name(), b)
	return len(b), nil
}

func tempHome() (string, error) {
	sweepStale()
	return os.MkdirTemp("", "sweep-test-")
}

// sweepStale removes what test processes that were killed left behind.
func sweepStale() {
	old, _ := filepath.Glob(filepath.Join(os.TempDir(), "sweep-test-*"))
	for _, dir := range old {
		info, err := os.Stat(dir)
		if err != nil || time.Since(info.ModTime()) < 10*time.Minute {
			continue
		}
		if r, err := devstack.Status(dir); err != nil || r.Supervisor.Alive {
			continue
		}
		_ = devstack.Down(context.Background(), dir, true)
	}
}
