package kerneltest

import (
	"math"

	"sweep/training/kernels"
)

// differences compares a gradient with central differences of a loss that the
// reference computes in float64. h is the half step; the kinks of ReLU lie
// further from the drawn points.
func differences(t reporter, what string, x kernels.Matrix[float64], loss func() float64, got []float32) {
	t.Helper()
	const h, bound = 1e-6, 2e-5
	for i := range x.Data {
		at := x.Data[i]
		x.Data[i] = at + h
		up := loss()
		x.Data[i] = at - h
		want := (up - loss()) / (2 * h)
		x.Data[i] = at
		if g := float64(got[i]); !(math.Abs(g-want) <= bound*(1+math.Abs(want))) {
			t.Errorf("%s: the gradient's element %d is %v, the finite difference %v", what, i, g, want)
		}
	}
}

// pair is one operand in both precisions.
type pair struct {
	low  matrix
	high kernels.Matrix[float64]
}

func operand(rows, cols int, seed int64) pair {
	p := pair{low: view(rows, cols, draw(rows*cols, seed)), high: kernels.NewMatrix[float64](rows, cols)}
	for i, v := range p.low.Data {
		p.high.Data[i] = float64(v)
	}
	return p
}

func dot(a, b kernels.Matrix[float64]) (sum float64) {
	for i, v := range a.Data {
		sum += v * b.Data[i]
	}
	return sum
}

func gradients(t reporter, be backend) {
	for _, s := range [][3]int{{3, 4, 5}, {7, 18, 9}, {13, 1, 17}} {
		for _, relu := range []bool{false, true} {
			denseGradient(t, be, s, relu)
		}
		for mode := range 4 {
			matMulGradient(t, be, s, mode&1 != 0, mode&2 != 0)
		}
	}
	for _, sign := range []float32{1, -1} {
		softplusGradient(t, be, sign)
	}
}

// denseGradient: for y = relu(x·w+b) and the loss Σ r·y, with g = r gated by y:
// dx = g·wᵀ, dw = xᵀ·g, db = Σ rows of g.
func denseGradient(t reporter, be backend, s [3]int, relu bool) {
	m, n, k := s[0], s[1], s[2]
	x, w, b, r := operand(m, k, 1), operand(k, n, 2), operand(1, n, 3), operand(m, n, 4)
	high, y := kernels.NewReference[float64](), kernels.NewMatrix[float64](m, n)
	loss := func() float64 {
		high.Dense(y, x.high, w.high, b.high, relu)
		return dot(y, r.high)
	}
	g := r.low
	if relu {
		out := kernels.NewMatrix[float32](m, n)
		be.Dense(out, x.low, w.low, b.low, true)
		g = kernels.NewMatrix[float32](m, n)
		be.ReLUGrad(g, out, r.low)
	}
	dx, dw, db := kernels.NewMatrix[float32](m, k), kernels.NewMatrix[float32](k, n), kernels.NewMatrix[float32](1, n)
	be.MatMul(dx, g, w.low, false, true)
	be.MatMul(dw, x.low, g, true, false)
	be.ColSum(db, g)
	differences(t, "Dense by x", x.high, loss, dx.Data)
	differences(t, "Dense by w", w.high, loss, dw.Data)
	differences(t, "Dense by b", b.high, loss, db.Data)
}

// matMulGradient: for c = op(a)·op(b) and the loss Σ r·c, da = r·op(b)ᵀ and
// db = op(a)ᵀ·r, themselves transposed where the factor is.
func matMulGradient(t reporter, be backend, s [3]int, ta, tb bool) {
	m, n, k := s[0], s[1], s[2]
	turned := func(rows, cols int, turn bool, seed int64) pair {
		if turn {
			rows, cols = cols, rows
		}
		return operand(rows, cols, seed)
	}
	a, b, r := turned(m, k, ta, 1), turned(k, n, tb, 2), operand(m, n, 4)
	high, c := kernels.NewReference[float64](), kernels.NewMatrix[float64](m, n)
	loss := func() float64 {
		high.MatMul(c, a.high, b.high, ta, tb)
		return dot(c, r.high)
	}
	da, db := kernels.NewMatrix[float32](a.low.Rows, a.low.Cols), kernels.NewMatrix[float32](b.low.Rows, b.low.Cols)
	if ta {
		be.MatMul(da, b.low, r.low, tb, true)
	} else {
		be.MatMul(da, r.low, b.low, false, !tb)
	}
	if tb {
		be.MatMul(db, r.low, a.low, true, ta)
	} else {
		be.MatMul(db, a.low, r.low, !ta, false)
	}
	differences(t, "MatMul by its left factor", a.high, loss, da.Data)
	differences(t, "MatMul by its right factor", b.high, loss, db.Data)
}

func softplusGradient(t reporter, be backend, sign float32) {
	l, g := operand(19, 1, 5), operand(1, 1, 6)
	high, mean := kernels.NewReference[float64](), kernels.NewMatrix[float64](1, 1)
	loss := func() float64 {
		high.SoftplusMean(mean, l.high, float64(sign))
		return dot(mean, g.high)
	}
	d := kernels.NewMatrix[float32](19, 1)
	be.SoftplusGrad(d, l.low, g.low, sign)
	differences(t, "SoftplusMean", l.high, loss, d.Data)
}
