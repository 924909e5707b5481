package nets

import (
	"fmt"

	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// MinibatchDiscrimination appends to the features x (n, f) how close each sample
// is to the others of its batch, (n, f+count): M = x·t + b, (n, dims·count), and
// o_ik = Σ over j ≠ i of exp(−‖M_ik − M_jk‖₁) (Salimans et al. 2016, §3.2; the
// source takes count 50 and dims 5 with a bias, which cancels). Column
// d·count + k of t is coordinate d of kernel k. First derivatives.
func (ops Ops[T]) MinibatchDiscrimination(x, t, b node, count int) (node, error) {
	s := sticky[T]{ops: ops}
	m := s.do(func() (node, error) { return ops.Dense(x, t, b, false) })
	o := s.do(func() (node, error) { return ops.Similar(m, count) })
	out := s.do(func() (node, error) { return ops.ConcatCols(x, o) })
	return out, s.err
}

// Similar is o for M (n, dims·count): (n, count). First derivatives.
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
			d, err := ops.apply(&Op[T]{
				name: "similargrad", wrt: []bool{true, true}, shape: sameAs(0),
				call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
					be.SimilarGrad(out, in[0], in[1])
				},
			}, in[0], g)
			return nodes{d}, err
		},
	}, m)
}
