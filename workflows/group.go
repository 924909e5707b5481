package workflows

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"sweep/activities"
	"sweep/training"
)

// GroupInput is one trial, or a pack of them, to be carried to an outcome.
type GroupInput struct {
	Trial  activities.Trial
	Timing Timing
	Pack   *activities.Pack `json:",omitempty"` // then there is no Trial
}

// GroupResult says how the group left its trial: a training.Outcome, failed,
// cancelled or pending; of a pack, what all its trials have in common or mixed.
type GroupResult struct {
	State string
	Step  int64
}

// Group trains one trial, a segment at a time, until it has an outcome, is no
// longer wanted, or has failed for good; a pack until that is so of each of its
// trials. Its last word is said on a disconnected context, so that a cancelled
// group says it too.
func Group(ctx workflow.Context, in GroupInput) (GroupResult, error) {
	in.Timing = in.Timing.filled()
	if in.Pack != nil {
		return carryPack(ctx, in)
	}
	g := group{in: in, committed: -1}
	for !g.done {
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			return GroupResult{}, workflow.NewContinueAsNewError(ctx, Group, in)
		}
		g.segment(ctx)
	}
	return g.settle(ctx)
}

type group struct {
	in        GroupInput
	done      bool
	state     activities.TrialState
	reason    string
	step      int64
	failures  int
	committed int64
}

func (g *group) leave(state activities.TrialState, reason string) {
	g.done, g.state, g.reason = true, state, reason
}

// segment runs one segment and decides what follows from how it ended.
func (g *group) segment(ctx workflow.Context) {
	t, timing := g.in.Trial, g.in.Timing
	var r activities.SegmentResult
	err := workflow.ExecuteActivity(segmentOptions(ctx, t.Queue, t.Summary(), timing), (*activities.Activities).TrainSegment, activities.SegmentInput{
		Hash: t.Hash, Task: t.Task, Every: t.Every, MaxTime: timing.Segment, Lease: timing.Heartbeat, Beat: timing.Heartbeat / 6,
	}).Get(ctx, &r)
	switch {
	case ctx.Err() != nil:
		g.leave(activities.TrialCancelled, "the group was cancelled")
	case err != nil:
		g.failed(ctx, err)
	case r.Busy:
		_ = workflow.Sleep(ctx, timing.Heartbeat)
	default:
		state, reason, over := fate(r)
		if r.Outcome == training.Finished || r.Outcome == training.Diverged || !over {
			g.step = r.Step
		}
		if over {
			g.leave(state, reason)
		} else { // preempted, to be continued
			g.failures = 0
		}
	}
}

// fate is how a segment leaves its trial; a trial that is not over is trained
// on.
func fate(r activities.SegmentResult) (state activities.TrialState, reason string, over bool) {
	switch {
	case r.Settled:
		return activities.TrialFinished, "", true
	case r.Busy:
		return "", "", false
	case r.Outcome == training.Finished || r.Outcome == training.Diverged:
		return activities.TrialState(r.Outcome), "", true
	case r.Wanted == activities.WantPause:
		return activities.TrialPending, "", true
	case r.Wanted == activities.WantCancel:
		return activities.TrialCancelled, "no sweep wants it any more", true
	}
	return "", "", false
}

// failed counts a failure and waits before the next try. The count starts anew
// at every commit: a trial that moves is never given up.
func (g *group) failed(ctx workflow.Context, err error) {
	if app := new(temporal.ApplicationError); errors.As(err, &app) && app.Type() == activities.ConfigError {
		g.leave(activities.TrialFailed, rootMessage(err))
		return
	}
	var p activities.Progress
	if perr := workflow.ExecuteActivity(brief(ctx), (*activities.Activities).Progress, activities.ProgressInput{Hash: g.in.Trial.Hash}).Get(ctx, &p); perr != nil {
		g.leave(activities.TrialCancelled, "the group was cancelled")
		return
	}
	if p.Step > g.committed {
		g.committed, g.failures = p.Step, 0
	}
	g.failures++
	limit := g.in.Trial.InfraMax
	switch {
	case p.Settled:
		g.leave(activities.TrialFinished, "")
	case g.failures > limit:
		g.leave(activities.TrialFailed, rootMessage(err))
	default:
		_ = workflow.Sleep(ctx, backoff(g.failures))
	}
}

func backoff(failures int) time.Duration {
	d := time.Second
	for range failures - 1 {
		d = min(2*d, time.Minute)
	}
	return d
}

// rootMessage is the innermost message: what a person wants to read first.
func rootMessage(err error) string {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(next) {
		err = next
	}
	return err.Error()
}

// settle says the last word and wakes every sweep that waits for the trial.
func (g *group) settle(ctx workflow.Context) (GroupResult, error) {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	var s activities.Settled
	err := workflow.ExecuteActivity(brief(ctx), (*activities.Activities).Settle, activities.SettleInput{
		Hash: g.in.Trial.Hash, WorkflowID: workflow.GetInfo(ctx).WorkflowExecution.ID, State: g.state, Reason: g.reason,
	}).Get(ctx, &s)
	if err != nil {
		return GroupResult{}, err
	}
	_ = workflow.UpsertTypedSearchAttributes(ctx, stateKey.ValueSet(string(g.state)))
	for _, name := range s.Sweeps {
		// A sweep that is gone needs no waking; one that is there looks for itself in a minute.
		_ = workflow.SignalExternalWorkflow(ctx, SweepID(name), "", SettledSignal, g.in.Trial.Hash).Get(ctx, nil)
	}
	return GroupResult{State: string(g.state), Step: g.step}, nil
}
