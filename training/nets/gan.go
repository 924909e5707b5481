package nets

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
)

// GAN is the graph of one generator and one discriminator with one logit: both
// losses and both gradients, for one batch of z and one of real data.
//
//	DLoss = mean softplus(−D(real)) + mean softplus(D(G(z)))
//	GLoss = mean softplus(−D(G(z)))          (non-saturating)
//
// (experiments.md §1.0). Data and G's output are multiplied by InputScale
// before D sees them.
type GAN[T kernels.Float] struct {
	G, D *MLP[T]

	Z, Real kernels.Matrix[T] // to fill: (batch, z_dim), (batch, data dimension)

	Fake                       *gorgonia.Node // G(z), (batch, data dimension)
	DLoss, DReal, DFake, GLoss *gorgonia.Node // (1, 1); DReal and DFake are mean D(x)
	DGrads, GGrads             gorgonia.Nodes // in the order of the networks' Params
}

// NewGAN builds the graph.
func NewGAN[T kernels.Float](be kernels.Backend[T], g, d *MLP[T], batch int, inputScale float64) (*GAN[T], error) {
	graph := gorgonia.NewGraph()
	ops := Ops[T]{Backend: be}
	n := &GAN[T]{G: g, D: d}
	gp, dp := g.Nodes(graph), d.Nodes(graph)
	z, zm := Input[T](graph, "z", batch, g.Params[0].Rows)
	real, rm := Input[T](graph, "real", batch, d.Params[0].Rows)
	one, om := Input[T](graph, "one", 1, 1)
	n.Z, n.Real, om.Data[0] = zm, rm, 1
	var err error
	if n.Fake, err = ops.Apply(z, gp); err != nil {
		return nil, fmt.Errorf("building the generator: %w", err)
	}
	if err := n.losses(ops, real, dp, inputScale); err != nil {
		return nil, fmt.Errorf("building the losses: %w", err)
	}
	if n.DGrads, err = ops.Grad(n.DLoss, one, dp); err != nil {
		return nil, fmt.Errorf("the discriminator's gradient: %w", err)
	}
	if n.GGrads, err = ops.Grad(n.GLoss, one, gp); err != nil {
		return nil, fmt.Errorf("the generator's gradient: %w", err)
	}
	return n, nil
}

// losses adds both losses and the means of D(x) on top of n.Fake.
func (n *GAN[T]) losses(ops Ops[T], real node, dp nodes, inputScale float64) error {
	var s sticky[T]
	s.ops = ops
	realLogits := s.apply(s.scale(real, inputScale), dp)
	fakeLogits := s.apply(s.scale(n.Fake, inputScale), dp)
	n.DLoss = s.add(s.softplus(realLogits, -1), s.softplus(fakeLogits, +1))
	n.GLoss = s.softplus(fakeLogits, -1)
	n.DReal, n.DFake = s.sigmoid(realLogits), s.sigmoid(fakeLogits)
	return s.err
}

// sticky applies operations until the first error.
type sticky[T kernels.Float] struct {
	ops Ops[T]
	err error
}

func (s *sticky[T]) do(f func() (node, error)) (n node) {
	if s.err == nil {
		n, s.err = f()
	}
	return n
}

func (s *sticky[T]) scale(x node, c float64) node {
	return s.do(func() (node, error) { return s.ops.Scale(x, c) })
}

func (s *sticky[T]) apply(x node, params nodes) node {
	return s.do(func() (node, error) { return s.ops.Apply(x, params) })
}

func (s *sticky[T]) add(a, b node) node {
	return s.do(func() (node, error) { return s.ops.Add(a, b) })
}

func (s *sticky[T]) softplus(l node, sign int) node {
	return s.do(func() (node, error) { return s.ops.SoftplusMean(l, sign) })
}

func (s *sticky[T]) sigmoid(l node) node {
	return s.do(func() (node, error) { return s.ops.SigmoidMean(l) })
}
