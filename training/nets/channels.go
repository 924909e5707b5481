package nets

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// ChannelSum adds up each of so many channels of x (n, channels·places) over
// batch and places: (1, channels). Derivatives of any order.
func (ops Ops[T]) ChannelSum(x node, channels int) (node, error) {
	if c := x.Shape()[1]; channels < 1 || c%channels != 0 {
		return nil, fmt.Errorf("%d columns are not %d channels", c, channels)
	}
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("channelsum(%d)", channels), wrt: []bool{true},
		shape: func([]tensor.Shape) tensor.Shape { return tensor.Shape{1, channels} },
		call:  func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) { be.ChannelSum(out, in[0]) },
		diff: func(in nodes, _, g node) (nodes, error) {
			s := in[0].Shape()
			d, err := ops.ChannelBroadcast(g, s[0], s[1]/channels)
			return nodes{d}, err
		},
	}, x)
}

// ChannelBroadcast repeats x (1, channels) at all places of n rows: (n,
// channels·places). Derivatives of any order.
func (ops Ops[T]) ChannelBroadcast(x node, n, places int) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("channelbroadcast(%d,%d)", n, places), wrt: []bool{true},
		shape: func(in []tensor.Shape) tensor.Shape { return tensor.Shape{n, in[0][1] * places} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ChannelBroadcast(out, in[0])
		},
		diff: func(in nodes, _, g node) (nodes, error) {
			d, err := ops.ChannelSum(g, in[0].Shape()[1])
			return nodes{d}, err
		},
	}, x)
}

// inverseRoot is 1/√(x + eps), element by element, x + eps > 0. Derivatives of
// any order.
func (ops Ops[T]) inverseRoot(x node, eps float64) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("inverseroot(%v)", eps), wrt: []bool{true}, shape: sameAs(0),
		call: func(_ kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			for i, v := range in[0].Data {
				out.Data[i] = 1 / T(math.Sqrt(float64(v)+eps))
			}
		},
		diff: func(_ nodes, y, g node) (nodes, error) {
			s := sticky[T]{ops: ops}
			d := s.scale(s.mul(g, s.mul(y, s.mul(y, y))), -0.5)
			return nodes{d}, s.err
		},
	}, x)
}

func (s *sticky[T]) channelSum(x node, channels int) node {
	return s.do(func() (node, error) { return s.ops.ChannelSum(x, channels) })
}

func (s *sticky[T]) channelBroadcast(x node, n, places int) node {
	return s.do(func() (node, error) { return s.ops.ChannelBroadcast(x, n, places) })
}
