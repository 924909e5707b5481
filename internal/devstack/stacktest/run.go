package stacktest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"sweep/internal/devstack"
)

// Run starts a stack in a temporary home, supervised by this process, and
// returns when it is ready. stop ends it and removes its data.
func Run(ctx context.Context, log io.Writer) (home string, stop func(), err error) {
	if home, err = tempHome(); err != nil {
		return "", nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	program, err := devstack.Devserver(ctx, self, log)
	if err != nil {
		return "", nil, errors.Join(err, os.Remove(home))
	}
	if err := os.Setenv("SWEEP_DEVSERVER", program); err != nil { // for this process and those it starts
		return "", nil, err
	}
	supervised, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		ended <- devstack.Supervise(supervised, devstack.Options{Home: home, Self: self, DieWithParent: true})
	}()
	stop = func() {
		cancel()
		if err := <-ended; err != nil {
			fmt.Fprintln(log, "the stack ended with", err)
		}
		if err := devstack.Down(context.Background(), home, true); err != nil {
			fmt.Fprintln(log, "removing the stack:", err)
		}
	}
	if err := awaitReady(home, ended); err != nil {
		cancel()
		return "", nil, errors.Join(err, devstack.Down(context.Background(), home, true))
	}
	return home, stop, nil
}

func awaitReady(home string, ended <-chan error) error {
	for {
		select {
		case err := <-ended:
			return fmt.Errorf("the stack did not start: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
		if _, _, err := devstack.Lookup(home); err == nil {
			return nil
		}
	}
}
