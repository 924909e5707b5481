// Package plan lowers a gorgonia graph to a flat program of backend calls with
// fixed memory: what trials run, where gorgonia's TapeMachine is the oracle of
// the tests.
//
// It promises that running a program allocates nothing and computes exactly
// what the operations compute, each once per run, inputs before users. It
// imports no network, task or checkpoint: an operation is whatever has Call.
package plan

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// Operation is what a program can call. Nodes of other operations cannot be
// lowered.
type Operation[T kernels.Float] interface {
	Call(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T])
}

type instruction[T kernels.Float] struct {
	op  Operation[T]
	out kernels.Matrix[T]
	in  []kernels.Matrix[T]
}

// Program computes some nodes of a graph. Inputs are read, at each run, from
// the memory that was bound to the graph when the program was compiled.
type Program[T kernels.Float] struct {
	be   kernels.Backend[T]
	code []instruction[T]
	out  []kernels.Matrix[T]
}

// Compile lowers what the outputs depend on, and nothing else of their graph.
func Compile[T kernels.Float](be kernels.Backend[T], outputs ...*gorgonia.Node) (*Program[T], error) {
	c := compiler[T]{program: &Program[T]{be: be}, memory: map[*gorgonia.Node]kernels.Matrix[T]{}}
	for _, n := range outputs {
		m, err := c.lower(n)
		if err != nil {
			return nil, err
		}
		c.program.out = append(c.program.out, m)
	}
	return c.program, nil
}

// Run computes the outputs anew.
func (p *Program[T]) Run() {
	for i := range p.code {
		c := &p.code[i]
		c.op.Call(p.be, c.out, c.in)
	}
}

// Output is the memory of output i, overwritten by each run.
func (p *Program[T]) Output(i int) kernels.Matrix[T] { return p.out[i] }

// Len is the number of calls.
func (p *Program[T]) Len() int { return len(p.code) }

type compiler[T kernels.Float] struct {
	program *Program[T]
	memory  map[*gorgonia.Node]kernels.Matrix[T]
}

// lower gives the memory that holds a node's value, after adding the calls that
// compute it.
func (c *compiler[T]) lower(n *gorgonia.Node) (kernels.Matrix[T], error) {
	if m, ok := c.memory[n]; ok {
		return m, nil
	}
	m, err := c.lowerNew(n)
	if err == nil {
		c.memory[n] = m
	}
	return m, err
}

func (c *compiler[T]) lowerNew(n *gorgonia.Node) (kernels.Matrix[T], error) {
	if n.Op() == nil {
		return bound[T](n)
	}
	op, ok := n.Op().(Operation[T])
	if !ok {
		return kernels.Matrix[T]{}, fmt.Errorf("operation %v has no kernel call", n.Op())
	}
	call := instruction[T]{op: op}
	children := n.Graph().From(n.ID())
	for children.Next() {
		m, err := c.lower(children.Node().(*gorgonia.Node))
		if err != nil {
			return kernels.Matrix[T]{}, err
		}
		call.in = append(call.in, m)
	}
	s := n.Shape()
	call.out = kernels.NewMatrix[T](s[0], s[1])
	c.program.code = append(c.program.code, call)
	return call.out, nil
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
