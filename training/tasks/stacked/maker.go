package stacked

import (
	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
)

// maker is the generator on a batch in training mode: forward makes the images
// and their statistics, backward the weights' gradients from the images'.
type maker[T kernels.Float] struct {
	*nets.ConvGenerator[T]
	images            kernels.Matrix[T]
	stats             []kernels.Matrix[T]
	forward, backward *plan.Program[T]
}

func newMaker[T kernels.Float](be kernels.Backend[T], net *nets.ConvNet[T], batch int) (*maker[T], error) {
	g, err := nets.NewConvGenerator(be, net, batch)
	if err != nil {
		return nil, err
	}
	stages, err := plan.Stages(be, append(gorgonia.Nodes{g.Fake}, g.Stats...), g.Grads)
	if err != nil {
		return nil, err
	}
	m := &maker[T]{ConvGenerator: g, images: stages[0].Output(0), forward: stages[0], backward: stages[1]}
	for i := range g.Stats {
		m.stats = append(m.stats, stages[0].Output(1+i))
	}
	return m, nil
}

// grads are what backward writes.
func (m *maker[T]) grads() [][]T { return outputs(m.backward, 0, len(m.Grads)) }

func outputs[T kernels.Float](p *plan.Program[T], first, n int) [][]T {
	out := make([][]T, n)
	for i := range out {
		out[i] = p.Output(first + i).Data
	}
	return out
}
