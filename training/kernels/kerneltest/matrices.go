package kerneltest

import (
	"fmt"
	"math"

	"sweep/training/kernels"
)

// unit is the largest relative error of one float32 rounding.
const unit = 0x1p-24

// draw gives n normals of a seed.
func draw(n int, seed int64) []float32 {
	out := make([]float32, n)
	kernels.NewReference[float32]().Normals(out, kernels.NewKey(seed), kernels.Counter{Stream: kernels.StreamNoop})
	return out
}

func view(rows, cols int, data []float32) matrix { return matrix{Rows: rows, Cols: cols, Data: data} }

// lengths are all up to two registers and some odd ones further on.
func lengths() (all []int) {
	for n := range 18 {
		all = append(all, n)
	}
	return append(all, 31, 33, 63, 65, 100, 257, 1001)
}

// shapes are (m, n, depth): each side in turn through all short lengths, then
// the models' own and some that cross every cut of a blocked product.
func shapes() (all [][3]int) {
	for s := 1; s < 18; s++ {
		all = append(all, [3]int{s, 5, 7}, [3]int{5, s, 7}, [3]int{7, 18, s}, [3]int{s, s, s})
	}
	return append(all, [3]int{100, 128, 256}, [3]int{100, 1, 128}, [3]int{2, 128, 100}, [3]int{13, 35, 257},
		[3]int{193, 17, 31}, [3]int{3, 33, 515}, [3]int{25, 100, 64})
}

func products() (calls []call) {
	for _, s := range shapes() {
		m, n, k := s[0], s[1], s[2]
		a, b, bias := draw(m*k, 1), draw(k*n, 2), draw(n, 3)
		for mode := range 4 {
			ta, tb := mode&1 != 0, mode&2 != 0
			ar, ac, br, bc := m, k, k, n
			if ta {
				ar, ac = k, m
			}
			if tb {
				br, bc = n, k
			}
			calls = append(calls, call{
				name: fmt.Sprintf("MatMul %v %t %t", s, ta, tb), in: [][]float32{a, b}, out: [][]float32{make([]float32, m*n)},
				do: func(be backend, in, out [][]float32) {
					be.MatMul(view(m, n, out[0]), view(ar, ac, in[0]), view(br, bc, in[1]), ta, tb)
				},
				bound: productBound(view(ar, ac, a), view(br, bc, b), ta, tb, n, nil),
			})
		}
		for _, relu := range []bool{false, true} {
			calls = append(calls, call{
				name: fmt.Sprintf("Dense %v %t", s, relu), in: [][]float32{a, b, bias}, out: [][]float32{make([]float32, m*n)},
				do: func(be backend, in, out [][]float32) {
					be.Dense(view(m, n, out[0]), view(m, k, in[0]), view(k, n, in[1]), view(1, n, in[2]), relu)
				},
				bound: productBound(view(m, k, a), view(k, n, b), false, false, n, bias),
			})
		}
	}
	return append(calls, strange())
}

// productBound is 2·(depth+1) roundings of Σ|a·b| and the bias: what two orders
// of summation may differ by.
func productBound(a, b matrix, ta, tb bool, n int, bias []float32) func(int, int, float64) float64 {
	return func(_, i int, _ float64) float64 {
		depth, aAt, aStep := a.Cols, i/n*a.Cols, 1
		if ta {
			depth, aAt, aStep = a.Rows, i/n, a.Cols
		}
		bAt, bStep := i%n, b.Cols
		if tb {
			bAt, bStep = i%n*b.Cols, 1
		}
		var sum float64
		for p := range depth {
			sum += math.Abs(float64(a.Data[aAt+p*aStep]) * float64(b.Data[bAt+p*bStep]))
		}
		if bias != nil {
			sum += math.Abs(float64(bias[i%n]))
		}
		return 2 * float64(depth+1) * unit * sum
	}
}

// strange is a product with NaN and infinity in two rows, through ReLU.
func strange() call {
	a, b := draw(7*5, 4), draw(5*19, 5)
	a[1*5+2], a[4*5+0] = float32(math.NaN()), float32(math.Inf(1))
	return call{
		name: "Dense of NaN and infinity", in: [][]float32{a, b, make([]float32, 19)}, out: [][]float32{make([]float32, 7*19)},
		do: func(be backend, in, out [][]float32) {
			be.Dense(view(7, 19, out[0]), view(7, 5, in[0]), view(5, 19, in[1]), view(1, 19, in[2]), true)
		},
		bound: func(int, int, float64) float64 { return 1e-5 },
	}
}

func elementwise() (calls []call) {
	for _, n := range lengths() {
		a, b, out := draw(n, 1), draw(n, 2), [][]float32{make([]float32, n)}
		if n > 3 {
			a[0], a[1], a[2], b[3] = float32(math.NaN()), float32(math.Inf(-1)), float32(math.Copysign(0, -1)), float32(math.NaN())
		}
		v := func(x []float32) matrix { return view(1, n, x) }
		calls = append(calls,
			call{name: fmt.Sprint("Add ", n), in: [][]float32{a, b}, out: out, bound: exactly,
				do: func(be backend, in, out [][]float32) { be.Add(v(out[0]), v(in[0]), v(in[1])) }},
			call{name: fmt.Sprint("Add in place ", n), in: [][]float32{b}, out: [][]float32{a}, bound: exactly,
				do: func(be backend, in, out [][]float32) { be.Add(v(out[0]), v(out[0]), v(in[0])) }},
			call{name: fmt.Sprint("Scale ", n), in: [][]float32{a}, out: out, bound: exactly,
				do: func(be backend, in, out [][]float32) { be.Scale(v(out[0]), v(in[0]), -0.3) }},
			call{name: fmt.Sprint("Scale in place ", n), out: [][]float32{a}, bound: exactly,
				do: func(be backend, _, out [][]float32) { be.Scale(v(out[0]), v(out[0]), 1.7) }},
			call{name: fmt.Sprint("ReLUGrad ", n), in: [][]float32{a, b}, out: out, bound: exactly,
				do: func(be backend, in, out [][]float32) { be.ReLUGrad(v(out[0]), v(in[0]), v(in[1])) }})
	}
	return calls
}

func rows() (calls []call) {
	for _, cols := range lengths()[1:] {
		for _, n := range []int{1, 2, 5, 100} {
			x, row := draw(n*cols, 1), draw(cols, 2)
			calls = append(calls,
				call{name: fmt.Sprintf("ColSum (%d, %d)", n, cols), in: [][]float32{x}, out: [][]float32{draw(cols, 3)},
					do: func(be backend, in, out [][]float32) { be.ColSum(view(1, cols, out[0]), view(n, cols, in[0])) },
					bound: func(_, i int, _ float64) (bound float64) {
						for r := range n {
							bound += 2 * float64(n) * unit * math.Abs(float64(x[r*cols+i]))
						}
						return bound
					}},
				call{name: fmt.Sprintf("RowBroadcast (%d, %d)", n, cols), in: [][]float32{row}, out: [][]float32{make([]float32, n*cols)},
					do:    func(be backend, in, out [][]float32) { be.RowBroadcast(view(n, cols, out[0]), view(1, cols, in[0])) },
					bound: exactly})
		}
	}
	return calls
}
