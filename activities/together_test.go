package activities_test

import (
	"context"
	"fmt"
	"testing"

	"sweep/activities"
	"sweep/storage"
	"sweep/training"
	"sweep/training/engine"
	"sweep/training/tasks"
	"sweep/training/tasks/gaussians"
	"sweep/training/tasks/noop"
)

// chorus steps trials of a task one after another, as one launch of a device
// steps them beside each other.
type chorus struct {
	tasks.Task
	size, room int // asked for, and what fits
	alone      bool
	panics     bool
	opened     *[]int
}

func (c chorus) PackSize() int { return c.size }

func (c chorus) OpenPack(cfgs []training.Config) (tasks.Pack, error) {
	switch {
	case c.panics:
		panic("the driver is gone")
	case c.alone:
		return nil, fmt.Errorf("this shape: %w", training.ErrAlone)
	case len(cfgs) > c.room:
		return nil, fmt.Errorf("%d trials: %w", len(cfgs), training.ErrMemory)
	}
	*c.opened = append(*c.opened, len(cfgs))
	var v voices
	for _, cfg := range cfgs {
		r, err := c.Open(cfg)
		if err != nil {
			return nil, err
		}
		v = append(v, r)
	}
	return v, nil
}

type voices []tasks.Run

func (v voices) Step(ctx context.Context, steps []int64, out []tasks.Stepped) error {
	for i, step := range steps {
		if step > 0 {
			out[i].Points, out[i].Diverged = v[i].Step(ctx, step)
		}
	}
	return nil
}

func (v voices) Member(i int) tasks.Member { return v[i] }
func (v voices) Close() error              { return nil }

// launch makes the world's engine train so many trials in one launch; below 2 it
// trains each alone.
func (w *world) launch(size int) {
	if size > 1 {
		w.sing(chorus{size: size, room: size, opened: new([]int)})
	}
}

func (w *world) sing(c chorus) *[]int {
	g, n := c, c
	g.Task, n.Task = gaussians.Task{}, noop.Task{}
	e := engine.New(g, n)
	w.acts.Trainer, w.acts.Packer = e, e
	return c.opened
}

func TestTrialsAreTrainedInAsManyLaunchesAsTheyNeed(t *testing.T) {
	w, p := packed(t, noopPack("steps: 20", 7))
	opened := w.sing(chorus{size: 3, room: 3, opened: new([]int)})
	r, err := w.trainPack(p, 0)
	allFinished(t, r, err)
	if fmt.Sprint(*opened) != "[3 3 1]" {
		t.Errorf("launches of %v trials", *opened)
	}
	for _, h := range p.Hashes {
		w.eachStepOnce(h, 20)
	}
}

func TestAPackThatDoesNotFitComesBackUntouchedToBeHalved(t *testing.T) {
	w, p := packed(t, noopPack("steps: 20", 4))
	w.sing(chorus{size: 9, room: 2, opened: new([]int)})
	r, err := w.trainPack(p, 0)
	if err != nil || !r.TooMany {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, half := range [][]string{p.Hashes[:2], p.Hashes[2:]} {
		for _, h := range half {
			if s := w.state(h); s != storage.Dispatched {
				t.Errorf("trial %.12s is %s", h, s)
			}
		}
		q := p
		q.Hashes = half
		r, err := w.trainPack(q, 0)
		allFinished(t, r, err)
	}
	for _, h := range p.Hashes {
		w.eachStepOnce(h, 20)
	}
}

func TestATrialThatDoesNotFitEvenAloneFails(t *testing.T) {
	w, p := packed(t, noopPack("steps: 20", 2))
	w.sing(chorus{size: 9, room: 0, opened: new([]int)})
	p.Hashes = p.Hashes[:1]
	if r, err := w.trainPack(p, 0); err != nil || r.TooMany || r.Ends[0].Failed == "" || r.Ends[0].Config {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestTrialsOfAShapeThatIsNotPackedAreTrainedInTheSlots(t *testing.T) {
	w, p := packed(t, noopPack("steps: 20", 5))
	w.acts.Slots = activities.NewSlots(2)
	w.sing(chorus{size: 3, alone: true})
	r, err := w.trainPack(p, 0)
	allFinished(t, r, err)
	for _, h := range p.Hashes {
		w.eachStepOnce(h, 20)
	}
}

func TestALaunchThatPanicsFailsItsTrialsAndClosesTheirAttempts(t *testing.T) {
	w, p := packed(t, noopPack("steps: 20", 3))
	w.sing(chorus{size: 3, panics: true})
	r, err := w.trainPack(p, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range r.Ends {
		if e.Failed == "" || w.state(e.Hash) != storage.Dispatched {
			t.Errorf("%+v is %s", e, w.state(e.Hash))
		}
	}
}
