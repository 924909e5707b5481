// Package tasks is what the engine needs of a task: Task opens a trial, Run is
// the trial in memory.
//
// Implementations promise that everything a Run returns is a function of the
// trial's Config and the step alone, also after Restore. They never look at a
// clock for numbers, and know neither stores nor recorders.
package tasks

import (
	"context"

	"sweep/training"
	"sweep/training/checkpoint"
)

// Task opens trials of one kind.
type Task interface {
	// Name is the schema's name.
	Name() string

	// Numerics is the numerics key of the trials it opens, e.g.
	// "cpu-go-amd64-fp32": trials of one key continue each other's checkpoints
	// bit for bit.
	Numerics() string

	// Open makes a trial at step 0. The config is resolved by the task's schema.
	Open(cfg training.Config) (Run, error)
}

// Run is one trial, used by one goroutine.
type Run interface {
	// Step trains outer iteration step ≥ 1 and returns its points, in a slice
	// that the next call uses again. A non-empty reason says that a loss or a
	// parameter became NaN or infinite. A cancelled ctx may only shorten pauses.
	Step(ctx context.Context, step int64) (points []training.Point, diverged string)

	// Evaluate returns the scores and artifacts that are due after step ≥ 0; at
	// most steps nothing is.
	Evaluate(step int64) ([]training.Point, []training.Artifact)

	// State copies the state just after step.
	State(step int64) checkpoint.State

	// Restore takes the state that State gave for step. Its errors wrap
	// training.ErrState.
	Restore(step int64, s checkpoint.State) error
}
