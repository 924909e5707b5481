package tasks

import (
	"context"

	"sweep/training"
	"sweep/training/checkpoint"
)

// PackTask is a Task that trains several trials of one shape together.
type PackTask interface {
	Task

	// PackSize is the most trials that one pack may hold on this machine; below 2
	// trials are opened alone.
	PackSize() int

	// OpenPack makes the trials at step 0; all configs have one training.Shape. An
	// error that wraps training.ErrMemory says that they do not fit together, and
	// one that wraps training.ErrAlone that trials of this shape are not packed.
	OpenPack(cfgs []training.Config) (Pack, error)
}

// Pack is some trials in a device's memory, used by one goroutine. Member i is
// the trial of the i-th config, and everything that it returns is the same,
// bit for bit, whatever its neighbours are and do.
type Pack interface {
	// Step trains one outer iteration of every member i with steps[i] > 0, which is
	// its own step; 0 leaves the member as it is. out[i] is filled for those that
	// stepped, its points in a slice that the next call uses again. An error is the
	// whole pack's: its device is lost.
	Step(ctx context.Context, steps []int64, out []Stepped) error

	// Member is trial i between steps.
	Member(i int) Member

	// Close frees the device's memory.
	Close() error
}

// Stepped is what one member's step gave: as Run.Step.
type Stepped struct {
	Points   []training.Point
	Diverged string
}

// Member is what a Run is but for its steps. A device that fails makes its
// methods panic; Restore's errors wrap training.ErrState.
type Member interface {
	Evaluate(step int64) ([]training.Point, []training.Artifact)
	State(step int64) checkpoint.State
	Restore(step int64, s checkpoint.State) error
}
