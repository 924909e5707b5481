package gaussians

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
	"sweep/training/unroll"
)

// game computes losses and gradients for unroll.Loop: it draws the batches and
// runs programs over the generator's and the discriminator's graphs.
type game[T kernels.Float] struct {
	settings
	be   kernels.Backend[T]
	disc *nets.Discriminator[T]
	net  *nets.MLP[T] // the generator's

	maker *maker[T]
	reals []kernels.Matrix[T] // the look-ahead's real batches, kept for the way back

	look *plan.Program[T] // DLoss, DReal, DFake, DGrads
	gen  *plan.Program[T] // GLoss, Cost and, for the full gradient, GGrads
	pull *plan.Program[T] // Pull and Curve, for the full gradient
}

// The order of outputs: the numbers first, then the gradients.
const (
	dLoss = iota
	dReal
	dFake
	lookNumbers
)

const (
	gLoss = iota
	gCost
	genNumbers
)

func newGame[T kernels.Float](s settings, be kernels.Backend[T]) (*game[T], error) {
	g := nets.NewMLP[T]("generator", s.zDim, s.gWidth, s.gWidth, 2)
	d := nets.NewMLP[T]("discriminator", 2, s.dWidth, 1)
	g.Hidden, d.Hidden = s.hidden, s.hidden
	g.HeNormal(be, s.initScale, s.key, kernels.StreamInitG)
	d.HeNormal(be, s.initScale, s.key, kernels.StreamInitD)
	disc, err := nets.NewDiscriminator(be, d, s.batch, s.inputScale, s.gLoss)
	if err != nil {
		return nil, fmt.Errorf("task gaussians: %w", err)
	}
	m := &game[T]{settings: s, be: be, disc: disc, net: g}
	if err := m.makeRoom(); err != nil {
		return nil, fmt.Errorf("task gaussians: %w", err)
	}
	return m, m.compile()
}

// compile lowers what the loop will use. At k = 0 both players see the
// discriminator at the same weights, so that gen reads what look has computed.
func (m *game[T]) compile() (err error) {
	look := append(gorgonia.Nodes{m.disc.DLoss, m.disc.DReal, m.disc.DFake}, m.disc.DGrads...)
	gen := gorgonia.Nodes{m.disc.GLoss, m.disc.Cost}
	if m.k == 0 {
		stages, err := plan.Stages(m.be, look, gen)
		if err == nil {
			m.look, m.gen = stages[0], stages[1]
		}
		return err
	}
	if m.full {
		gen = append(gen, m.disc.GGrads...)
		if m.pull, err = plan.Compile(m.be, append(gorgonia.Nodes{m.disc.Pull}, m.disc.Curve...)...); err != nil {
			return err
		}
	}
	if m.look, err = plan.Compile(m.be, look...); err != nil {
		return err
	}
	m.gen, err = plan.Compile(m.be, gen...)
	return err
}

// loop makes the loop over both players.
func (m *game[T]) loop() *unroll.Loop[T] {
	g := unroll.NewPlayer(m.be, m.g, m.net.Data(), outputs(m.maker.backward, 0, len(m.net.Params)))
	d := m.playerD()
	if !m.full {
		return unroll.New(m, g, d, m.k, m.rollback)
	}
	adjoint := unroll.Adjoint[T]{
		Lambda: outputs(m.gen, genNumbers, len(m.disc.GGrads)),
		Curve:  outputs(m.pull, 1, len(m.disc.Curve)),
	}
	for _, d := range m.disc.Direction {
		adjoint.Direction = append(adjoint.Direction, d.Data)
	}
	return unroll.NewFull(m, g, d, m.k, m.rollback, adjoint)
}

func (m *game[T]) playerD() *unroll.Player[T] {
	weights, grads := m.disc.Net.Data(), outputs(m.look, lookNumbers, len(m.disc.DGrads))
	if m.sgd {
		return unroll.NewSGDPlayer(m.be, m.d.Rate, weights, grads)
	}
	return unroll.NewPlayer(m.be, m.d, weights, grads)
}

// Look draws a real and a z batch and computes the discriminator's gradients.
func (m *game[T]) Look(outer, inner uint32) unroll.Look {
	m.realAhead(outer, inner)
	m.fakeAhead(outer, inner)
	m.look.Run()
	return unroll.Look{Loss: m.lookNumber(dLoss), Real: m.lookNumber(dReal), Fake: m.lookNumber(dFake)}
}

func (m *game[T]) lookNumber(i int) float64 { return float64(m.look.Output(i).Data[0]) }

// Generate draws the generator's batch and computes its gradients, for the full
// gradient only as far as the points.
func (m *game[T]) Generate(outer uint32) float64 {
	m.batchOfG(outer)
	return m.generate()
}

// Both uses the batches of look-ahead step 0 for both players.
func (m *game[T]) Both(outer uint32) (unroll.Look, float64) {
	look := m.Look(outer, 0)
	return look, m.generate()
}

func (m *game[T]) generate() float64 {
	m.gen.Run()
	copy(m.maker.part(m.maker.Cost, m.partOfG()).Data, m.gen.Output(gCost).Data)
	if !m.full {
		m.maker.backward.Run()
	}
	return float64(m.gen.Output(gLoss).Data[0])
}

// Pull goes back to the batches of look-ahead step inner. What it finds for the
// points is added up where they are the same in every step, and kept beside the
// others' where every step has its own.
func (m *game[T]) Pull(inner uint32) {
	cost := m.maker.part(m.maker.Cost, m.partAhead(inner))
	if m.fixed {
		m.pull.Run()
		m.be.Add(cost, cost, m.pull.Output(0))
		return
	}
	copy(m.disc.Real.Data, m.reals[inner].Data)
	m.show(int(inner))
	m.pull.Run()
	copy(cost.Data, m.pull.Output(0).Data)
}

// Complete takes all points' gradients to the generator's weights.
func (m *game[T]) Complete() { m.maker.backward.Run() }
