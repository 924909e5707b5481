// Package noop is the task that trains nothing: a step is one random number. It
// measures and tests the runner itself, and has everything that a real task
// has: points, a state, divergence.
package noop

import (
	"context"
	"fmt"
	"math"
	"time"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/tasks"
)

// Task opens noop trials.
type Task struct{}

// Name is the schema's name.
func (Task) Name() string { return "noop" }

// Numerics is "any": integers and one exact division are the same everywhere.
func (Task) Numerics() string { return "any" }

// Open makes a trial.
func (Task) Open(cfg training.Config) (tasks.Run, error) {
	return &run{
		key:       kernels.NewKey(cfg.Seed),
		delay:     time.Duration(cfg.Params.Int("delay_ms")) * time.Millisecond,
		divergeAt: cfg.Params.Int("diverge_at"),
		points:    make([]training.Point, 1),
	}, nil
}

type run struct {
	key       kernels.Key
	delay     time.Duration
	divergeAt int64
	points    []training.Point
}

// Step draws one number in [0, 1).
func (r *run) Step(ctx context.Context, step int64) ([]training.Point, string) {
	r.pause(ctx)
	w := kernels.Counter{Stream: kernels.StreamNoop, Outer: uint32(step)}.Block(r.key, 0)
	r.points[0] = training.Point{Metric: "value", Value: kernels.Uniform(w[0], w[1])}
	if step == r.divergeAt {
		r.points[0].Value = math.NaN()
		return r.points, fmt.Sprintf("value is NaN at step %d", step)
	}
	return r.points, ""
}

func (r *run) pause(ctx context.Context) {
	if r.delay == 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(r.delay):
	}
}

// Evaluate has nothing to score.
func (r *run) Evaluate(int64) ([]training.Point, []training.Artifact) { return nil, nil }

// State is the stream's position.
func (r *run) State(step int64) checkpoint.State {
	return checkpoint.State{Counters: map[string]int64{"stream.value": step + 1}}
}

// Restore checks the stream's position.
func (r *run) Restore(step int64, s checkpoint.State) error {
	if got := s.Counters["stream.value"]; got != step+1 {
		return fmt.Errorf("%w: its random stream stands at step %d, expected %d", training.ErrState, got, step+1)
	}
	return nil
}
