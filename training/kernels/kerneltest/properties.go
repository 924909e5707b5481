package kerneltest

import (
	"testing"

	"sweep/training/kernels"
)

// parts computes products by rows and by columns alone, and draws by their
// beginnings: what surrounds an element must not change its bits.
func parts(t reporter, be backend) {
	for _, s := range shapes() {
		m, n, k := s[0], s[1], s[2]
		x, w, bias := draw(m*k, 1), draw(k*n, 2), draw(n, 3)
		whole := make([]float32, m*n)
		be.Dense(view(m, n, whole), view(m, k, x), view(k, n, w), view(1, n, bias), true)
		for _, i := range []int{0, m / 2, m - 1} {
			row := make([]float32, n)
			be.Dense(view(1, n, row), view(1, k, x[i*k:(i+1)*k]), view(k, n, w), view(1, n, bias), true)
			if err := sameBytes([][]float32{row}, [][]float32{whole[i*n : (i+1)*n]}); err != nil {
				t.Errorf("%v: row %d alone: %v", s, i, err)
			}
		}
		for _, j := range []int{0, n / 2, n - 1} {
			if err := sameBytes([][]float32{column(be, x, w, bias, s, j)}, [][]float32{pick(whole, m, n, j)}); err != nil {
				t.Errorf("%v: column %d alone: %v", s, j, err)
			}
		}
	}
	convParts(t, be)
	beginnings(t, be)
}

// column computes column j of Dense alone.
func column(be backend, x, w, bias []float32, s [3]int, j int) []float32 {
	m, n, k := s[0], s[1], s[2]
	out := make([]float32, m)
	be.Dense(view(m, 1, out), view(m, k, x), view(k, 1, pick(w, k, n, j)), view(1, 1, bias[j:j+1]), true)
	return out
}

func pick(x []float32, rows, cols, j int) (out []float32) {
	for i := range rows {
		out = append(out, x[i*cols+j])
	}
	return out
}

func beginnings(t reporter, be backend) {
	key, c := kernels.NewKey(9), kernels.Counter{Stream: kernels.StreamZ, Outer: 5, Inner: 1}
	long := make([]float32, 259)
	be.Normals(long, key, c)
	for n := range long {
		short := make([]float32, n)
		be.Normals(short, key, c)
		if err := sameBytes([][]float32{short}, [][]float32{long[:n]}); err != nil {
			t.Errorf("the first %d normals: %v", n, err)
		}
	}
}

// allocations counts those of a second call of every operation.
func allocations(t reporter, be backend) {
	for group, calls := range groups() {
		c := calls[len(calls)-1]
		in, out := clone(c.in), clone(c.out)
		if n := testing.AllocsPerRun(5, func() { c.do(be, in, out) }); n != 0 {
			t.Errorf("%s: %s: %v allocations", group, c.name, n)
		}
	}
}
