package nets

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
)

// GeneratorLoss is the form of the generator's loss.
type GeneratorLoss string

// The forms (experiments.md §1.0, §4).
const (
	NonSaturating GeneratorLoss = "non-saturating" // mean softplus(−D(fake))
	Minimax       GeneratorLoss = "minimax"        // −DLoss, the real term included
)

// Discriminator is the graph of a discriminator with one logit: both players'
// losses for one batch of real and one of generated points, and what their
// gradients need of it.
//
//	DLoss = mean softplus(−D(real)) + mean softplus(D(fake))
//	GLoss = mean softplus(−D(fake))   or   −DLoss
//
// (experiments.md §1.0). Points are multiplied by an input scale before D sees
// them.
type Discriminator[T kernels.Float] struct {
	Net    *MLP[T] // nil where it is another network
	Params []*Param[T]

	Real, Fake kernels.Matrix[T]   // to fill: (batch, data dimension)
	Direction  []kernels.Matrix[T] // to fill before Curve and Pull: as Params

	DLoss, DReal, DFake, GLoss *gorgonia.Node // (1, 1); DReal and DFake are mean D(x)

	DGrads gorgonia.Nodes // ∂DLoss/∂θ_D in the order of Params
	Cost   *gorgonia.Node // ∂GLoss/∂fake, (batch, data dimension)
	GGrads gorgonia.Nodes // ∂GLoss/∂θ_D in the order of Params

	// For the scalar s = ⟨∂DLoss/∂θ_D, Direction⟩ (experiments.md §8.2):
	Curve gorgonia.Nodes // ∂s/∂θ_D: DLoss's Hessian times Direction
	Pull  *gorgonia.Node // ∂s/∂fake, (batch, data dimension)
}

// NewDiscriminator builds the graph over a stack of dense layers.
func NewDiscriminator[T kernels.Float](be kernels.Backend[T], net *MLP[T], batch int, inputScale float64, form GeneratorLoss) (*Discriminator[T], error) {
	graph := gorgonia.NewGraph()
	s := &sticky[T]{ops: Ops[T]{Backend: be}}
	params := net.Nodes(graph)
	judge := func(x node) node { return s.apply(net, s.scale(x, inputScale), params) }
	d, err := newDiscriminator(s, graph, net.Params, params, judge, batch, net.Params[0].Rows, form)
	if err == nil {
		d.Net = net
	}
	return d, err
}

// newDiscriminator builds the graph over the network that judge applies.
func newDiscriminator[T kernels.Float](s *sticky[T], graph *gorgonia.ExprGraph, own []*Param[T], params nodes, judge func(x node) node, batch, in int, form GeneratorLoss) (*Discriminator[T], error) {
	d := &Discriminator[T]{Params: own}
	real, rm := Input[T](graph, "real", batch, in)
	fake, fm := Input[T](graph, "fake", batch, in)
	d.Real, d.Fake = rm, fm
	d.losses(s, judge(real), judge(fake), form)
	if s.err != nil {
		return nil, fmt.Errorf("building the losses: %w", s.err)
	}
	d.gradients(s, fake, params)
	if s.err != nil {
		return nil, fmt.Errorf("the losses' gradients: %w", s.err)
	}
	d.second(s, fake, params)
	if s.err != nil {
		return nil, fmt.Errorf("the gradient of the discriminator's gradient: %w", s.err)
	}
	return d, nil
}

func (d *Discriminator[T]) losses(s *sticky[T], realLogits, fakeLogits node, form GeneratorLoss) {
	d.DLoss = s.add(s.softplus(realLogits, -1), s.softplus(fakeLogits, +1))
	if d.GLoss = s.softplus(fakeLogits, -1); form == Minimax {
		d.GLoss = s.scale(d.DLoss, -1)
	}
	d.DReal, d.DFake = s.sigmoid(realLogits), s.sigmoid(fakeLogits)
}

func (d *Discriminator[T]) gradients(s *sticky[T], fake node, params nodes) {
	one, om := Input[T](fake.Graph(), "one", 1, 1)
	om.Data[0] = 1
	d.DGrads = s.vjp(nodes{d.DLoss}, nodes{one}, params)
	d.GGrads = s.vjp(nodes{d.GLoss}, nodes{one}, params)
	if cost := s.vjp(nodes{d.GLoss}, nodes{one}, nodes{fake}); s.err == nil {
		d.Cost = cost[0]
	}
}

// second differentiates ⟨DGrads, Direction⟩.
func (d *Discriminator[T]) second(s *sticky[T], fake node, params nodes) {
	directions := make(nodes, len(params))
	for i, p := range d.Params {
		n, m := Input[T](fake.Graph(), "direction."+p.Name, p.Rows, p.Cols)
		directions[i], d.Direction = n, append(d.Direction, m)
	}
	d.Curve = s.vjp(d.DGrads, directions, params)
	if pull := s.vjp(d.DGrads, directions, nodes{fake}); s.err == nil {
		d.Pull = pull[0]
	}
}
