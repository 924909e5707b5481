package gaussians_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/tasks"
	"sweep/training/tasks/gaussians"
)

// variant is one choice of how to unroll.
type variant struct {
	k                                 int
	gradient, rollback, batches, loss string
	optimizer                         string // of D
}

func (v variant) String() string {
	return fmt.Sprintf("k=%d %s %s %s %s %s", v.k, v.gradient, v.rollback, v.batches, v.loss, v.optimizer)
}

// variants are all combinations for the given k; SGD's modes restore and reset are
// spelled carry.
func variants(ks ...int) (out []variant) {
	for _, k := range ks {
		for _, gradient := range []string{"truncated", "full"} {
			for _, rollback := range []string{"carry", "restore", "reset", "none"} {
				for _, batches := range []string{"fresh", "fixed"} {
					for _, loss := range []string{"non-saturating", "minimax"} {
						out = append(out, variant{k, gradient, rollback, batches, loss, "adam"})
						if rollback == "carry" || rollback == "none" {
							out = append(out, variant{k, gradient, rollback, batches, loss, "sgd"})
						}
					}
				}
			}
		}
	}
	return out
}

// sgdRate is D's where it steps by SGD: large enough that its steps are about as
// long as Adam's.
const sgdRate = 0.1

// tiny is a trial of a variant with networks of a few dozen weights.
func (v variant) tiny(t *testing.T) training.Config {
	t.Helper()
	p := training.Params{}
	for name, n := range map[string]int{"k": v.k, "batch": 5, "z_dim": 2, "g_width": 3, "d_width": 4, "steps": 100} {
		p = p.With(name, training.IntValue(int64(n)))
	}
	for name, s := range map[string]string{"gradient": v.gradient, "rollback": v.rollback, "batches": v.batches, "g_loss": v.loss,
		"d_optimizer": v.optimizer} {
		p = p.With(name, training.StringValue(s))
	}
	if v.optimizer == "sgd" {
		p = p.With("d_lr", training.FloatValue(sgdRate))
	}
	cfg, err := training.NewConfig("gaussians", p, 42)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func open[T kernels.Float](t *testing.T, cfg training.Config) tasks.Run {
	t.Helper()
	run, err := gaussians.Open(cfg, kernels.NewReference[T]())
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func restore(t *testing.T, run tasks.Run, step int64, s checkpoint.State) {
	t.Helper()
	if err := run.Restore(step, s); err != nil {
		t.Fatal(err)
	}
}

// bytesOf are a network's weights, without the moments.
func bytesOf(s checkpoint.State, network string) (out string) {
	for layer := range 3 {
		for _, kind := range []string{"weight", "bias"} {
			for _, t := range s.Tensors {
				if t.Name == fmt.Sprintf("%s.%d.%s", network, layer, kind) {
					out += string(t.Data)
				}
			}
		}
	}
	return out
}

// TestTheDiscriminatorEndsEveryIterationAtItsFirstStep: a trial with k = 1 that
// is put where the variant is takes just that step.
func TestTheDiscriminatorEndsEveryIterationAtItsFirstStep(t *testing.T) {
	for _, v := range variants(0, 1, 2, 3, 5) {
		run := open[float32](t, v.tiny(t))
		one := variant{1, "truncated", "carry", "fresh", "non-saturating", v.optimizer}
		if v.rollback == "reset" {
			one.rollback = "reset"
		}
		first := open[float32](t, one.tiny(t))
		for step := int64(1); step <= 4; step++ {
			restore(t, first, step-1, run.State(step-1))
			first.Step(t.Context(), step)
			run.Step(t.Context(), step)
			at := bytesOf(run.State(step), "discriminator") == bytesOf(first.State(step), "discriminator")
			if want := v.rollback != "none" || v.k <= 1; at != want {
				t.Errorf("%v: step %d: D is at its first step: %v, want %v", v, step, at, want)
			}
		}
	}
}

// matters tells whether a variant is one of its own. Besides those of design.md
// §4.5 there is k = 1 with reset: Adam's first step from zero moments has the
// size of its rate whatever the gradient, so that nothing but ε comes back
// through it.
func (v variant) matters() bool {
	switch {
	case v.k == 0:
		return v.gradient == "truncated" && v.batches == "fresh" && (v.rollback == "carry" || v.rollback == "reset")
	case v.k == 1:
		return v.rollback == "carry" || v.rollback == "reset" && v.gradient == "truncated"
	}
	return true
}

// TestEveryVariantTrainsOtherWeights: one that did nothing would be found here.
func TestEveryVariantTrainsOtherWeights(t *testing.T) {
	seen := map[string]variant{}
	for _, v := range variants(0, 1, 2, 3, 5) {
		if !v.matters() {
			continue
		}
		run := open[float32](t, v.tiny(t))
		for step := int64(1); step <= 3; step++ {
			run.Step(t.Context(), step)
		}
		weights := bytesOf(run.State(3), "generator") + bytesOf(run.State(3), "discriminator")
		if other, ok := seen[weights]; ok {
			t.Errorf("%v trains the same weights as %v", v, other)
		}
		seen[weights] = v
	}
}

// TestEveryVariantGoesOnFromItsStateAlone: from the state of any step, another
// run takes the same steps, byte for byte.
func TestEveryVariantGoesOnFromItsStateAlone(t *testing.T) {
	for _, v := range variants(0, 1, 2, 3, 5) {
		run := open[float32](t, v.tiny(t))
		states := []checkpoint.State{run.State(0)}
		for step := int64(1); step <= 4; step++ {
			run.Step(t.Context(), step)
			states = append(states, run.State(step))
		}
		for from := int64(1); from < 4; from++ {
			again := open[float32](t, v.tiny(t))
			restore(t, again, from, states[from])
			for step := from + 1; step <= 4; step++ {
				again.Step(t.Context(), step)
				if got := again.State(step); !sameState(got, states[step]) {
					t.Fatalf("%v: resumed from step %d, step %d differs", v, from, step)
				}
			}
		}
	}
}

// TestSGDHasNoStateButItsCounter: a state holds no moments for the
// discriminator, and one of an Adam trial is refused.
func TestSGDHasNoStateButItsCounter(t *testing.T) {
	v := variant{2, "full", "carry", "fresh", "non-saturating", "sgd"}
	run := open[float32](t, v.tiny(t))
	run.Step(t.Context(), 1)
	s := run.State(1)
	for _, x := range s.Tensors {
		if strings.HasPrefix(x.Name, "discriminator.") && strings.Contains(x.Name, "adam") {
			t.Errorf("the state has %s", x.Name)
		}
	}
	if n, ok := s.Counters["sgd.discriminator"]; !ok || n != 2 {
		t.Errorf("the discriminator's counter is %d, want the 2 steps of the look-ahead", n)
	}
	v.optimizer = "adam"
	if err := run.Restore(0, open[float32](t, v.tiny(t)).State(0)); !errors.Is(err, training.ErrState) ||
		!strings.Contains(err.Error(), "the sgd step counter of the discriminator") {
		t.Errorf("Adam's state: got %v", err)
	}
}

// sameState compares bytes; tensors come in any order.
func sameState(a, b checkpoint.State) bool {
	tensors := map[string]string{}
	for _, t := range a.Tensors {
		tensors[t.Name] = string(t.Data)
	}
	for _, t := range b.Tensors {
		if data, ok := tensors[t.Name]; !ok || data != string(t.Data) {
			return false
		}
	}
	return len(a.Tensors) == len(b.Tensors) && maps.Equal(a.Counters, b.Counters)
}

func TestNoVariantAllocates(t *testing.T) {
	for _, v := range variants(0, 1, 3) {
		run := open[float32](t, v.tiny(t))
		step := int64(1)
		run.Step(t.Context(), step)
		if n := testing.AllocsPerRun(5, func() {
			step++
			run.Step(t.Context(), step)
		}); n != 0 {
			t.Errorf("%v: %v allocations per step", v, n)
		}
	}
}
