package nets

import (
	"fmt"

	"sweep/training/kernels"
)

// Dot is Σ a·b over all elements, (1, 1). Derivatives of any order.
func (ops Ops[T]) Dot(a, b node) (node, error) {
	return ops.apply(&Op[T]{
		name: "dot", wrt: []bool{true, true}, shape: scalar,
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.Dot(out, in[0], in[1])
		},
		diff: func(in nodes, _, g node) (nodes, error) {
			s := sticky[T]{ops: ops}
			grads := nodes{s.scaleBy(in[1], g), s.scaleBy(in[0], g)}
			return grads, s.err
		},
	}, a, b)
}

// ScaleBy is c·x for a scalar node c (1, 1). Derivatives of any order.
func (ops Ops[T]) ScaleBy(x, c node) (node, error) {
	return ops.apply(&Op[T]{
		name: "scaleby", wrt: []bool{true, true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ScaleBy(out, in[0], in[1])
		},
		diff: func(in nodes, _, g node) (nodes, error) {
			s := sticky[T]{ops: ops}
			grads := nodes{s.scaleBy(g, in[1]), s.do(func() (node, error) { return ops.Dot(g, in[0]) })}
			return grads, s.err
		},
	}, x, c)
}

// Matching is the form of feature matching.
type Matching string

// The forms (experiments.md §1.0).
const (
	MatchElements Matching = "elementwise" // the source: (1/(n·d))·ΣΣ(f(x_i) − f(G(z_i)))²
	MatchMeans    Matching = "mean"        // Salimans et al. 2016, §3.1: ‖mean f(x) − mean f(G(z))‖²
)

// FeatureMatching is the distance of the features of real and generated samples,
// (n, d) each; the means' form takes batches of two sizes. Derivatives of any
// order.
func (ops Ops[T]) FeatureMatching(real, fake node, form Matching) (node, error) {
	n, d := real.Shape()[0], real.Shape()[1]
	s := sticky[T]{ops: ops}
	square := func(x node) node { return s.do(func() (node, error) { return ops.Dot(x, x) }) }
	switch form {
	case MatchElements:
		if fake.Shape()[0] != n {
			return nil, fmt.Errorf("feature matching by elements: %d real and %d generated samples", n, fake.Shape()[0])
		}
		loss := s.scale(square(s.add(real, s.scale(fake, -1))), 1/float64(n*d))
		return loss, s.err
	case MatchMeans:
		loss := square(s.add(s.rowMean(real, 1), s.rowMean(fake, -1)))
		return loss, s.err
	}
	return nil, fmt.Errorf("feature matching: unknown form %q", form)
}
