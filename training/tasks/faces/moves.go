package faces

import (
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/unroll"
)

// The signs of a logit in the losses of real and of generated pictures.
const ofReal, ofFake = -1, +1

// inGeneratorsStep is the inner step of the real batch that the generator's step
// sees; no look-ahead step reaches it, so that it is the same for every k.
const inGeneratorsStep = ^uint32(0)

// Look draws the batches of a look-ahead step and computes the discriminator's
// gradients: of the real batch, then of the generated one, each normalised by
// itself.
func (m *game[T]) Look(outer, inner uint32) unroll.Look {
	if inner == 0 || !m.shared {
		drawReal(m.set, m.batchD, m.key, outer, inner)
		m.fakeAhead(outer, inner)
	}
	var l unroll.Look
	var ofReals, ofFakes float64
	copy(m.look.X.Data, m.batchD)
	noise(m.be, m.look.Noise, m.key, kernels.StreamNoise, outer, 2*inner)
	ofReals, l.Real = m.look.run(ofReal)
	for i, g := range m.look.grads {
		copy(m.gradsD[i], g)
	}
	copy(m.look.X.Data, m.maker.pictures().Data)
	noise(m.be, m.look.Noise, m.key, kernels.StreamNoise, outer, 2*inner+1)
	ofFakes, l.Fake = m.look.run(ofFake)
	m.addTo(m.gradsD, m.look.grads, 1)
	l.Loss = ofReals + ofFakes
	return l
}

// fakeAhead makes generated pictures.
func (m *game[T]) fakeAhead(outer, inner uint32) {
	codes(m.maker.X, m.key, kernels.Counter{Stream: kernels.StreamZ, Outer: outer, Inner: inner})
	m.maker.run()
	if inner == 0 || !m.takenBack() {
		m.gen.Update(m.maker.stats())
	}
}

// Generate draws the generator's batch and computes its gradients. Shared codes
// are those of the look-ahead, whose pass the running statistics have taken in
// already.
func (m *game[T]) Generate(outer uint32) float64 {
	if m.shared {
		copy(m.push.Z.Data, m.maker.X.Data)
	} else {
		codes(m.push.Z, m.key, kernels.Counter{Stream: kernels.StreamZG, Outer: outer})
	}
	noise(m.be, m.push.Noise, m.key, kernels.StreamNoiseG, outer, 0)
	loss := m.push.run()
	if !m.shared {
		m.gen.Update(m.push.list)
	}
	if m.loss == nets.Minimax {
		loss -= m.realForG(outer)
	}
	for i, g := range m.push.grads {
		copy(m.gradsG[i], g)
	}
	m.outer = outer
	m.endOfWay()
	return loss
}

// realForG is the discriminator's loss on the real batch of the generator's
// step.
func (m *game[T]) realForG(outer uint32) float64 {
	if m.shared {
		copy(m.judge.X.Data, m.batchD)
	} else {
		drawReal(m.set, m.judge.X.Data, m.key, outer, inGeneratorsStep)
	}
	noise(m.be, m.judge.Noise, m.key, kernels.StreamNoiseG, outer, 1)
	loss, _ := m.judge.run(ofReal)
	return loss
}

// Both uses the batches of look-ahead step 0 for both players.
func (m *game[T]) Both(outer uint32) (unroll.Look, float64) {
	look := m.Look(outer, 0)
	return look, m.Generate(outer)
}
