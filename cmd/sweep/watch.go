package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"sweep/storage"
)

func newWatchCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "watch SWEEP", Short: "show a sweep's progress until it is done",
		Long: `watch shows bars on a terminal and plain lines elsewhere, and ends with the sweep:
exit code 3 when some trials failed. Ctrl-C ends watching, not the sweep.`,
		Args: exactly(1, "a sweep's name; `sweep ls` lists them"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServices(cmd.Context(), func(ctx context.Context, s *services) error { return a.watch(ctx, s, args[0]) })
		},
	}
}

// watchEvery is how often progress is read.
const watchEvery = 500 * time.Millisecond

// watch follows a sweep to its end and tells how it ended. Progress goes to the
// output, or to the error stream when the output is data.
func (a *app) watch(ctx context.Context, s *services, name string) error {
	out := a.out
	if a.output != "table" {
		out = a.err
	}
	tty := live(out)
	began := time.Now()
	p, err := watchSweep(ctx, keeper{a, s}, name, out, tty, watchEvery)
	switch {
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintf(a.err, "%s goes on; `sweep watch %s` shows it again\n", name, name)
		return nil
	case err != nil:
		return s.unknownSweep(ctx, name, err)
	}
	if err := a.ended(p, time.Since(began)); err != nil {
		return err
	}
	if c, _, _ := sums(p); c.Failed > 0 {
		return exitError{exitTrials, fmt.Errorf("%s of %s failed; `sweep logs %s` says why, `sweep retry %s` runs them again", count(c.Failed, "trial"), name, name, name)}
	}
	return nil
}

// ended prints how a sweep ended.
func (a *app) ended(p storage.SweepProgress, took time.Duration) error {
	if a.output == "json" {
		return a.json(newSweepView(p))
	}
	c, _, _ := sums(p)
	_, err := fmt.Fprintf(a.out, "%s is %s: %d of %s finished%s (watched for %s)\n", p.Name, shownState(p.Sweep), c.Finished, count(c.Total(), "trial"), unwell(c, ", "), took.Round(time.Second))
	return err
}

// progressReader is all that watching needs.
type progressReader interface {
	SweepProgress(ctx context.Context, name string) (storage.SweepProgress, error)
}

// keeper reads progress and, when the local stack is down, has it started
// again: whatever was killed, the sweep that is watched goes on.
type keeper struct {
	app *app
	*services
}

// SweepProgress asks the store. When it does not answer, the stack is seen to,
// and the store's error returned for the caller to ask again.
func (k keeper) SweepProgress(ctx context.Context, name string) (storage.SweepProgress, error) {
	p, err := k.metrics.SweepProgress(ctx, name)
	if err != nil && !errors.Is(err, storage.ErrNotFound) && ctx.Err() == nil {
		_, _ = k.app.connection(ctx, true)
	}
	return p, err
}

// patience is how long watching waits for a store that does not answer.
const patience = 5 * time.Minute

// watchSweep reads a sweep's progress every so often and shows it on out, as
// bars on a terminal and as lines elsewhere, until the sweep is done or
// cancelled; it returns the last reading. While the store is away it says so
// and goes on, for a few minutes. An unknown sweep is storage.ErrNotFound.
func watchSweep(ctx context.Context, store progressReader, name string, out io.Writer, isTTY bool, every time.Duration) (storage.SweepProgress, error) {
	var s screen = newLines(out, every)
	if isTTY {
		s = newBars(out)
	}
	defer s.close()
	tick := time.NewTicker(every)
	defer tick.Stop()
	var speed pace
	answered := time.Now()
	for {
		p, err := store.SweepProgress(ctx, name)
		now := time.Now()
		switch {
		case ctx.Err() != nil:
			return p, ctx.Err()
		case errors.Is(err, storage.ErrNotFound), errors.Is(err, storage.ErrSchema):
			return p, err
		case err != nil && now.Sub(answered) > patience:
			return p, fmt.Errorf("gave up waiting after %v: %w", patience, err)
		case err != nil:
			s.wait("waiting for Postgres: " + oneLine(err.Error()))
		default:
			answered = now
			speed.see(p, now)
			s.show(p, &speed, now)
			if p.State == storage.SweepDone || p.State == storage.SweepCancelled && settled(p) {
				return p, nil
			}
		}
		select {
		case <-ctx.Done():
			return p, ctx.Err()
		case <-tick.C:
		}
	}
}

// settled tells whether nothing is in flight any more.
func settled(p storage.SweepProgress) bool {
	c, _, _ := sums(p)
	return c.Dispatched+c.Running == 0
}
