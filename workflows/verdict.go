package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"sweep/activities"
)

// verdict is what a round of a pack means for its trials.
type verdict struct {
	infraMax int
	words    []activities.PackWord // on the trials that are over
	left     []*packMember
	moved    bool // some trial got further: the next round need not wait
	busy     bool // some trial is trained by another workflow now
	failures int  // the most that a trial which is left has had
}

func (v *verdict) end(m *packMember, state activities.TrialState, reason string) {
	v.words = append(v.words, activities.PackWord{Hash: m.hash, State: state, Reason: reason})
	v.moved = true
}

func (v *verdict) cancel(members []*packMember) {
	for _, m := range members {
		v.end(m, activities.TrialCancelled, "the group was cancelled")
	}
}

// read takes each trial's own word.
func (v *verdict) read(ctx workflow.Context, members []*packMember, ends []activities.PackEnd) {
	var failed []*packMember
	var reasons []string
	for i, m := range members {
		e := ends[i]
		state, reason, over := fate(e.SegmentResult)
		switch {
		case !e.Begun:
			v.left = append(v.left, m)
		case e.Config:
			v.end(m, activities.TrialFailed, e.Failed)
		case e.Failed != "":
			failed, reasons = append(failed, m), append(reasons, e.Failed)
		case over:
			v.end(m, state, reason)
		case e.Busy:
			v.busy, v.left = true, append(v.left, m)
		default: // preempted, to be continued
			v.moved, m.failures = true, 0
			v.left = append(v.left, m)
		}
	}
	progress, ok := progressOf(ctx, failed)
	if !ok {
		v.cancel(append(failed, v.left...))
		v.left = nil
		return
	}
	for i, m := range failed {
		v.count(m, progress[i].Progress, reasons[i])
	}
}

// lost judges a round that ended without a word. Only the trials that were
// training had a part in it; if none was, all had.
func (v *verdict) lost(ctx workflow.Context, members []*packMember, err error) {
	progress, ok := progressOf(ctx, members)
	if !ok {
		v.cancel(members)
		return
	}
	running := false
	for _, p := range progress {
		running = running || p.Running
	}
	reason := rootMessage(err)
	for i, m := range members {
		if p := progress[i]; p.Settled || p.Running || !running {
			v.count(m, p.Progress, reason)
		} else {
			v.left = append(v.left, m)
		}
	}
	v.moved = false // the next round waits also where some trials are over
}

// count takes a failure into account as a trial's own group does: the count
// starts anew at every commit.
func (v *verdict) count(m *packMember, p activities.Progress, reason string) {
	if p.Step > m.committed {
		m.committed, m.failures = p.Step, 0
	}
	m.failures++
	switch {
	case p.Settled:
		v.end(m, activities.TrialFinished, "")
	case m.failures > v.infraMax:
		v.end(m, activities.TrialFailed, reason)
	default:
		v.failures = max(v.failures, m.failures)
		v.left = append(v.left, m)
	}
}

// pause is how long to wait after a round in which nothing moved.
func (v *verdict) pause(t Timing) time.Duration {
	if v.busy && v.failures == 0 {
		return t.Heartbeat
	}
	return backoff(max(v.failures, 1))
}

// progressOf asks how far trials are; not ok means that the group was cancelled
// meanwhile.
func progressOf(ctx workflow.Context, members []*packMember) (p []activities.TrialProgress, ok bool) {
	if len(members) == 0 {
		return nil, true
	}
	in := activities.PackProgressInput{Hashes: hashesOf(members)}
	err := workflow.ExecuteActivity(brief(ctx), (*activities.Activities).PackProgress, in).Get(ctx, &p)
	return p, err == nil
}
