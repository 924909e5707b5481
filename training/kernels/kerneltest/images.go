package kerneltest

import (
	"fmt"
	"math"

	"sweep/training/kernels"
)

// similarities are batches of one to twenty samples; two of them are alike.
func similarities() (calls []call) {
	for _, s := range [][3]int{{1, 5, 3}, {2, 1, 1}, {3, 8, 2}, {5, 17, 5}, {20, 50, 5}, {9, 7, 4}} {
		n, count, dims := s[0], s[1], s[2]
		m, g := draw(n*count*dims, 1), draw(n*count, 2)
		for i := range m {
			m[i] *= 0.7
		}
		copy(m[(n-1)*count*dims:], m[:count*dims/2])
		in := func(x []float32) matrix { return view(n, count*dims, x) }
		close := func(x []float32) matrix { return view(n, count, x) }
		calls = append(calls,
			call{name: fmt.Sprintf("Similar %v", s), in: [][]float32{m}, out: [][]float32{make([]float32, n*count)},
				do:    func(be backend, xs, out [][]float32) { be.Similar(close(out[0]), in(xs[0])) },
				bound: func(_, _ int, want float64) float64 { return float64(8+n)*unit*want + unit*float64(n) }},
			call{name: fmt.Sprintf("SimilarGrad %v", s), in: [][]float32{m, g}, out: [][]float32{make([]float32, len(m))},
				do: func(be backend, xs, out [][]float32) { be.SimilarGrad(in(out[0]), in(xs[0]), close(xs[1])) },
				bound: func(_, i int, _ float64) float64 {
					own := i/(count*dims)*count + i%count
					return float64(16+2*n) * unit * total(n, func(j int) float64 {
						return math.Abs(float64(g[own])) + math.Abs(float64(g[j*count+i%count]))
					})
				}})
	}
	return calls
}

func pools() (calls []call) {
	for _, p := range []kernels.Pool{{Channels: 1, Height: 2, Width: 2, Size: 2}, {Channels: 3, Height: 5, Width: 7, Size: 2}, {Channels: 2, Height: 9, Width: 6, Size: 3}} {
		const n = 3
		x, g := draw(n*p.In(), 1), draw(n*p.Out(), 2)
		x[1], x[p.In()] = x[0], float32(math.NaN())
		calls = append(calls,
			call{name: fmt.Sprintf("MaxPool %+v", p), in: [][]float32{x}, out: [][]float32{make([]float32, n*p.Out())}, bound: exactly,
				do: func(be backend, xs, out [][]float32) {
					be.MaxPool(view(n, p.Out(), out[0]), view(n, p.In(), xs[0]), p)
				}},
			call{name: fmt.Sprintf("MaxPoolGrad %+v", p), in: [][]float32{x, g}, out: [][]float32{make([]float32, n*p.In())}, bound: exactly,
				do: func(be backend, xs, out [][]float32) {
					be.MaxPoolGrad(view(n, p.In(), out[0]), view(n, p.In(), xs[0]), view(n, p.Out(), xs[1]), p)
				}})
	}
	return calls
}

func largest(x []float32) (top float64) {
	for _, v := range x {
		top = max(top, math.Abs(float64(v)))
	}
	return top
}
