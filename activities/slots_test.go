package activities_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"sweep/activities"
	"sweep/training"
)

// crowd counts the trials that train at the same time.
type crowd struct {
	activities.Trainer
	now, peak atomic.Int64
}

func (c *crowd) Train(ctx context.Context, job training.Job, rec training.Recorder) (training.Result, error) {
	n := c.now.Add(1)
	defer c.now.Add(-1)
	for p := c.peak.Load(); n > p && !c.peak.CompareAndSwap(p, n); p = c.peak.Load() {
	}
	return c.Trainer.Train(ctx, job, rec)
}

func TestAPackTrainsInTheSlotsThatNobodyUses(t *testing.T) {
	for _, c := range []struct {
		name  string
		slots *activities.Slots
		peak  int64
	}{
		{"no slots are known", nil, 1},
		{"one", activities.NewSlots(1), 1},
		{"four", activities.NewSlots(4), 4},
		{"more than trials", activities.NewSlots(40), 9},
	} {
		w, p := packed(t, noopPack("steps: 5, delay_ms: 2", 9))
		count := &crowd{Trainer: w.acts.Trainer}
		w.acts.Trainer, w.acts.Slots = count, c.slots
		r, err := w.trainPack(p, 0)
		allFinished(t, r, err)
		if got := count.peak.Load(); got > c.peak || got < min(c.peak, 2) {
			t.Errorf("%s: %d trials at once, expected %d", c.name, got, c.peak)
		}
	}
}

// Whoever has a slot by right gets it, and the pack that had borrowed it goes
// on with fewer.
func TestAPackGivesBorrowedSlotsBack(t *testing.T) {
	w, p := packed(t, noopPack("steps: 10, delay_ms: 3", 30))
	count := &crowd{Trainer: w.acts.Trainer}
	w.acts.Trainer, w.acts.Slots = count, activities.NewSlots(2)
	first := p
	first.Hashes = p.Hashes[:20]
	second := p
	second.Hashes = p.Hashes[20:]
	done := make(chan activities.PackResult, 1)
	go func() {
		r, _ := w.trainPack(first, 0)
		done <- r
	}()
	time.Sleep(50 * time.Millisecond)
	count.peak.Store(0)
	r, err := w.trainPack(second, 0)
	allFinished(t, r, err)
	allFinished(t, <-done, nil)
	if got := count.peak.Load(); got > 3 {
		t.Errorf("%d trials at once on two slots: one too many may only end what it does", got)
	}
}
