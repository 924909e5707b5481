package nets

import (
	"fmt"

	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// A convolution is bilinear: convPlain(x, w) and its two adjoints convInput(w, g)
// and convWeight(x, g) are each other's derivatives, so that every order is one
// of the three.

// Conv is a convolution with stride 1 or 2: x (n, channels·height·width), w
// (channels·size², filters), b (1, filters); the result is (n,
// filters·out height·out width). Derivatives of any order.
func (ops Ops[T]) Conv(x, w, b node, c kernels.Conv) (node, error) {
	if err := fits(x, w, b, c, c.In(), c.Filters); err != nil {
		return nil, fmt.Errorf("convolution %w", err)
	}
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("conv%v", c), wrt: []bool{true, true, true}, shape: wide(c.Out()), flops: convFlops(c, 0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.Conv(out, in[0], in[1], in[2], c)
		},
		diff: func(in nodes, _, g node) (nodes, error) {
			s := sticky[T]{ops: ops}
			dx := s.do(func() (node, error) { return ops.convInput(in[1], g, c) })
			dw := s.do(func() (node, error) { return ops.convWeight(in[0], g, c) })
			db := s.do(func() (node, error) { return ops.convBias(g, c) })
			return nodes{dx, dw, db}, s.err
		},
	}, x, w, b)
}

// ConvTranspose is the transposed convolution of which c is the other way, from
// the result to x: x is (n, c.Out()), w (c.FanIn(), c.Filters), as Conv's, and b
// (1, c.Channels); the result is (n, c.In()), an image of c.Channels, c.Height and
// c.Width. Derivatives of any order.
func (ops Ops[T]) ConvTranspose(x, w, b node, c kernels.Conv) (node, error) {
	if err := fits(x, w, b, c, c.Out(), c.Channels); err != nil {
		return nil, fmt.Errorf("transposed convolution %w", err)
	}
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("convtranspose%v", c), wrt: []bool{true, true, true}, shape: wide(c.In()), flops: convFlops(c, 0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ConvTranspose(out, in[0], in[1], in[2], c)
		},
		diff: func(in nodes, _, g node) (nodes, error) {
			s := sticky[T]{ops: ops}
			dx := s.do(func() (node, error) { return ops.convPlain(g, in[1], c) })
			dw := s.do(func() (node, error) { return ops.convWeight(g, in[0], c) })
			db := s.do(func() (node, error) { return ops.ChannelSum(g, c.Channels) })
			return nodes{dx, dw, db}, s.err
		},
	}, x, w, b)
}

// fits checks a convolution's operands: x has so many columns, b so many channels.
func fits(x, w, b node, c kernels.Conv, columns, channels int) error {
	if c.Stride < 0 || c.Stride > 2 || c.Pad < 0 || c.Size < 1 || c.OutHeight() < 1 || c.OutWidth() < 1 ||
		x.Shape()[1] != columns || !w.Shape().Eq(tensor.Shape{c.FanIn(), c.Filters}) || !b.Shape().Eq(tensor.Shape{1, channels}) {
		return fmt.Errorf("%+v does not fit %v, %v and %v", c, x.Shape(), w.Shape(), b.Shape())
	}
	return nil
}

func wide(cols int) func(in []tensor.Shape) tensor.Shape {
	return func(in []tensor.Shape) tensor.Shape { return tensor.Shape{in[0][0], cols} }
}

// convPlain is Conv without b.
func (ops Ops[T]) convPlain(x, w node, c kernels.Conv) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("convplain%v", c), wrt: []bool{true, true}, shape: wide(c.Out()), flops: convFlops(c, 0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.Conv(out, in[0], in[1], kernels.Matrix[T]{}, c)
		},
		diff: func(in nodes, _, u node) (nodes, error) {
			s := sticky[T]{ops: ops}
			dx := s.do(func() (node, error) { return ops.convInput(in[1], u, c) })
			dw := s.do(func() (node, error) { return ops.convWeight(in[0], u, c) })
			return nodes{dx, dw}, s.err
		},
	}, x, w)
}

// convInput is Conv's derivative by x for the result's gradient g.
func (ops Ops[T]) convInput(w, g node, c kernels.Conv) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("convgradinput%v", c), wrt: []bool{true, true}, flops: convFlops(c, 1),
		shape: func(in []tensor.Shape) tensor.Shape { return tensor.Shape{in[1][0], c.In()} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ConvGradInput(out, in[0], in[1], c)
		},
		diff: func(in nodes, _, u node) (nodes, error) {
			s := sticky[T]{ops: ops}
			dw := s.do(func() (node, error) { return ops.convWeight(u, in[1], c) })
			dg := s.do(func() (node, error) { return ops.convPlain(u, in[0], c) })
			return nodes{dw, dg}, s.err
		},
	}, w, g)
}

// convWeight is Conv's derivative by w for the result's gradient g.
func (ops Ops[T]) convWeight(x, g node, c kernels.Conv) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("convgradweight%v", c), wrt: []bool{true, true}, flops: convFlops(c, 0),
		shape: func([]tensor.Shape) tensor.Shape { return tensor.Shape{c.FanIn(), c.Filters} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ConvGradWeight(out, in[0], in[1], c)
		},
		diff: func(in nodes, _, u node) (nodes, error) {
			s := sticky[T]{ops: ops}
			dx := s.do(func() (node, error) { return ops.convInput(u, in[1], c) })
			dg := s.do(func() (node, error) { return ops.convPlain(in[0], u, c) })
			return nodes{dx, dg}, s.err
		},
	}, x, g)
}

// convBias is Conv's derivative by b for the result's gradient g.
func (ops Ops[T]) convBias(g node, c kernels.Conv) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("convgradbias%v", c), wrt: []bool{true},
		shape: func([]tensor.Shape) tensor.Shape { return tensor.Shape{1, c.Filters} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ConvGradBias(out, in[0], c)
		},
		diff: func(in nodes, _, u node) (nodes, error) {
			d, err := ops.ChannelBroadcast(u, in[0].Shape()[0], c.Places())
			return nodes{d}, err
		},
	}, g)
}
