//go:build !noasm

package cpu

import "sweep/training/kernels"

// Everything below goes row by row, so that a column's sum has the order of the
// rows.

// rowOf is row i, checked: the loops check nothing.
func rowOf(m matrix, i, cols int) []float32 { return m.Data[i*m.Cols:][:cols] }

// vector is a (1, cols) operand, checked.
func vector(m matrix, cols int) *float32 { return &m.Data[:cols][0] }

// BatchStats takes two passes, so that a large mean costs no digits.
func (v *avx2) BatchStats(out, x matrix, eps float32) {
	if x.Cols == 0 {
		return
	}
	mean, squares := rowOf(out, kernels.StatMean, x.Cols), rowOf(out, kernels.StatInverse, x.Cols)
	v.ColSum(matrix{Rows: 1, Cols: x.Cols, Data: mean}, x)
	for j := range mean {
		mean[j] /= float32(x.Rows)
	}
	clear(squares)
	for i := range x.Rows {
		deviationsRow(&squares[0], &rowOf(x, i, x.Cols)[0], &mean[0], x.Cols)
	}
	kernels.FinishStats(out, x.Rows, eps)
}

// BatchNorm normalises row by row.
func (*avx2) BatchNorm(out, x, stats, gamma, beta matrix, relu bool) {
	n := x.Cols
	if n == 0 {
		return
	}
	mean, inverse := &rowOf(stats, kernels.StatMean, n)[0], &rowOf(stats, kernels.StatInverse, n)[0]
	g, b := vector(gamma, n), vector(beta, n)
	for i := range x.Rows {
		o, in := &rowOf(out, i, n)[0], &rowOf(x, i, n)[0]
		if relu {
			normaliseReLURow(o, in, mean, inverse, g, b, n)
		} else {
			normaliseRow(o, in, mean, inverse, g, b, n)
		}
	}
}

// BatchNormSums adds the rows in order.
func (*avx2) BatchNormSums(out, g, x, stats matrix) {
	clear(out.Data)
	n := x.Cols
	if n == 0 {
		return
	}
	mean, inverse := &rowOf(stats, kernels.StatMean, n)[0], &rowOf(stats, kernels.StatInverse, n)[0]
	gamma, beta := &rowOf(out, 0, n)[0], &rowOf(out, 1, n)[0]
	for i := range x.Rows {
		normaliseSumsRow(gamma, beta, &rowOf(g, i, n)[0], &rowOf(x, i, n)[0], mean, inverse, n)
	}
}

// BatchNormGrad goes back row by row.
func (*avx2) BatchNormGrad(out, g, x, stats, gamma, sums matrix) {
	n := x.Cols
	if n == 0 {
		return
	}
	mean, inverse := &rowOf(stats, kernels.StatMean, n)[0], &rowOf(stats, kernels.StatInverse, n)[0]
	ofGamma, ofBeta, gammas := &rowOf(sums, 0, n)[0], &rowOf(sums, 1, n)[0], vector(gamma, n)
	for i := range x.Rows {
		normaliseGradRow(&rowOf(out, i, n)[0], &rowOf(g, i, n)[0], &rowOf(x, i, n)[0],
			mean, inverse, gammas, ofGamma, ofBeta, n, float32(x.Rows))
	}
}

// InverseNorms adds the squares in order.
func (v *avx2) InverseNorms(out, x matrix) {
	v.ColDot(out, x, x)
	kernels.FinishNorms(out.Data)
}

// ColDot adds the rows in order.
func (*avx2) ColDot(out, a, b matrix) {
	clear(out.Data)
	if a.Cols == 0 {
		return
	}
	sum := vector(out, a.Cols)
	for i := range a.Rows {
		dotRow(sum, &rowOf(a, i, a.Cols)[0], &rowOf(b, i, a.Cols)[0], a.Cols)
	}
}

// ColScale multiplies each row by s.
func (*avx2) ColScale(out, x, s matrix) {
	if x.Cols == 0 {
		return
	}
	by := vector(s, x.Cols)
	for i := range x.Rows {
		mulVec(&rowOf(out, i, x.Cols)[0], &rowOf(x, i, x.Cols)[0], by, x.Cols)
	}
}

// ColCombine adds two matrices, each times a row.
func (*avx2) ColCombine(out, a, s, b, t matrix) {
	n := a.Cols
	if n == 0 {
		return
	}
	ofA, ofB := vector(s, n), vector(t, n)
	for i := range a.Rows {
		combineRow(&rowOf(out, i, n)[0], &rowOf(a, i, n)[0], ofA, &rowOf(b, i, n)[0], ofB, n)
	}
}

// Mul multiplies element by element.
func (*avx2) Mul(out, a, b matrix) {
	if n := len(a.Data); n > 0 {
		mulVec(&out.Data[:n][0], &a.Data[0], &b.Data[:n][0], n)
	}
}

// ScaleBy multiplies by s.
func (v *avx2) ScaleBy(out, x, s matrix) { v.Scale(out, x, s.Data[0]) }
