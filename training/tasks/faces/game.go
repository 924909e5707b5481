package faces

import (
	"fmt"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/tasks/faces/data"
	"sweep/training/unroll"
)

// game computes losses and gradients for unroll.Loop: it draws the batches and
// runs programs over the two networks' graphs.
type game[T kernels.Float] struct {
	settings
	be        kernels.Backend[T]
	set       *data.Set
	gen, disc *nets.ConvNet[T]

	maker *maker[T] // generated pictures of the look-ahead
	look  *critic[T]
	push  *pusher[T]
	judge *critic[T] // the real batch of the generator's minimax loss; nil for another loss

	way   *wayBack[T] // nil for the truncated gradient
	outer uint32      // the present outer step

	batchD []T   // the real batch of the look-ahead
	gradsD [][]T // the discriminator's gradients: of both batches together
	gradsG [][]T // the generator's: of its step and, for the full gradient, of every Pull
}

func newGame[T kernels.Float](s settings, set *data.Set, be kernels.Backend[T]) (*game[T], error) {
	m := &game[T]{settings: s, be: be, set: set, batchD: make([]T, s.batch*s.discriminator.In.Size())}
	if err := m.networks(); err != nil {
		return nil, fmt.Errorf("task faces: %w", err)
	}
	m.gradsD, m.gradsG = likeParams(m.disc), likeParams(m.gen)
	if err := m.compile(); err != nil {
		return nil, fmt.Errorf("task faces: %w", err)
	}
	return m, nil
}

// networks makes both, as they begin.
func (m *game[T]) networks() (err error) {
	if m.gen, err = nets.NewConvNet[T]("generator", m.generator); err != nil {
		return err
	}
	if m.disc, err = nets.NewConvNet[T]("discriminator", m.discriminator); err != nil {
		return err
	}
	deviation := nets.HeNormal(m.initScale)
	m.gen.Initialise(m.be, deviation, m.key, kernels.StreamInitG)
	m.disc.Initialise(m.be, deviation, m.key, kernels.StreamInitD)
	return nil
}

// compile lowers what the loop will use.
func (m *game[T]) compile() (err error) {
	if m.maker, err = newMaker(m.be, m.gen, m.batch, false); err != nil {
		return err
	}
	if m.look, err = newCritic(m.be, m.disc, m.batch, true); err != nil {
		return err
	}
	if m.push, err = newPusher(m.be, m.gen, m.disc, m.batch, m.loss, m.full); err != nil {
		return err
	}
	if m.loss == nets.Minimax {
		if m.judge, err = newCritic(m.be, m.disc, m.batch, m.full); err != nil {
			return err
		}
	}
	if m.full {
		m.way, err = newWayBack(m.be, m.gen, m.disc, m.batch)
	}
	return err
}

// loop makes the loop over both players.
func (m *game[T]) loop() *unroll.Loop[T] {
	g := unroll.NewPlayer(m.be, m.g, m.gen.Data(), m.gradsG)
	d := unroll.NewPlayer(m.be, m.d, m.disc.Data(), m.gradsD)
	if m.sgd {
		d = unroll.NewSGDPlayer(m.be, m.d.Rate, m.disc.Data(), m.gradsD)
	}
	if m.full {
		return unroll.NewFull(m, g, d, m.k, m.rollback, m.way.adjoint())
	}
	return unroll.New(m, g, d, m.k, m.rollback)
}
