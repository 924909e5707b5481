// Package packtest is the suite that packs of ring trials must pass on every
// device: Run.
//
// It promises to find a packed trial whose bytes are not its own alone, one that
// does not go on from a checkpoint bit for bit, and one that is further from the
// reference than roundings take it. It imports the tasks, package cuda and
// testing only.
package packtest

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/tasks"
	"sweep/training/tasks/gaussians"
)

// Opener opens a device, which the pack closes.
type Opener func() (cuda.Device, error)

// Run tests packs on a device.
func Run(t *testing.T, dev Opener) {
	t.Run("50 steps are the reference's within roundings", func(t *testing.T) { parity(t, dev) })
	t.Run("a packed trial has the bytes of the trial alone", func(t *testing.T) {
		for name, v := range variants() {
			t.Run(name, func(t *testing.T) { alone(t, dev, v) })
		}
	})
	t.Run("a packed trial goes on from a checkpoint bit for bit", func(t *testing.T) { resume(t, dev) })
	t.Run("what is not packed trains all the same", func(t *testing.T) { eager(t, dev) })
	t.Run("a trial that diverges leaves its neighbours alone", func(t *testing.T) { diverging(t, dev) })
	t.Run("what cannot be packed is refused", func(t *testing.T) { refused(t, dev) })
}

type settings map[string]training.Value

func integer(v int64) training.Value { return training.IntValue(v) }
func text(v string) training.Value   { return training.StringValue(v) }
func float(v float64) training.Value { return training.FloatValue(v) }

