package engine_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/engine"
	"sweep/training/tasks"
	"sweep/training/tasks/gaussians"
	"sweep/training/tasks/noop"
)

// chorus steps trials of a task one after another, as one launch of a device
// steps them beside each other; it can hold so many and fails as it is told.
type chorus struct {
	tasks.Task
	size   int
	breaks int // at this launch the device is lost, 0 for never
	closed *int
}

func (c chorus) PackSize() int { return c.size }

func (c chorus) OpenPack(cfgs []training.Config) (tasks.Pack, error) {
	if len(cfgs) > c.size {
		return nil, fmt.Errorf("%d trials: %w", len(cfgs), training.ErrMemory)
	}
	v := &voices{chorus: c}
	for _, cfg := range cfgs {
		r, err := c.Open(cfg)
		if err != nil {
			return nil, err
		}
		v.runs = append(v.runs, r)
	}
	return v, nil
}

type voices struct {
	chorus
	runs     []tasks.Run
	launches int
}

func (v *voices) Step(ctx context.Context, steps []int64, out []tasks.Stepped) error {
	if v.launches++; v.launches == v.breaks {
		return errors.New("the device fell off the bus")
	}
	for i, step := range steps {
		if step > 0 {
			out[i].Points, out[i].Diverged = v.runs[i].Step(ctx, step)
		}
	}
	return nil
}

func (v *voices) Member(i int) tasks.Member { return v.runs[i] }

func (v *voices) Close() error { *v.closed++; return nil }

func choir(task tasks.Task, size, breaks int) (*engine.Engine, *int) {
	closed := new(int)
	return engine.New(chorus{task, size, breaks, closed}), closed
}

// sing trains a pack and gives each trial's tape.
func sing(t *testing.T, e *engine.Engine, jobs ...training.Job) ([]*tape, []training.PackResult) {
	t.Helper()
	tapes, pack := make([]*tape, len(jobs)), make([]training.PackJob, len(jobs))
	for i, j := range jobs {
		tapes[i] = newTape()
		pack[i] = training.PackJob{Job: j, Ctx: t.Context(), Rec: tapes[i]}
	}
	out, err := e.TrainPack(t.Context(), pack)
	if err != nil {
		t.Fatal(err)
	}
	return tapes, out
}

// score is all that a tape holds.
func score(r *tape) string {
	var b strings.Builder
	for _, m := range slices.Sorted(maps.Keys(r.points)) {
		fmt.Fprintln(&b, m, r.points[m]) // maps print in the keys' order
	}
	for _, a := range slices.Sorted(maps.Keys(r.artifacts)) {
		fmt.Fprintf(&b, "%s %x\n", a, r.artifacts[a])
	}
	for _, c := range r.checkpoints {
		fmt.Fprintf(&b, "%d %x\n", c.Step, c.Data)
	}
	return b.String() + strings.Join(r.order, "\n")
}

// Every trial of a pack whose trials differ in length, k, rates, cadence and
// where they go on from records what it records alone.
func TestATrialOfAPackRecordsWhatItRecordsAlone(t *testing.T) {
	half, _ := train(t, training.Job{Config: small(t, 3, "k", 3), Every: training.Cadence{Steps: 4}})
	jobs := []training.Job{
		{Config: small(t, 1)},
		{Config: small(t, 2, "steps", 14, "k", 5, "d_lr", 0.01), Every: training.Cadence{Steps: 4}},
		{Config: small(t, 3, "k", 3), Resume: half.checkpoints[0].Data, Every: training.Cadence{Steps: 3}},
		{Config: small(t, 4, "steps", 1, "g_lr", 0.1)},
		{Config: small(t, 5), Resume: half.checkpoints[0].Data}, // another trial's checkpoint
	}
	e, closed := choir(gaussians.Task{}, 8, 0)
	tapes, out := sing(t, e, jobs...)
	for i, j := range jobs[:4] {
		alone, want := train(t, j)
		if got := score(tapes[i]); got != score(alone) {
			t.Errorf("trial %d: in the pack\n%.400s\nalone\n%.400s", i, got, score(alone))
		}
		if r := out[i]; r.Err != nil || r.Outcome != want.Outcome || r.Step != want.Step || !sameLast(r.Last, want.Last) {
			t.Errorf("trial %d: %+v, alone %+v", i, r, want)
		}
	}
	if out[4].Err == nil || !errors.Is(out[4].Err, training.ErrState) || len(tapes[4].order) != 0 {
		t.Errorf("a foreign checkpoint: %v, and it recorded %v", out[4].Err, tapes[4].order)
	}
	if *closed != 1 {
		t.Errorf("the pack was closed %d times", *closed)
	}
}

