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
// runs one of three programs over the model's graph.
type game[T kernels.Float] struct {
	settings
	be   kernels.Backend[T]
	gan  *nets.GAN[T]
	look *plan.Program[T] // DLoss, DReal, DFake, DGrads
	gen  *plan.Program[T] // GLoss, GGrads
	both *plan.Program[T] // all of these
}

// The order of outputs: the numbers first, then the gradients.
const (
	dLoss = iota
	dReal
	dFake
	lookNumbers
	gLoss = 0
)

func newGame[T kernels.Float](s settings, be kernels.Backend[T]) (*game[T], error) {
	g := nets.NewMLP[T]("generator", s.zDim, s.gWidth, s.gWidth, 2)
	d := nets.NewMLP[T]("discriminator", 2, s.dWidth, 1)
	g.HeNormal(be, s.initScale, s.key, kernels.StreamInitG)
	d.HeNormal(be, s.initScale, s.key, kernels.StreamInitD)
	gan, err := nets.NewGAN(be, g, d, s.batch, s.inputScale)
	if err != nil {
		return nil, fmt.Errorf("task gaussians: %w", err)
	}
	m := &game[T]{settings: s, be: be, gan: gan}
	return m, m.compile()
}

// compile lowers what the loop will use: one program at k = 0, two otherwise.
func (m *game[T]) compile() (err error) {
	look := append(gorgonia.Nodes{m.gan.DLoss, m.gan.DReal, m.gan.DFake}, m.gan.DGrads...)
	gen := append(gorgonia.Nodes{m.gan.GLoss}, m.gan.GGrads...)
	if m.k == 0 {
		m.both, err = plan.Compile(m.be, append(look, gen...)...)
		return err
	}
	if m.look, err = plan.Compile(m.be, look...); err != nil {
		return err
	}
	m.gen, err = plan.Compile(m.be, gen...)
	return err
}

// players makes both players over the programs' gradients.
func (m *game[T]) players() (g, d *unroll.Player[T]) {
	dProgram, dFirst, gProgram, gFirst := m.look, lookNumbers, m.gen, 1
	if m.k == 0 {
		dProgram, gProgram, gFirst = m.both, m.both, lookNumbers+len(m.gan.DGrads)+1
	}
	g = unroll.NewPlayer(m.be, m.g, weights(m.gan.G), grads(gProgram, gFirst, len(m.gan.GGrads)))
	d = unroll.NewPlayer(m.be, m.d, weights(m.gan.D), grads(dProgram, dFirst, len(m.gan.DGrads)))
	return g, d
}

func weights[T kernels.Float](m *nets.MLP[T]) (out [][]T) {
	for _, p := range m.Params {
		out = append(out, p.Data)
	}
	return out
}

func grads[T kernels.Float](p *plan.Program[T], first, n int) (out [][]T) {
	for i := range n {
		out = append(out, p.Output(first+i).Data)
	}
	return out
}

// Look draws a real and a z batch and computes the discriminator's gradients.
func (m *game[T]) Look(outer, inner uint32) unroll.Look {
	m.draw(outer, inner)
	m.look.Run()
	return lookOf(m.look)
}

// Generate draws a z batch and computes the generator's gradients.
func (m *game[T]) Generate(outer uint32) float64 {
	m.be.Normals(m.gan.Z.Data, m.key, kernels.Counter{Stream: kernels.StreamZG, Outer: outer})
	m.gen.Run()
	return float64(m.gen.Output(gLoss).Data[0])
}

// Both uses the batches of look-ahead step 0 for both players.
func (m *game[T]) Both(outer uint32) (unroll.Look, float64) {
	m.draw(outer, 0)
	m.both.Run()
	return lookOf(m.both), float64(m.both.Output(lookNumbers + len(m.gan.DGrads)).Data[0])
}

func (m *game[T]) draw(outer, inner uint32) {
	Draw(m.mixture, m.gan.Real.Data, m.key, kernels.Counter{Stream: kernels.StreamReal, Outer: outer, Inner: inner})
	m.be.Normals(m.gan.Z.Data, m.key, kernels.Counter{Stream: kernels.StreamZ, Outer: outer, Inner: inner})
}

func lookOf[T kernels.Float](p *plan.Program[T]) unroll.Look {
	number := func(i int) float64 { return float64(p.Output(i).Data[0]) }
	return unroll.Look{Loss: number(dLoss), Real: number(dReal), Fake: number(dFake)}
}
