package gaussians

import (
	"sweep/training/kernels"
	"sweep/training/nets"
)

// stackRows bounds the points that are made in one pass for speed alone. The
// full gradient makes all of them together, whatever their number: its way back
// needs what every pass left.
const stackRows = 4096

// inGeneratorsStep is the inner step of the real batch that the minimax loss
// sees; no look-ahead step reaches it, so that it is the same for every k.
const inGeneratorsStep = ^uint32(0)

// makers decides how many batches the generator makes at a time. It does not
// change during the look-ahead, so its passes can be one product; the numbers
// are the same.
func (m *game[T]) makers() (err error) {
	parts := 1
	switch {
	case m.fixed || m.k == 0:
	case m.full:
		m.together, parts = true, m.k+1 // the generator's step is the last part
	case m.k*m.batch <= stackRows:
		m.together, parts = true, m.k
	}
	if m.ahead, err = newMaker(m.be, m.net, m.batch, parts); err != nil {
		return err
	}
	if m.last = m.ahead; m.together && !m.full {
		m.last, err = newMaker(m.be, m.net, m.batch, 1)
	}
	if m.full && !m.fixed {
		for range m.k {
			m.reals = append(m.reals, kernels.NewMatrix[T](m.batch, 2))
		}
	}
	return err
}

// aheadPart and lastPart are the places of look-ahead step inner's batch and of
// the generator's step's in their stacks.
func (m *game[T]) aheadPart(inner uint32) int {
	if m.together {
		return int(inner)
	}
	return 0
}

func (m *game[T]) lastPart() int {
	if m.together && m.full {
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
	if m.reals != nil {
		copy(m.reals[inner].Data, m.disc.Real.Data)
	}
}

func (m *game[T]) drawReal(outer, inner uint32) {
	Draw(m.mixture, m.disc.Real.Data, m.key, kernels.Counter{Stream: kernels.StreamReal, Outer: outer, Inner: inner})
}

// fakeAhead gives the discriminator the points of a look-ahead step, after
// making them, or all steps', if they are not there yet.
func (m *game[T]) fakeAhead(outer, inner uint32) {
	switch {
	case m.together && inner == 0:
		m.makeAll(outer)
	case !m.together && (inner == 0 || !m.fixed):
		m.drawZ(m.ahead, 0, kernels.Counter{Stream: kernels.StreamZ, Outer: outer, Inner: inner})
		m.ahead.forward.Run()
	}
	copy(m.disc.Fake.Data, m.ahead.part(m.ahead.points, m.aheadPart(inner)).Data)
}

func (m *game[T]) makeAll(outer uint32) {
	for i := range m.k {
		m.drawZ(m.ahead, i, kernels.Counter{Stream: kernels.StreamZ, Outer: outer, Inner: uint32(i)})
	}
	if m.full {
		m.drawZ(m.ahead, m.lastPart(), kernels.Counter{Stream: kernels.StreamZG, Outer: outer})
	}
	m.ahead.forward.Run()
}

func (m *game[T]) drawZ(to *maker[T], part int, c kernels.Counter) {
	m.be.Normals(to.part(to.Z, part).Data, m.key, c)
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
	if !m.full {
		m.drawZ(m.last, 0, kernels.Counter{Stream: kernels.StreamZG, Outer: outer})
		m.last.forward.Run()
	}
	copy(m.disc.Fake.Data, m.last.part(m.last.points, m.lastPart()).Data)
}