func TestWhatEndsOneTrialOfAPackLeavesTheOthers(t *testing.T) {
	e, _ := choir(noop.Task{}, 8, 0)
	long := []any{"steps", 20}
	ctx, stop := context.WithCancel(t.Context())
	crashes, stops, old := newTape(), newTape(), config(t, "noop", 9, long...)
	crashes.before = func(call string) error {
		if call == "record 7" {
			return errCrash
		}
		return nil
	}
	stops.before = func(call string) error {
		if call == "record 5" {
			stop()
		}
		return nil
	}
	old.Engine = 1
	good, bad := newTape(), newTape()
	out, err := e.TrainPack(t.Context(), []training.PackJob{
		{Job: training.Job{Config: config(t, "noop", 1, "steps", 20, "diverge_at", 3)}, Ctx: t.Context(), Rec: newTape()},
		{Job: training.Job{Config: config(t, "noop", 2, long...)}, Ctx: t.Context(), Rec: crashes},
		{Job: training.Job{Config: config(t, "noop", 3, long...)}, Ctx: ctx, Rec: stops},
		{Job: training.Job{Config: old}, Ctx: t.Context(), Rec: bad},
		{Job: training.Job{Config: config(t, "noop", 4, long...)}, Ctx: t.Context(), Rec: good},
	})
	if err != nil {
		t.Fatal(err)
	}
	if out[0].Outcome != training.Diverged || out[0].Step != 3 || !errors.Is(out[1].Err, errCrash) || !errors.Is(out[3].Err, training.ErrConfig) {
		t.Errorf("%+v", out)
	}
	if out[2].Outcome != training.Preempted || out[2].Step != 5 || stops.final().Step != 5 {
		t.Errorf("the stopped trial: %+v", out[2])
	}
	if out[4].Outcome != training.Finished || good.final().Step != 20 || len(bad.order) != 0 {
		t.Errorf("the trial that nothing ended: %+v", out[4])
	}
}

func TestAPackThatIsStoppedCheckpointsEveryTrial(t *testing.T) {
	e, _ := choir(noop.Task{}, 8, 0)
	ctx, stop := context.WithCancel(t.Context())
	tapes := []*tape{newTape(), newTape()}
	tapes[0].before = func(call string) error {
		if call == "record 6" {
			stop()
		}
		return nil
	}
	var jobs []training.PackJob
	for i, r := range tapes {
		jobs = append(jobs, training.PackJob{Job: training.Job{Config: config(t, "noop", int64(i), "steps", 20)}, Ctx: t.Context(), Rec: r})
	}
	out, err := e.TrainPack(ctx, jobs)
	for i, r := range tapes {
		if err != nil || out[i].Outcome != training.Preempted || out[i].Step != 6 || r.final().Step != 6 {
			t.Errorf("trial %d: %+v, %v", i, out[i], err)
		}
	}
}

func TestADeviceThatIsLostOrTooSmallIsAnError(t *testing.T) {
	e, closed := choir(noop.Task{}, 2, 5)
	jobs := []training.Job{{Config: config(t, "noop", 1, "steps", 2)}, {Config: config(t, "noop", 2, "steps", 20)}}
	_, out := sing(t, e, jobs...)
	if out[0].Outcome != training.Finished || out[0].Err != nil || out[1].Err == nil || *closed != 1 {
		t.Errorf("%+v, closed %d times", out, *closed)
	}
	three := make([]training.PackJob, 3)
	for i := range three {
		three[i] = training.PackJob{Job: jobs[0], Ctx: t.Context(), Rec: newTape()}
	}
	if _, err := e.TrainPack(t.Context(), three); !errors.Is(err, training.ErrMemory) {
		t.Errorf("three trials where two fit: %v", err)
	}
	if e.PackSize("noop") != 2 || newEngine().PackSize("noop") != 0 || e.PackSize("other") != 0 {
		t.Error("the size of a pack")
	}
}
