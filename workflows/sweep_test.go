package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"sweep/activities"
	"sweep/storage"
	"sweep/training"
	"sweep/workflows"
)

// backlog is a sweep's rows, as Postgres would keep them.
type backlog struct {
	mu       sync.Mutex // activities run beside each other
	env      *testsuite.TestWorkflowEnvironment
	state    storage.SweepState
	planned  int
	next     int // trials 0..next-1 were handed out
	inFlight int
	finished int
	peak     int
	window   int
	wall     time.Duration
	trains   time.Duration // how long a trial trains
	strays   int           // trials whose group never speaks
	reports  int
	returned int
	clash    bool
	fates    map[string]storage.TrialState // of trials that do not finish, by hash
	ended    storage.Counts                // those that did not
	standing *activities.Standing
	metered  bool // the time it ran is told
	began    time.Time
	notices  []activities.Notice
	silent   bool            // the receiver does not answer
	long     map[string]bool // trials that train for an hour, by hash
	closing  bool            // the name of the second pack's group is taken for a moment
	pack     int             // trials that travel together, 0 for none
}

func newBacklog(trials int) *backlog {
	b := &backlog{env: newEnvironment(), planned: trials, window: 6, trains: 10 * time.Second, state: storage.SweepRunning}
	e := b.env
	e.RegisterWorkflow(workflows.Sweep)
	e.RegisterWorkflow(workflows.Group)
	e.OnActivity(acts.Plan, mock.Anything, mock.Anything).Return(storage.PlanCounts{}, nil)
	e.OnActivity(acts.Dispatch, mock.Anything, mock.Anything).Return(b.dispatch)
	e.OnActivity(acts.SetState, mock.Anything, mock.Anything).Return(func(_ context.Context, in activities.StateInput) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.state = in.State
		return nil
	})
	e.OnActivity(acts.Reconcile, mock.Anything, mock.Anything).Return(b.reconcile)
	e.OnActivity(acts.Undispatch, mock.Anything, mock.Anything).Return(func(_ context.Context, in activities.UndispatchInput) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		n := max(len(in.Hashes), 1)
		b.inFlight -= n
		b.next -= n
		b.returned += n
		return nil
	})
	e.OnActivity(acts.Report, mock.Anything, mock.Anything).After(time.Minute).Return(func(context.Context, activities.SweepInput) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.reports++
		return nil
	})
	e.OnActivity(acts.TrainSegment, mock.Anything, mock.MatchedBy(func(in activities.SegmentInput) bool { return b.long[in.Hash] })).After(time.Hour).
		Return(activities.SegmentResult{Outcome: training.Finished, Wanted: storage.WantRun}, nil)
	e.OnActivity(acts.TrainSegment, mock.Anything, mock.Anything).After(b.trains).
		Return(activities.SegmentResult{Outcome: training.Finished, Wanted: storage.WantRun}, nil)
	e.OnActivity(acts.Settle, mock.Anything, mock.Anything).Return(b.settle)
	e.RegisterWorkflow(workflows.Notify)
	e.SetOnChildWorkflowStartedListener(b.hear)
	e.OnActivity(acts.Deliver, mock.Anything, mock.Anything).Return(b.deliver)
	e.OnActivity(acts.Delivered, mock.Anything, mock.Anything).Return(nil)
	e.OnSignalExternalWorkflow(mock.Anything, "sweep/s", mock.Anything, workflows.SettledSignal, mock.Anything).
		Return(func(string, string, string, string, any) error {
			e.SignalWorkflow(workflows.SettledSignal, "")
			return nil
		})
	return b
}

func (b *backlog) handedOut() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.next
}

// plan is a new revision with so many trials in all.
func (b *backlog) plan(trials int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.planned = trials
}

func (b *backlog) counts() storage.Counts {
	c := b.ended
	c.Pending, c.Running, c.Finished = b.planned-b.next, b.inFlight, b.finished
	return c
}

func (b *backlog) dispatch(context.Context, activities.DispatchInput) (activities.Dispatched, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var page []activities.Trial
	for b.state == storage.SweepRunning && b.inFlight < b.window && b.next < b.planned {
		t := trial()
		t.Hash = fmt.Sprintf("hash-%d", b.next)
		if b.clash && b.next == 1 { // its group's name is taken for a moment
			t.Hash, b.clash = "hash-0", false
		}
		page = append(page, t)
		b.next++
		b.inFlight++
	}
	b.peak = max(b.peak, b.inFlight)
	out := activities.Dispatched{Trials: page, Counts: b.counts(), State: b.state, MaxWall: b.wall, Standing: b.stand()}
	if b.metered {
		if b.began.IsZero() {
			b.began = b.env.Now()
		}
		ran := b.env.Now().Sub(b.began)
		out.Ran = &ran
	}
	b.packUp(&out)
	return out, nil
}

func (b *backlog) settle(_ context.Context, in activities.SettleInput) (activities.Settled, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inFlight--
	switch b.fates[in.Hash] {
	case storage.Failed:
		b.ended.Failed++
	case storage.Diverged:
		b.ended.Diverged++
	default:
		b.finished++
	}
	return activities.Settled{Sweeps: []string{"s"}}, nil
}

func (b *backlog) reconcile(context.Context, activities.ReconcileInput) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.strays
	b.strays, b.inFlight, b.next = 0, b.inFlight-n, b.next-n
	return n, nil
}

func (b *backlog) run(t *testing.T) workflows.SweepResult {
	t.Helper()
	b.env.ExecuteWorkflow(workflows.Sweep, workflows.SweepInput{Sweep: "s"})
	var r workflows.SweepResult
	if err := b.env.GetWorkflowResult(&r); err != nil {
		t.Fatal(err)
	}
	return r
}

