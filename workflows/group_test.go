package workflows_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	tlog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"sweep/activities"
	"sweep/storage"
	"sweep/training"
	"sweep/workflows"
)

var acts *activities.Activities

func trial() activities.Trial {
	return activities.Trial{Dispatch: storage.Dispatch{
		Hash: "abc", Experiment: "ring", Task: "gaussians", Cell: "k=5", Seed: 3, Queue: activities.TrainQueue,
		K: 5, ZDim: 256, Labels: -1, Params: []string{"k=5"}, InfraMax: 3,
	}}
}

// segment is one scripted TrainSegment: a result or an error, and the step
// that is committed after it.
type segment struct {
	result    activities.SegmentResult
	err       error
	committed int64
}

func preempted(step int64, wanted storage.Wanted) segment {
	return segment{result: activities.SegmentResult{Outcome: training.Preempted, Step: step, Wanted: wanted}, committed: step}
}

func ended(outcome training.Outcome, step int64) segment {
	return segment{result: activities.SegmentResult{Outcome: outcome, Step: step, Wanted: storage.WantRun}, committed: step}
}

func lost(committed int64) segment {
	return segment{err: errors.New("the worker is gone"), committed: committed}
}

func TestAGroupCarriesItsTrialToAnOutcome(t *testing.T) {
	config := segment{err: temporal.NewNonRetryableApplicationError("train", activities.ConfigError, training.ErrConfig)}
	cases := []struct {
		name     string
		segments []segment // the last one repeats
		want     storage.TrialState
		runs     int
	}{
		{"finished at once", []segment{ended(training.Finished, 100)}, storage.Finished, 1},
		{"diverged is an outcome", []segment{ended(training.Diverged, 7)}, storage.Diverged, 1},
		{"preempted segments are continued", []segment{preempted(10, storage.WantRun), preempted(20, storage.WantRun), ended(training.Finished, 30)}, storage.Finished, 3},
		{"a paused trial waits again", []segment{preempted(10, storage.WantPause)}, storage.Pending, 1},
		{"an unwanted trial is cancelled", []segment{preempted(10, storage.WantCancel)}, storage.Cancelled, 1},
		{"a settled trial is left as it is", []segment{{result: activities.SegmentResult{Settled: true}}}, storage.Finished, 1},
		{"a busy trial is waited for", []segment{{result: activities.SegmentResult{Busy: true}}, ended(training.Finished, 5)}, storage.Finished, 2},
		{"a configuration error fails at once", []segment{config}, storage.Failed, 1},
		{"failures without a commit are bounded", []segment{lost(-1)}, storage.Failed, 4},
		{"a commit between failures starts the count anew", []segment{lost(1), lost(2), lost(3), lost(4), lost(5), lost(6), ended(training.Finished, 9)}, storage.Finished, 7},
		{"failures after the last commit are bounded again", []segment{lost(1), lost(2), lost(2), lost(2), lost(2)}, storage.Failed, 5},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.segments)
			w.env.ExecuteWorkflow(workflows.Group, workflows.GroupInput{Trial: trial()})
			var r workflows.GroupResult
			if err := w.env.GetWorkflowResult(&r); err != nil {
				t.Fatal(err)
			}
			if r.State != string(c.want) || w.settled != c.want || w.runs != c.runs {
				t.Errorf("state %s, settled as %s after %d segments; expected %s after %d", r.State, w.settled, w.runs, c.want, c.runs)
			}
			if len(w.signalled) != 2 {
				t.Errorf("signalled %v, expected both sweeps", w.signalled)
			}
		})
	}
}

func TestACancelledGroupStillSaysItsLastWord(t *testing.T) {
	w := newWorld(t, []segment{lost(-1)})
	w.env.RegisterDelayedCallback(w.env.CancelWorkflow, 500*time.Millisecond)
	w.env.ExecuteWorkflow(workflows.Group, workflows.GroupInput{Trial: trial()})
	if !w.env.IsWorkflowCompleted() || w.settled != storage.Cancelled {
		t.Errorf("settled as %q, expected cancelled", w.settled)
	}
}

// world scripts the activities of one group and notes what it says last.
type world struct {
	env       *testsuite.TestWorkflowEnvironment
	runs      int
	committed int64
	settled   storage.TrialState
	signalled []string
}

func newWorld(t *testing.T, segments []segment) *world {
	t.Helper()
	w := &world{env: newEnvironment()}
	w.env.RegisterWorkflow(workflows.Group)
	w.env.OnActivity(acts.TrainSegment, mock.Anything, mock.Anything).Return(func(context.Context, activities.SegmentInput) (activities.SegmentResult, error) {
		s := segments[min(w.runs, len(segments)-1)]
		w.runs++
		w.committed = s.committed
		return s.result, s.err
	})
	w.env.OnActivity(acts.Progress, mock.Anything, mock.Anything).Return(func(context.Context, activities.ProgressInput) (activities.Progress, error) {
		return activities.Progress{Step: w.committed}, nil
	})
	w.env.OnActivity(acts.Settle, mock.Anything, mock.Anything).Return(func(_ context.Context, in activities.SettleInput) (activities.Settled, error) {
		w.settled = in.State
		return activities.Settled{Sweeps: []string{"a", "b"}}, nil
	})
	w.env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, workflows.SettledSignal, mock.Anything).
		Return(func(_, id, _, _ string, _ any) error {
			w.signalled = append(w.signalled, id)
			return nil
		})
	return w
}

// newEnvironment skips time and keeps the SDK's debug lines to itself.
func newEnvironment() *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(tlog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	return suite.NewTestWorkflowEnvironment()
}
