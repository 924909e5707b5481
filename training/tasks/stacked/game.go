package stacked

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
	"sweep/training/tasks/mnist/data"
	"sweep/training/unroll"
)

// game computes losses and gradients for unroll.Loop: it draws the batches and
// runs programs over the generator's and the discriminator's graphs.
type game[T kernels.Float] struct {
	settings
	be     kernels.Backend[T]
	set    *data.Set
	scale  *data.Scale
	chosen []int32 // images of a batch of stacks, scratch

	gen, disc *nets.ConvNet[T]
	against   *nets.Discriminator[T]
	maker     *maker[T]

	// For the full gradient with fresh batches: what every look-ahead step saw, and
	// the sum of the generator's gradients over all passes.
	reals, codes []kernels.Matrix[T]
	sums         [][]T

	look *plan.Program[T] // DLoss, DReal, DFake, DGrads
	push *plan.Program[T] // GLoss, Cost and, for the full gradient, GGrads
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
	pushNumbers
)

func newGame[T kernels.Float](s settings, set *data.Set, be kernels.Backend[T]) (*game[T], error) {
	m := &game[T]{settings: s, be: be, set: set, scale: data.Signed(), chosen: make([]int32, channels*s.batch)}
	var err error
	if m.gen, m.disc, err = newNetworks(s, be); err != nil {
		return nil, fmt.Errorf("task stacked-mnist: %w", err)
	}
	if err = m.compile(); err != nil {
		return nil, fmt.Errorf("task stacked-mnist: %w", err)
	}
	if m.separate() {
		m.makeRoom()
	}
	return m, nil
}

// separate tells whether the way back goes through a pass of the generator for
// each look-ahead step: batch normalisation allows no pass over them all.
func (s settings) separate() bool { return s.full && !s.fixed }

// makeRoom allocates what the way back remembers.
func (m *game[T]) makeRoom() {
	for range m.k {
		m.reals = append(m.reals, kernels.NewMatrix[T](m.batch, size))
		m.codes = append(m.codes, kernels.NewMatrix[T](m.batch, m.zDim))
	}
	for _, p := range m.gen.Params {
		m.sums = append(m.sums, make([]T, len(p.Data)))
	}
}

// compile lowers what the loop will use. At k = 0 both players see the
// discriminator at the same weights, so that push reads what look has computed.
func (m *game[T]) compile() (err error) {
	if m.against, err = nets.NewConvDiscriminator(m.be, m.disc, m.batch, m.gLoss); err != nil {
		return err
	}
	if m.maker, err = newMaker(m.be, m.gen, m.batch); err != nil {
		return err
	}
	look := append(m.numbers(), m.against.DGrads...)
	push := append(gorgonia.Nodes{m.against.GLoss}, m.pushOutputs()...)
	if m.k == 0 {
		stages, err := plan.Stages(m.be, look, push)
		if err == nil {
			m.look, m.push = stages[0], stages[1]
		}
		return err
	}
	if m.full {
		if m.pull, err = plan.Compile(m.be, m.pullOutputs()...); err != nil {
			return err
		}
	}
	if m.look, err = plan.Compile(m.be, look...); err != nil {
		return err
	}
	m.push, err = plan.Compile(m.be, push...)
	return err
}

func (m *game[T]) numbers() gorgonia.Nodes {
	return gorgonia.Nodes{m.against.DLoss, m.against.DReal, m.against.DFake}
}

// pushOutputs are what the generator's step wants beside its loss.
func (m *game[T]) pushOutputs() gorgonia.Nodes {
	out := gorgonia.Nodes{m.against.Cost}
	if m.full {
		out = append(out, m.against.GGrads...)
	}
	return out
}

func (m *game[T]) pullOutputs() gorgonia.Nodes {
	return append(gorgonia.Nodes{m.against.Pull}, m.against.Curve...)
}

// loop makes the loop over both players.
func (m *game[T]) loop() *unroll.Loop[T] {
	grads := m.maker.grads()
	if m.separate() {
		grads = m.sums
	}
	g, d := unroll.NewPlayer(m.be, m.g, m.gen.Data(), grads), m.playerD()
	if !m.full {
		return unroll.New(m, g, d, m.k, m.rollback)
	}
	adjoint := unroll.Adjoint[T]{
		Lambda: outputs(m.push, pushNumbers, len(m.against.GGrads)),
		Curve:  outputs(m.pull, 1, len(m.against.Curve)),
	}
	for _, d := range m.against.Direction {
		adjoint.Direction = append(adjoint.Direction, d.Data)
	}
	return unroll.NewFull(m, g, d, m.k, m.rollback, adjoint)
}

func (m *game[T]) playerD() *unroll.Player[T] {
	weights, grads := m.disc.Data(), outputs(m.look, lookNumbers, len(m.against.DGrads))
	if m.sgd {
		return unroll.NewSGDPlayer(m.be, m.d.Rate, weights, grads)
	}
	return unroll.NewPlayer(m.be, m.d, weights, grads)
}
