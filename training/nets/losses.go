package nets

import (
	"fmt"

	"sweep/training/kernels"
)

// SoftplusMean is mean(softplus(sign·l)) over the logits l, (n, 1) to (1, 1).
// With sign −1 it is −mean log D(x), with sign +1 −mean log(1−D(x)), for
// D(x) = σ(l) (experiments.md §1.0).
func (ops Ops[T]) SoftplusMean(l node, sign int) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("softplusmean(%d)", sign), wrt: []bool{true}, shape: scalar,
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.SoftplusMean(out, in[0], T(sign))
		},
		diff: func(in nodes, _, g node) (nodes, error) {
			d, err := ops.softplusGrad(in[0], g, sign)
			return nodes{d}, err
		},
	}, l)
}

// softplusGrad is g·sign·σ(sign·l)/n. It depends on both inputs and has no
// derivative here, so a second order through it is refused.
func (ops Ops[T]) softplusGrad(l, g node, sign int) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("softplusgrad(%d)", sign), wrt: []bool{true, true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.SoftplusGrad(out, in[0], in[1], T(sign))
		},
	}, l, g)
}

// SigmoidMean is mean(σ(l)), the mean D(x) of a batch: a measurement, not a
// loss, so it has no derivative.
func (ops Ops[T]) SigmoidMean(l node) (node, error) {
	return ops.apply(&Op[T]{
		name: "sigmoidmean", wrt: []bool{true}, shape: scalar,
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.SigmoidMean(out, in[0])
		},
	}, l)
}
