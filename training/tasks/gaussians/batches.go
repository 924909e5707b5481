package gaussians

import (
	"sweep/training/kernels"
	"sweep/training/nets"
)

// inGeneratorsStep is the inner step of the real batch that the minimax loss
// sees; no look-ahead step reaches it, so that it is the same for every k.
const inGeneratorsStep = ^uint32(0)

// together tells whether the points of a whole outer step are made in one pass,
// part k of them for the generator's step. The full gradient needs it: its way
// back goes through every pass. Otherwise a pass for each step is faster, since
// it stays in the cache (measured on the source's ring model: 1.36 against 1.50
// ms an outer step).
func (s settings) together() bool { return s.full && !s.fixed }

// makeRoom allocates what the batches of an outer step need.
func (m *game[T]) makeRoom() (err error) {
	parts := 1
	if m.together() {
		parts = m.k + 1
		for range m.k {
			m.reals = append(m.reals, kernels.NewMatrix[T](m.batch, 2))
		}
	}
	m.maker, err = newMaker(m.be, m.net, m.batch, parts)
	return err
}

// partAhead and partOfG are the places of look-ahead step inner's batch and of
// the generator's step's.
func (m *game[T]) partAhead(inner uint32) int {
	if m.together() {
		return int(inner)
	}
	return 0
}

func (m *game[T]) partOfG() int {
	if m.together() {
		return m.k
	}
	return 0
}

// realAhead gives the discriminator the real batch of a look-ahead step.
func (m *game[T]) realAhead(outer, inner uint32) {
	if m.fixed && inner > 0 {
		return
	}
	m.drawReal(outer, inner)
	if m.together() {
		copy(m.reals[inner].Data, m.disc.Real.Data)
	}
}

func (m *game[T]) drawReal(outer, inner uint32) {
	Draw(m.be, m.mixture, m.disc.Real.Data, m.key, kernels.Counter{Stream: kernels.StreamReal, Outer: outer, Inner: inner})
}

// fakeAhead gives the discriminator the points of a look-ahead step, after
// making them if they are not there yet.
func (m *game[T]) fakeAhead(outer, inner uint32) {
	switch {
	case m.together() && inner == 0:
		m.makeAll(outer)
	case !m.together() && (inner == 0 || !m.fixed):
		m.drawZ(0, kernels.Counter{Stream: kernels.StreamZ, Outer: outer, Inner: inner})
		m.maker.forward.Run()
	}
	m.show(m.partAhead(inner))
}

func (m *game[T]) makeAll(outer uint32) {
	for i := range m.k {
		m.drawZ(i, kernels.Counter{Stream: kernels.StreamZ, Outer: outer, Inner: uint32(i)})
	}
	m.drawZ(m.partOfG(), kernels.Counter{Stream: kernels.StreamZG, Outer: outer})
	m.maker.forward.Run()
}

func (m *game[T]) drawZ(part int, c kernels.Counter) {
	m.be.Normals(m.maker.part(m.maker.Z, part).Data, m.key, c)
}

// show gives the discriminator one part of the points.
func (m *game[T]) show(part int) {
	copy(m.disc.Fake.Data, m.maker.part(m.maker.points, part).Data)
}

// batchOfG gives the discriminator the batches of the generator's step. Fixed
// ones are there from the look-ahead.
func (m *game[T]) batchOfG(outer uint32) {
	if m.fixed {
		return
	}
	if m.gLoss == nets.Minimax {
		m.drawReal(outer, inGeneratorsStep)
	}
	if !m.together() {
		m.drawZ(0, kernels.Counter{Stream: kernels.StreamZG, Outer: outer})
		m.maker.forward.Run()
	}
	m.show(m.partOfG())
}
