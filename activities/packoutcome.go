package activities

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sweep/storage"
)

// PackSettleInput are a pack's last words on some of its trials.
type PackSettleInput struct {
	WorkflowID string
	Trials     []PackWord
}

// PackWord is the last word on one trial, as Settle takes it.
type PackWord struct {
	Hash   string
	State  storage.TrialState
	Reason string
}

// PackSettled tells how many of the trials each sweep waits for.
type PackSettled struct {
	Sweeps []SweepShare // in the names' order
}

// SweepShare is a sweep and how many of some trials it names.
type SweepShare struct {
	Sweep  string
	Trials int
}

// SettlePack records how a pack leaves trials, as Settle does for one.
func (a *Activities) SettlePack(ctx context.Context, in PackSettleInput) (PackSettled, error) {
	share := map[string]int{}
	for _, w := range in.Trials {
		names, err := a.Outcomes.Settle(ctx, storage.Settlement{Hash: w.Hash, WorkflowID: in.WorkflowID, State: w.State, Reason: w.Reason})
		if err != nil {
			return PackSettled{}, fmt.Errorf("settle trial %.12s: %w", w.Hash, err)
		}
		for _, name := range names {
			share[name]++
		}
	}
	var out PackSettled
	for name, n := range share {
		out.Sweeps = append(out.Sweeps, SweepShare{name, n})
	}
	slices.SortFunc(out.Sweeps, func(a, b SweepShare) int { return strings.Compare(a.Sweep, b.Sweep) })
	return out, nil
}

// PackProgressInput names trials.
type PackProgressInput struct {
	Hashes []string
}

// TrialProgress is what is committed of one trial, and whether an attempt at it
// is open.
type TrialProgress struct {
	Progress
	Running bool
}

// PackProgress tells how far trials are, in the order asked. When a pack is
// lost, the trials that were not running had no part in it.
func (a *Activities) PackProgress(ctx context.Context, in PackProgressInput) ([]TrialProgress, error) {
	out := make([]TrialProgress, len(in.Hashes))
	for i, h := range in.Hashes {
		step, state, _, err := a.Outcomes.Progress(ctx, h)
		if err != nil {
			return nil, fmt.Errorf("read progress of trial %.12s: %w", h, err)
		}
		out[i] = TrialProgress{Progress{Step: step, Settled: state.Settled()}, state == storage.Running}
	}
	return out, nil
}
