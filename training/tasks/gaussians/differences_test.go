package gaussians_test

import (
	"math"
	"testing"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/tasks"
	"sweep/training/tasks/gaussians"
)

// nudged is a state with one weight of the generator moved.
func nudged(s checkpoint.State, tensor string, i int, by float64) checkpoint.State {
	out := checkpoint.State{Counters: s.Counters}
	for _, t := range s.Tensors {
		if t.Name == tensor {
			x := make([]float64, t.Shape[0]*t.Shape[1])
			if err := checkpoint.CopyFloats(s, tensor, x); err != nil {
				panic(err)
			}
			x[i] += by
			t = checkpoint.FromFloats(tensor, t.Shape[0], t.Shape[1], x)
		}
		out.Tensors = append(out.Tensors, t)
	}
	return out
}

// slope is dL_G/dw of the outer step after warm, through everything that the
// step computes, by central differences of fourth order.
func slope(t *testing.T, run tasks.Run, warm int64, s checkpoint.State, tensor string, i int) float64 {
	t.Helper()
	const h = 3e-5
	at := func(by float64) float64 {
		restore(t, run, warm, nudged(s, tensor, i, by))
		points, _ := run.Step(t.Context(), warm+1)
		return recorded(t, points, "g_loss")
	}
	return (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
}

// TestTheFullGradientIsTheFiniteDifference moves every weight of the generator
// and follows the loss through the whole look-ahead, the optimizer and the
// batches included, in float64 on tanh networks.
func TestTheFullGradientIsTheFiniteDifference(t *testing.T) {
	for _, v := range variants(1, 3, 5) {
		if v.gradient == "full" {
			if worst := relativeError(t, v); !(worst <= 1e-5) {
				t.Errorf("%v: gradient and finite difference are %.1e apart", v, worst)
			}
		}
	}
}

// TestTheTruncatedGradientLeavesTheLookAheadOut: the check above sees the
// difference. With reset and k = 1 there is next to none (see matters).
func TestTheTruncatedGradientLeavesTheLookAheadOut(t *testing.T) {
	for _, v := range variants(1, 3, 5) {
		if v.gradient == "truncated" && v.matters() {
			if worst := relativeError(t, v); worst <= 0.01 && (v.k > 1 || v.rollback != "reset") {
				t.Errorf("%v: gradient and finite difference are only %.1e apart", v, worst)
			}
		}
	}
}

// relativeError is the largest over the generator's weights; differences below
// 1e-5 of the largest gradient's element do not count.
func relativeError(t *testing.T, v variant) (worst float64) {
	t.Helper()
	cfg := v.tiny(t)
	rate := map[string]float64{"adam": 0.03, "sgd": 0.5}[v.optimizer] // so that the look-ahead goes far
	cfg.Params = cfg.Params.With("d_lr", training.FloatValue(rate))
	run, err := gaussians.OpenTanh(cfg, kernels.NewReference[float64]())
	if err != nil {
		t.Fatal(err)
	}
	const warm = 3 // steps, so that moments are not at their beginning
	for step := int64(1); step <= warm; step++ {
		run.Step(t.Context(), step)
	}
	got, want := bothGradients(t, run, warm)
	var largest float64
	for _, w := range want {
		largest = math.Max(largest, math.Abs(w))
	}
	for i, w := range want {
		worst = math.Max(worst, math.Abs(got[i]-w)/(math.Abs(w)+1e-5*largest))
	}
	return worst
}

// bothGradients are the gradient and the differences of the step after warm.
func bothGradients(t *testing.T, run tasks.Run, warm int64) (got, want []float64) {
	t.Helper()
	s := run.State(warm)
	run.Step(t.Context(), warm+1)
	for _, g := range gaussians.GradientsOfG(run) {
		got = append(got, g...)
	}
	for _, name := range []string{"generator.0.weight", "generator.0.bias", "generator.1.weight",
		"generator.1.bias", "generator.2.weight", "generator.2.bias"} {
		for _, tensor := range s.Tensors {
			if tensor.Name != name {
				continue
			}
			for i := range tensor.Shape[0] * tensor.Shape[1] {
				want = append(want, slope(t, run, warm, s, name, i))
			}
		}
	}
	return got, want
}
