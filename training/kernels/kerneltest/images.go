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

// convolutions are bounded by the number of terms of a sum times the largest
// term that it could have.
func convolutions() (calls []call) {
	for _, c := range []kernels.Conv{
		{Channels: 1, Height: 3, Width: 3, Filters: 1, Size: 3}, {Channels: 1, Height: 1, Width: 2, Filters: 3, Size: 3, Pad: 1},
		{Channels: 3, Height: 7, Width: 6, Filters: 5, Size: 3, Pad: 1}, {Channels: 2, Height: 9, Width: 8, Filters: 17, Size: 5},
	} {
		const n = 3
		x, w, b, g := draw(n*c.In(), 1), draw(c.FanIn()*c.Filters, 2), draw(c.Filters, 3), draw(n*c.Out(), 4)
		within := func(terms int, a, b []float32) func(int, int, float64) float64 {
			bound := 2 * float64(terms+1) * unit * float64(terms) * largest(a) * largest(b)
			return func(int, int, float64) float64 { return bound }
		}
		one := []float32{1}
		image := func(x []float32) matrix { return view(n, c.In(), x) }
		answers := func(x []float32) matrix { return view(n, c.Out(), x) }
		filters := func(x []float32) matrix { return view(c.FanIn(), c.Filters, x) }
		bias := func(x []float32) matrix { return view(1, c.Filters, x) }
		calls = append(calls,
			call{name: fmt.Sprintf("Conv %+v", c), in: [][]float32{x, w, b}, out: [][]float32{draw(n*c.Out(), 5)}, bound: within(c.FanIn()+1, x, w),
				do: func(be backend, xs, out [][]float32) {
					be.Conv(answers(out[0]), image(xs[0]), filters(xs[1]), bias(xs[2]), c)
				}},
			call{name: fmt.Sprintf("ConvGradInput %+v", c), in: [][]float32{w, g}, out: [][]float32{draw(n*c.In(), 5)}, bound: within(c.Filters*c.Size*c.Size, w, g),
				do: func(be backend, xs, out [][]float32) {
					be.ConvGradInput(image(out[0]), filters(xs[0]), answers(xs[1]), c)
				}},
			call{name: fmt.Sprintf("ConvGradWeight %+v", c), in: [][]float32{x, g}, out: [][]float32{draw(len(w), 5)}, bound: within(n*c.Places(), x, g),
				do: func(be backend, xs, out [][]float32) {
					be.ConvGradWeight(filters(out[0]), image(xs[0]), answers(xs[1]), c)
				}},
			call{name: fmt.Sprintf("ConvGradBias %+v", c), in: [][]float32{g}, out: [][]float32{draw(c.Filters, 5)}, bound: within(n*c.Places(), g, one),
				do: func(be backend, xs, out [][]float32) { be.ConvGradBias(bias(out[0]), answers(xs[0]), c) }})
	}
	return calls
}

func largest(x []float32) (top float64) {
	for _, v := range x {
		top = max(top, math.Abs(float64(v)))
	}
	return top
}