func (b *backlog) update(t *testing.T, name string, after time.Duration, then func(error)) {
	t.Helper()
	b.env.RegisterDelayedCallback(func() {
		b.env.UpdateWorkflow(name, name, &testsuite.TestUpdateCallback{
			OnAccept: func() {}, OnReject: then, OnComplete: func(_ any, err error) { then(err) },
		})
	}, after)
}

func TestEveryTrialIsRunOnceWithinTheWindow(t *testing.T) {
	b := newBacklog(40)
	r := b.run(t)
	if r.Finished != 40 || b.finished != 40 || r.State != "done" || b.reports != 1 {
		t.Errorf("%+v after %d trials and %d reports", r, b.finished, b.reports)
	}
	if b.peak != b.window {
		t.Errorf("at most %d in flight, expected the window of %d to be filled and kept", b.peak, b.window)
	}
}

func TestAnEmptyBacklogIsDoneAtOnce(t *testing.T) {
	if r := newBacklog(0).run(t); r.State != "done" {
		t.Errorf("%+v", r)
	}
}

func TestAPausedSweepHandsOutNothingUntilItIsResumed(t *testing.T) {
	b := newBacklog(12)
	var atPause, atResume int
	b.update(t, workflows.PauseUpdate, 5*time.Second, func(err error) { atPause = b.handedOut(); must(t, err) })
	b.env.RegisterDelayedCallback(func() { atResume = b.handedOut() }, 9*time.Minute)
	b.update(t, workflows.ResumeUpdate, 10*time.Minute, func(err error) { must(t, err) })
	r := b.run(t)
	if atPause != 6 || atResume != 6 || r.Finished != 12 {
		t.Errorf("handed out %d before the pause and %d at its end; %+v", atPause, atResume, r)
	}
}

func TestACancelledSweepEndsAndRefusesUpdates(t *testing.T) {
	b := newBacklog(12)
	b.update(t, workflows.CancelUpdate, 5*time.Second, func(err error) { must(t, err) })
	r := b.run(t)
	if r.State != "cancelled" || b.next != 6 || b.reports != 0 {
		t.Errorf("%+v after handing out %d, %d reports", r, b.next, b.reports)
	}
}

func TestCancellingThroughTemporalCancelsTheSweepInPostgresToo(t *testing.T) {
	b := newBacklog(12)
	b.env.RegisterDelayedCallback(b.env.CancelWorkflow, 5*time.Second)
	b.env.ExecuteWorkflow(workflows.Sweep, workflows.SweepInput{Sweep: "s"})
	if !b.env.IsWorkflowCompleted() || b.state != storage.SweepCancelled {
		t.Errorf("state %s", b.state)
	}
}

func TestATrialAddedWhileTheSweepRunsIsRunToo(t *testing.T) {
	b := newBacklog(4)
	b.env.RegisterDelayedCallback(func() { b.plan(9) }, 3*time.Second)
	b.update(t, workflows.AddUpdate, 4*time.Second, func(err error) { must(t, err) })
	if r := b.run(t); r.Finished != 9 {
		t.Errorf("%+v, expected 9 finished", r)
	}
}

func TestATrialAddedWhileTheReportIsWrittenIsRunToo(t *testing.T) {
	b := newBacklog(1)
	added := false
	b.update(t, workflows.AddUpdate, 30*time.Second, func(err error) { must(t, err); added = true })
	b.env.RegisterDelayedCallback(func() { b.plan(3) }, 20*time.Second)
	if r := b.run(t); r.Finished != 3 || !added || b.reports != 2 {
		t.Errorf("%+v, added %v, %d reports", r, added, b.reports)
	}
}

func TestStraysAreLookedForEveryMinute(t *testing.T) {
	b := newBacklog(3)
	b.strays, b.inFlight, b.next = 2, 2, 2 // handed out before, and their groups are gone
	if r := b.run(t); r.Finished != 3 {
		t.Errorf("%+v, expected 3 finished", r)
	}
}

func TestATrialWhoseGroupIsStillClosingIsGivenBackAndRunLater(t *testing.T) {
	b := newBacklog(2)
	b.clash = true
	if r := b.run(t); r.Finished != 2 || b.returned != 1 {
		t.Errorf("%+v, %d given back, expected 2 finished and 1 given back", r, b.returned)
	}
}

func TestASweepContinuesAsNewWithItsPlanMade(t *testing.T) {
	b := newBacklog(40)
	b.env.SetContinueAsNewSuggested(true)
	b.env.ExecuteWorkflow(workflows.Sweep, workflows.SweepInput{Sweep: "s"})
	var again *workflow.ContinueAsNewError
	if err := b.env.GetWorkflowError(); !errors.As(err, &again) {
		t.Fatalf("ended with %v, expected to continue as new", err)
	}
	var in workflows.SweepInput
	must(t, converterOf(again, &in))
	if !in.Planned || in.Sweep != "s" || in.Started.IsZero() {
		t.Errorf("continues with %+v", in)
	}
}

func TestTheWallBudgetCancelsWhatIsLeft(t *testing.T) {
	b := newBacklog(100)
	b.wall = 30 * time.Second
	r := b.run(t)
	if r.State != "cancelled" || b.finished == 0 || b.finished > 30 {
		t.Errorf("%+v after %d trials", r, b.finished)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func converterOf(e *workflow.ContinueAsNewError, into any) error {
	return converter.GetDefaultDataConverter().FromPayloads(e.Input, into)
}
