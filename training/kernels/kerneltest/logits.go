package kerneltest

import (
	"fmt"
	"math"
)

// logits are rows of up to seventeen, with edges in the first rows.
func logits() (calls []call) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, cols := range []int{1, 2, 3, 7, 8, 10, 17} {
		for _, n := range []int{1, 2, 5, 100} {
			l := draw(n*cols, int64(n))
			for i := range l {
				l[i] *= []float32{1, 10, 100}[i%3]
			}
			calls = append(calls, ofLogits(fmt.Sprintf("(%d, %d)", n, cols), l, n, cols)...)
		}
	}
	edges := []float32{3e38, 3e38, 3e38, -3e38, -3e38, -3e38, inf, 0, 0, -inf, 0, 0, nan, 0, 1, 1000, 1000, -1000}
	return append(calls, ofLogits("edges", edges, 6, 3)...)
}

func ofLogits(name string, l []float32, n, cols int) []call {
	y, s, g := make([]float32, n*cols), draw(n, 7), draw(n*cols, 8)
	top := 0.0
	for i := range n {
		y[i*cols+i%cols] = 1
	}
	for _, v := range l {
		top = max(top, math.Abs(float64(v)))
	}
	in := func(x []float32) matrix { return view(n, cols, x) }
	column := func(x []float32) matrix { return view(n, 1, x) }
	return []call{
		{name: "LogSumExp " + name, in: [][]float32{l}, out: [][]float32{make([]float32, n)},
			do:    func(be backend, xs, out [][]float32) { be.LogSumExp(column(out[0]), in(xs[0])) },
			bound: func(_, _ int, want float64) float64 { return 4 * unit * (math.Abs(want) + 1) }},
		{name: "Softmax " + name, in: [][]float32{l}, out: [][]float32{make([]float32, n*cols)},
			do:    func(be backend, xs, out [][]float32) { be.Softmax(in(out[0]), in(xs[0])) },
			bound: func(_, _ int, want float64) float64 { return 8*unit*want + tiny }},
		{name: "CrossEntropy " + name, in: [][]float32{l, y}, out: [][]float32{{0}},
			do:    func(be backend, xs, out [][]float32) { be.CrossEntropy(view(1, 1, out[0]), in(xs[0]), in(xs[1])) },
			bound: func(_, _ int, _ float64) float64 { return 8 * unit * (1 + top) }},
		{name: "RowScale " + name, in: [][]float32{g, s}, out: [][]float32{make([]float32, n*cols)}, bound: exactly,
			do: func(be backend, xs, out [][]float32) { be.RowScale(in(out[0]), in(xs[0]), column(xs[1])) }},
		{name: "RowSum " + name, in: [][]float32{g}, out: [][]float32{make([]float32, n)},
			do: func(be backend, xs, out [][]float32) { be.RowSum(column(out[0]), in(xs[0])) },
			bound: func(_, i int, _ float64) float64 {
				return 2 * float64(cols) * unit * total(cols, func(j int) float64 { return float64(g[i*cols+j]) })
			}},
		{name: "ColBroadcast " + name, in: [][]float32{s}, out: [][]float32{make([]float32, n*cols)}, bound: exactly,
			do: func(be backend, xs, out [][]float32) { be.ColBroadcast(in(out[0]), column(xs[0])) }},
		{name: "Dot " + name, in: [][]float32{g, y}, out: [][]float32{{0}},
			do: func(be backend, xs, out [][]float32) { be.Dot(view(1, 1, out[0]), in(xs[0]), in(xs[1])) },
			bound: func(_, _ int, _ float64) float64 {
				return 2 * unit * total(len(g), func(i int) float64 { return float64(g[i] * y[i]) })
			}},
	}
}

// blocks move and multiply without rounding twice.
func blocks() (calls []call) {
	for _, cols := range lengths()[1:] {
		const n = 4
		x, y, part := draw(n*cols, 1), draw(n*cols, 2), draw((n-2)*(cols+1)/2, 3)
		wide := (cols + 1) / 2
		in := func(x []float32) matrix { return view(n, cols, x) }
		block := func(x []float32) matrix { return view(n-2, wide, x) }
		calls = append(calls,
			call{name: fmt.Sprint("Cut ", cols), in: [][]float32{x}, out: [][]float32{part}, bound: exactly,
				do: func(be backend, xs, out [][]float32) { be.Cut(block(out[0]), in(xs[0]), 1, cols-wide) }},
			call{name: fmt.Sprint("Put ", cols), in: [][]float32{part}, out: [][]float32{x}, bound: exactly,
				do: func(be backend, xs, out [][]float32) { be.Put(in(out[0]), block(xs[0]), 1, cols-wide) }},
			call{name: fmt.Sprint("Fill ", cols), out: [][]float32{x}, bound: exactly,
				do: func(be backend, _, out [][]float32) { be.Fill(in(out[0]), 0.3) }},
			call{name: fmt.Sprint("Mul ", cols), in: [][]float32{x, y}, out: [][]float32{make([]float32, n*cols)}, bound: exactly,
				do: func(be backend, xs, out [][]float32) { be.Mul(in(out[0]), in(xs[0]), in(xs[1])) }},
			call{name: fmt.Sprint("ScaleBy ", cols), in: [][]float32{x, y[:1]}, out: [][]float32{make([]float32, n*cols)}, bound: exactly,
				do: func(be backend, xs, out [][]float32) { be.ScaleBy(in(out[0]), in(xs[0]), view(1, 1, xs[1])) }})
	}
	return calls
}
