// Command cmd runs another command while a local stack is up that all test
// packages share:
//
//	go run ./internal/devstack/stacktest/cmd go test ./...
//
// SWEEP_TEST_STACK names the stack's home to the command and SWEEP_DEVSERVER
// the program it runs on. The stack is stopped and removed afterwards; the
// exit code is the command's.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"sweep/internal/devstack/stacktest"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "stacktest:", err)
	}
	os.Exit(code)
}

func run(args []string) (int, error) {
	if len(args) == 0 {
		return 2, errors.New("usage: cmd COMMAND [ARGUMENT…]")
	}
	// A Ctrl-C reaches the command too; this process stays to clean up.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	home, stop, err := stacktest.Run(context.Background(), os.Stderr)
	if err != nil {
		return 1, err
	}
	defer stop()
	c := exec.Command(args[0], args[1:]...)
	c.Env = append(os.Environ(), "SWEEP_TEST_STACK="+home)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := c.Start(); err != nil {
		return 1, err
	}
	go func() {
		for s := range signals {
			_ = c.Process.Signal(s)
		}
	}()
	err = c.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}
