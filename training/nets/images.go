package nets

import (
	"fmt"

	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// Conv is a convolution with stride 1: x (n, channels·height·width), w
// (channels·size², filters), b (1, filters); the result is (n,
// filters·out height·out width). First derivatives.
func (ops Ops[T]) Conv(x, w, b node, c kernels.Conv) (node, error) {
	if c.OutHeight() < 1 || c.OutWidth() < 1 || x.Shape()[1] != c.In() ||
		!w.Shape().Eq(tensor.Shape{c.FanIn(), c.Filters}) || !b.Shape().Eq(tensor.Shape{1, c.Filters}) {
		return nil, fmt.Errorf("convolution %+v does not fit %v, %v and %v", c, x.Shape(), w.Shape(), b.Shape())
	}
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("conv%v", c), wrt: []bool{true, true, true}, shape: wide(c.Out()),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.Conv(out, in[0], in[1], in[2], c)
		},
		diff: func(in nodes, _, g node) (nodes, error) { return ops.convDiff(in[0], in[1], g, c) },
	}, x, w, b)
}

func wide(cols int) func(in []tensor.Shape) tensor.Shape {
	return func(in []tensor.Shape) tensor.Shape { return tensor.Shape{in[0][0], cols} }
}

// convDiff's operations have no derivatives: a second order through a
// convolution is refused.
func (ops Ops[T]) convDiff(x, w, g node, c kernels.Conv) (nodes, error) {
	s := sticky[T]{ops: ops}
	part := func(name string, shape func([]tensor.Shape) tensor.Shape,
		call func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]), in ...node) node {
		wrt := []bool{true, true}[:len(in)]
		return s.do(func() (node, error) {
			return ops.apply(&Op[T]{name: fmt.Sprintf("%s%v", name, c), wrt: wrt, shape: shape, call: call}, in...)
		})
	}
	dx := part("convgradinput", func(in []tensor.Shape) tensor.Shape { return tensor.Shape{in[1][0], c.In()} },
		func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ConvGradInput(out, in[0], in[1], c)
		}, w, g)
	dw := part("convgradweight", func([]tensor.Shape) tensor.Shape { return tensor.Shape{c.FanIn(), c.Filters} },
		func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ConvGradWeight(out, in[0], in[1], c)
		}, x, g)
	db := part("convgradbias", func([]tensor.Shape) tensor.Shape { return tensor.Shape{1, c.Filters} },
		func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ConvGradBias(out, in[0], c)
		}, g)
	return nodes{dx, dw, db}, s.err
}

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
