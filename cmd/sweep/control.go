package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sweep/storage"
	"sweep/workflows"
)

func newPauseCmd(a *app) *cobra.Command {
	return a.controlCmd("pause SWEEP", "stop handing out trials; running ones checkpoint and wait", workflows.PauseUpdate, "paused")
}

func newResumeCmd(a *app) *cobra.Command {
	return a.controlCmd("resume SWEEP", "go on with a paused sweep", workflows.ResumeUpdate, "resumed")
}

func newCancelCmd(a *app) *cobra.Command {
	return a.controlCmd("cancel SWEEP", "stop a sweep for good; trials that another sweep wants go on", workflows.CancelUpdate, "cancelled")
}

// controlCmd sends one Update to a sweep's workflow.
func (a *app) controlCmd(use, short, name, done string) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: exactly(1, "a sweep's name; `sweep ls` lists them"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServices(cmd.Context(), func(ctx context.Context, s *services) error {
				if err := s.control(ctx, args[0], name); err != nil {
					return err
				}
				return a.say(map[string]any{"sweep": args[0], "state": done}, "%s %s\n", done, args[0])
			})
		},
	}
}

func (s *services) control(ctx context.Context, sweep, name string) error {
	if _, err := s.metrics.Sweep(ctx, sweep); err != nil {
		return s.unknownSweep(ctx, sweep, err)
	}
	c, err := s.temporal(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return update(ctx, c, sweep, name)
}

func newRetryCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "retry SWEEP", Short: "run a sweep's failed and cancelled trials again",
		Args: exactly(1, "a sweep's name; `sweep ls` lists them"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServices(cmd.Context(), func(ctx context.Context, s *services) error { return a.retry(ctx, s, args[0]) })
		},
	}
}

// retry submits the stored file again: planning puts failed trials back.
func (a *app) retry(ctx context.Context, s *services, name string) error {
	sw, err := s.metrics.Sweep(ctx, name)
	if err != nil {
		return s.unknownSweep(ctx, name, err)
	}
	before, err := s.metrics.Counts(ctx, name)
	if err != nil {
		return fmt.Errorf("count trials of %s: %w", name, err)
	}
	again := before.Failed + before.Cancelled
	if again > 0 {
		if err := s.start(ctx, storage.Sweep{Name: sw.Name, File: sw.File, Text: sw.Text, Only: sw.Only}, workflows.Timing{}); err != nil {
			return err
		}
	}
	return a.say(map[string]any{"sweep": name, "trials": again}, "%s of %s run again\n", count(again, "trial"), name)
}
