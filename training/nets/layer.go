package nets

import (
	"fmt"

	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// Layer is f(x·w + b + sigma·noise): a dense layer whose noise lies between the
// sums and the nonlinearity (experiments.md §1.2). noise is (n, fan_out), an
// input that has no derivative, or nil for none, which is the layer's form in
// test mode. Derivatives of any order.
func (ops Ops[T]) Layer(x, w, b, noise node, sigma float64, f kernels.Activation) (node, error) {
	in, wrt := withNoise(nodes{x, w, b}, noise)
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("layer(%v,%v,%t)", f, sigma, noise != nil), wrt: wrt,
		shape: func(in []tensor.Shape) tensor.Shape { return tensor.Shape{in[0][0], in[1][1]} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.Layer(out, in[0], in[1], in[2], last(in, 3), T(sigma), f)
		},
		diff:  func(in nodes, out, g node) (nodes, error) { return ops.layerDiff(in, out, g, f) },
		flops: denseFlops, about: about{kind: string(LinearLayer), activation: CurveName(f), noise: sigmaOf(noise, sigma)},
	}, in...)
}

func (ops Ops[T]) layerDiff(in nodes, out, g node, f kernels.Activation) (nodes, error) {
	s := sticky[T]{ops: ops}
	grads := nodes{nil, nil, nil, nil}
	if f.Curve != kernels.Linear {
		g = s.do(func() (node, error) { return ops.ActivateGrad(out, g, f) })
	}
	grads[2] = s.do(func() (node, error) { return ops.ColSum(g) })
	if s.err != nil {
		return nil, s.err
	}
	products, err := ops.matMulDiff(in[0], in[1], g, false, false)
	if err != nil {
		return nil, err
	}
	copy(grads, products)
	return grads[:len(in)], nil
}

// Activate is f(x + sigma·noise) element by element; noise is of x's shape, an
// input that has no derivative, or nil for none. With kernels.Linear it is the
// Gaussian noise of an input. Derivatives of any order.
func (ops Ops[T]) Activate(x, noise node, sigma float64, f kernels.Activation) (node, error) {
	in, wrt := withNoise(nodes{x}, noise)
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("activate(%v,%v,%t)", f, sigma, noise != nil), wrt: wrt, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.Activate(out, in[0], last(in, 1), T(sigma), f)
		},
		about: about{activation: CurveName(f), noise: sigmaOf(noise, sigma)},
		diff: func(in nodes, out, g node) (nodes, error) {
			d := g
			if f.Curve != kernels.Linear {
				var err error
				if d, err = ops.ActivateGrad(out, g, f); err != nil {
					return nil, err
				}
			}
			return nodes{d, nil}[:len(in)], nil
		},
	}, in...)
}

// withNoise adds the noise, if any, as an input without derivative.
func withNoise(in nodes, noise node) (nodes, []bool) {
	wrt := make([]bool, len(in), len(in)+1)
	for i := range wrt {
		wrt[i] = true
	}
	if noise == nil {
		return in, wrt
	}
	return append(in, noise), append(wrt, false)
}

// last is input i, or an empty matrix where there are fewer.
func last[T kernels.Float](in []kernels.Matrix[T], i int) kernels.Matrix[T] {
	if i < len(in) {
		return in[i]
	}
	return kernels.Matrix[T]{}
}

// ActivateGrad is g·f′, the slope told by f's output y.
func (ops Ops[T]) ActivateGrad(y, g node, f kernels.Activation) (node, error) {
	curved := f.Curve == kernels.Softplus || f.Curve == kernels.Tanh || f.Curve == kernels.ELU
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("activategrad(%v)", f), wrt: []bool{curved, true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ActivateGrad(out, in[0], in[1], f)
		},
		diff: func(in nodes, out, u node) (nodes, error) { return ops.activateGradDiff(in[0], in[1], out, u, f) },
	}, y, g)
}

// activateGradDiff: the slope is 1 − e^−y or 1 − y², whose own derivatives by y
// are 1 minus the slope, and −2y; with d = g·slope those give u·(g − d) and
// −2u·g·y. ELU's slope is 1 where y > 0 and y + 1 elsewhere, which gives 0 and u·g.
func (ops Ops[T]) activateGradDiff(y, g, d, u node, f kernels.Activation) (nodes, error) {
	s := sticky[T]{ops: ops}
	var dy node
	switch f.Curve {
	case kernels.Softplus:
		dy = s.mul(u, s.add(g, s.scale(d, -1)))
	case kernels.Tanh:
		dy = s.scale(s.mul(u, s.mul(g, y)), -2)
	case kernels.ELU:
		whole := s.mul(u, g)
		above := s.do(func() (node, error) { return ops.ReLUGrad(y, whole) })
		dy = s.add(whole, s.scale(above, -1))
	}
	dg := s.do(func() (node, error) { return ops.ActivateGrad(y, u, f) })
	return nodes{dy, dg}, s.err
}
