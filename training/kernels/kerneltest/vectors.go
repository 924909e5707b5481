package kerneltest

import (
	"fmt"
	"math"

	"sweep/training/kernels"
)

// logitCases are normals of several widths and one list of edges.
func logitCases() map[string][]float32 {
	cases := map[string][]float32{}
	for _, n := range lengths()[1:] {
		l := draw(n, int64(n))
		for i := range l {
			l[i] *= []float32{1, 10, 100, 0.01}[i%4]
		}
		cases[fmt.Sprint(n, " logits")] = l
	}
	for _, edge := range []float64{0, 1e-30, 1, 20, 88, 104, 700, 709, 745, 746, 1000, 3e38, math.Inf(1), math.NaN()} {
		cases[fmt.Sprint("the edge ", edge)] = []float32{float32(edge)}
		cases[fmt.Sprint("the edge −", edge)] = []float32{float32(-edge)}
	}
	return cases
}

// few allows eight roundings.
func few(_, _ int, want float64) float64 { return 8*unit*math.Abs(want) + 0x1p-149 }

func losses() (calls []call) {
	for name, l := range logitCases() {
		n := len(l)
		scalar := func() [][]float32 { return [][]float32{make([]float32, 1)} }
		calls = append(calls, call{name: "SigmoidMean of " + name, in: [][]float32{l}, out: scalar(), bound: few,
			do: func(be backend, in, out [][]float32) { be.SigmoidMean(view(1, 1, out[0]), view(n, 1, in[0])) }})
		for _, sign := range []float32{1, -1} {
			calls = append(calls,
				call{name: fmt.Sprintf("SoftplusMean %+v of %s", sign, name), in: [][]float32{l}, out: scalar(), bound: few,
					do: func(be backend, in, out [][]float32) { be.SoftplusMean(view(1, 1, out[0]), view(n, 1, in[0]), sign) }},
				call{name: fmt.Sprintf("SoftplusGrad %+v of %s", sign, name), in: [][]float32{l, {0.7}}, out: [][]float32{make([]float32, n)}, bound: few,
					do: func(be backend, in, out [][]float32) {
						be.SoftplusGrad(view(n, 1, out[0]), view(n, 1, in[0]), view(1, 1, in[1]), sign)
					}})
		}
	}
	return calls
}

func adams() (calls []call) {
	for _, n := range lengths() {
		g, w, m, v := draw(n, 1), draw(n, 2), draw(n, 3), draw(n, 4)
		for i := range v {
			v[i] *= v[i]
			if i%5 == 0 {
				g[i], m[i], v[i] = 0, 0, 0
			}
		}
		step := kernels.NewAdamStep(1e-3, 0.5, 0.999, 1e-8, int64(n)+1)
		calls = append(calls, call{
			name: fmt.Sprint("Adam ", n), in: [][]float32{g}, out: [][]float32{w, m, v},
			do: func(be backend, in, out [][]float32) { be.Adam(out[0], out[1], out[2], in[0], step) },
			bound: func(o, i int, _ float64) float64 {
				gi, mi, vi := math.Abs(float64(g[i])), math.Abs(float64(m[i])), float64(v[i])
				root := math.Sqrt((1-step.Beta2)*gi*gi+step.Beta2*vi) + step.Eps
				return 8 * unit * [3]float64{math.Abs(float64(w[i])) + step.Rate*(mi+gi)/root, mi + gi, vi + gi*gi}[o]
			},
		})
	}
	return calls
}

// normals must be the reference's bits: a trial's draws are the same on every
// backend.
func normals() (calls []call) {
	for i, n := range append(lengths(), 25600) {
		key, c := kernels.NewKey(int64(i)*0x1234567890abcd+1), kernels.Counter{Stream: kernels.Stream(i%8 + 1), Outer: uint32(i * i), Inner: uint32(i % 6)}
		calls = append(calls, call{
			name: fmt.Sprint("Normals ", n), out: [][]float32{make([]float32, n)}, bound: exactly,
			do: func(be backend, _, out [][]float32) { be.Normals(out[0], key, c) },
		})
	}
	return calls
}

// finites are normals, alone and with each kind of what is not finite at every
// place in turn.
func finites() (calls []call) {
	for _, n := range lengths() {
		add := func(name string, x []float32) {
			calls = append(calls, call{name: name, in: [][]float32{x}, out: [][]float32{{-1}}, bound: exactly,
				do: func(be backend, in, out [][]float32) {
					if out[0][0] = 0; be.Finite(in[0]) {
						out[0][0] = 1
					}
				}})
		}
		x := draw(n, 1)
		if n > 0 {
			x[n-1] = math.MaxFloat32
		}
		add(fmt.Sprint("Finite ", n), x)
		for i := 0; i < n; i += 1 + n/40 {
			bad := append([]float32(nil), x...)
			bad[i] = float32([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}[i%3])
			add(fmt.Sprintf("Finite %d, not at %d", n, i), bad)
		}
	}
	return calls
}
