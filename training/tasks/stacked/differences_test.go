package stacked_test

import (
	"math"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/tasks"
	"sweep/training/tasks/stacked"
)

// every is the distance between the weights that are moved: all would take long.
const every = 211

// TestTheFullGradientIsTheFiniteDifference moves weights of the generator and
// follows the loss through convolutions, batch normalisation, the look-ahead and
// the optimizer, in float64 on tanh networks.
func TestTheFullGradientIsTheFiniteDifference(t *testing.T) {
	for _, v := range []variant{"k=2 gradient=full", "k=2 gradient=full batches=fixed g_loss=minimax d_optimizer=sgd d_lr=0.5"} {
		if worst := relativeError(t, v); !(worst <= 1e-5) {
			t.Errorf("%s: gradient and finite difference are %.1e apart", v, worst)
		}
	}
}

// TestTheTruncatedGradientLeavesTheLookAheadOut: the check above sees the
// difference.
func TestTheTruncatedGradientLeavesTheLookAheadOut(t *testing.T) {
	if worst := relativeError(t, "k=2"); worst <= 0.01 {
		t.Errorf("gradient and finite difference are only %.1e apart", worst)
	}
}

// relativeError is the largest over the moved weights; differences below 1e-5 of
// the largest gradient's element do not count.
func relativeError(t *testing.T, v variant) (worst float64) {
	t.Helper()
	run, err := stacked.OpenSmooth(("z_dim=2 batch=3 init_sd=0.5 d_lr=0.03 eval_every=1000 steps=1000 " + v).config(t), lookAlike(), kernels.NewReference[float64]())
	if err != nil {
		t.Fatal(err)
	}
	const warm = 2 // steps, so that moments are not at their beginning
	for step := int64(1); step <= warm; step++ {
		run.Step(t.Context(), step)
	}
	s := run.State(warm)
	run.Step(t.Context(), warm+1)
	var got, want []float64
	gradients := stacked.GradientsOfG(run)
	all := make([][]float64, len(gradients))
	for i, g := range gradients {
		all[i] = append([]float64{}, g...)
	}
	i := 0
	for _, tensor := range s.Tensors {
		if !strings.HasPrefix(tensor.Name, "generator.") || strings.Contains(tensor.Name, "adam") || strings.HasSuffix(tensor.Name, ".running") {
			continue
		}
		for j := 0; j < len(all[i]); j += every {
			got = append(got, all[i][j])
			want = append(want, slope(t, run, warm, s, tensor, j))
		}
		i++
	}
	if i != len(all) || len(want) < 15 {
		t.Fatalf("%d tensors and %d weights were moved", i, len(want))
	}
	var largest float64
	for _, w := range want {
		largest = math.Max(largest, math.Abs(w))
	}
	for i, w := range want {
		worst = math.Max(worst, math.Abs(got[i]-w)/(math.Abs(w)+1e-5*largest))
	}
	return worst
}

// slope is dL_G/dw of the outer step after warm, through everything that the
// step computes, by central differences of fourth order.
func slope(t *testing.T, run tasks.Run, warm int64, s checkpoint.State, tensor checkpoint.Tensor, i int) float64 {
	t.Helper()
	const h = 3e-5
	at := func(by float64) float64 {
		x := make([]float64, tensor.Shape[0]*tensor.Shape[1])
		if err := checkpoint.CopyFloats(s, tensor.Name, x); err != nil {
			t.Fatal(err)
		}
		x[i] += by
		moved := checkpoint.State{Counters: s.Counters}
		for _, other := range s.Tensors {
			if other.Name == tensor.Name {
				other = checkpoint.FromFloats(tensor.Name, tensor.Shape[0], tensor.Shape[1], x)
			}
			moved.Tensors = append(moved.Tensors, other)
		}
		restore(t, run, warm, moved)
		points, _ := run.Step(t.Context(), warm+1)
		return lossOfG(t, points)
	}
	return (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
}

func lossOfG(t *testing.T, points []training.Point) float64 {
	t.Helper()
	for _, p := range points {
		if p.Metric == "g_loss" {
			return p.Value
		}
	}
	t.Fatalf("no g_loss in %v", points)
	return 0
}
