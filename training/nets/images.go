package nets

import (
	"fmt"

	"sweep/training/kernels"
)

// MaxPool is the largest element of each square of an image. First derivatives.
func (ops Ops[T]) MaxPool(x node, p kernels.Pool) (node, error) {
	if p.Size < 1 || p.Out() < 1 || x.Shape()[1] != p.In() {
		return nil, fmt.Errorf("max-pooling %+v does not fit %v", p, x.Shape())
	}
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("maxpool%v", p), wrt: []bool{true}, shape: wide(p.Out()),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.MaxPool(out, in[0], p)
		},
		diff: func(in nodes, _, g node) (nodes, error) {
			d, err := ops.apply(&Op[T]{
				name: fmt.Sprintf("maxpoolgrad%v", p), wrt: []bool{true, true}, shape: sameAs(0),
				call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
					be.MaxPoolGrad(out, in[0], in[1], p)
				},
			}, in[0], g)
			return nodes{d}, err
		},
	}, x)
}
