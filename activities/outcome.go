package activities

import (
	"context"
	"fmt"

	"sweep/storage"
)

// SettleInput is a group's last word on its trial.
type SettleInput = storage.Settlement

// Settled names the sweeps that wait for the trial.
type Settled struct {
	Sweeps []string
}

// Settle records how the group leaves the trial; an outcome already recorded
// by an attempt stands.
func (a *Activities) Settle(ctx context.Context, in SettleInput) (Settled, error) {
	names, err := a.Outcomes.Settle(ctx, in)
	if err != nil {
		return Settled{}, fmt.Errorf("settle trial %.12s: %w", in.Hash, err)
	}
	return Settled{Sweeps: names}, nil
}

// ProgressInput names a trial.
type ProgressInput struct {
	Hash string
}

// Progress is what is committed of a trial.
type Progress struct {
	Step    int64 // of the newest checkpoint, -1 if there is none
	Settled bool
}

// Progress tells how far a trial is committed, so that a group can tell a
// trial that moves between failures from one that does not.
func (a *Activities) Progress(ctx context.Context, in ProgressInput) (Progress, error) {
	step, state, _, err := a.Outcomes.Progress(ctx, in.Hash)
	if err != nil {
		return Progress{}, fmt.Errorf("read progress of trial %.12s: %w", in.Hash, err)
	}
	return Progress{Step: step, Settled: state.Settled()}, nil
}
