package plan

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// value is a node's result. Until memory is assigned, its matrix has a shape
// and no data.
type value[T kernels.Float] struct {
	matrix kernels.Matrix[T]
	stage  int  // that computes it, −1 for an input of the graph
	last   int  // the last call that reads it
	keep   bool // an output, or read by a later stage: its memory is its own
}

// call is an instruction before memory is assigned.
type call[T kernels.Float] struct {
	at  int // its place in the order
	op  Operation[T]
	out *value[T]
	in  []*value[T]
}

// lowering orders calls, inputs before users, and notes who reads what.
type lowering[T kernels.Float] struct {
	calls  []call[T]
	values map[*gorgonia.Node]*value[T]
}

// stage adds the calls of one group of outputs.
func (l *lowering[T]) stage(stage int, outputs gorgonia.Nodes) error {
	for _, n := range outputs {
		v, err := l.lower(n, stage)
		if err != nil {
			return err
		}
		v.keep = true
	}
	return nil
}

// lower gives a node's value, after adding the calls that compute it.
func (l *lowering[T]) lower(n *gorgonia.Node, stage int) (*value[T], error) {
	if v, ok := l.values[n]; ok {
		return v, nil
	}
	v, err := l.lowerNew(n, stage)
	if err == nil {
		l.values[n] = v
	}
	return v, err
}

func (l *lowering[T]) lowerNew(n *gorgonia.Node, stage int) (*value[T], error) {
	if n.Op() == nil {
		m, err := bound[T](n)
		return &value[T]{matrix: m, stage: -1}, err
	}
	op, ok := n.Op().(Operation[T])
	if !ok {
		return nil, fmt.Errorf("operation %v has no kernel call", n.Op())
	}
	c := call[T]{op: op}
	children := n.Graph().From(n.ID())
	for children.Next() {
		v, err := l.lower(children.Node().(*gorgonia.Node), stage)
		if err != nil {
			return nil, err
		}
		c.in = append(c.in, v)
	}
	c.at = len(l.calls)
	for _, v := range c.in {
		v.last = c.at
		v.keep = v.keep || v.stage != stage
	}
	s := n.Shape()
	c.out = &value[T]{matrix: kernels.Matrix[T]{Rows: s[0], Cols: s[1]}, stage: stage, last: c.at}
	l.calls = append(l.calls, c)
	return c.out, nil
}

// bound sees an input's memory.
func bound[T kernels.Float](n *gorgonia.Node) (kernels.Matrix[T], error) {
	d, ok := n.Value().(*tensor.Dense)
	if !ok {
		return kernels.Matrix[T]{}, fmt.Errorf("input %v has no dense tensor bound", n)
	}
	data, ok := d.Data().([]T)
	if s := d.Shape(); !ok || len(s) != 2 {
		return kernels.Matrix[T]{}, fmt.Errorf("input %v is %v of shape %v, not a matrix of %T", n, d.Dtype(), s, *new(T))
	}
	return kernels.Matrix[T]{Rows: d.Shape()[0], Cols: d.Shape()[1], Data: data}, nil
}
