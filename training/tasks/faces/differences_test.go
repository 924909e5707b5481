package faces_test

import (
	"math"
	"strings"
	"testing"

	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/tasks"
	"sweep/training/tasks/faces"
	"sweep/training/tasks/faces/data"
)

// every is the distance between the weights that are moved: all would take long.
const every = 1009

// TestTheFullGradientIsTheFiniteDifference moves weights of the generator and
// follows the loss through both networks, the look-ahead and the optimizer, in
// float64 on tanh networks (experiments.md §8.2).
func TestTheFullGradientIsTheFiniteDifference(t *testing.T) {
	for _, settings := range [][]any{
		{"k", int64(2), "gradient", "full"},
		{"k", int64(2), "gradient", "full", "batches", "fixed", "g_loss", "minimax", "minibatch_discrimination", true},
		{"k", int64(1), "gradient", "full", "d_optimizer", "sgd", "d_lr", 0.5, "g_loss", "minimax"},
	} {
		if worst := relativeError(t, settings); !(worst <= 1e-4) {
			t.Errorf("%v: gradient and finite difference are %.1e apart", settings, worst)
		}
	}
}

// TestTheTruncatedGradientLeavesTheLookAheadOut: the check above sees the
// difference.
func TestTheTruncatedGradientLeavesTheLookAheadOut(t *testing.T) {
	if worst := relativeError(t, []any{"k", int64(2)}); worst <= 0.01 {
		t.Errorf("gradient and finite difference are only %.1e apart", worst)
	}
}

// relativeError is the largest over the moved weights; differences below 1e-4 of
// the largest gradient's element do not count.
func relativeError(t *testing.T, settings []any) (worst float64) {
	t.Helper()
	cfg := small(t, append([]any{"init_scale", 1.0, "d_lr", 0.03, "eval_every", int64(100), "batch", int64(3)}, settings...)...)
	r, err := faces.OpenSmooth(cfg, &data.Set{Size: 32, Train: faint{}}, kernels.NewReference[float64]())
	if err != nil {
		t.Fatal(err)
	}
	const warm = 1 // steps, so that moments are not at their beginning
	r.Step(t.Context(), warm)
	s := r.State(warm)
	r.Step(t.Context(), warm+1)
	var got, want []float64
	var all [][]float64
	for _, g := range faces.GradientsOfG(r) {
		all = append(all, append([]float64{}, g...))
	}
	i := 0
	for _, tensor := range s.Tensors {
		if !strings.HasPrefix(tensor.Name, "generator.") || strings.Contains(tensor.Name, "adam") || strings.HasSuffix(tensor.Name, ".running") {
			continue
		}
		for j := 0; j < len(all[i]); j += every {
			got = append(got, all[i][j])
			want = append(want, slope(t, r, warm, s, tensor, j))
		}
		i++
	}
	if i != len(all) || len(want) < 12 {
		t.Fatalf("%d tensors and %d weights were moved", i, len(want))
	}
	var largest float64
	for _, w := range want {
		largest = math.Max(largest, math.Abs(w))
	}
	for i, w := range want {
		worst = math.Max(worst, math.Abs(got[i]-w)/(math.Abs(w)+1e-4*largest))
	}
	return worst
}

// slope is dL_G/dw of the outer step after warm, through everything that the
// step computes, by central differences of fourth order.
func slope(t *testing.T, r tasks.Run, warm int64, s checkpoint.State, tensor checkpoint.Tensor, i int) float64 {
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
		if err := r.Restore(warm, moved); err != nil {
			t.Fatal(err)
		}
		points, _ := r.Step(t.Context(), warm+1)
		return points[3].Value
	}
	return (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
}
