package nets

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
)

// ConvCurve is the second order of a ConvCritic: for the scalar s =
// ⟨∂Loss/∂θ, Direction⟩ of one batch, what the full gradient needs on its way back
// through a look-ahead step (experiments.md §8.2). The loss of a step has two
// batches: their Curves add up, and the generated one's Pull leads on to the
// generator.
type ConvCurve[T kernels.Float] struct {
	X         kernels.Matrix[T]   // to fill: (rows, In().Size())
	Noise     Noise[T]            // to fill: normals of each NoiseLayer
	Sign      kernels.Matrix[T]   // to fill: (1, 1), −1 for real samples, +1 for generated ones
	Direction []kernels.Matrix[T] // to fill: as the network's Params

	Loss  *gorgonia.Node // (1, 1), the critic's
	Curve gorgonia.Nodes // ∂s/∂θ: the loss's Hessian times Direction
	Pull  *gorgonia.Node // ∂s/∂X, (rows, In().Size())
}

// NewConvCurve builds the graph for batches of some rows.
func NewConvCurve[T kernels.Float](be kernels.Backend[T], n *ConvNet[T], rows int) (*ConvCurve[T], error) {
	g := gorgonia.NewGraph()
	s := &sticky[T]{ops: Ops[T]{Backend: be}}
	critic, in, err := newConvCritic(s, g, n, rows)
	if err != nil {
		return nil, err
	}
	c := &ConvCurve[T]{X: critic.X, Noise: critic.Noise, Sign: critic.Sign, Loss: critic.Loss}
	directions := make(nodes, len(n.Params))
	for i, p := range n.Params {
		d, m := Input[T](g, "direction."+p.Name, p.Rows, p.Cols)
		directions[i], c.Direction = d, append(c.Direction, m)
	}
	c.Curve = s.vjp(critic.Grads, directions, in.params.nodes(n.Params))
	if pull := s.vjp(critic.Grads, directions, nodes{in.x}); s.err == nil {
		c.Pull = pull[0]
	}
	if s.err != nil {
		return nil, fmt.Errorf("the gradient of the discriminator's gradient: %w", s.err)
	}
	return c, nil
}

// ConvBack is a network in training mode and, for the gradient Cost of any loss
// with respect to Out, that loss's gradients. It has no noise layers.
type ConvBack[T kernels.Float] struct {
	X    kernels.Matrix[T] // to fill: (rows, In().Size())
	Cost kernels.Matrix[T] // to fill before Grads: (rows, Out().Size())

	Out   *gorgonia.Node // (rows, Out().Size())
	Grads gorgonia.Nodes // in the order of the network's Params
}

// NewConvBack builds the graph for some rows at a time.
func NewConvBack[T kernels.Float](be kernels.Backend[T], n *ConvNet[T], rows int) (*ConvBack[T], error) {
	g := gorgonia.NewGraph()
	s := &sticky[T]{ops: Ops[T]{Backend: be}}
	b := &ConvBack[T]{}
	params := n.bind(g, false)
	x, xm := Input[T](g, "x", rows, n.In().Size())
	cost, cm := Input[T](g, "cost", rows, n.Out().Size())
	b.X, b.Cost = xm, cm
	b.Out = s.do(func() (node, error) {
		out, _, err := s.ops.convNet(n, params, x, nil, false)
		return out, err
	})
	b.Grads = s.vjp(nodes{b.Out}, nodes{cost}, params.nodes(n.Params))
	if s.err != nil {
		return nil, fmt.Errorf("the generator's gradient: %w", s.err)
	}
	return b, nil
}
