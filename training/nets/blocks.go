package nets

import (
	"fmt"

	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// Rows is the n rows of x from row first on; Cols is columns. Derivatives of any
// order.
func (ops Ops[T]) Rows(x node, first, n int) (node, error) {
	return ops.cut(x, first, 0, n, x.Shape()[1])
}

// Cols is beside Rows.
func (ops Ops[T]) Cols(x node, first, n int) (node, error) {
	return ops.cut(x, 0, first, x.Shape()[0], n)
}

// ConcatRows puts b below a; ConcatCols puts b to the right of a. Derivatives of
// any order.
func (ops Ops[T]) ConcatRows(a, b node) (node, error) { return ops.concat(a, b, true) }

// ConcatCols is beside ConcatRows.
func (ops Ops[T]) ConcatCols(a, b node) (node, error) { return ops.concat(a, b, false) }

func (ops Ops[T]) cut(x node, row, col, rows, cols int) (node, error) {
	if s := x.Shape(); row < 0 || col < 0 || rows < 1 || cols < 1 || row+rows > s[0] || col+cols > s[1] {
		return nil, fmt.Errorf("cut: the block (%d, %d) at (%d, %d) is not inside %v", rows, cols, row, col, s)
	}
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("cut(%d,%d,%d,%d)", row, col, rows, cols), wrt: []bool{true},
		shape: func([]tensor.Shape) tensor.Shape { return tensor.Shape{rows, cols} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.Cut(out, in[0], row, col)
		},
		diff: func(in nodes, _, g node) (nodes, error) {
			s := in[0].Shape()
			d, err := ops.pad(g, row, col, s[0], s[1])
			return nodes{d}, err
		},
	}, x)
}

// pad is a matrix of zeros but for the block x at (row, col).
func (ops Ops[T]) pad(x node, row, col, rows, cols int) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("pad(%d,%d,%d,%d)", row, col, rows, cols), wrt: []bool{true},
		shape: func([]tensor.Shape) tensor.Shape { return tensor.Shape{rows, cols} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.Fill(out, 0)
			be.Put(out, in[0], row, col)
		},
		diff: func(in nodes, _, g node) (nodes, error) {
			s := in[0].Shape()
			d, err := ops.cut(g, row, col, s[0], s[1])
			return nodes{d}, err
		},
	}, x)
}

func (ops Ops[T]) concat(a, b node, below bool) (node, error) {
	along, across := 1, 0
	if below {
		along, across = 0, 1
	}
	if a.Shape()[across] != b.Shape()[across] {
		return nil, fmt.Errorf("concat: %v and %v do not fit side by side", a.Shape(), b.Shape())
	}
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("concat(%t)", below), wrt: []bool{true, true},
		shape: func(in []tensor.Shape) tensor.Shape {
			s := in[0].Clone()
			s[along] += in[1][along]
			return s
		},
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.Put(out, in[0], 0, 0)
			if below {
				be.Put(out, in[1], in[0].Rows, 0)
			} else {
				be.Put(out, in[1], 0, in[0].Cols)
			}
		},
		diff:  func(in nodes, _, g node) (nodes, error) { return ops.concatDiff(in[0], in[1], g, below) },
		about: about{appends: !below},
	}, a, b)
}

func (ops Ops[T]) concatDiff(a, b, g node, below bool) (nodes, error) {
	take := ops.Cols
	along := 1
	if below {
		take, along = ops.Rows, 0
	}
	n := a.Shape()[along]
	da, err := take(g, 0, n)
	if err != nil {
		return nil, err
	}
	db, err := take(g, n, b.Shape()[along])
	return nodes{da, db}, err
}
