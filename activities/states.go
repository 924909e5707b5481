package activities

import "sweep/storage"

// The states that workflows decide on, under the name they know them by:
// workflows speak to storage only through activities.
type (
	SweepState = storage.SweepState
	TrialState = storage.TrialState
)

// What workflows compare with and ask for.
const (
	SweepRunning   = storage.SweepRunning
	SweepPaused    = storage.SweepPaused
	SweepCancelled = storage.SweepCancelled
	SweepDone      = storage.SweepDone

	TrialPending   = storage.Pending
	TrialRunning   = storage.Running
	TrialFinished  = storage.Finished
	TrialFailed    = storage.Failed
	TrialCancelled = storage.Cancelled

	WantPause  = storage.WantPause
	WantCancel = storage.WantCancel
)
