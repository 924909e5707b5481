package workflows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"sweep/activities"
	"sweep/sweeps"
)

// failedEvery is how often failed trials are told of, after the first.
const failedEvery = 10 * time.Minute

// NotifyID names the workflow that delivers one notice.
func NotifyID(sweep, message string) string { return "notify/" + sweep + "/" + message }

// Notify delivers one notice. It is a workflow of its own, so that a receiver
// that does not answer neither delays its sweep nor is forgotten when the
// sweep ends or continues as new.
func Notify(ctx workflow.Context, n activities.Notice) error {
	if err := workflow.ExecuteActivity(delivering(ctx), (*activities.Activities).Deliver, n).Get(ctx, nil); err != nil {
		return err
	}
	return workflow.ExecuteActivity(brief(ctx), (*activities.Activities).Delivered, n).Get(ctx, nil)
}

// Told is what a sweep has told of since it was submitted. It goes along when
// the workflow continues as new.
type Told struct {
	Notices  int       // so far: the next one's number
	Failed   int       // failed trials told of
	FailedAt time.Time // when they were last told of
	Diverged []string  // experiments told of
	Budget   int       // per cent told of
}

// tell starts what is to be told after a dispatch. A history of an older
// version has no standing, so it is replayed as it was recorded.
func (s *sweepRun) tell(ctx workflow.Context) {
	if s.page.Standing == nil {
		return
	}
	s.tellFailed(ctx, false)
	s.tellDiverged(ctx)
	if level := s.level(ctx); level < s.told.Budget { // the budget was raised
		s.told.Budget = level
	} else if level == almost && !s.over() {
		s.tellBudget(ctx, level)
	}
}

// tellFailed tells of failed trials: of the first at once, of more every ten
// minutes, and of the last ones when the sweep is over.
func (s *sweepRun) tellFailed(ctx workflow.Context, over bool) {
	failed, now := s.page.Counts.Failed, workflow.Now(ctx)
	s.told.Failed = min(s.told.Failed, failed) // some may run again
	soon := !s.told.FailedAt.IsZero() && now.Sub(s.told.FailedAt) < failedEvery
	if failed == s.told.Failed || soon && !over {
		return
	}
	var where []string
	experiment := ""
	for _, u := range s.page.Standing.Unwell {
		if u.Failed > 0 {
			where, experiment = append(where, fmt.Sprintf("%s: %d", u.Experiment, u.Failed)), u.Experiment
		}
	}
	if len(where) != 1 {
		experiment = ""
	}
	s.told.Failed, s.told.FailedAt = failed, now
	s.send(ctx, sweeps.Failed, experiment, fmt.Sprintf("%s failed (%s); `sweep logs %s` says why", trials(failed), strings.Join(where, ", "), s.in.Sweep))
}

// tellDiverged tells once of each experiment of which more has diverged than
// the sweep's file expects.
func (s *sweepRun) tellDiverged(ctx workflow.Context) {
	share := s.page.Standing.Notify.DivergedShare
	for _, u := range s.page.Standing.Unwell {
		if float64(u.Diverged) > share*float64(u.Total) && !slices.Contains(s.told.Diverged, u.Experiment) {
			s.told.Diverged = append(s.told.Diverged, u.Experiment)
			s.send(ctx, sweeps.Diverged, u.Experiment, fmt.Sprintf("%d of %s of %s diverged, more than %.4g %%", u.Diverged, trials(u.Total), u.Experiment, 100*share))
		}
	}
}

// tellFinished is the sweep's last word.
func (s *sweepRun) tellFinished(ctx workflow.Context) {
	if s.page.Standing == nil {
		return
	}
	if !s.page.Standing.Notify.Wants(sweeps.Finished) {
		s.tellFailed(ctx, true)
		return
	}
	c := s.page.Counts
	reason := fmt.Sprintf("%s is %s: %d of %s finished", s.in.Sweep, s.page.State, c.Finished, trials(c.Total()))
	for _, p := range []struct {
		n    int
		what string
	}{{c.Diverged, "diverged"}, {c.Failed, "failed"}, {c.Cancelled, "cancelled"}} {
		if p.n > 0 {
			reason += fmt.Sprintf(", %d %s", p.n, p.what)
		}
	}
	s.send(ctx, sweeps.Finished, "", reason)
}

// send starts the delivery of a notice that the sweep wants and does not wait
// for it. The id is the run's and a number: a workflow that is replayed or
// continues as new never uses one twice.
func (s *sweepRun) send(ctx workflow.Context, event sweeps.Event, experiment, reason string) {
	to := s.page.Standing.Notify
	if !to.Wants(event) {
		return
	}
	s.told.Notices++
	info := workflow.GetInfo(ctx)
	run := strings.ReplaceAll(cmp.Or(info.FirstRunID, info.WorkflowExecution.RunID), "-", "")
	id := fmt.Sprintf("msg_%s_%d", run, s.told.Notices)
	n := activities.Notice{Webhook: to.Webhook, Message: activities.Message{
		Version: activities.MessageVersion, ID: id, Event: event, Time: workflow.Now(ctx).UTC(), Sweep: s.in.Sweep,
		Experiment: experiment, State: s.page.State, Reason: reason, Counts: activities.NewMessageCounts(s.page.Counts),
	}}
	// The sweep may end at once, and its notice must not end with it: a child
	// that has started is left to itself. One that cannot start was started before.
	started := workflow.ExecuteChildWorkflow(notice(ctx, n), Notify, n).GetChildWorkflowExecution()
	if err := started.Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("cannot start the delivery of a notification", "id", id, "error", err)
	}
}

func trials(n int) string {
	if n == 1 {
		return "1 trial"
	}
	return fmt.Sprintf("%d trials", n)
}
