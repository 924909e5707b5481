package gaussians

import (
	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
)

// maker is the generator on a stack of batches: forward makes the points of all,
// backward the weights' gradients from the points'.
type maker[T kernels.Float] struct {
	*nets.Generator[T]
	batch             int
	points            kernels.Matrix[T] // of all batches, written by forward
	forward, backward *plan.Program[T]
}

func newMaker[T kernels.Float](be kernels.Backend[T], net *nets.MLP[T], batch, batches int) (*maker[T], error) {
	g, err := nets.NewGenerator(be, net, batch*batches)
	if err != nil {
		return nil, err
	}
	stages, err := plan.Stages(be, gorgonia.Nodes{g.Fake}, g.Grads)
	if err != nil {
		return nil, err
	}
	return &maker[T]{Generator: g, batch: batch, points: stages[0].Output(0), forward: stages[0], backward: stages[1]}, nil
}

// part is batch i of a stack: its rows are neighbours in memory.
func (m *maker[T]) part(stack kernels.Matrix[T], i int) kernels.Matrix[T] {
	n := m.batch * stack.Cols
	return kernels.Matrix[T]{Rows: m.batch, Cols: stack.Cols, Data: stack.Data[i*n : (i+1)*n]}
}

func outputs[T kernels.Float](p *plan.Program[T], first, n int) [][]T {
	out := make([][]T, n)
	for i := range out {
		out[i] = p.Output(first + i).Data
	}
	return out
}
