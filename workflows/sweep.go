package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"sweep/activities"
)

// SweepInput is a sweep to be run. Planned is set when the workflow continues
// as new: the plan is in Postgres, a history never carries it.
type SweepInput struct {
	Sweep   string
	Timing  Timing
	Planned bool
	Started time.Time // of the first run, for the budget
	Told    Told
}

// SweepResult counts the trials by how they ended.
type SweepResult struct {
	State                                 string
	Finished, Diverged, Failed, Cancelled int
}

// Sweep plans a sweep and hands out its trials until all are settled. It holds
// no backlog: Postgres knows what is pending, Dispatch hands out a window of
// it, and settled trials wake the loop.
func Sweep(ctx workflow.Context, in SweepInput) (SweepResult, error) {
	if in.Started.IsZero() {
		in.Started = workflow.Now(ctx)
	}
	s := &sweepRun{in: in, timing: in.Timing.filled(), told: in.Told}
	if err := s.listen(ctx); err != nil {
		return SweepResult{}, err
	}
	if !in.Planned {
		if err := s.plan(ctx); err != nil {
			return SweepResult{}, err
		}
	}
	for {
		if err := s.dispatch(ctx); err != nil {
			return s.stopped(ctx, err)
		}
		s.tell(ctx)
		if s.over() {
			if r, done, err := s.finish(ctx); done || err != nil {
				return r, err
			}
			continue
		}
		if err := s.keepBudget(ctx); err != nil {
			return SweepResult{}, err
		}
		if err := s.wait(ctx); err != nil {
			return s.stopped(ctx, err)
		}
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			return s.continueAsNew(ctx)
		}
	}
}

type sweepRun struct {
	in      SweepInput
	timing  Timing
	page    activities.Dispatched
	told    Told
	settled int  // signals since the last dispatch
	wake    bool // an Update changed something
	retry   bool // some group could not be started
}

func (s *sweepRun) plan(ctx workflow.Context) error {
	return workflow.ExecuteActivity(light(ctx), (*activities.Activities).Plan, activities.SweepInput{Sweep: s.in.Sweep}).Get(ctx, nil)
}

// listen receives signals and answers Updates from the first moment.
func (s *sweepRun) listen(ctx workflow.Context) error {
	workflow.Go(ctx, func(ctx workflow.Context) {
		ch := workflow.GetSignalChannel(ctx, SettledSignal)
		for ch.Receive(ctx, nil) {
			s.settled++
		}
	})
	workflow.Go(ctx, func(ctx workflow.Context) {
		ch := workflow.GetSignalChannel(ctx, PackSettledSignal)
		for n := 0; ch.Receive(ctx, &n); n = 0 {
			s.settled += n
		}
	})
	for _, u := range []struct {
		name  string
		state activities.SweepState
	}{{PauseUpdate, activities.SweepPaused}, {ResumeUpdate, activities.SweepRunning}, {CancelUpdate, activities.SweepCancelled}} {
		err := workflow.SetUpdateHandlerWithOptions(ctx, u.name, func(ctx workflow.Context) error {
			return s.set(ctx, u.state)
		}, workflow.UpdateHandlerOptions{Validator: s.open, Description: u.name + " the sweep"})
		if err != nil {
			return fmt.Errorf("register update %s: %w", u.name, err)
		}
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, AddUpdate, func(ctx workflow.Context) error {
		if err := s.set(ctx, activities.SweepRunning); err != nil {
			return err
		}
		err := s.plan(ctx)
		s.wake = true
		return err
	}, workflow.UpdateHandlerOptions{Validator: s.open, Description: "plan the sweep's newest revision"})
}

// open refuses Updates of a sweep that is already cancelled.
func (s *sweepRun) open() error {
	if s.page.State == activities.SweepCancelled {
		return temporal.NewApplicationError("the sweep is cancelled; submit it again to run it", "cancelled")
	}
	return nil
}

func (s *sweepRun) set(ctx workflow.Context, state activities.SweepState) error {
	err := workflow.ExecuteActivity(brief(ctx), (*activities.Activities).SetState, activities.StateInput{Sweep: s.in.Sweep, State: state}).Get(ctx, nil)
	if err == nil {
		s.page.State = state
	}
	s.wake = true
	return err
}

