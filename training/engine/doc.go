// Package engine is the loop of one trial: steps, points, evaluations,
// checkpoints, divergence, and the ways to stop.
//
// It promises that a trial's points, artifacts and checkpoints are the same
// bytes whether it runs straight through or is stopped and resumed at any step,
// whatever the cadence of checkpoints, the number of processors or the clock;
// and that everything of a step is recorded before its checkpoint. What it
// records it gives to a training.Recorder: it knows no store.
package engine
