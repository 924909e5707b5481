package nets

import (
	"fmt"

	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

func column(in []tensor.Shape) tensor.Shape { return tensor.Shape{in[0][0], 1} }

// LogSumExp is s = log Σ exp of each row of the logits l, (n, C) to (n, 1). D(x)
// is σ(s): the C logits share one more, the generated class's, that is always 0
// (experiments.md §1.0), and the logarithm with it is Softplus of s. So
// SoftplusMean(s, −1) is the loss of real images and SoftplusMean(s, +1) that of
// generated ones. Derivatives of any order.
func (ops Ops[T]) LogSumExp(l node) (node, error) {
	return ops.apply(&Op[T]{
		name: "logsumexp", wrt: []bool{true}, shape: column,
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) { be.LogSumExp(out, in[0]) },
		diff: func(in nodes, _, g node) (nodes, error) {
			s := sticky[T]{ops: ops}
			d := s.rowScale(s.softmax(in[0]), g)
			return nodes{d}, s.err
		},
	}, l)
}

// Softmax is each row's exp(l)/Σ exp(l). Derivatives of any order.
func (ops Ops[T]) Softmax(l node) (node, error) {
	return ops.apply(&Op[T]{
		name: "softmax", wrt: []bool{true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) { be.Softmax(out, in[0]) },
		diff: func(_ nodes, p, g node) (nodes, error) { // p·(g − Σ p·g)
			s := sticky[T]{ops: ops}
			pg := s.mul(p, g)
			d := s.add(pg, s.scale(s.rowScale(p, s.rowSum(pg)), -1))
			return nodes{d}, s.err
		},
	}, l)
}

// CrossEntropy is mean(log Σ exp(l) − l_label) over the rows of the logits l
// (n, C); labels (n, C) is an input with a one in each label's column and zeros
// elsewhere, and has no derivative. The gradient is (softmax(l) − labels)/n
// (experiments.md §1.0). Derivatives of any order.
func (ops Ops[T]) CrossEntropy(l, labels node) (node, error) {
	return ops.apply(&Op[T]{
		name: "crossentropy", wrt: []bool{true, false}, shape: scalar,
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.CrossEntropy(out, in[0], in[1])
		},
		diff: func(in nodes, _, g node) (nodes, error) {
			s := sticky[T]{ops: ops}
			excess := s.add(s.softmax(in[0]), s.scale(in[1], -1))
			d := s.scaleBy(excess, s.scale(g, 1/float64(in[0].Shape()[0])))
			return nodes{d, nil}, s.err
		},
	}, l, labels)
}

// RowScale multiplies row i of x (n, c) by s (n, 1). Derivatives of any order.
func (ops Ops[T]) RowScale(x, s node) (node, error) {
	return ops.apply(&Op[T]{
		name: "rowscale", wrt: []bool{true, true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.RowScale(out, in[0], in[1])
		},
		diff: func(in nodes, _, g node) (nodes, error) {
			s := sticky[T]{ops: ops}
			grads := nodes{s.rowScale(g, in[1]), s.rowSum(s.mul(g, in[0]))}
			return grads, s.err
		},
	}, x, s)
}

// RowSum sums columns: (n, c) to (n, 1). Derivatives of any order.
func (ops Ops[T]) RowSum(x node) (node, error) {
	return ops.apply(&Op[T]{
		name: "rowsum", wrt: []bool{true}, shape: column,
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) { be.RowSum(out, in[0]) },
		diff: func(in nodes, _, g node) (nodes, error) {
			d, err := ops.ColBroadcast(g, in[0].Shape()[1])
			return nodes{d}, err
		},
	}, x)
}

// ColBroadcast repeats a column: (n, 1) to (n, c). Derivatives of any order.
func (ops Ops[T]) ColBroadcast(x node, c int) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("colbroadcast(%d)", c), wrt: []bool{true},
		shape: func(in []tensor.Shape) tensor.Shape { return tensor.Shape{in[0][0], c} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ColBroadcast(out, in[0])
		},
		diff: func(_ nodes, _, g node) (nodes, error) {
			d, err := ops.RowSum(g)
			return nodes{d}, err
		},
	}, x)
}
