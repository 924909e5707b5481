package workflows

import (
	"go.temporal.io/sdk/workflow"

	"sweep/activities"
)

// packGroup carries the trials of a pack, each by the rules of a trial on its
// own: its own outcome, its own failures, its own last word.
type packGroup struct {
	in    GroupInput
	state string // what all trials that are over have in common
}

// packMember is a trial of a pack that is not over.
type packMember struct {
	hash      string
	failures  int   // since the last commit
	committed int64 // step, -1 for none
}

func carryPack(ctx workflow.Context, in GroupInput) (GroupResult, error) {
	g := &packGroup{in: in}
	members := make([]*packMember, len(in.Pack.Hashes))
	for i, h := range in.Pack.Hashes {
		members[i] = &packMember{hash: h, committed: -1}
	}
	left, err := g.carry(ctx, members)
	if err != nil {
		return GroupResult{}, err
	}
	if len(left) > 0 {
		pack := *in.Pack
		pack.Hashes = hashesOf(left)
		in.Pack = &pack
		return GroupResult{}, workflow.NewContinueAsNewError(ctx, Group, in)
	}
	_ = workflow.UpsertTypedSearchAttributes(ctx, stateKey.ValueSet(g.state))
	return GroupResult{State: g.state}, nil
}

// carry trains members until each is over; it leaves some only when the history
// has grown so long that the workflow should continue as new. A round that is
// lost, or that ran out of time, halves the pack: what trains on and on, or
// takes its worker with it, is soon alone, and the others go on without it.
func (g *packGroup) carry(ctx workflow.Context, members []*packMember) ([]*packMember, error) {
	for len(members) > 0 && !workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
		left, halve, err := g.round(ctx, members)
		if err != nil {
			return nil, err
		}
		if halve && len(left) > 1 {
			return g.halves(ctx, left[:len(left)/2], left[len(left)/2:])
		}
		members = left
	}
	return members, nil
}

// halves carries both halves beside each other.
func (g *packGroup) halves(ctx workflow.Context, a, b []*packMember) ([]*packMember, error) {
	var leftA []*packMember
	var errA error
	done := workflow.NewWaitGroup(ctx)
	done.Add(1)
	workflow.Go(ctx, func(ctx workflow.Context) {
		defer done.Done()
		leftA, errA = g.carry(ctx, a)
	})
	leftB, err := g.carry(ctx, b)
	done.Wait(ctx)
	if err == nil {
		err = errA
	}
	return append(leftA, leftB...), err
}

// round trains members for one stretch, says the last word on those that are
// over, and tells which are left.
func (g *packGroup) round(ctx workflow.Context, members []*packMember) (left []*packMember, halve bool, err error) {
	p, timing := g.in.Pack, g.in.Timing
	some := *p
	some.Hashes = hashesOf(members)
	var r activities.PackResult
	err = workflow.ExecuteActivity(segmentOptions(ctx, p.Queue, some.Summary(), timing), (*activities.Activities).TrainPack, activities.PackInput{
		Task: p.Task, Hashes: some.Hashes, Every: p.Every, MaxTime: timing.Segment, Lease: timing.Heartbeat, Beat: timing.Heartbeat / 6,
	}).Get(ctx, &r)
	v := &verdict{infraMax: p.InfraMax}
	switch {
	case ctx.Err() != nil:
		v.cancel(members)
	case err != nil:
		halve = true
		v.lost(ctx, members, err)
	default:
		halve = r.Late || r.TooMany
		v.read(ctx, members, r.Ends)
	}
	if err := g.settle(ctx, v.words); err != nil {
		return nil, false, err
	}
	if len(v.left) > 0 && !v.moved {
		_ = workflow.Sleep(ctx, v.pause(timing))
	}
	return v.left, halve, nil
}

// settle says the last word on some trials, and wakes every sweep that waits
// for them.
func (g *packGroup) settle(ctx workflow.Context, words []activities.PackWord) error {
	if len(words) == 0 {
		return nil
	}
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	var s activities.PackSettled
	err := workflow.ExecuteActivity(brief(ctx), (*activities.Activities).SettlePack, activities.PackSettleInput{
		WorkflowID: workflow.GetInfo(ctx).WorkflowExecution.ID, Trials: words,
	}).Get(ctx, &s)
	if err != nil {
		return err
	}
	for _, w := range words {
		switch g.state {
		case "", string(w.State):
			g.state = string(w.State)
		default:
			g.state = mixed
		}
	}
	for _, share := range s.Sweeps {
		_ = workflow.SignalExternalWorkflow(ctx, SweepID(share.Sweep), "", PackSettledSignal, share.Trials).Get(ctx, nil)
	}
	return nil
}

// mixed is the state of a pack whose trials ended differently.
const mixed = "mixed"

func hashesOf(members []*packMember) []string {
	out := make([]string, len(members))
	for i, m := range members {
		out[i] = m.hash
	}
	return out
}