// tiny is a small model, which settings change.
func tiny(t *testing.T, seed int64, changes ...settings) training.Config {
	t.Helper()
	p := training.Params{}.With("batch", integer(16)).With("z_dim", integer(7)).With("g_width", integer(12)).
		With("d_width", integer(11)).With("steps", integer(50)).With("eval_every", integer(50)).With("samples_every", integer(1)).With("k", integer(2))
	for _, c := range changes {
		for name, v := range c {
			p = p.With(name, v)
		}
	}
	cfg, err := training.NewConfig("gaussians", p, seed)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// Tiny is a trial of a small model.
func Tiny(t *testing.T, seed, steps int64) training.Config {
	t.Helper()
	return tiny(t, seed, settings{"steps": integer(steps), "eval_every": integer(2)})
}

// different are trials of one shape that differ in everything that may. With
// k = 1 there is no way back, so that no rollback but the default has it.
func different(t *testing.T, common settings) []training.Config {
	k := func(v int64) settings {
		if _, fixed := common["k"]; fixed {
			return settings{}
		}
		return settings{"k": integer(v)}
	}
	least := int64(1)
	if _, back := common["rollback"]; back {
		least = 2
	}
	return []training.Config{
		tiny(t, 1, common, k(3)),
		tiny(t, 2, common, k(least), settings{"d_lr": float(3e-4), "g_lr": float(2e-3), "beta1": float(0.9)}),
		tiny(t, 3, common, k(2), settings{"data_scale": float(1), "sigma": float(0.2), "init_scale": float(0.5)}),
		tiny(t, 4, common, k(3), settings{"beta2": float(0.99), "adam_eps": float(1e-4), "eval_every": integer(2)}),
	}
}

func variants() map[string]settings {
	return map[string]settings{
		"carry":         {},
		"restore":       {"rollback": text("restore")},
		"reset":         {"rollback": text("reset")},
		"none":          {"rollback": text("none")},
		"sgd":           {"d_optimizer": text("sgd"), "rollback": text("restore")},
		"fixed batches": {"batches": text("fixed")},
		"minimax":       {"g_loss": text("minimax")},
		"k = 0":         {"k": integer(0)},
		"grid":          {"mixture": text("grid25")},
	}
}

func pack(t *testing.T, dev Opener, cfgs ...training.Config) tasks.Pack {
	t.Helper()
	p, err := gaussians.Packed{Device: dev, Precision: cuda.FP32, Size: 8}.OpenPack(cfgs)
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

// train takes every member from one step to another and writes down its points.
func train(t *testing.T, p tasks.Pack, members int, from, to int64) (points [][]training.Point) {
	t.Helper()
	points = make([][]training.Point, members)
	out, steps := make([]tasks.Stepped, members), make([]int64, members)
	for step := from + 1; step <= to; step++ {
		for i := range steps {
			steps[i] = step
		}
		if err := p.Step(t.Context(), steps, out); err != nil {
			t.Fatal(err)
		}
		for i, o := range out {
			if o.Diverged != "" {
				t.Fatalf("trial %d: %s", i, o.Diverged)
			}
			points[i] = append(points[i], o.Points...)
		}
	}
	return points
}

// eager trains a shape that is not packed.
func eager(t *testing.T, dev Opener) {
	cfg := tiny(t, 1, settings{"gradient": text("full"), "steps": integer(2)})
	run, err := gaussians.Packed{Device: dev, Precision: cuda.FP32}.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var points []training.Point
	for step := int64(1); step <= 2; step++ {
		own, diverged := run.Step(t.Context(), step)
		if points = append(points, own...); diverged != "" {
			t.Fatal(diverged)
		}
	}
	reference(t, cfg, points)
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

// parity compares with the reference: the first steps closely, the fiftieth as far
// as training magnifies roundings.
func parity(t *testing.T, dev Opener) {
	const steps = 50
	cfgs := different(t, settings{})
	points := train(t, pack(t, dev, cfgs...), len(cfgs), 0, steps)
	for i, cfg := range cfgs {
		run, err := gaussians.Open(cfg, kernels.NewReference[float32]())
		if err != nil {
			t.Fatal(err)
		}
		worst := 0.0
		for step := int64(1); step <= steps; step++ {
			want, _ := run.Step(t.Context(), step)
			for j, w := range want {
				got := points[i][int(step-1)*len(want)+j]
				off := math.Abs(got.Value-w.Value) / (1 + math.Abs(w.Value))
				worst = max(worst, off)
				if limit := 1e-5 * float64(1+step); got.Metric != w.Metric || !(off <= limit) {
					t.Fatalf("trial %d: %s is %v at step %d, want %v within %.0e", i, w.Metric, got.Value, step, w.Value, limit)
				}
			}
		}
		t.Logf("trial %d: within %.1e of the reference over %d steps", i, worst, steps)
	}
}

func alone(t *testing.T, dev Opener, common settings) {
	const steps = 4
	cfgs := different(t, common)
	together := pack(t, dev, cfgs...)
	points := train(t, together, len(cfgs), 0, steps)
	for i, cfg := range cfgs {
		p := pack(t, dev, cfg)
		own := train(t, p, 1, 0, steps)
		if got, want := fmt.Sprint(points[i]), fmt.Sprint(own[0]); got != want {
			t.Errorf("trial %d: points %s, alone %s", i, got, want)
		}
		if err := SameState(together.Member(i).State(steps), p.Member(0).State(steps)); err != nil {
			t.Errorf("trial %d: %v", i, err)
		}
		reference(t, cfg, points[i])
	}
}

// reference checks the first step's losses of a variant against the CPU's.
func reference(t *testing.T, cfg training.Config, points []training.Point) {
	t.Helper()
	run, err := gaussians.Open(cfg, kernels.NewReference[float32]())
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for step := int64(1); at < len(points); step++ {
		want, _ := run.Step(t.Context(), step)
		for _, w := range want {
			if got := points[at]; !(math.Abs(got.Value-w.Value) <= 2e-4*(1+math.Abs(w.Value))) {
				t.Errorf("seed %d: %s is %v at step %d, the reference has %v", cfg.Seed, w.Metric, got.Value, step, w.Value)
			}
			at++
		}
	}
}

// Trained is the state of a pack of different trials after some steps.
func Trained(t *testing.T, dev Opener, steps int64) (states []checkpoint.State) {
	cfgs := different(t, settings{})
	p := pack(t, dev, cfgs...)
	train(t, p, len(cfgs), 0, steps)
	for i := range cfgs {
		states = append(states, p.Member(i).State(steps))
	}
	return states
}
