package devstack_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"sweep/internal/devstack"
)

// TestMain lets the test binary be the programs that a stack starts: the
// detached supervisor and its worker.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "supervise":
			os.Exit(superviseMain(os.Args[2:]))
		case "worker":
			os.Exit(workerMain(os.Args[2]))
		}
	}
	os.Exit(m.Run())
}

func superviseMain(args []string) int {
	o := devstack.Options{Home: args[1], Log: os.Stderr}
	if file := os.Getenv("TEST_WORKER_FILE"); file != "" {
		o.Worker = []string{"worker", file}
	}
	if os.Getenv("TEST_IMPATIENT") != "" {
		o.Unresponsive = impatience
	}
	if err := devstack.Supervise(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// workerMain leaves the names of what it was configured with in file and lives
// until SIGTERM.
func workerMain(file string) int {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	var names []string
	for _, v := range os.Environ() {
		if name, value, _ := strings.Cut(v, "="); value != "" {
			names = append(names, name)
		}
	}
	if os.WriteFile(file, []byte(strings.Join(names, "\n")), 0o600) != nil {
		return 1
	}
	<-stop
	return 0
}
