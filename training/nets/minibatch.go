package nets

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// MinibatchDiscrimination appends to the features x (n, f) how close each sample
// is to the others of its batch, (n, f+count): M = x·t + b, (n, dims·count), and
// o_ik = Σ over j ≠ i of exp(−‖M_ik − M_jk‖₁) (Salimans et al. 2016, §3.2; the
// source takes count 50 and dims 5 with a bias, which cancels). Column
// d·count + k of t is coordinate d of kernel k. First and second derivatives.
func (ops Ops[T]) MinibatchDiscrimination(x, t, b node, count int) (node, error) {
	s := sticky[T]{ops: ops}
	m := s.do(func() (node, error) { return ops.Dense(x, t, b, false) })
	o := s.do(func() (node, error) { return ops.Similar(m, count) })
	out := s.do(func() (node, error) { return ops.ConcatCols(x, o) })
	return out, s.err
}

// Similar is o for M (n, dims·count): (n, count). First and second derivatives.
func (ops Ops[T]) Similar(m node, count int) (node, error) {
	if c := m.Shape()[1]; count < 1 || c%count != 0 {
		return nil, fmt.Errorf("minibatch discrimination: %d columns are not %d kernels", c, count)
	}
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("similar(%d)", count), wrt: []bool{true}, about: about{kind: fmt.Sprintf("%s %d×%d", SimilarLayer, count, m.Shape()[1]/count)},
		shape: func(in []tensor.Shape) tensor.Shape { return tensor.Shape{in[0][0], count} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.Similar(out, in[0])
		},
		diff: func(in nodes, _, g node) (nodes, error) {
			d, err := ops.similarGrad(in[0], g)
			return nodes{d}, err
		},
	}, m)
}

// similarGrad is Similar's derivative by M (n, dims·count) for g (n, count).
func (ops Ops[T]) similarGrad(m, g node) (node, error) {
	return ops.apply(&Op[T]{
		name: "similargrad", wrt: []bool{true, true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.SimilarGrad(out, in[0], in[1])
		},
		diff: func(in nodes, _, u node) (nodes, error) {
			dm, err := ops.similarSecond("similarcurve", in[0], in[1], u, 0)
			if err != nil {
				return nil, err
			}
			dg, err := ops.similarSecond("similarslope", in[0], in[1], u, 1)
			return nodes{dm, dg}, err
		},
	}, m, g)
}

// similarSecond is ∂⟨u, similarGrad(m, g)⟩ by m (by = 0) or by g (by = 1). It has no
// derivative: a third order through it is refused. With e_ijk = exp(−‖M_ik −
// M_jk‖₁), s the signs of M_ik − M_jk and S_ijk = ⟨s, u_ik − u_jk⟩, a pair
// contributes −(g_ik + g_jk)·e_ijk·S_ijk, whose derivative by g_ik and g_jk is
// −e_ijk·S_ijk, and by M_ik (g_ik + g_jk)·e_ijk·S_ijk·s, by M_jk its opposite.
func (ops Ops[T]) similarSecond(name string, m, g, u node, by int) (node, error) {
	return ops.apply(&Op[T]{
		name: name, wrt: []bool{true, true, true}, shape: sameAs(by),
		call: func(_ kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			clear(out.Data)
			for i := range in[0].Rows {
				for j := range i {
					similarPair(out, in[0], in[1], in[2], i, j, by)
				}
			}
		},
	}, m, g, u)
}

// similarPair adds what samples i and j give.
func similarPair[T kernels.Float](out, m, g, u kernels.Matrix[T], i, j, by int) {
	count := g.Cols
	row := func(x kernels.Matrix[T], i int) []T { return x.Data[i*x.Cols:][:x.Cols] }
	a, b, ua, ub := row(m, i), row(m, j), row(u, i), row(u, j)
	for k := range count {
		var distance, along float64
		for c := k; c < len(a); c += count {
			d := float64(a[c] - b[c])
			distance += math.Abs(d)
			along += signOf(d) * float64(ua[c]-ub[c])
		}
		pull := kernels.Exp(-distance) * along
		if by == 1 {
			row(out, i)[k] -= T(pull)
			row(out, j)[k] -= T(pull)
			continue
		}
		pull *= float64(row(g, i)[k] + row(g, j)[k])
		for c := k; c < len(a); c += count {
			d := T(pull * signOf(float64(a[c]-b[c])))
			row(out, i)[c] += d
			row(out, j)[c] -= d
		}
	}
}

// signOf is −1, 0 or 1.
func signOf(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}
