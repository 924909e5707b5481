package nets

import (
	"math"

	"sweep/training/kernels"
)

// Activation is what a hidden layer does to its sums.
type Activation int

// The activations. ReLU is the source's; Tanh is smooth, so that its gradients
// of any order can be held against finite differences (experiments.md §8.2).
const (
	ReLU Activation = iota
	Tanh
)

// Tanh is the hyperbolic tangent, element by element, to 1e-15.
func (ops Ops[T]) Tanh(x node) (node, error) {
	return ops.apply(&Op[T]{
		name: "tanh", wrt: []bool{true}, shape: sameAs(0),
		call: func(_ kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			tanh(out.Data, in[0].Data)
		},
		diff: func(_ nodes, y, g node) (nodes, error) {
			d, err := ops.tanhGrad(y, g)
			return nodes{d}, err
		},
		about: about{activation: "tanh"},
	}, x)
}

// tanhGrad is g·(1−y²) for tanh's output y, built of operations that have
// derivatives of any order.
func (ops Ops[T]) tanhGrad(y, g node) (node, error) {
	s := sticky[T]{ops: ops}
	d := s.add(g, s.scale(s.mul(g, s.mul(y, y)), -1))
	return d, s.err
}

func tanh[T kernels.Float](out, x []T) {
	for i, v := range x {
		e := kernels.Exp(-2 * math.Abs(float64(v)))
		out[i] = T(math.Copysign((1-e)/(1+e), float64(v)))
	}
}

// Mul is a·b element by element, of one shape.
func (ops Ops[T]) Mul(a, b node) (node, error) {
	return ops.apply(&Op[T]{
		name: "mul", wrt: []bool{true, true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) { be.Mul(out, in[0], in[1]) },
		diff: func(in nodes, _, g node) (nodes, error) {
			s := sticky[T]{ops: ops}
			grads := nodes{s.mul(g, in[1]), s.mul(g, in[0])}
			return grads, s.err
		},
	}, a, b)
}
