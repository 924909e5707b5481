// Package plan lowers a gorgonia graph to a flat program of backend calls with
// fixed memory: what trials run, where gorgonia's TapeMachine is the oracle of
// the tests.
//
// It promises that running a program allocates nothing and computes exactly
// what the operations compute, each once per run, inputs before users; that
// nothing is computed that no output needs; and that values share memory once
// nobody reads them any more. It imports no network, task or checkpoint: an
// operation is whatever has Call.
package plan

import (
	"gorgonia.org/gorgonia"

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
	be     kernels.Backend[T]
	code   []instruction[T]
	out    []kernels.Matrix[T]
	floats int
}

// Compile lowers what the outputs depend on, and nothing else of their graph.
func Compile[T kernels.Float](be kernels.Backend[T], outputs ...*gorgonia.Node) (*Program[T], error) {
	stages, err := Stages(be, outputs)
	if err != nil {
		return nil, err
	}
	return stages[0], nil
}

// Stages lowers groups of outputs to one program each. A program does not
// compute again what an earlier one has computed: it reads what the earlier
// one's latest run left.
func Stages[T kernels.Float](be kernels.Backend[T], groups ...gorgonia.Nodes) ([]*Program[T], error) {
	l := lowering[T]{values: map[*gorgonia.Node]*value[T]{}}
	ends := make([]int, len(groups))
	for i, outputs := range groups {
		if err := l.stage(i, outputs); err != nil {
			return nil, err
		}
		ends[i] = len(l.calls)
	}
	stages := make([]*Program[T], len(groups))
	begin := 0
	for i, outputs := range groups {
		stages[i] = l.program(be, l.calls[begin:ends[i]], outputs)
		begin = ends[i]
	}
	return stages, nil
}

// Run computes the outputs anew.
func (p *Program[T]) Run() {
	for i := range p.code {
		c := &p.code[i]
		c.op.Call(p.be, c.out, c.in)
	}
}

// Output is the memory of output i, overwritten by each run of the program that
// computes it.
func (p *Program[T]) Output(i int) kernels.Matrix[T] { return p.out[i] }

// Len is the number of calls.
func (p *Program[T]) Len() int { return len(p.code) }

// Floats is the number of elements that the program's own values take, inputs
// and earlier stages' values left out.
func (p *Program[T]) Floats() int { return p.floats }
