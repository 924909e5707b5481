// Package suite is what packs of a task must pass on every device: Run.
//
// It promises to find a packed trial whose bytes are not its own alone, one that
// does not go on from a checkpoint bit for bit, and one that is further from the
// reference than roundings take it. It imports no task.
package suite

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/tasks"
)

// Of is what the suite needs to know of a task.
type Of struct {
	Task      tasks.PackTask                                  // on the device
	Reference func(training.Config) (tasks.Run, error)        // the trial on the processor
	Different map[string]func(t *testing.T) []training.Config // trials of one shape that differ in what may, by the name of a variant
	Longest   string                                          // the variant that is stopped and resumed, and all of whose trials train alone too
	Steps     int64                                           // of a variant
	Within    float64                                         // how far metrics may be from the reference's
	Tensors   float64                                         // how far parameters and moments may be, on average, as a part of their mean magnitude

	// Rounding tells whether a tensor is nothing but roundings: a bias before a
	// batch normalisation has no gradient.
	Rounding func(tensor string) bool
}

// Run tests packs.
func Run(t *testing.T, of Of) {
	t.Run("a packed trial has the bytes of the trial alone, and the reference's numbers", func(t *testing.T) {
		for name, configs := range of.Different {
			t.Run(name, func(t *testing.T) { of.variant(t, configs(t), name == of.Longest) })
		}
	})
	t.Run("a packed trial goes on from a checkpoint bit for bit", func(t *testing.T) { of.resume(t) })
}

// Open opens a pack, and closes it after the test.
func Open(t *testing.T, task tasks.PackTask, cfgs ...training.Config) tasks.Pack {
	t.Helper()
	p, err := task.OpenPack(cfgs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// Train takes every member from one step to another and gives its points.
func Train(t *testing.T, p tasks.Pack, members int, from, to int64) (points [][]training.Point) {
	t.Helper()
	points = make([][]training.Point, members)
	for step := from + 1; step <= to; step++ {
		steps := slices.Repeat([]int64{step}, members)
		for i, own := range Step(t, p, steps) {
			points[i] = append(points[i], own...)
		}
	}
	return points
}

// Step takes one step of those that have one; nobody diverges.
func Step(t *testing.T, p tasks.Pack, steps []int64) [][]training.Point {
	t.Helper()
	out, points := make([]tasks.Stepped, len(steps)), make([][]training.Point, len(steps))
	if err := p.Step(t.Context(), steps, out); err != nil {
		t.Fatal(err)
	}
	for i, o := range out {
		if o.Diverged != "" {
			t.Fatalf("trial %d: %s", i, o.Diverged)
		}
		points[i] = slices.Clone(o.Points)
	}
	return points
}

// variant trains a pack; the last trial, or all, train alone too.
func (of Of) variant(t *testing.T, cfgs []training.Config, all bool) {
	together := Open(t, of.Task, cfgs...)
	points := Train(t, together, len(cfgs), 0, of.Steps)
	for i, cfg := range cfgs {
		state := together.Member(i).State(of.Steps)
		if all || i == len(cfgs)-1 {
			of.alone(t, cfg, points[i], state)
		}
		of.reference(t, cfg, points[i], state)
	}
}

// alone compares points and state with those of a pack of one.
func (of Of) alone(t *testing.T, cfg training.Config, points []training.Point, state checkpoint.State) {
	t.Helper()
	p := Open(t, of.Task, cfg)
	own := Train(t, p, 1, 0, of.Steps)
	if got, want := fmt.Sprint(points), fmt.Sprint(own[0]); got != want {
		t.Errorf("seed %d: points %s, alone %s", cfg.Seed, got, want)
	}
	if err := SameState(state, p.Member(0).State(of.Steps)); err != nil {
		t.Errorf("seed %d: %v", cfg.Seed, err)
	}
}

// reference compares points and state with the processor's.
func (of Of) reference(t *testing.T, cfg training.Config, points []training.Point, state checkpoint.State) {
	t.Helper()
	run, err := of.Reference(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var want []training.Point
	for step := int64(1); step <= of.Steps; step++ {
		own, diverged := run.Step(t.Context(), step)
		if diverged != "" {
			t.Fatal(diverged)
		}
		want = append(want, own...)
	}
	if len(points) != len(want) {
		t.Fatalf("seed %d: points %v, the reference has %v", cfg.Seed, points, want)
	}
	worst := 0.0
	for i, w := range want {
		off := math.Abs(points[i].Value-w.Value) / (1 + math.Abs(w.Value))
		if worst = max(worst, off); points[i].Metric != w.Metric || !(off <= of.Within) {
			t.Errorf("seed %d: %v, the reference has %v", cfg.Seed, points[i], w)
		}
	}
	far, name := of.Furthest(t, state, run.State(of.Steps))
	if !(far <= of.Tensors) {
		t.Errorf("seed %d: tensor %s is off by %.1e of its magnitude", cfg.Seed, name, far)
	}
	t.Logf("seed %d: metrics within %.1e of the reference, tensors within %.1e (%s)", cfg.Seed, worst, far, name)
}

// Furthest finds the tensor that is furthest from another's: the mean of the
// differences, as a part of the mean magnitude.
func (of Of) Furthest(t *testing.T, got, want checkpoint.State) (worst float64, name string) {
	t.Helper()
	if fmt.Sprint(got.Counters) != fmt.Sprint(want.Counters) || len(got.Tensors) != len(want.Tensors) {
		t.Errorf("%d tensors and counters %v, the reference has %d and %v", len(got.Tensors), got.Counters, len(want.Tensors), want.Counters)
		return 0, ""
	}
	for _, tensor := range want.Tensors {
		if of.Rounding(tensor.Name) {
			continue
		}
		n := tensor.Shape[0] * tensor.Shape[1]
		x, y := make([]float32, n), make([]float32, n)
		if err := errors.Join(checkpoint.CopyFloats(got, tensor.Name, x), checkpoint.CopyFloats(want, tensor.Name, y)); err != nil {
			t.Error(err)
		}
		var off, size float64
		for i := range x {
			off += math.Abs(float64(x[i]) - float64(y[i]))
			size += math.Abs(float64(y[i]))
		}
		if off > 0 && !(off/size <= worst) {
			worst, name = off/size, tensor.Name
		}
	}
	return worst, name
}

// SameState compares two trials' tensors and counters byte for byte.
func SameState(a, b checkpoint.State) error {
	if len(a.Tensors) != len(b.Tensors) || fmt.Sprint(a.Counters) != fmt.Sprint(b.Counters) {
		return fmt.Errorf("%d tensors and counters %v, alone %d and %v", len(a.Tensors), a.Counters, len(b.Tensors), b.Counters)
	}
	for i, x := range a.Tensors {
		if y := b.Tensors[i]; x.Name != y.Name || !bytes.Equal(x.Data, y.Data) {
			return fmt.Errorf("tensor %s differs", x.Name)
		}
	}
	return nil
}
