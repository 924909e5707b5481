package nets

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
)

// NewConvDiscriminator builds a Discriminator's graph over a convolutional
// network without noise. Batch normalisation sees the real and the generated
// batch apart; the second derivatives go through it.
func NewConvDiscriminator[T kernels.Float](be kernels.Backend[T], net *ConvNet[T], batch int, form GeneratorLoss) (*Discriminator[T], error) {
	graph := gorgonia.NewGraph()
	s := &sticky[T]{ops: Ops[T]{Backend: be}}
	params := net.bind(graph, false)
	judge := func(x node) node {
		return s.do(func() (node, error) {
			out, _, err := s.ops.convNet(net, params, x, nil, false)
			return out, err
		})
	}
	return newDiscriminator(s, graph, net.Params, params.nodes(net.Params), judge, batch, net.In().Size(), form)
}

// ConvGenerator is the graph of a convolutional generator on its own, in
// training mode: Fake = G(Z), and the gradients of any loss of Fake, given that
// loss's gradient with respect to Fake.
type ConvGenerator[T kernels.Float] struct {
	Z    kernels.Matrix[T] // to fill: (rows, In().Size())
	Cost kernels.Matrix[T] // to fill before Grads: ∂L/∂Fake, (rows, Out().Size())

	Fake  *gorgonia.Node // (rows, Out().Size())
	Stats gorgonia.Nodes // of the pass, for ConvNet.Update
	Grads gorgonia.Nodes // ∂L/∂θ_G in the order of the network's Params
}

// NewConvGenerator builds the graph for batches of some rows.
func NewConvGenerator[T kernels.Float](be kernels.Backend[T], net *ConvNet[T], rows int) (*ConvGenerator[T], error) {
	graph := gorgonia.NewGraph()
	s := &sticky[T]{ops: Ops[T]{Backend: be}}
	g := &ConvGenerator[T]{}
	params := net.bind(graph, false)
	z, zm := Input[T](graph, "z", rows, net.In().Size())
	cost, cm := Input[T](graph, "cost", rows, net.Out().Size())
	g.Z, g.Cost = zm, cm
	g.Fake = s.do(func() (out node, err error) {
		out, g.Stats, err = s.ops.convNet(net, params, z, nil, false)
		return out, err
	})
	g.Grads = s.vjp(nodes{g.Fake}, nodes{cost}, params.nodes(net.Params))
	if s.err != nil {
		return nil, fmt.Errorf("building the generator: %w", s.err)
	}
	return g, nil
}
