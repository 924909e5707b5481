package packed

import (
	"context"
	"runtime"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/tasks"
)

// held is a Run on a device. A Run is never closed: the garbage collector frees
// what it holds, and no earlier than its last call ends.
type held struct{ run tasks.Run }

// hold lets free, which nobody is left to hear of an error from, follow the Run.
func hold(r tasks.Run, free func()) tasks.Run {
	h := &held{r}
	runtime.AddCleanup(h, func(free func()) { free() }, free)
	return h
}

// Step and the others are the Run's.
func (h *held) Step(ctx context.Context, step int64) ([]training.Point, string) {
	defer runtime.KeepAlive(h)
	return h.run.Step(ctx, step)
}

// Evaluate is beside Step.
func (h *held) Evaluate(step int64) ([]training.Point, []training.Artifact) {
	defer runtime.KeepAlive(h)
	return h.run.Evaluate(step)
}

// State is beside Step.
func (h *held) State(step int64) checkpoint.State {
	defer runtime.KeepAlive(h)
	return h.run.State(step)
}

// Restore is beside Step.
func (h *held) Restore(step int64, s checkpoint.State) error {
	defer runtime.KeepAlive(h)
	return h.run.Restore(step, s)
}
