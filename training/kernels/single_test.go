package kernels_test

import (
	"math"
	"testing"

	"sweep/training/kernels"
)

// slopes are activations with their values and their derivatives in float64.
var slopes = map[string]struct {
	f            kernels.Activation
	value, slope func(x float64) float64
}{
	"softplus": {kernels.Activation{Curve: kernels.Softplus},
		func(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) },
		func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }},
	"tanh": {kernels.Activation{Curve: kernels.Tanh}, math.Tanh,
		func(x float64) float64 { return 1 / (math.Cosh(x) * math.Cosh(x)) }},
}

// TestCurvesAreWithinAFewRoundings looks at a fine grid and at ever smaller
// numbers: a small value has as many right digits as a large one.
func TestCurvesAreWithinAFewRoundings(t *testing.T) {
	var xs []float32
	for x := float32(-86); x < 100; x += 0.0137 {
		xs = append(xs, x)
	}
	for x := float32(1); x > 1e-20; x *= 0.837 {
		xs = append(xs, x, -x)
	}
	for name, c := range slopes {
		x, y := matrixOf(xs), kernels.NewMatrix[float32](1, len(xs))
		one, d := kernels.NewMatrix[float32](1, len(xs)), kernels.NewMatrix[float32](1, len(xs))
		r := kernels.NewReference[float32]()
		r.Fill(one, 1)
		r.Activate(y, x, kernels.Matrix[float32]{}, 0, c.f)
		r.ActivateGrad(d, y, one, c.f)
		for i, v := range xs {
			if got, want := float64(y.Data[i]), c.value(float64(v)); math.Abs(got-want) > 6*0x1p-24*math.Abs(want)+1e-37 {
				t.Errorf("%s(%v) = %v, want %v", name, v, got, want)
			}
			if got, want := float64(d.Data[i]), c.slope(float64(v)); math.Abs(got-want) > 1e-6 {
				t.Errorf("%s′(%v) = %v, want %v", name, v, got, want)
			}
		}
	}
}

func matrixOf(x []float32) kernels.Matrix[float32] {
	return kernels.Matrix[float32]{Rows: 1, Cols: len(x), Data: x}
}

// TestSoftplusKeepsItsSlopeWhereItIsSmall: the derivative by the output has its
// digits at −30 too, where 1 − e^−y taken literally would be zero.
func TestSoftplusKeepsItsSlopeWhereItIsSmall(t *testing.T) {
	r, f := kernels.NewReference[float32](), kernels.Activation{Curve: kernels.Softplus}
	x, y, one := matrixOf([]float32{-30, -15, -3}), kernels.NewMatrix[float32](1, 3), matrixOf([]float32{1, 1, 1})
	r.Activate(y, x, kernels.Matrix[float32]{}, 0, f)
	r.ActivateGrad(y, y, one, f)
	for i, v := range x.Data {
		within(t, "softplus′", float64(y.Data[i]), 1/(1+math.Exp(-float64(v))), 1e-6)
	}
}

func TestCurvesHaveTheUsualEdges(t *testing.T) {
	r, inf := kernels.NewReference[float32](), float32(math.Inf(1))
	for name, want := range map[string][]float32{"softplus": {0, inf, 0}, "tanh": {-1, 1, 0}} {
		x, y := matrixOf([]float32{-inf, inf, 0}), kernels.NewMatrix[float32](1, 3)
		r.Activate(y, x, kernels.Matrix[float32]{}, 0, slopes[name].f)
		if name == "softplus" {
			want[2] = float32(math.Ln2)
		}
		for i, w := range want {
			if got := y.Data[i]; got != w && math.Abs(float64(got-w)) > 1e-7 {
				t.Errorf("%s(%v) = %v, want %v", name, x.Data[i], got, w)
			}
		}
		x.Data[0] = float32(math.NaN())
		r.Activate(y, x, kernels.Matrix[float32]{}, 0, slopes[name].f)
		if y.Data[0] == y.Data[0] {
			t.Errorf("%s of NaN is %v", name, y.Data[0])
		}
	}
}
