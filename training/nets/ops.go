package nets

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// Ops applies operations to nodes of one graph.
type Ops[T kernels.Float] struct {
	Backend kernels.Backend[T] // runs the operations under a TapeMachine
}

type (
	node  = *gorgonia.Node
	nodes = gorgonia.Nodes
)

func (ops Ops[T]) apply(o *Op[T], in ...node) (node, error) {
	o.be = ops.Backend
	return gorgonia.ApplyOp(o, in...)
}

func sameAs(i int) func([]tensor.Shape) tensor.Shape {
	return func(in []tensor.Shape) tensor.Shape { return in[i].Clone() }
}

func scalar([]tensor.Shape) tensor.Shape { return tensor.Shape{1, 1} }

// MatMul is op(a)·op(b), with transposes where ta or tb say so.
func (ops Ops[T]) MatMul(a, b node, ta, tb bool) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("matmul(%t,%t)", ta, tb), wrt: []bool{true, true},
		shape: func(in []tensor.Shape) tensor.Shape { return tensor.Shape{side(in[0], ta), side(in[1], !tb)} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.MatMul(out, in[0], in[1], ta, tb)
		},
		diff:  func(in nodes, _, g node) (nodes, error) { return ops.matMulDiff(in[0], in[1], g, ta, tb) },
		flops: func(in []tensor.Shape) int64 { return product(in[0][0], in[0][1], side(in[1], !tb)) },
		about: about{kind: string(LinearLayer)},
	}, a, b)
}

func side(s tensor.Shape, transposed bool) int {
	if transposed {
		return s[1]
	}
	return s[0]
}

// matMulDiff: for c = a·b, da = g·bᵀ and db = aᵀ·g; transposed factors get the
// transposed products.
func (ops Ops[T]) matMulDiff(a, b, g node, ta, tb bool) (nodes, error) {
	left := func() (node, error) { return ops.MatMul(g, b, false, !tb) }
	if ta {
		left = func() (node, error) { return ops.MatMul(b, g, tb, true) }
	}
	right := func() (node, error) { return ops.MatMul(a, g, !ta, false) }
	if tb {
		right = func() (node, error) { return ops.MatMul(g, a, true, ta) }
	}
	da, err := left()
	if err != nil {
		return nil, err
	}
	db, err := right()
	return nodes{da, db}, err
}

// Dense is a layer: x·w + b, then ReLU where relu is set.
func (ops Ops[T]) Dense(x, w, b node, relu bool) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("dense(%t)", relu), wrt: []bool{true, true, true},
		shape: func(in []tensor.Shape) tensor.Shape { return tensor.Shape{in[0][0], in[1][1]} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.Dense(out, in[0], in[1], in[2], relu)
		},
		diff:  func(in nodes, out, g node) (nodes, error) { return ops.denseDiff(in, out, g, relu) },
		flops: denseFlops, about: about{kind: string(LinearLayer), activation: rectified(relu)},
	}, x, w, b)
}

func (ops Ops[T]) denseDiff(in nodes, out, g node, relu bool) (nodes, error) {
	var err error
	if relu {
		if g, err = ops.ReLUGrad(out, g); err != nil {
			return nil, err
		}
	}
	products, err := ops.matMulDiff(in[0], in[1], g, false, false)
	if err != nil {
		return nil, err
	}
	db, err := ops.ColSum(g)
	return append(products, db), err
}

// ReLUGrad is g where y > 0, else 0; y is ReLU's output. It is linear in g, and
// its derivative with respect to y is zero wherever it exists.
func (ops Ops[T]) ReLUGrad(y, g node) (node, error) {
	return ops.apply(&Op[T]{
		name: "relugrad", wrt: []bool{false, true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ReLUGrad(out, in[0], in[1])
		},
		diff: func(in nodes, _, g node) (nodes, error) {
			d, err := ops.ReLUGrad(in[0], g)
			return nodes{nil, d}, err
		},
	}, y, g)
}

// ColSum sums rows: (n, c) to (1, c).
func (ops Ops[T]) ColSum(x node) (node, error) {
	return ops.apply(&Op[T]{
		name: "colsum", wrt: []bool{true},
		shape: func(in []tensor.Shape) tensor.Shape { return tensor.Shape{1, in[0][1]} },
		call:  func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) { be.ColSum(out, in[0]) },
		diff: func(in nodes, _, g node) (nodes, error) {
			d, err := ops.RowBroadcast(g, in[0].Shape()[0])
			return nodes{d}, err
		},
	}, x)
}

// RowBroadcast repeats a row: (1, c) to (n, c).
func (ops Ops[T]) RowBroadcast(x node, n int) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("rowbroadcast(%d)", n), wrt: []bool{true},
		shape: func(in []tensor.Shape) tensor.Shape { return tensor.Shape{n, in[0][1]} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.RowBroadcast(out, in[0])
		},
		diff: func(_ nodes, _, g node) (nodes, error) {
			d, err := ops.ColSum(g)
			return nodes{d}, err
		},
	}, x)
}

// Add is a + b, of one shape.
func (ops Ops[T]) Add(a, b node) (node, error) {
	return ops.apply(&Op[T]{
		name: "add", wrt: []bool{true, true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.Add(out, in[0], in[1])
		},
		diff: func(_ nodes, _, g node) (nodes, error) { return nodes{g, g}, nil },
	}, a, b)
}

// Scale is c·x.
func (ops Ops[T]) Scale(x node, c float64) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("scale(%v)", c), wrt: []bool{true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.Scale(out, in[0], T(c))
		},
		diff: func(_ nodes, _, g node) (nodes, error) {
			d, err := ops.Scale(g, c)
			return nodes{d}, err
		},
	}, x)
}
