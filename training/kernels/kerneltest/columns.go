package kerneltest

import (
	"fmt"
	"math"

	"sweep/training/kernels"
)

// total is the sum over the rows of the magnitudes of what term gives.
func total(rows int, term func(i int) float64) (sum float64) {
	for i := range rows {
		sum += math.Abs(term(i))
	}
	return sum
}

// normalisation are batches of several shapes whose columns have a mean of half
// their deviation.
func normalisation() (calls []call) {
	for _, cols := range lengths()[1:] {
		for _, n := range []int{2, 5, 100} {
			if n*cols > 40000 {
				continue
			}
			calls = append(calls, batchNorms(n, cols)...)
			calls = append(calls, byColumn(n, cols)...)
		}
	}
	return calls
}

func batchNorms(n, cols int) []call {
	x, g, gamma, beta := draw(n*cols, 1), draw(n*cols, 2), draw(cols, 3), draw(cols, 4)
	for i := range x {
		x[i] += 0.5
	}
	in := func(x []float32) matrix { return view(n, cols, x) }
	row := func(x []float32) matrix { return view(1, cols, x) }
	three := func(x []float32) matrix { return view(kernels.StatRows, cols, x) }
	two := func(x []float32) matrix { return view(2, cols, x) }
	running := draw(2*cols, 6)
	for j, v := range running {
		running[j] = v * v
	}
	r, stats, gradSums := kernels.NewReference[float32](), make([]float32, kernels.StatRows*cols), make([]float32, 2*cols)
	r.BatchStats(three(stats), in(x), 2e-5)
	r.BatchNormSums(two(gradSums), in(g), in(x), three(stats))
	hat := func(i int) float64 {
		j := i % cols
		return (math.Abs(float64(x[i])) + math.Abs(float64(stats[j]))) * float64(stats[cols+j])
	}
	statBound := func(_, i int, want float64) float64 {
		j := i % cols
		if i < cols {
			return 2 * unit * total(n, func(r int) float64 { return float64(x[r*cols+j]) })
		}
		spread := 1 + math.Abs(float64(stats[j]))*float64(stats[cols+j])
		return 8 * float64(n) * unit * math.Abs(want) * spread * spread
	}
	calls := []call{
		{name: fmt.Sprintf("BatchStats (%d, %d)", n, cols), in: [][]float32{x}, out: [][]float32{draw(kernels.StatRows*cols, 5)}, bound: statBound,
			do: func(be backend, xs, out [][]float32) { be.BatchStats(three(out[0]), in(xs[0]), 2e-5) }},
		{name: fmt.Sprintf("FixedStats (%d)", cols), in: [][]float32{running}, out: [][]float32{draw(kernels.StatRows*cols, 5)}, bound: exactly,
			do: func(be backend, xs, out [][]float32) { be.FixedStats(three(out[0]), two(xs[0]), 2e-5) }},
		{name: fmt.Sprintf("BatchNormSums (%d, %d)", n, cols), in: [][]float32{g, x, stats}, out: [][]float32{draw(2*cols, 5)},
			do: func(be backend, xs, out [][]float32) {
				be.BatchNormSums(two(out[0]), in(xs[0]), in(xs[1]), three(xs[2]))
			},
			bound: func(_, i int, _ float64) float64 {
				return 4 * float64(n) * unit * total(n, func(r int) float64 {
					at := r*cols + i%cols
					if i < cols {
						return float64(g[at]) * hat(at)
					}
					return float64(g[at])
				})
			}},
		{name: fmt.Sprintf("BatchNormGrad (%d, %d)", n, cols), in: [][]float32{g, x, stats, gamma, gradSums}, out: [][]float32{draw(n*cols, 5)},
			do: func(be backend, xs, out [][]float32) {
				be.BatchNormGrad(in(out[0]), in(xs[0]), in(xs[1]), three(xs[2]), row(xs[3]), two(xs[4]))
			},
			bound: func(_, i int, _ float64) float64 {
				j := i % cols
				through := (math.Abs(float64(gradSums[cols+j])) + hat(i)*math.Abs(float64(gradSums[j]))) / float64(n)
				return 16 * unit * math.Abs(float64(gamma[j]*stats[cols+j])) * (math.Abs(float64(g[i])) + through)
			}},
	}
	for _, relu := range []bool{false, true} {
		calls = append(calls, call{
			name: fmt.Sprintf("BatchNorm (%d, %d) %t", n, cols, relu), in: [][]float32{x, stats, gamma, beta}, out: [][]float32{draw(n*cols, 5)},
			do: func(be backend, xs, out [][]float32) {
				be.BatchNorm(in(out[0]), in(xs[0]), three(xs[1]), row(xs[2]), row(xs[3]), relu)
			},
			bound: func(_, i int, _ float64) float64 {
				j := i % cols
				return 8 * unit * (math.Abs(float64(gamma[j]))*hat(i) + math.Abs(float64(beta[j])))
			}})
	}
	return calls
}

func byColumn(n, cols int) []call {
	a, b, s, t := draw(n*cols, 1), draw(n*cols, 2), draw(cols, 3), draw(cols, 4)
	in := func(x []float32) matrix { return view(n, cols, x) }
	row := func(x []float32) matrix { return view(1, cols, x) }
	return []call{
		{name: fmt.Sprintf("InverseNorms (%d, %d)", n, cols), in: [][]float32{a}, out: [][]float32{draw(cols, 5)},
			do:    func(be backend, xs, out [][]float32) { be.InverseNorms(row(out[0]), in(xs[0])) },
			bound: func(_, _ int, want float64) float64 { return 2 * float64(n+4) * unit * math.Abs(want) }},
		{name: fmt.Sprintf("ColDot (%d, %d)", n, cols), in: [][]float32{a, b}, out: [][]float32{draw(cols, 5)},
			do: func(be backend, xs, out [][]float32) { be.ColDot(row(out[0]), in(xs[0]), in(xs[1])) },
			bound: func(_, j int, _ float64) float64 {
				return 2 * float64(n) * unit * total(n, func(r int) float64 { return float64(a[r*cols+j] * b[r*cols+j]) })
			}},
		{name: fmt.Sprintf("ColScale (%d, %d)", n, cols), in: [][]float32{a, s}, out: [][]float32{draw(n*cols, 5)}, bound: exactly,
			do: func(be backend, xs, out [][]float32) { be.ColScale(in(out[0]), in(xs[0]), row(xs[1])) }},
		{name: fmt.Sprintf("ColScale in place (%d, %d)", n, cols), in: [][]float32{s}, out: [][]float32{a}, bound: exactly,
			do: func(be backend, xs, out [][]float32) { be.ColScale(in(out[0]), in(out[0]), row(xs[0])) }},
		{name: fmt.Sprintf("ColCombine (%d, %d)", n, cols), in: [][]float32{a, s, b, t}, out: [][]float32{draw(n*cols, 5)},
			do: func(be backend, xs, out [][]float32) {
				be.ColCombine(in(out[0]), in(xs[0]), row(xs[1]), in(xs[2]), row(xs[3]))
			},
			bound: func(_, i int, _ float64) float64 {
				j := i % cols
				return 2 * unit * (math.Abs(float64(a[i]*s[j])) + math.Abs(float64(b[i]*t[j])))
			}},
	}
}
