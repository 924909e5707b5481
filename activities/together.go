package activities

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"go.temporal.io/sdk/activity"

	"sweep/training"
)

// together trains trials in one launch after another, as long as this worker
// can. What it leaves, because trials of this shape are not packed, the lanes
// train.
func (p *packRun) together(ctx context.Context) {
	packer := p.acts.Packer
	if packer == nil || packer.PackSize(p.in.Task) < 2 {
		return
	}
	p.launches(true)
	defer p.launches(false)
	for size := packer.PackSize(p.in.Task); ; {
		var members []int
		for len(members) < size {
			i, ok := p.take(ctx)
			if !ok {
				break
			}
			members = append(members, i)
		}
		if len(members) == 0 || !p.launch(ctx, packer, members) {
			return
		}
	}
}

func (p *packRun) launches(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.launching = on
}

// launch claims some trials and trains them together. It tells whether trials
// of this shape are packed.
func (p *packRun) launch(ctx context.Context, packer Packer, members []int) bool {
	var at []int
	var holds []*hold
	for _, i := range members {
		h, over, err := p.acts.begin(ctx, p.segment(i))
		if h == nil {
			p.ended(ctx, i, over, false, err)
			continue
		}
		p.note(i, h)
		at, holds = append(at, i), append(holds, h)
	}
	if len(holds) == 0 {
		return true
	}
	used := threadClock()
	out, err := packed(ctx, packer, holds)
	share := used() / time.Duration(len(holds)) // each trial's, for they step together
	alone := errors.Is(err, training.ErrAlone)
	tooMany := errors.Is(err, training.ErrMemory) && len(holds) > 1
	for n, h := range holds {
		res, failed := training.Result{Outcome: training.Preempted, Step: h.from}, err
		switch {
		case alone || tooMany:
			failed = nil
		case err == nil:
			res, failed = out[n].Result, out[n].Err
		}
		r, failed := p.acts.conclude(h, res, share, failed, func() { p.note(at[n], nil) })
		p.ended(ctx, at[n], r, true, failed)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if tooMany {
		p.tooMany, p.closed = true, true
	}
	if alone {
		p.next = members[0] // their turn comes again, in the lanes
	}
	return !alone
}

// packed is TrainPack, whose panic is the failure of its trials alone.
func packed(ctx context.Context, packer Packer, holds []*hold) (out []training.PackResult, err error) {
	defer func() {
		if v := recover(); v != nil {
			activity.GetLogger(ctx).Error("training a pack panicked", "panic", v, "stack", string(debug.Stack()))
			err = fmt.Errorf("training a pack panicked: %v", v)
		}
	}()
	jobs := make([]training.PackJob, len(holds))
	for i, h := range holds {
		jobs[i] = training.PackJob{Job: h.job, Ctx: h.ctx, Rec: h.rec}
	}
	return packer.TrainPack(ctx, jobs)
}
