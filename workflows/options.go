package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"sweep/activities"
)

// Queue is the task queue of workflows and light activities.
const Queue = "sweep"

// SweepID and GroupID name workflows. A trial's group has the trial's name, so
// that two sweeps that share a trial share its group.
func SweepID(sweep string) string { return "sweep/" + sweep }

// GroupID names the group of a trial.
func GroupID(hash string) string { return "group/" + hash }

// SettledSignal wakes a sweep: one of its trials was settled.
const SettledSignal = "trial-settled"

// PackSettledSignal wakes a sweep: as many of its trials as it carries were
// settled.
const PackSettledSignal = "trials-settled"

// The Updates of a sweep.
const (
	PauseUpdate  = "pause"
	ResumeUpdate = "resume"
	CancelUpdate = "cancel"
	AddUpdate    = "add" // the stored file has a new revision
)

// Timing holds the waits that decide how soon a crash is noticed. The zero
// value takes the defaults; tests that crash things ask for shorter ones.
type Timing struct {
	Heartbeat time.Duration // a worker silent for this long has lost its segment
	Segment   time.Duration // longest stretch of training in one activity
	Reconcile time.Duration // between looks for strays
}

func (t Timing) filled() Timing {
	if t.Heartbeat <= 0 {
		t.Heartbeat = 30 * time.Second
	}
	if t.Segment <= 0 {
		t.Segment = 15 * time.Minute
	}
	if t.Reconcile <= 0 {
		t.Reconcile = time.Minute
	}
	return t
}

// light are the options of activities that read and write the rows of a whole
// sweep: they are tried until the services answer.
func light(ctx workflow.Context) workflow.Context { return patient(ctx, 5*time.Minute) }

// brief are the options of activities that read and write a trial's rows, or a
// pack's. They send no heartbeats: of one whose worker was killed nobody hears
// before its time is over, and all that while its trials look as if they trained.
func brief(ctx workflow.Context) workflow.Context { return patient(ctx, 20*time.Second) }

func patient(ctx workflow.Context, each time.Duration) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: each,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 500 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 10 * time.Second,
			NonRetryableErrorTypes: []string{activities.ConfigError},
		},
	})
}

// segmentOptions are the options of TrainSegment and TrainPack. Group counts its failures itself,
// because the count starts anew whenever something was committed.
func segmentOptions(ctx workflow.Context, queue, summary string, timing Timing) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:           queue,
		Summary:             summary,
		StartToCloseTimeout: timing.Segment + outage,
		HeartbeatTimeout:    timing.Heartbeat,
		WaitForCancellation: true,
		RetryPolicy:         &temporal.RetryPolicy{MaximumAttempts: 1},
	})
}

// reporting are the options of the Report activity: a few tries, then the
// sweep is done without.
func reporting(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 10 * time.Minute,
		RetryPolicy:         &temporal.RetryPolicy{MaximumAttempts: 3},
	})
}

// delivering are the options of a notice's delivery: it is tried for a day.
func delivering(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute, ScheduleToCloseTimeout: 24 * time.Hour,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 5 * time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Minute, MaximumAttempts: 1000,
			NonRetryableErrorTypes: []string{activities.UndeliverableError},
		},
	})
}

// notice are the options of a notice's own workflow: it outlives the sweep's
// run, and there is one for each id.
func notice(ctx workflow.Context, n activities.Notice) workflow.Context {
	return workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID: NotifyID(n.Message.Sweep, n.Message.ID), WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		ParentClosePolicy: abandon, StaticSummary: fmt.Sprintf("tell %s: %s", n.Webhook, n.Message.Event),
		TypedSearchAttributes: SweepAttributes(n.Message.Sweep),
	})
}

// outage is how long a segment may outlast its time because a store is away.
const outage = 13 * time.Hour

// child are the options of a trial's group: it outlives the sweep's run, since
// another sweep may want the trial too.
func child(ctx workflow.Context, sweep string, t activities.Trial) workflow.Context {
	return workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:            GroupID(t.Hash),
		ParentClosePolicy:     abandon,
		StaticSummary:         t.Summary(),
		StaticDetails:         fmt.Sprintf("trial `%s` of sweep `%s`", t.Hash, sweep),
		TypedSearchAttributes: groupAttributes(sweep, t),
	})
}

// packChild are the options of a pack's group.
func packChild(ctx workflow.Context, sweep string, p activities.Pack) workflow.Context {
	return workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:            p.ID,
		ParentClosePolicy:     abandon,
		StaticSummary:         p.Summary(),
		StaticDetails:         fmt.Sprintf("%d trials of sweep `%s`", len(p.Hashes), sweep),
		TypedSearchAttributes: packAttributes(sweep, p),
	})
}
