package nets

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
)

// ConvPass is a network forward: Out of X.
type ConvPass[T kernels.Float] struct {
	X     kernels.Matrix[T] // to fill: (rows, In().Size())
	Noise Noise[T]          // to fill in training mode: normals of each NoiseLayer
	Out   *gorgonia.Node    // (rows, Out().Size())
	Stats gorgonia.Nodes    // for ConvNet.Update; none in test mode
}

// NewConvPass builds the graph for some rows at a time. In test mode
// normalisations use their running statistics, and there is no noise.
func NewConvPass[T kernels.Float](be kernels.Backend[T], n *ConvNet[T], rows int, test bool) (*ConvPass[T], error) {
	g := gorgonia.NewGraph()
	p := &ConvPass[T]{}
	x, m := Input[T](g, "x", rows, n.In().Size())
	p.X = m
	var noise nodes
	if !test {
		noise, p.Noise = n.noiseInputs(g, rows)
	}
	var err error
	if p.Out, p.Stats, err = (Ops[T]{Backend: be}).convNet(n, n.bind(g, test), x, noise, test); err != nil {
		return nil, fmt.Errorf("building a pass: %w", err)
	}
	return p, nil
}

// ConvCritic is the graph of a discriminator with one logit l over one batch:
// its loss mean softplus(Sign·l), which with Sign −1 is the loss of real samples
// and with +1 that of generated ones (experiments.md §1.0). Run for each in turn,
// batch normalisation sees each batch by itself, as in the source, and one
// pass's memory serves both; the step's gradients are the two passes' sum.
type ConvCritic[T kernels.Float] struct {
	X     kernels.Matrix[T] // to fill: (rows, In().Size())
	Noise Noise[T]          // to fill: normals of each NoiseLayer
	Sign  kernels.Matrix[T] // to fill: (1, 1), −1 or +1

	Loss  *gorgonia.Node // (1, 1)
	Score *gorgonia.Node // (1, 1), mean D(x)
	Grads gorgonia.Nodes // ∂Loss/∂θ in the order of the network's Params
}

// NewConvCritic builds the graph for batches of some rows.
func NewConvCritic[T kernels.Float](be kernels.Backend[T], n *ConvNet[T], rows int) (*ConvCritic[T], error) {
	c, _, err := newConvCritic(&sticky[T]{ops: Ops[T]{Backend: be}}, gorgonia.NewGraph(), n, rows)
	return c, err
}

// criticInputs are nodes that a ConvCritic's gradients go on from.
type criticInputs[T kernels.Float] struct {
	x      node
	params bound[T]
}

func newConvCritic[T kernels.Float](s *sticky[T], g *gorgonia.ExprGraph, n *ConvNet[T], rows int) (*ConvCritic[T], criticInputs[T], error) {
	c := &ConvCritic[T]{}
	params := n.bind(g, false)
	x, xm := Input[T](g, "x", rows, n.In().Size())
	sign, sm := Input[T](g, "sign", 1, 1)
	noise, nm := n.noiseInputs(g, rows)
	c.X, c.Sign, c.Noise = xm, sm, nm
	logits := s.do(func() (node, error) {
		out, _, err := s.ops.convNet(n, params, x, noise, false)
		return out, err
	})
	c.Loss = s.softplus(s.scaleBy(logits, sign), +1)
	c.Score = s.sigmoid(logits)
	c.Grads = s.gradients(g, c.Loss, params.nodes(n.Params))
	if s.err != nil {
		return nil, criticInputs[T]{}, fmt.Errorf("building the discriminator's loss: %w", s.err)
	}
	return c, criticInputs[T]{x, params}, nil
}

// gradients are those of a loss.
func (s *sticky[T]) gradients(g *gorgonia.ExprGraph, loss node, params nodes) nodes {
	one, m := Input[T](g, "one", 1, 1)
	m.Data[0] = 1
	return s.vjp(nodes{loss}, nodes{one}, params)
}

// ConvAdversary is the graph of a generator's step against a discriminator that
// is a constant (experiments.md §1.0): with the logits l of generated samples,
//
//	GLoss = mean softplus(−l)   or   −mean softplus(l)
//
// To the second, the minimax loss, belongs the real batch's loss with its sign
// turned, which no weight of the generator changes.
type ConvAdversary[T kernels.Float] struct {
	Z     kernels.Matrix[T] // to fill: (rows, the generator's In().Size())
	Noise Noise[T]          // to fill: the discriminator's

	GLoss  *gorgonia.Node // (1, 1)
	Stats  gorgonia.Nodes // for the generator's Update
	GGrads gorgonia.Nodes // ∂GLoss/∂θ_G in the order of the generator's Params
	DGrads gorgonia.Nodes // ∂GLoss/∂θ_D in the order of the discriminator's: the full gradient's way back begins with them
}

// NewConvAdversary builds the graph for batches of some rows. The generator has
// no noise of its own beside Z.
func NewConvAdversary[T kernels.Float](be kernels.Backend[T], gen, disc *ConvNet[T], rows int, form GeneratorLoss) (*ConvAdversary[T], error) {
	g := gorgonia.NewGraph()
	s := &sticky[T]{ops: Ops[T]{Backend: be}}
	a := &ConvAdversary[T]{}
	ofG, ofD := gen.bind(g, false), disc.bind(g, false)
	z, zm := Input[T](g, "z", rows, gen.In().Size())
	noise, nm := disc.noiseInputs(g, rows)
	a.Z, a.Noise = zm, nm
	fakes := s.do(func() (out node, err error) {
		out, a.Stats, err = s.ops.convNet(gen, ofG, z, nil, false)
		return out, err
	})
	logits := s.do(func() (node, error) {
		out, _, err := s.ops.convNet(disc, ofD, fakes, noise, false)
		return out, err
	})
	if a.GLoss = s.softplus(logits, -1); form == Minimax {
		a.GLoss = s.scale(s.softplus(logits, +1), -1)
	}
	one, m := Input[T](g, "one", 1, 1)
	m.Data[0] = 1
	a.GGrads = s.vjp(nodes{a.GLoss}, nodes{one}, ofG.nodes(gen.Params))
	a.DGrads = s.vjp(nodes{a.GLoss}, nodes{one}, ofD.nodes(disc.Params))
	if s.err != nil {
		return nil, fmt.Errorf("building the generator's loss: %w", s.err)
	}
	return a, nil
}
