package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"

	"sweep/training"
	"sweep/training/tasks"
	"sweep/training/tasks/gaussians"
)

// ours is the gaussians task as workers run it.
type ours struct {
	trial  tasks.Run
	step   int64
	allocs uint64 // heap allocations of the runs so far
	steps  uint64
}

// numerics is the numerics key that is measured.
func numerics() string { return gaussians.Task{}.Numerics() }

// checked is how many iterations the losses are compared for.
const checked = 10

func (s spec) config(seed int64) (training.Config, error) {
	p := training.Params{}
	for name, v := range map[string]int64{"k": int64(s.k), "z_dim": int64(s.z), "batch": int64(s.batch)} {
		p = p.With(name, training.IntValue(v))
	}
	return training.NewConfig("gaussians", p.With("gradient", training.StringValue(s.gradient())), seed)
}

func (o *ours) open(s spec, d *data) error {
	cfg, err := s.config(d.seed)
	if err != nil {
		return err
	}
	o.step, o.allocs, o.steps = 0, 0, 0
	o.trial, err = gaussians.Task{}.Open(cfg)
	return err
}

func (o *ours) check() (all []losses, err error) {
	for range checked {
		points, err := o.train()
		if err != nil {
			return nil, err
		}
		var l losses
		for _, p := range points {
			switch p.Metric {
			case "d_loss":
				l[0] = p.Value
			case "g_loss":
				l[1] = p.Value
			}
		}
		all = append(all, l)
	}
	return all, nil
}

func (o *ours) train() ([]training.Point, error) {
	o.step++
	points, diverged := o.trial.Step(context.Background(), o.step)
	if diverged != "" {
		return nil, errors.New(diverged)
	}
	return points, nil
}

func (o *ours) run(n int) (time.Duration, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	took, err := timed(n, func() error { _, err := o.train(); return err })
	runtime.ReadMemStats(&after)
	o.allocs, o.steps = o.allocs+after.Mallocs-before.Mallocs, o.steps+uint64(n)
	return took, err
}

func (o *ours) close() error { return nil }

// timed is the processor time of one of n calls.
func timed(n int, f func() error) (time.Duration, error) {
	began, err := cpuTime()
	if err != nil {
		return 0, err
	}
	for range n {
		if err := f(); err != nil {
			return 0, err
		}
	}
	ended, err := cpuTime()
	return (ended - began) / time.Duration(n), err
}

// cpuTime is this process's, all threads, user and system.
func cpuTime() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("reading the processor time: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}
