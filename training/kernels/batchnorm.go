package kernels

import "math"

// Rows of what BatchStats and FixedStats give.
const (
	StatMean     = iota // of each column
	StatInverse         // 1/√(variance + eps)
	StatVariance        // unbiased: over n−1
	StatRows
)

// Normalisation is batch normalisation by column (Ioffe and Szegedy 2015, in the
// form of experiments.md §1.0) and weight normalisation (Salimans and Kingma
// 2016). x is (n, c), stats (3, c), gamma and beta (1, c).
type Normalisation[T Float] interface {
	// BatchStats writes each column's mean, 1/√(variance over n + eps) and
	// variance over max(n−1, 1) to the rows of out. Sums run over the rows in
	// order. The mean within 2n·u·mean|x|, the others within 8n·u of the value
	// where the column's deviations are as large as its mean.
	BatchStats(out, x Matrix[T], eps T)

	// FixedStats gives the form of BatchStats to running statistics: a mean and a
	// variance (2, c), in test mode. Exact.
	FixedStats(out, running Matrix[T], eps T)

	// BatchNorm computes out = gamma·((x − mean)·inverse) + beta, then ReLU where
	// relu is set. Within 8u·(|gamma·x̂|+|beta|), x̂ = (|x|+|mean|)·inverse.
	BatchNorm(out, x, stats, gamma, beta Matrix[T], relu bool)

	// BatchNormSums writes ∂L/∂gamma = Σ g·x̂ and ∂L/∂beta = Σ g, for
	// x̂ = (x − mean)·inverse and g = ∂L/∂out (n, c) before ReLU, to the rows of
	// out (2, c). Within 4n·u·Σ|g·x̂| and 2n·u·Σ|g|.
	BatchNormSums(out, g, x, stats Matrix[T])

	// BatchNormGrad computes ∂L/∂x through the batch's own statistics:
	// out = gamma·inverse·(g − (Σg + x̂·Σg·x̂)/n), sums being BatchNormSums'.
	// Within 16u of the sum of the terms' magnitudes.
	BatchNormGrad(out, g, x, stats, gamma, sums Matrix[T])

	// InverseNorms writes 1/(‖column‖ + 1e-9) of v (n, c) to out (1, c). Within
	// 2(n+4)u of the value.
	InverseNorms(out, v Matrix[T])

	// ColDot writes Σ over the rows of a·b to out (1, c), in order; a and b may be
	// one. Within 2n·u·Σ|a·b|.
	ColDot(out, a, b Matrix[T])

	// ColScale computes out = x·s, s (1, c) for every row; out may be x. Exact.
	ColScale(out, x, s Matrix[T])

	// ColCombine computes out = a·s + b·t, s and t (1, c) for every row. Within
	// 2u·(|a·s|+|b·t|).
	ColCombine(out, a, s, b, t Matrix[T])
}

// BatchStats takes two passes, so that a large mean costs no digits.
func (r *Reference[T]) BatchStats(out, x Matrix[T], eps T) {
	mean, squares := out.row(StatMean), out.row(StatInverse)
	r.ColSum(Matrix[T]{1, x.Cols, mean}, x)
	divide(mean, T(x.Rows))
	clear(squares)
	for i := range x.Rows {
		for j, v := range x.row(i) {
			d := v - mean[j]
			squares[j] += T(d * d)
		}
	}
	FinishStats(out, x.Rows, eps)
}

func divide[T Float](x []T, by T) {
	for j := range x {
		x[j] /= by
	}
}

// FinishStats turns the sums of squared deviations that the inverse's row holds
// into the inverse and the unbiased variance of n rows.
func FinishStats[T Float](stats Matrix[T], n int, eps T) {
	inverse, variance := stats.row(StatInverse), stats.row(StatVariance)
	for j, squares := range inverse {
		variance[j] = squares / T(max(n-1, 1))
		inverse[j] = 1 / T(math.Sqrt(float64(T(squares/T(n))+eps)))
	}
}

// FixedStats copies and takes roots.
func (r *Reference[T]) FixedStats(out, running Matrix[T], eps T) {
	copy(out.row(StatMean), running.row(0))
	copy(out.row(StatVariance), running.row(1))
	for j, v := range running.row(1) {
		out.row(StatInverse)[j] = 1 / T(math.Sqrt(float64(v+eps)))
	}
}

// row is row i.
func (m Matrix[T]) row(i int) []T { return m.Data[i*m.Cols:][:m.Cols] }

// BatchNorm normalises row by row.
func (r *Reference[T]) BatchNorm(out, x, stats, gamma, beta Matrix[T], relu bool) {
	mean, inverse := stats.row(StatMean), stats.row(StatInverse)
	for i := range x.Rows {
		o := out.row(i)
		for j, v := range x.row(i) {
			y := T(T((v-mean[j])*inverse[j])*gamma.Data[j]) + beta.Data[j]
			if relu {
				y = max(y, 0)
			}
			o[j] = y
		}
	}
}

// BatchNormSums adds the rows in order.
func (r *Reference[T]) BatchNormSums(out, g, x, stats Matrix[T]) {
	mean, inverse := stats.row(StatMean), stats.row(StatInverse)
	clear(out.Data)
	gamma, beta := out.row(0), out.row(1)
	for i := range x.Rows {
		gs := g.row(i)
		for j, v := range x.row(i) {
			gamma[j] += T(gs[j] * T((v-mean[j])*inverse[j]))
			beta[j] += gs[j]
		}
	}
}

// BatchNormGrad goes back row by row.
func (r *Reference[T]) BatchNormGrad(out, g, x, stats, gamma, sums Matrix[T]) {
	mean, inverse, n := stats.row(StatMean), stats.row(StatInverse), T(x.Rows)
	ofGamma, ofBeta := sums.row(0), sums.row(1)
	for i := range x.Rows {
		o, gs := out.row(i), g.row(i)
		for j, v := range x.row(i) {
			hat := T((v - mean[j]) * inverse[j])
			part := (ofBeta[j] + T(hat*ofGamma[j])) / n
			o[j] = T(gamma.Data[j]*inverse[j]) * (gs[j] - part)
		}
	}
}

// InverseNorms adds the squares in order.
func (r *Reference[T]) InverseNorms(out, v Matrix[T]) {
	r.ColDot(out, v, v)
	FinishNorms(out.Data)
}

// FinishNorms turns sums of squares into 1/(their root + 1e-9), the source's
// form (experiments.md §1.0).
func FinishNorms[T Float](squares []T) {
	for j, s := range squares {
		squares[j] = 1 / (T(math.Sqrt(float64(s))) + 1e-9)
	}
}

// ColDot adds the rows in order.
func (r *Reference[T]) ColDot(out, a, b Matrix[T]) {
	clear(out.Data)
	for i := range a.Rows {
		bs := b.row(i)
		for j, v := range a.row(i) {
			out.Data[j] += T(v * bs[j])
		}
	}
}

// ColScale multiplies each row by s.
func (r *Reference[T]) ColScale(out, x, s Matrix[T]) {
	for i := range x.Rows {
		o := out.row(i)
		for j, v := range x.row(i) {
			o[j] = v * s.Data[j]
		}
	}
}

// ColCombine adds two matrices, each times a row.
func (r *Reference[T]) ColCombine(out, a, s, b, t Matrix[T]) {
	for i := range a.Rows {
		o, bs := out.row(i), b.row(i)
		for j, v := range a.row(i) {
			o[j] = T(v*s.Data[j]) + T(bs[j]*t.Data[j])
		}
	}
}
