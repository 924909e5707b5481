package activities

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"go.temporal.io/sdk/temporal"

	"sweep/storage"
	"sweep/sweeps"
	"sweep/training"
)

// ConfigError is the type of application errors that no retry can cure.
const ConfigError = "config"

// TrainQueue is the task queue of CPU training workers.
const TrainQueue = "train-cpu"

// SweepInput names a sweep.
type SweepInput struct {
	Sweep string
}

// Plan expands the sweep's stored file and writes its rows.
func (a *Activities) Plan(ctx context.Context, in SweepInput) (storage.PlanCounts, error) {
	sw, spec, err := a.spec(ctx, in.Sweep)
	if err != nil {
		return storage.PlanCounts{}, err
	}
	counts, err := a.Plans.WritePlan(ctx, in.Sweep, experimentsOf(sw, spec), planRows(sw, spec))
	if final := (*temporal.ApplicationError)(nil); errors.As(err, &final) && final.NonRetryable() {
		return counts, final // wrapped, it would be retried
	}
	if err != nil {
		return counts, fmt.Errorf("plan sweep %s: %w", in.Sweep, err)
	}
	return counts, nil
}

// spec reads and parses a sweep's stored file.
func (a *Activities) spec(ctx context.Context, name string) (storage.Sweep, *sweeps.Spec, error) {
	sw, err := a.Plans.Sweep(ctx, name)
	if errors.Is(err, storage.ErrNotFound) {
		return sw, nil, temporal.NewNonRetryableApplicationError("no sweep "+name, ConfigError, err)
	}
	if err != nil {
		return sw, nil, fmt.Errorf("read sweep %s: %w", name, err)
	}
	spec, err := sweeps.Parse(sw.File, sw.Text)
	if err != nil {
		return sw, nil, temporal.NewNonRetryableApplicationError("parse sweep "+name, ConfigError, err)
	}
	return sw, spec, nil
}

// Trial is a dispatched trial with what its group needs to know.
type Trial struct {
	storage.Dispatch
	Every training.Cadence
}

// Summary names the trial for people: "ring k=5 z_dim=256 seed=3".
func (t Trial) Summary() string {
	if t.Cell == "" {
		return fmt.Sprintf("%s seed=%d", t.Experiment, t.Seed)
	}
	return fmt.Sprintf("%s %s seed=%d", t.Experiment, t.Cell, t.Seed)
}

// DispatchInput asks for trials to start. Max bounds how many may be in flight,
// 0 for no bound beside the window.
type DispatchInput struct {
	Sweep string
	Max   int
}

// Dispatched are the trials to start now, and where the sweep stands.
type Dispatched struct {
	Trials   []Trial
	Packs    []Pack `json:",omitempty"` // trials that travel together
	Counts   storage.Counts
	State    storage.SweepState
	MaxWall  time.Duration  // the sweep's budget, 0 for none
	Ran      *time.Duration // what is used of it; nil in histories of older versions
	Standing *Standing      // nil: the sweep tells nobody
}

// Dispatch takes pending trials, as many as the window has room for. A trial
// that was taken and whose reply was lost is found again by Reconcile. A sweep
// that has spent its budget gets none.
func (a *Activities) Dispatch(ctx context.Context, in DispatchInput) (Dispatched, error) {
	sw, spec, err := a.spec(ctx, in.Sweep)
	if err != nil {
		return Dispatched{}, err
	}
	standing, err := a.standing(ctx, spec)
	if err != nil {
		return Dispatched{}, err
	}
	taken, counts, err := a.take(ctx, in, sw.Ran, spec)
	if err != nil {
		return Dispatched{}, fmt.Errorf("dispatch trials of %s: %w", in.Sweep, err)
	}
	out := Dispatched{Counts: counts, State: sw.State, MaxWall: spec.Budget.MaxWall, Ran: &sw.Ran, Standing: standing, Trials: []Trial{}}
	for _, together := range byWorkflow(taken) {
		if len(together) == 1 {
			out.Trials = append(out.Trials, withPolicy(together[0], spec))
		} else {
			out.Packs = append(out.Packs, packOf(together, spec))
		}
	}
	return out, nil
}