// dispatch takes what the window has room for and starts a group for each.
func (s *sweepRun) dispatch(ctx workflow.Context) error {
	s.settled, s.wake, s.retry = 0, false, false
	var page activities.Dispatched
	err := workflow.ExecuteActivity(light(ctx), (*activities.Activities).Dispatch, activities.DispatchInput{Sweep: s.in.Sweep}).Get(ctx, &page)
	if err != nil {
		return err
	}
	s.page = page
	started := make([]workflow.ChildWorkflowFuture, len(page.Trials))
	for i, t := range page.Trials {
		started[i] = workflow.ExecuteChildWorkflow(child(ctx, s.in.Sweep, t), Group, GroupInput{Trial: t, Timing: s.in.Timing})
	}
	for i := range page.Packs {
		started = append(started, workflow.ExecuteChildWorkflow(packChild(ctx, s.in.Sweep, page.Packs[i]), Group, GroupInput{Pack: &page.Packs[i], Timing: s.in.Timing}))
	}
	for i, f := range started {
		if err := f.GetChildWorkflowExecution().Get(ctx, nil); err != nil {
			if err := s.giveBack(ctx, page, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// giveBack returns the trial, or the pack after all trials, whose group could
// not be started, which is so for a moment while the group before it is still
// closing.
func (s *sweepRun) giveBack(ctx workflow.Context, page activities.Dispatched, i int) error {
	s.retry = true
	var in activities.UndispatchInput
	if n := len(page.Trials); i < n {
		in = activities.UndispatchInput{Hash: page.Trials[i].Hash, WorkflowID: GroupID(page.Trials[i].Hash)}
	} else {
		in = activities.UndispatchInput{Hashes: page.Packs[i-n].Hashes, WorkflowID: page.Packs[i-n].ID}
	}
	return workflow.ExecuteActivity(light(ctx), (*activities.Activities).Undispatch, in).Get(ctx, nil)
}

// over tells whether nothing is left to wait for.
func (s *sweepRun) over() bool {
	return s.page.State == activities.SweepCancelled || !s.wake && s.page.Counts.Settled() == s.page.Counts.Total()
}

// wait sleeps until half of the window is free (all of it, when the backlog is
// empty), an Update came, or it is time to look for strays. A sweep that tells
// somebody looks ten seconds after any trial settled.
func (s *sweepRun) wait(ctx workflow.Context) error {
	c := s.page.Counts
	need := c.Dispatched + c.Running
	if c.Pending > 0 {
		need = (need + 1) / 2
	}
	need = max(need, 1)
	limit := s.untilLevel(s.timing.Reconcile)
	if s.retry {
		limit = 2 * time.Second
	}
	enough := func() bool { return s.wake || s.settled >= need }
	some := func() bool { return enough() || s.page.Standing != nil && s.settled > 0 }
	woken, err := workflow.AwaitWithTimeout(ctx, limit, some)
	if err == nil && woken && !enough() {
		_, err = workflow.AwaitWithTimeout(ctx, min(limit, 10*time.Second), enough)
	}
	if err != nil || woken || s.retry {
		return err
	}
	return workflow.ExecuteActivity(light(ctx), (*activities.Activities).Reconcile, activities.ReconcileInput{Sweep: s.in.Sweep, Idle: s.timing.Reconcile}).Get(ctx, nil)
}

// continueAsNew starts over with an empty history. The new run asks Postgres
// where it stands, so a signal that is lost here loses nothing.
func (s *sweepRun) continueAsNew(ctx workflow.Context) (SweepResult, error) {
	if err := settleUpdates(ctx); err != nil {
		return SweepResult{}, err
	}
	in := s.in
	in.Planned, in.Told = true, s.told
	return SweepResult{}, workflow.NewContinueAsNewError(ctx, Sweep, in)
}

// finish marks the sweep done and writes its report, unless an Update brought
// new trials meanwhile. A report that cannot be written does not fail the
// sweep: `sweep report` writes it again.
func (s *sweepRun) finish(ctx workflow.Context) (r SweepResult, done bool, err error) {
	if s.page.State != activities.SweepCancelled {
		if err := s.set(ctx, activities.SweepDone); err != nil {
			return r, false, err
		}
		s.wake = false
		_ = workflow.ExecuteActivity(reporting(ctx), (*activities.Activities).Report, activities.SweepInput{Sweep: s.in.Sweep}).Get(ctx, nil)
	}
	if err := settleUpdates(ctx); err != nil {
		return r, false, err
	}
	if s.page.State != activities.SweepRunning {
		s.tellFinished(ctx)
		if err := settleUpdates(ctx); err != nil { // one may have come meanwhile
			return r, false, err
		}
	}
	c := s.page.Counts
	r = SweepResult{State: string(s.page.State), Finished: c.Finished, Diverged: c.Diverged, Failed: c.Failed, Cancelled: c.Cancelled}
	return r, s.page.State != activities.SweepRunning, nil
}

// settleUpdates waits until every Update has had its answer.
func settleUpdates(ctx workflow.Context) error {
	return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}

// stopped handles a sweep that was cancelled through Temporal itself: it is
// cancelled in Postgres too, so that its attempts learn of it.
func (s *sweepRun) stopped(ctx workflow.Context, err error) (SweepResult, error) {
	if ctx.Err() == nil {
		return SweepResult{}, err
	}
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	if err := s.set(ctx, activities.SweepCancelled); err != nil {
		return SweepResult{}, err
	}
	r, _, err := s.finish(ctx)
	return r, err
}
