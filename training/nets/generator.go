package nets

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
)

// Generator is the graph of a generator on its own: Fake = G(Z), and the
// gradients of any loss of Fake, given that loss's gradient with respect to
// Fake.
type Generator[T kernels.Float] struct {
	Net *MLP[T]

	Z    kernels.Matrix[T] // to fill: (rows, z_dim)
	Cost kernels.Matrix[T] // to fill before Grads: ∂L/∂Fake, (rows, data dimension)

	Fake  *gorgonia.Node // (rows, data dimension)
	Grads gorgonia.Nodes // ∂L/∂θ_G in the order of Net.Params
}

// NewGenerator builds the graph for rows points at a time.
func NewGenerator[T kernels.Float](be kernels.Backend[T], net *MLP[T], rows int) (*Generator[T], error) {
	graph := gorgonia.NewGraph()
	ops := Ops[T]{Backend: be}
	g := &Generator[T]{Net: net}
	params := net.Nodes(graph)
	z, zm := Input[T](graph, "z", rows, net.Params[0].Rows)
	cost, cm := Input[T](graph, "cost", rows, net.Params[len(net.Params)-1].Cols)
	g.Z, g.Cost = zm, cm
	var err error
	if g.Fake, err = ops.Apply(net, z, params); err != nil {
		return nil, fmt.Errorf("building the generator: %w", err)
	}
	if g.Grads, err = ops.VJP(nodes{g.Fake}, nodes{cost}, params); err != nil {
		return nil, fmt.Errorf("the generator's gradient: %w", err)
	}
	return g, nil
}
