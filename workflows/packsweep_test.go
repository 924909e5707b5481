package workflows_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/mock"

	"sweep/activities"
	"sweep/storage"
	"sweep/training"
	"sweep/workflows"
)

// packUp makes packs of the trials that are handed out.
func (b *backlog) packUp(out *activities.Dispatched) {
	for b.pack > 0 && len(out.Trials) >= b.pack {
		p := pack("")
		for _, t := range out.Trials[:b.pack] {
			p.Hashes = append(p.Hashes, t.Hash)
		}
		p.ID = storage.PackID(p.Hashes)
		if b.closing && len(out.Packs) == 1 { // its group's name is taken for a moment
			p.ID, b.closing = out.Packs[0].ID, false
		}
		out.Packs, out.Trials = append(out.Packs, p), out.Trials[b.pack:]
	}
}

// packs makes the backlog's world train packs.
func (b *backlog) packs(n int) *backlog {
	b.pack = n
	b.env.OnActivity(acts.TrainPack, mock.Anything, mock.Anything).After(b.trains).Return(func(_ context.Context, in activities.PackInput) (r activities.PackResult, _ error) {
		for _, h := range in.Hashes {
			e := done(h, training.Finished)
			e.Hash = h
			r.Ends = append(r.Ends, e)
		}
		return r, nil
	})
	b.env.OnActivity(acts.SettlePack, mock.Anything, mock.Anything).Return(func(_ context.Context, in activities.PackSettleInput) (activities.PackSettled, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.inFlight -= len(in.Trials)
		b.finished += len(in.Trials)
		return activities.PackSettled{Sweeps: []activities.SweepShare{{Sweep: "s", Trials: len(in.Trials)}}}, nil
	})
	b.env.OnSignalExternalWorkflow(mock.Anything, "sweep/s", mock.Anything, workflows.PackSettledSignal, mock.Anything).
		Return(func(_, _, _, _ string, n any) error {
			b.env.SignalWorkflow(workflows.PackSettledSignal, n)
			return nil
		})
	return b
}

func TestASweepRunsPacksAndTrialsBesideEachOther(t *testing.T) {
	b := newBacklog(43).packs(4)
	r := b.run(t)
	if r.Finished != 43 || b.finished != 43 || b.reports != 1 || b.peak != b.window {
		t.Errorf("%+v after %d trials and %d reports, at most %d in flight", r, b.finished, b.reports, b.peak)
	}
}

func TestAPackWhoseGroupIsStillClosingIsGivenBackWhole(t *testing.T) {
	b := newBacklog(6).packs(3)
	b.closing = true
	if r := b.run(t); r.Finished != 6 || b.returned != 3 {
		t.Errorf("%+v, %d given back, expected 6 finished and 3 given back", r, b.returned)
	}
}
