package kerneltest

import (
	"fmt"
	"math"

	"sweep/training/kernels"
)

// tiny is where exponentials end: the kernels need not tell what lies below.
const tiny = 0x1p-120

func allActivations() []kernels.Activation {
	return []kernels.Activation{{}, {Curve: kernels.Rectified}, {Curve: kernels.Rectified, Leak: 0.2},
		{Curve: kernels.Softplus}, {Curve: kernels.Tanh}, {Curve: kernels.ELU}}
}

// sums are normals of several widths and, where there is room, the edges.
func sums(n int, seed int64) []float32 {
	x := draw(n, seed)
	for i := range x {
		x[i] *= []float32{1, 10, 60, 0.01, 1e-6}[i%5]
	}
	if n > 16 {
		inf := float32(math.Inf(1))
		copy(x, []float32{float32(math.NaN()), inf, -inf, 0, float32(math.Copysign(0, -1)), 87, -87, -88, 200, -200, 3e38, -3e38, 1e-40})
	}
	return x
}

func activations() (calls []call) {
	for _, n := range lengths() {
		for _, f := range allActivations() {
			calls = append(calls, activate(n, f)...)
		}
	}
	return calls
}

func activate(n int, f kernels.Activation) []call {
	const sigma = 0.5
	x, noise, g := sums(n, 1), draw(n, 2), draw(n, 3)
	empty := func() [][]float32 { return [][]float32{make([]float32, n)} }
	v := func(x []float32) matrix { return view(1, n, x) }
	bound := func(_, i int, want float64) float64 {
		return 8*unit*(math.Abs(want)+math.Abs(float64(x[i]))+math.Abs(sigma*float64(noise[i]))) + tiny
	}
	y := view(1, n, make([]float32, n))
	kernels.NewReference[float32]().Activate(y, v(x), matrix{}, 0, f)
	return []call{
		{name: fmt.Sprintf("Activate %v of %d", f, n), in: [][]float32{x}, out: empty(), bound: bound,
			do: func(be backend, in, out [][]float32) { be.Activate(v(out[0]), v(in[0]), matrix{}, sigma, f) }},
		{name: fmt.Sprintf("Activate %v of %d with noise", f, n), in: [][]float32{x, noise}, out: empty(), bound: bound,
			do: func(be backend, in, out [][]float32) { be.Activate(v(out[0]), v(in[0]), v(in[1]), sigma, f) }},
		{name: fmt.Sprintf("Activate %v of %d with noise, in place", f, n), in: [][]float32{noise}, out: [][]float32{x}, bound: bound,
			do: func(be backend, in, out [][]float32) { be.Activate(v(out[0]), v(out[0]), v(in[0]), sigma, f) }},
		{name: fmt.Sprintf("ActivateGrad %v of %d", f, n), in: [][]float32{y.Data, g}, out: empty(),
			do:    func(be backend, in, out [][]float32) { be.ActivateGrad(v(out[0]), v(in[0]), v(in[1]), f) },
			bound: func(_, i int, _ float64) float64 { return 8 * unit * math.Abs(float64(g[i])) }},
		{name: fmt.Sprintf("ActivateGrad %v of %d, in place", f, n), in: [][]float32{y.Data}, out: [][]float32{g},
			do:    func(be backend, in, out [][]float32) { be.ActivateGrad(v(out[0]), v(in[0]), v(out[0]), f) },
			bound: func(_, i int, _ float64) float64 { return 8 * unit * math.Abs(float64(g[i])) }},
	}
}

// layers are products with every tail; the curves' slopes are at most 1, so the
// sums' bound holds behind them too.
func layers() (calls []call) {
	for _, s := range [][3]int{{1, 1, 1}, {3, 17, 5}, {7, 18, 31}, {13, 35, 257}} {
		m, n, k := s[0], s[1], s[2]
		x, w, bias, noise := draw(m*k, 1), draw(k*n, 2), draw(n, 3), draw(m*n, 4)
		sum := productBound(view(m, k, x), view(k, n, w), false, false, n, bias)
		for _, f := range allActivations() {
			calls = append(calls, call{
				name: fmt.Sprintf("Layer %v %v", s, f), in: [][]float32{x, w, bias, noise}, out: [][]float32{make([]float32, m*n)},
				do: func(be backend, in, out [][]float32) {
					be.Layer(view(m, n, out[0]), view(m, k, in[0]), view(k, n, in[1]), view(1, n, in[2]), view(m, n, in[3]), 0.3, f)
				},
				bound: func(o, i int, want float64) float64 {
					return sum(o, i, want) + 8*unit*(math.Abs(want)+math.Abs(float64(noise[i]))) + tiny
				},
			})
		}
	}
	return calls
}