func (a *Activities) take(ctx context.Context, in DispatchInput, ran time.Duration, spec *sweeps.Spec) ([]storage.Dispatch, storage.Counts, error) {
	b := spec.Budget
	if b.MaxWall > 0 && ran >= b.MaxWall {
		counts, err := a.Queue.Counts(ctx, in.Sweep)
		return nil, counts, err
	}
	if m := b.MaxConcurrent; m > 0 && (in.Max == 0 || m < in.Max) {
		in.Max = m
	}
	packing, err := a.packing(ctx, in.Sweep, spec)
	if err != nil {
		return nil, storage.Counts{}, err
	}
	return a.Queue.Dispatch(ctx, in.Sweep, in.Max, packing)
}

// withPolicy adds the experiment's checkpoint cadence and retry bound.
func withPolicy(d storage.Dispatch, spec *sweeps.Spec) Trial {
	t := Trial{Dispatch: d}
	for _, e := range spec.Experiments {
		if e.Name == d.Experiment {
			t.Every = e.Checkpoint.Every
			t.InfraMax = e.Retry.InfraMax
		}
	}
	return t
}

// UndispatchInput names a trial, or a pack's trials, that could not be started.
type UndispatchInput struct {
	Hash, WorkflowID string
	Hashes           []string `json:",omitempty"` // of a pack, which has no Hash
}

// Undispatch gives trials back to the backlog.
func (a *Activities) Undispatch(ctx context.Context, in UndispatchInput) error {
	hashes := in.Hashes
	if in.Hash != "" {
		hashes = append(hashes, in.Hash)
	}
	for _, h := range hashes {
		if err := a.Queue.Undispatch(ctx, h, in.WorkflowID); err != nil {
			return fmt.Errorf("give trial %.12s back: %w", h, err)
		}
	}
	return nil
}

// ReconcileInput asks for a sweep's strays.
type ReconcileInput struct {
	Sweep string
	Idle  time.Duration // how long a trial must have been silent
}

// Reconcile puts trials back whose group closed without a word, and says how many.
func (a *Activities) Reconcile(ctx context.Context, in ReconcileInput) (int, error) {
	strays, err := a.Strays.Strays(ctx, in.Sweep, in.Idle)
	if err != nil {
		return 0, fmt.Errorf("look for strays of %s: %w", in.Sweep, err)
	}
	n := 0
	known := map[string]bool{} // trials of one pack are many
	for _, s := range strays {
		alive, ok := known[s.WorkflowID]
		if !ok {
			if alive, err = a.Groups.Alive(ctx, s.WorkflowID); err != nil {
				return n, fmt.Errorf("ask after %s: %w", s.WorkflowID, err)
			}
			known[s.WorkflowID] = alive
		}
		if alive {
			continue
		}
		if err := a.Strays.Requeue(ctx, s.Hash, s.WorkflowID); err != nil {
			return n, fmt.Errorf("put trial %.12s back: %w", s.Hash, err)
		}
		n++
	}
	return n, nil
}

// StateInput asks for a sweep to be running, paused, cancelled or done.
type StateInput struct {
	Sweep string
	State storage.SweepState
}

// SetState writes what the user asked of a sweep. Attempts learn of it at
// their next commit.
func (a *Activities) SetState(ctx context.Context, in StateInput) error {
	if err := a.Plans.SetSweepState(ctx, in.Sweep, in.State); err != nil {
		return fmt.Errorf("set sweep %s %s: %w", in.Sweep, in.State, err)
	}
	return nil
}

// Report writes the sweep's report.
func (a *Activities) Report(ctx context.Context, in SweepInput) error {
	if err := a.Reports.WriteReport(ctx, in.Sweep); err != nil {
		return fmt.Errorf("write report of %s: %w", in.Sweep, err)
	}
	return nil
}

// planRows expands lazily: a plan is never held in memory as a whole.
func planRows(sw storage.Sweep, spec *sweeps.Spec) iter.Seq2[storage.PlanRow, error] {
	return func(yield func(storage.PlanRow, error) bool) {
		for t, err := range spec.ExpandWith(sw.Data, sw.Only...) {
			if err != nil {
				yield(storage.PlanRow{}, temporal.NewNonRetryableApplicationError("expand sweep", ConfigError, err))
				return
			}
			row, err := planRow(t)
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}
