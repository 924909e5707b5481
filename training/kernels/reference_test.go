package kernels_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"sweep/training/kernels"
)

func normal[T kernels.Float](rows, cols int, seed int64) kernels.Matrix[T] {
	m := kernels.NewMatrix[T](rows, cols)
	kernels.NewReference[T]().Normals(m.Data, kernels.NewKey(seed), kernels.Counter{})
	return m
}

func transpose[T kernels.Float](x kernels.Matrix[T]) kernels.Matrix[T] {
	out := kernels.NewMatrix[T](x.Cols, x.Rows)
	for i := range x.Rows {
		for j := range x.Cols {
			out.Data[j*x.Rows+i] = x.Data[i*x.Cols+j]
		}
	}
	return out
}

// naive is the triple loop that MatMul must equal bit for bit.
func naive[T kernels.Float](a, b kernels.Matrix[T]) kernels.Matrix[T] {
	out := kernels.NewMatrix[T](a.Rows, b.Cols)
	for i := range a.Rows {
		for j := range b.Cols {
			var s T
			for p := range a.Cols {
				s += T(a.Data[i*a.Cols+p] * b.Data[p*b.Cols+j])
			}
			out.Data[i*b.Cols+j] = s
		}
	}
	return out
}

func matMulEqualsTheTripleLoop[T kernels.Float](t *rapid.T) {
	size := rapid.IntRange(1, 23)
	m, k, n := size.Draw(t, "m"), size.Draw(t, "k"), size.Draw(t, "n")
	ta, tb := rapid.Bool().Draw(t, "ta"), rapid.Bool().Draw(t, "tb")
	r := kernels.NewReference[T]()
	r.MatMul(kernels.NewMatrix[T](30, 30), normal[T](30, 30, 8), normal[T](30, 30, 9), false, false) // dirty scratch
	a, b := normal[T](m, k, 1), normal[T](k, n, 2)
	want := naive(a, b)
	if ta {
		a = transpose(a)
	}
	if tb {
		b = transpose(b)
	}
	out := kernels.NewMatrix[T](m, n)
	r.MatMul(out, a, b, ta, tb)
	for i := range want.Data {
		if out.Data[i] != want.Data[i] {
			t.Fatalf("element %d is %v, want %v", i, out.Data[i], want.Data[i])
		}
	}
}

func TestMatMulEqualsTheTripleLoop(t *testing.T) {
	rapid.Check(t, matMulEqualsTheTripleLoop[float32])
	rapid.Check(t, matMulEqualsTheTripleLoop[float64])
}

func TestMatMulKeepsNaN(t *testing.T) {
	a, b := normal[float32](5, 7, 1), normal[float32](7, 3, 2)
	a.Data[3] = float32(math.NaN())
	out := kernels.NewMatrix[float32](5, 3)
	kernels.NewReference[float32]().MatMul(out, a, b, false, false)
	if !math.IsNaN(float64(out.Data[0])) || math.IsNaN(float64(out.Data[3])) {
		t.Errorf("NaN in row 0 gave %v", out.Data)
	}
}

// TestAdamIsTheSourcesForm checks two steps against the formula written out in
// float64, with ε outside the bias correction.
func TestAdamIsTheSourcesForm(t *testing.T) {
	const alpha, b1, b2, eps = 0.01, 0.5, 0.999, 1e-3
	w, m, v := []float64{1}, []float64{0}, []float64{0}
	wantW, wantM, wantV := 1.0, 0.0, 0.0
	for i, g := range []float64{0.7, -0.2} {
		n := float64(i + 1)
		kernels.NewReference[float64]().Adam(w, m, v, []float64{g}, kernels.NewAdamStep(alpha, b1, b2, eps, int64(i+1)))
		wantM += (1 - b1) * (g - wantM)
		wantV += (1 - b2) * (g*g - wantV)
		wantW -= alpha * math.Sqrt(1-math.Pow(b2, n)) / (1 - math.Pow(b1, n)) * wantM / (math.Sqrt(wantV) + eps)
		within(t, "w", w[0], wantW, 1e-12)
		within(t, "m", m[0], wantM, 1e-12)
		within(t, "v", v[0], wantV, 1e-12)
	}
}

func TestSoftplusIsStableAtBothEnds(t *testing.T) {
	r := kernels.NewReference[float32]()
	out, l, one := kernels.NewMatrix[float32](1, 1), kernels.NewMatrix[float32](1, 1), kernels.NewMatrix[float32](1, 1)
	one.Data[0] = 1
	for _, c := range []struct{ l, sign, loss, grad float64 }{
		{0, 1, math.Ln2, 0.5}, {100, 1, 100, 1}, {-100, 1, 0, 0}, {1000, -1, 0, 0}, {-1000, -1, 1000, -1},
	} {
		l.Data[0] = float32(c.l)
		r.SoftplusMean(out, l, float32(c.sign))
		if math.Abs(float64(out.Data[0])-c.loss) > 1e-6 {
			t.Errorf("softplus(%v·%v) = %v, want %v", c.sign, c.l, out.Data[0], c.loss)
		}
		r.SoftplusGrad(out, l, one, float32(c.sign))
		if math.Abs(float64(out.Data[0])-c.grad) > 1e-6 {
			t.Errorf("its derivative is %v, want %v", out.Data[0], c.grad)
		}
	}
}
